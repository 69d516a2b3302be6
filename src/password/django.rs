//! Password forms of Django, from 1.3 on.
//!
//! The arithmetic is djangohashers'. Rows of a foreign database come near it
//! only in a shape that it was made for: on others it panics (scrypt with a
//! word for a number, PBKDF2 with no round), takes any password for right
//! (`crypt$$` with a hash of another crypt) or takes what the row says
//! (scrypt's memory). Its Argon2 computes `argon2i` even where the row says
//! `argon2id`, so that form goes to the Argon2 crate instead.

use super::Check;

/// Bytes that a stored scrypt hash may ask for. Django's own ask for 16 MiB.
const MAX_SCRYPT_BYTES: u64 = 256 * 1024 * 1024;
const MAX_SCRYPT_LANES: u64 = 16;

/// Rounds of PBKDF2 that are worked off. Django 6.1 writes 1,500,000.
const MAX_PBKDF2_ROUNDS: u64 = 1_500_000;

/// Cost of bcrypt that is worked off. Django writes 12.
const BCRYPT_COSTS: std::ops::RangeInclusive<u64> = 4..=16;

/// Compares with any of Django's forms but Argon2.
pub(super) fn check(stored: &str, password: &str) -> Check {
    if !is_known(stored) {
        return Check::Unusable;
    }
    match djangohashers::check_password(password, stored) {
        Ok(true) => Check::Outdated,
        Ok(false) => Check::Wrong,
        Err(_) => Check::Unusable,
    }
}

/// The PHC string inside Django's `argon2$…`. The first ones carried no
/// version, which meant 1.0 (16); the crate would take it for 1.3.
pub(super) fn argon2_phc(inner: &str) -> String {
    match inner.split_once('$') {
        Some((variant, rest)) if !rest.starts_with("v=") => format!("${variant}$v=16${rest}"),
        _ => format!("${inner}"),
    }
}

/// Whether a hash is in one of these forms, within the bounds that are worked off.
pub(super) fn is_known(stored: &str) -> bool {
    let fields: Vec<&str> = stored.split('$').collect();
    match fields.as_slice() {
        [digest] => is_hex(digest, 32),
        ["sha1", _, digest] => is_hex(digest, 40),
        ["md5", _, digest] => is_hex(digest, 32),
        ["crypt", _, digest] => digest.len() == 13 && digest.bytes().all(is_crypt_sign),
        ["pbkdf2_sha256", rounds, _, digest] => is_pbkdf2(rounds, digest, 44),
        ["pbkdf2_sha1", rounds, _, digest] => is_pbkdf2(rounds, digest, 28),
        ["bcrypt" | "bcrypt_sha256", "", variant, cost, digest] => {
            matches!(*variant, "2a" | "2b" | "2x" | "2y")
                && number(cost).is_some_and(|cost| BCRYPT_COSTS.contains(&cost))
                && digest.len() == 53
                && digest.bytes().all(is_crypt_sign)
        }
        ["scrypt", work, _, block, lanes, digest] => {
            is_scrypt(number(work), number(block), number(lanes)) && digest.len() == 88
        }
        _ => false,
    }
}

fn is_pbkdf2(rounds: &str, digest: &str, length: usize) -> bool {
    digest.len() == length
        && number(rounds).is_some_and(|rounds| (1..=MAX_PBKDF2_ROUNDS).contains(&rounds))
}

fn is_scrypt(work: Option<u64>, block: Option<u64>, lanes: Option<u64>) -> bool {
    let (Some(work), Some(block), Some(lanes)) = (work, block, lanes) else {
        return false;
    };
    if block > MAX_SCRYPT_BYTES {
        return false;
    }
    let bytes = work
        .checked_mul(block)
        .and_then(|product| product.checked_mul(128));
    work >= 2
        && work.is_power_of_two()
        && u64::from(work.ilog2()) < block * 16
        && block >= 1
        && (1..=MAX_SCRYPT_LANES).contains(&lanes)
        && bytes.is_some_and(|bytes| bytes <= MAX_SCRYPT_BYTES)
}

fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_crypt_sign(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'/'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(stored: &str, password: &str, expected: Check) {
        assert_eq!(
            super::super::check(Some(stored), password),
            expected,
            "{stored}"
        );
    }

    /// Each is "correct horse", computed with Python's hashlib and crypt.
    const VECTORS: [&str; 11] = [
        "sha1$abcDEF123456$d8c6d44a1bbe62448689be6f96fc7fcac2979553",
        "md5$abcDEF$ab1adc9f066781678c2f53c32efd15e5",
        "3cb4e732631f47e6eb961f34554b7cde",
        "md5$$3cb4e732631f47e6eb961f34554b7cde",
        "sha1$$2f9e53523b62abc141a2b4d6019d23cba835dbd0",
        "pbkdf2_sha256$10000$saltsaltsalt$kYCcNpthE7hqYQQUrvXBXohTtLa0S1gCMiO9dktTkuA=",
        "pbkdf2_sha1$1000$saltsaltsalt$JfNU29qvQkW1UgahO6OQ0oP6O0I=",
        "scrypt$1024$saltsaltsalt$8$1$JLoeRlAiVzz/fmBbrb3a7QkuecDu7wE6R0zHHE5DC7gKJyAVj5OnhQOBnVmHmpxqGLg6VN+e0Is9JxtChIaQIA==",
        "bcrypt$$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
        "bcrypt_sha256$$2b$04$abcdefghijklmnopqrstuuIvyWZlBcE3WoQXKqRnwrLYJ6nenE0Bq",
        "crypt$$abhfCpXqd4GrI",
    ];

    #[test]
    fn right_and_wrong() {
        for stored in VECTORS {
            check(stored, "correct horse", Check::Outdated);
            check(stored, "Correct horse", Check::Wrong);
            check(stored, "", Check::Wrong);
            check(stored, "c\0rrect hörse", Check::Wrong);
            check(stored, &"long".repeat(300), Check::Wrong);
            check(&format!("!{stored}"), "correct horse", Check::Unusable);
        }
        check(
            "sha1$abc12$e1a8ebd29f23751a8b1ec294ef8a5167e4c9123c",
            "pässwörd",
            Check::Outdated,
        );
        check("crypt$ab$abhfCpXqd4GrI", "correct horse", Check::Outdated);
    }

    #[test]
    fn no_prefix_of_a_hash_lets_anybody_in() {
        for stored in VECTORS {
            for end in 0..stored.len() {
                let cut = &stored[..end];
                assert!(
                    !super::super::check(Some(cut), "correct horse").is_right(),
                    "{cut}"
                );
            }
        }
    }

    #[test]
    fn shapes_that_the_crate_would_stumble_over() {
        for stored in [
            "crypt$$",
            "crypt$$!!",
            "crypt$$$1$abcdefgh$TobYXTs8rVEjDmjREGDj70",
            "crypt$ab$",
            "sha1$$",
            "md5$$",
            "sha1$salt$",
            "pbkdf2_sha256$0$salt$kYCcNpthE7hqYQQUrvXBXohTtLa0S1gCMiO9dktTkuA=",
            "pbkdf2_sha256$4294967295$salt$kYCcNpthE7hqYQQUrvXBXohTtLa0S1gCMiO9dktTkuA=",
            "pbkdf2_sha256$",
            "scrypt$many$salt$8$1$x",
            "scrypt$16384$salt$8$1$",
            "bcrypt$$2b$31$abc",
            "bcrypt$",
            "bcrypt_sha256$$2b$",
            "argon2$argon2id$v=19$m=x,t=2,p=1$c29tZXNhbHQ$nf65",
            "argon2$argon2id$nonsense",
            "argon2$argon2id$v=19$$$",
            "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
            "unsalted_md5",
            "sha1$a$b$c",
        ] {
            check(stored, "", Check::Unusable);
            check(stored, "x", Check::Unusable);
        }
        let hash = "A".repeat(86) + "==";
        for numbers in [
            "1099511627776$s$8$1",
            "1024$s$4294967295$1",
            "1024$s$8$4294967295",
            "1000$s$8$1",
            "0$s$8$1",
            "1024$s$0$1",
            "1$s$8$1",
            "65536$s$1$1",
        ] {
            check(&format!("scrypt${numbers}${hash}"), "x", Check::Unusable);
        }
    }
}
