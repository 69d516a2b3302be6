//! Passwords: checked in every form that a legacy site stored, written as
//! Argon2id only.
//!
//! Old hashes come in verbatim and stay valid; the first login of a person
//! tells [`Check::Outdated`], and the caller stores [`hash`] in its place.
//! Generated passwords carry 128 bits of chance themselves, so no dictionary
//! helps against them and the slow part of Argon2 would protect nothing:
//! [`hash_generated`] uses its smallest parameters, or an import of thousands
//! of accounts would take hours.

pub mod apiomat;
mod bare_bcrypt;
pub mod connectordb;
mod django;
mod form;

use std::fmt;
use std::io;
use std::path::Path;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{
    ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, PasswordHasher, PasswordVerifier, Version,
};
use rand::CryptoRng;
use thiserror::Error;

pub use form::Form;

/// The fewest characters of a password that a person chooses.
pub const MIN_CHARACTERS: usize = 8;

/// Lower-case letters and digits that nobody takes for one another.
const ALPHABET: &[u8; 31] = b"23456789abcdefghjkmnpqrstuvwxyz";
const GROUPS: usize = 7;
const GROUP_CHARACTERS: usize = 4;

/// What a stored Argon2 hash may ask of this machine, in KiB and in KiB times
/// passes; beyond it a row of a foreign database could stop the server.
const MAX_MEMORY_KIB: u32 = 1024 * 1024;
const MAX_WORK_KIB: u64 = 8 * 1024 * 1024;

/// Memory of a generated password's hash, in KiB: the least that Argon2 takes.
const GENERATED_MEMORY_KIB: u32 = Params::MIN_M_COST;
const SALT_BYTES: usize = 16;
const OUTPUT_BYTES: usize = Params::DEFAULT_OUTPUT_LEN;

/// A text that no log, report or error may show.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text at the place where it enters.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The first line of a file; `None` where that is empty.
    ///
    /// # Errors
    /// The file cannot be read, or is no text.
    pub fn in_file(path: &Path) -> io::Result<Option<Self>> {
        let text = std::fs::read_to_string(path)?;
        let line = text.lines().next().unwrap_or_default();
        Ok((!line.is_empty()).then(|| Self::new(line)))
    }

    /// The text itself, for the one place that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

/// What a stored password says to a typed one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Another password.
    Wrong,
    /// Nothing that anybody can log in with: no hash, a locked account (`!…`)
    /// or a form that is not known.
    Unusable,
    /// The password.
    Right,
    /// The password, stored in a form that [`hash`] should replace now.
    Outdated,
}

impl Check {
    /// Whether the person may come in.
    #[must_use]
    pub fn is_right(self) -> bool {
        matches!(self, Self::Right | Self::Outdated)
    }
}

/// A hash could not be made; the password is not part of the message.
#[derive(Debug, Error)]
#[error("the password could not be hashed: {0}")]
pub struct HashError(String);

impl HashError {
    fn because(cause: impl fmt::Display) -> Self {
        Self(cause.to_string())
    }
}

/// The password is shorter than [`MIN_CHARACTERS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a password needs at least {MIN_CHARACTERS} characters")]
pub struct TooShort;

/// Whether a person may choose this password.
///
/// # Errors
/// [`TooShort`] below eight characters, whatever their size in bytes.
pub fn acceptable(password: &str) -> Result<(), TooShort> {
    if password.chars().nth(MIN_CHARACTERS - 1).is_some() {
        Ok(())
    } else {
        Err(TooShort)
    }
}

/// Compares a typed password with a stored one: Argon2 in PHC form, bcrypt as
/// its own tools write it, or any form of Django or ConnectorDB.
///
/// Never fails and never panics, whatever the row holds: what can't be checked
/// is [`Check::Unusable`].
#[must_use]
pub fn check(stored: Option<&str>, password: &str) -> Check {
    match stored.unwrap_or_default() {
        unusable if unusable.is_empty() || unusable.starts_with('!') => Check::Unusable,
        phc if phc.starts_with("$argon2") => check_argon2(phc, password),
        other => match other.strip_prefix("argon2$") {
            Some(inner) => match check_argon2(&django::argon2_phc(inner), password) {
                Check::Right => Check::Outdated,
                check => check,
            },
            None if bare_bcrypt::is_known(other) => bare_bcrypt::check(other, password.as_bytes()),
            None if connectordb::algorithm(other).is_some() => connectordb::check(other, password),
            None => django::check(other, password),
        },
    }
}

