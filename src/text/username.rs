//! Names under which new accounts log in.

use std::fmt;

/// The most characters of a username, as Django has it.
const MAX_CHARACTERS: usize = 150;

/// A username that a new account may have: letters, digits and `@ . + - _`.
///
/// Old accounts keep whatever name they came with. New ones get no colon, which ends the
/// name in Basic authentication, and no slash, which ends it in a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

/// The text is no [`Username`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a username has letters, digits and the signs @ . + - _ only, and at most {MAX_CHARACTERS} of them"
)]
pub struct NoUsername;

impl Username {
    /// # Errors
    /// [`NoUsername`] where it is empty, too long or has other signs.
    pub fn parse(text: &str) -> Result<Self, NoUsername> {
        let allowed = |c: char| c.is_alphanumeric() || "@.+-_".contains(c);
        if text.is_empty() || text.chars().count() > MAX_CHARACTERS || !text.chars().all(allowed) {
            return Err(NoUsername);
        }
        Ok(Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usernames() {
        fn check(text: &str, expected: bool) {
            assert_eq!(Username::parse(text).is_ok(), expected, "{text:?}");
        }
        check("mario.rossi+1@home_2", true);
        check("жора", true);
        check("", false);
        check("a b", false);
        check("a:b", false);
        check("a/b", false);
        check("a\u{7}", false);
        check(&"a".repeat(151), false);
    }
}
