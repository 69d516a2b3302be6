//! Password forms of ConnectorDB: bcrypt, or one round of SHA-512, of the password with the salt
//! behind it. In a store they are one text, `connectordb_bcrypt$SALT$HASH`, whose parts go out
//! again as they came.

use sha2::{Digest as _, Sha512};

use super::{Check, Form, bare_bcrypt};
use crate::text::hex;

const BCRYPT: &str = "connectordb_bcrypt";
const SHA512: &str = "connectordb_sha512";

/// A password as an export has it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Exported<'a> {
    pub hash: &'a str,
    pub salt: &'a str,
    /// `bcrypt` or `SHA512`.
    pub scheme: &'a str,
}

/// The text for a store; `None` where nobody could log in with it. What Heirloom exports of
/// accounts that ConnectorDB could not let in comes back too.
#[must_use]
pub fn stored(password: Exported) -> Option<String> {
    let word = match password.scheme {
        "bcrypt" => BCRYPT,
        "SHA512" => SHA512,
        scheme => {
            let form = Form::of(Some(password.hash));
            let is_ours = form.is_usable() && form.scheme() == scheme;
            return is_ours.then(|| password.hash.into());
        }
    };
    let text = format!("{word}${}${}", password.salt, password.hash);
    is_known(&text).then_some(text)
}

/// The parts of a text that ConnectorDB can check: one that [`stored`] made, or bcrypt of the
/// password alone.
#[must_use]
pub fn exported(stored: &str) -> Option<Exported<'_>> {
    if bare_bcrypt::is_known(stored) {
        return Some(Exported {
            hash: stored,
            salt: "",
            scheme: "bcrypt",
        });
    }
    parts(stored)
}

fn parts(stored: &str) -> Option<Exported<'_>> {
    let (word, rest) = stored.split_once('$')?;
    let (salt, hash) = rest.split_once('$')?;
    let scheme = match word {
        BCRYPT => "bcrypt",
        SHA512 => "SHA512",
        _ => return None,
    };
    Some(Exported { hash, salt, scheme })
}

/// The word for the algorithm, where the text is in one of these forms and within the bounds
/// that are worked off.
pub(super) fn algorithm(stored: &str) -> Option<&'static str> {
    is_known(stored).then(|| match stored.starts_with(BCRYPT) {
        true => BCRYPT,
        false => SHA512,
    })
}

fn is_known(stored: &str) -> bool {
    let Some(Exported { hash, scheme, .. }) = parts(stored) else {
        return false;
    };
    match scheme {
        "bcrypt" => bare_bcrypt::is_known(hash),
        _ => hash.len() == 128 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()),
    }
}

/// Compares a typed password with a text that [`algorithm`] knows.
pub(super) fn check(stored: &str, password: &str) -> Check {
    let Some(Exported { hash, salt, scheme }) = parts(stored).filter(|_| is_known(stored)) else {
        return Check::Unusable;
    };
    let salted = [password, salt].concat().into_bytes();
    match scheme {
        "bcrypt" => bare_bcrypt::check(hash, &salted),
        _ if hex(&Sha512::digest(&salted)).eq_ignore_ascii_case(hash) => Check::Outdated,
        _ => Check::Wrong,
    }
}

/// What ConnectorDB's own importer gave an account whose export has no password: its name. The
/// salt is made of the name too, so that the same account gets the same text in every run; it
/// protects nothing that could be protected.
#[must_use]
pub fn of_username(username: &str) -> String {
    let salt = hex(&Sha512::digest(username)[..16]);
    let hash = hex(&Sha512::digest([username, &salt].concat()));
    format!("{SHA512}${salt}${hash}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT: &str = "edb88e3c-8d52-4d4a-438e-2f8b4a97544c";
    const HASH: &str = "$2a$10$00tLl/yGX3yMm7hq2XBSsesBaA3ViIPfdJy2Xud9rums2OHBvJ7Dq";

    fn text(scheme: &str, hash: &str) -> Option<String> {
        stored(Exported {
            hash,
            salt: SALT,
            scheme,
        })
    }

    #[test]
    fn a_bcrypt_hash_of_an_old_server_opens_with_its_password() {
        let stored = text("bcrypt", HASH).unwrap();
        assert_eq!(check(&stored, "demo"), Check::Outdated);
        assert_eq!(check(&stored, "Demo"), Check::Wrong);
        let back = exported(&stored).unwrap();
        assert!(back.hash == HASH && back.salt == SALT && back.scheme == "bcrypt");
    }

    #[test]
    fn what_is_beyond_72_bytes_does_not_count() {
        let long = "p".repeat(80);
        let hash = bcrypt::hash(&long[..72], 4).unwrap();
        let stored = text("bcrypt", &hash).unwrap();
        assert_eq!(check(&stored, &long), Check::Outdated);
        assert_eq!(check(&stored, &long[..72]), Check::Outdated);
        assert_eq!(check(&stored, &long[..71]), Check::Wrong);
    }

    #[test]
    fn bcrypt_without_a_salt_goes_out_and_comes_back() {
        let out = exported(HASH).unwrap();
        assert!(out.hash == HASH && out.salt.is_empty() && out.scheme == "bcrypt");
        let hash = bcrypt::hash("demo", 4).unwrap();
        let back = stored(exported(&hash).unwrap()).unwrap();
        assert_eq!(check(&back, "demo"), Check::Outdated);
    }

    #[test]
    fn sha512_is_one_round() {
        let hash = hex(&Sha512::digest(format!("demo{SALT}")));
        let stored = text("SHA512", &hash).unwrap();
        assert_eq!(check(&stored, "demo"), Check::Outdated);
        assert_eq!(check(&stored, ""), Check::Wrong);
    }

    #[test]
    fn what_was_upgraded_comes_back() {
        let hash = crate::password::hash("correct horse").unwrap();
        assert_eq!(text("argon2id", &hash), Some(hash.clone()));
        assert_eq!(text("bcrypt", &hash), None);
        assert_eq!(text("argon2id", HASH), None);
    }

    #[test]
    fn what_nobody_can_check_is_no_password() {
        assert_eq!(text("bcrypt", "x"), None);
        assert_eq!(text("bcrypt", &HASH.replace("$10$", "$31$")), None);
        assert_eq!(text("SHA512", "00"), None);
        assert_eq!(text("md5", HASH), None);
        assert_eq!(algorithm("connectordb_bcrypt$"), None);
    }

    #[test]
    fn an_account_without_a_password_opens_with_its_name() {
        let stored = of_username("alice");
        assert_eq!(stored, of_username("alice"));
        assert_eq!(check(&stored, "alice"), Check::Outdated);
        assert_eq!(check(&stored, "bob"), Check::Wrong);
        assert!(algorithm(&stored).is_some());
    }
}
