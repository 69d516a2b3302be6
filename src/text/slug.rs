//! Names that stand in addresses.

use std::fmt;

use super::slugify;

/// A slug that people may give to a layer or a status: ASCII letters, digits, `-` and `_`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slug(String);

impl Slug {
    /// Takes a slug as it was typed; `None` where it is empty or has other signs.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let valid = !text.is_empty()
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        valid.then(|| Self(text.to_owned()))
    }

    /// Makes a slug from a name; `None` where nothing of it is left.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::parse(&slugify(name))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs() {
        fn check(text: &str, parsed: Option<&str>, made: Option<&str>) {
            let slug = Slug::parse(text);
            assert_eq!(slug.as_ref().map(Slug::as_str), parsed, "{text:?}");
            let slug = Slug::from_name(text);
            assert_eq!(slug.as_ref().map(Slug::as_str), made, "{text:?}");
        }
        check("rome_2", Some("rome_2"), Some("rome_2"));
        check("Città Alta", None, Some("citta-alta"));
        check("a/b", None, Some("ab"));
        check("", None, None);
        check("!?", None, None);
    }
}