/// As [`check`], and never quicker than the check of a hash that [`hash`] wrote: whether there
/// is an account, and in which form its password is stored, cannot be told by the clock.
#[must_use]
pub fn check_evenly(stored: Option<&str>, password: &str) -> Check {
    let answer = check(stored, password);
    let slow = stored.and_then(|stored| {
        let parsed = PasswordHash::new(stored).ok()?;
        let params = Params::try_from(&parsed).ok()?;
        Some(is_current(&parsed, &params))
    });
    if slow != Some(true) {
        // what comes out of it does not matter
        let mut output = [0; OUTPUT_BYTES];
        let _ = Argon2::default().hash_password_into(
            password.as_bytes(),
            &[0; SALT_BYTES],
            std::hint::black_box(&mut output),
        );
    }
    answer
}

fn check_argon2(phc: &str, password: &str) -> Check {
    let Ok(parsed) = PasswordHash::new(phc) else {
        return Check::Unusable;
    };
    let Ok(params) = Params::try_from(&parsed) else {
        return Check::Unusable;
    };
    let work = u64::from(params.m_cost()) * u64::from(params.t_cost());
    let complete = parsed.salt.is_some() && parsed.hash.is_some();
    if !complete || params.m_cost() > MAX_MEMORY_KIB || work > MAX_WORK_KIB {
        return Check::Unusable;
    }
    match Argon2::default().verify_password(password.as_bytes(), &parsed) {
        Ok(()) if is_current(&parsed, &params) => Check::Right,
        Ok(()) => Check::Outdated,
        Err(argon2::password_hash::Error::PasswordInvalid) => Check::Wrong,
        Err(_) => Check::Unusable,
    }
}

/// At least as strong as what [`hash`] would write.
fn is_current(parsed: &PasswordHash, params: &Params) -> bool {
    parsed.algorithm == ARGON2ID_IDENT
        && parsed.version == Some(Version::V0x13.into())
        && params.m_cost() >= Params::DEFAULT_M_COST
        && params.t_cost() >= Params::DEFAULT_T_COST
        && parsed
            .hash
            .as_ref()
            .is_some_and(|hash| hash.len() >= OUTPUT_BYTES)
}

/// Hashes a password that a person chose: Argon2id at the crate's defaults
/// (about 30 ms and 19 MiB), with a new salt.
///
/// # Errors
/// [`HashError`] where the system gives no random bytes or no memory.
pub fn hash(password: &str) -> Result<String, HashError> {
    let hash: PasswordHash = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(HashError::because)?;
    Ok(hash.to_string())
}

/// A new password of at least 128 bits, in groups that can be read out and typed.
#[must_use]
pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Secret {
    let mut text = String::with_capacity(GROUPS * (GROUP_CHARACTERS + 1));
    for place in 0..GROUPS * GROUP_CHARACTERS {
        if place > 0 && place % GROUP_CHARACTERS == 0 {
            text.push('-');
        }
        text.push(draw(rng));
    }
    Secret(text)
}

/// One character, each equally likely: five random bits, drawn again where
/// they point behind the alphabet.
fn draw<R: CryptoRng + ?Sized>(rng: &mut R) -> char {
    loop {
        let bits = rng.next_u32() >> 27;
        if let Some(byte) = usize::try_from(bits).ok().and_then(|at| ALPHABET.get(at)) {
            return char::from(*byte);
        }
    }
}

/// Hashes a password from [`generate`], and no other: Argon2id with its
/// smallest parameters.
///
/// # Errors
/// [`HashError`] where the crate refuses; never seen.
pub fn hash_generated<R: CryptoRng + ?Sized>(
    secret: &Secret,
    rng: &mut R,
) -> Result<String, HashError> {
    let mut salt = [0; SALT_BYTES];
    rng.fill_bytes(&mut salt);
    hash_quickly(secret.expose(), &salt)
}

