//! What a stored password is, for lists: never the hash itself.

use std::fmt;

use super::{bare_bcrypt, connectordb, django};

/// The form of a stored password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form<'a> {
    /// There is none: nobody logs in.
    None,
    /// Locked (`!…`): nobody logs in.
    Unusable,
    /// In a form that is not known: nobody logs in.
    Unknown,
    /// Argon2id.
    Set,
    /// As the old site wrote it, by its word for the algorithm; the first login replaces it.
    Legacy(&'a str),
}

impl<'a> Form<'a> {
    #[must_use]
    pub fn of(stored: Option<&'a str>) -> Self {
        match stored.unwrap_or_default() {
            "" => Form::None,
            locked if locked.starts_with('!') => Form::Unusable,
            current if current.starts_with("$argon2id$") => Form::Set,
            phc if phc.starts_with("$argon2") || phc.starts_with("argon2$") => {
                Form::Legacy("argon2")
            }
            old if bare_bcrypt::is_known(old) => Form::Legacy(bare_bcrypt::ALGORITHM),
            old => match connectordb::algorithm(old) {
                Some(algorithm) => Form::Legacy(algorithm),
                None => Form::of_django(old),
            },
        }
    }

    fn of_django(stored: &'a str) -> Self {
        match stored {
            old if !django::is_known(old) => Form::Unknown,
            old => match old.split_once('$') {
                Some((algorithm, _)) => Form::Legacy(algorithm),
                None => Form::Legacy("md5"),
            },
        }
    }

    /// What ConnectorDB's exports call it.
    #[must_use]
    pub fn scheme(self) -> &'a str {
        match self {
            Form::None | Form::Unusable | Form::Unknown => "",
            Form::Set => "argon2id",
            Form::Legacy(algorithm) => algorithm,
        }
    }

    /// Whether some password opens it.
    #[must_use]
    pub fn is_usable(self) -> bool {
        matches!(self, Form::Set | Form::Legacy(_))
    }
}

impl fmt::Display for Form<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Form::None => f.write_str("none"),
            Form::Unusable => f.write_str("unusable"),
            Form::Unknown => f.write_str("unknown form"),
            Form::Set => f.write_str("set"),
            Form::Legacy(algorithm) => write!(f, "legacy {algorithm}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        fn check(stored: &str, expected: &str) {
            assert_eq!(Form::of(Some(stored)).to_string(), expected, "{stored}");
        }
        assert_eq!(Form::of(None), Form::None);
        check("", "none");
        check("!x", "unusable");
        check("plain", "unknown form");
        check("sha1$a$b", "unknown form");
        check(
            "sha1$$2f9e53523b62abc141a2b4d6019d23cba835dbd0",
            "legacy sha1",
        );
        check("3cb4e732631f47e6eb961f34554b7cde", "legacy md5");
        check(
            "argon2$argon2i$m=256,t=2,p=1$c29tZXNhbHQ$x",
            "legacy argon2",
        );
        check(&super::super::hash("correct horse").unwrap(), "set");
    }
}