/// Argon2id with its smallest parameters, where the slow part would protect nothing.
fn hash_quickly(password: &str, salt: &[u8; SALT_BYTES]) -> Result<String, HashError> {
    let params = Params::new(GENERATED_MEMORY_KIB, 1, 1, None).map_err(HashError::because)?;
    let stated = ParamsString::try_from(&params).map_err(HashError::because)?;

    // On the stack: a run hashes thousands, and this is all the memory one takes.
    let mut memory = [Block::new(); GENERATED_MEMORY_KIB as usize];
    let mut output = [0; OUTPUT_BYTES];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(password.as_bytes(), salt, &mut output, &mut memory)
        .map_err(HashError::because)?;

    let phc = PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: stated,
        salt: Some(Salt::new(salt).map_err(HashError::because)?),
        hash: Some(Output::new(&output).map_err(HashError::because)?),
    };
    Ok(phc.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    fn check(stored: &str, password: &str, expected: Check) {
        assert_eq!(super::check(Some(stored), password), expected, "{stored}");
    }

    #[test]
    fn own_hashes() {
        let stored = hash("correct horse").unwrap();
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        check(&stored, "correct horse", Check::Right);
        check(&stored, "correct house", Check::Wrong);
        assert_ne!(stored, hash("correct horse").unwrap());
    }

    #[test]
    fn an_even_check_answers_the_same() {
        let own = hash("correct horse").unwrap();
        let mut rng = StdRng::seed_from_u64(1);
        let made = hash_generated(&Secret::new("correct horse"), &mut rng).unwrap();
        for stored in [Some(&*own), Some(&*made), Some("!"), Some("x"), None] {
            for typed in ["correct horse", "correct house", ""] {
                let answer = check_evenly(stored, typed);
                assert_eq!(answer, super::check(stored, typed), "{stored:?}");
            }
        }
    }

    #[test]
    fn foreign_argon2() {
        let phc =
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        check(phc, "password", Check::Outdated);
        check(phc, "passwore", Check::Wrong);
        let id = format!("argon2{phc}");
        check(&id, "password", Check::Outdated);
        check(&id, "passwore", Check::Wrong);
        let i = "argon2$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8";
        check(i, "password", Check::Outdated);
        let unversioned =
            "argon2$argon2i$m=256,t=2,p=1$c29tZXNhbHQ$/U3YPXYsSb3q9XxHvc0MLxur+GP960kN9j7emXX8zwY";
        check(unversioned, "password", Check::Outdated);
        check(
            &unversioned.replace("c29t", "c29u"),
            "password",
            Check::Wrong,
        );
    }

    #[test]
    fn nobody_logs_in_with_these() {
        assert_eq!(super::check(None, ""), Check::Unusable);
        for stored in [
            "",
            "!",
            "!x",
            "!sha1$$2f9e53523b62abc141a2b4d6019d23cba835dbd0",
            "plain",
            "$",
            "$$",
            "argon2$",
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ",
            "$argon2id$v=19$m=256,t=2,p=1",
            "$argon2id",
            "$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
            "$argon2id$v=19$m=8,t=4294967295,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
            "$argon2id$v=19$m=0,t=0,p=0$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
            "$argon2x$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        ] {
            for password in ["", "!", "!x", stored] {
                check(stored, password, Check::Unusable);
            }
        }
    }

    #[test]
    fn generated() {
        let mut rng = StdRng::seed_from_u64(1);
        let secret = generate(&mut rng);
        assert_eq!(secret.expose().len(), 34);
        assert!(secret.expose().split('-').all(|group| group.len() == 4));
        assert!((GROUPS * GROUP_CHARACTERS) as f64 * (ALPHABET.len() as f64).log2() > 128.0);
        assert_ne!(secret, generate(&mut rng));
        assert_eq!(
            generate(&mut StdRng::seed_from_u64(7)),
            generate(&mut StdRng::seed_from_u64(7))
        );

        let stored = hash_generated(&secret, &mut rng).unwrap();
        assert!(
            stored.starts_with("$argon2id$v=19$m=8,t=1,p=1$"),
            "{stored}"
        );
        check(&stored, secret.expose(), Check::Outdated);
        check(&stored, "anything", Check::Wrong);
        assert_ne!(stored, hash_generated(&secret, &mut rng).unwrap());
    }

    #[test]
    fn secrets_hide() {
        assert_eq!(
            format!("{:?}", Some(Secret::new("abc"))),
            "Some(Secret(***))"
        );
    }

    #[test]
    fn lengths() {
        fn check(password: &str, expected: Result<(), TooShort>) {
            assert_eq!(acceptable(password), expected);
        }
        check("1234567", Err(TooShort));
        check("12345678", Ok(()));
        check("пароль", Err(TooShort));
        check("", Err(TooShort));
    }
}
