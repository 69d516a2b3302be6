//! What stands behind the question mark, read as Go reads it.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;

use crate::server::connectordb::errors::unknown_path;
use crate::server::trouble::Trouble;

/// Keys and values in their order; the first of a key counts.
pub struct Params(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Trouble> {
        let pairs = Query::<Vec<(String, String)>>::from_request_parts(parts, state).await?;
        Ok(Params(pairs.0))
    }
}

impl Params {
    /// The value of a key; an empty one is none.
    pub fn get(&self, key: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == key);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// # Errors
    /// 404 where the key has none of these values: that is an address which does not exist.
    pub fn only(&self, key: &str, values: &[&str]) -> Result<(), Trouble> {
        match self.get(key).is_some_and(|value| values.contains(&value)) {
            true => Ok(()),
            false => Err(unknown_path()),
        }
    }

    /// A flag, false where it is missing.
    ///
    /// # Errors
    /// 400 where it is none.
    pub fn flag(&self, key: &str) -> Result<bool, Trouble> {
        match self.get(key) {
            None => Ok(false),
            Some(text) => flag(text).ok_or_else(|| unreadable(key)),
        }
    }

    /// An integer, 0 where it is missing.
    ///
    /// # Errors
    /// 400 where it is none.
    pub fn integer(&self, key: &str) -> Result<i64, Trouble> {
        match self.get(key) {
            None => Ok(0),
            Some(text) => integer(text).ok_or_else(|| unreadable(key)),
        }
    }

    /// A number, 0 where it is missing.
    ///
    /// # Errors
    /// 400 where it is none.
    pub fn number(&self, key: &str) -> Result<f64, Trouble> {
        match self.get(key) {
            None => Ok(0.0),
            Some(text) => number(text).ok_or_else(|| unreadable(key)),
        }
    }
}

/// # Errors
/// 400 where something was asked of an object that it does not answer.
pub fn no_more(q: Option<&str>) -> Result<(), Trouble> {
    match q {
        None => Ok(()),
        Some(_) => Err(Trouble::bad("Unrecognized query command.")),
    }
}

fn unreadable(key: &str) -> Trouble {
    Trouble::bad(format!("Could not parse {key} parameter"))
}

fn flag(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

/// With the prefixes `0x`, `0o`, `0b` and `0`.
fn integer(text: &str) -> Option<i64> {
    let (sign, digits) = match text.split_at_checked(1) {
        Some(("-", digits)) => ("-", digits),
        Some(("+", digits)) => ("", digits),
        _ => ("", text),
    };
    let lower = digits.to_ascii_lowercase();
    let prefixes = [("0x", 16), ("0o", 8), ("0b", 2), ("0", 8)];
    let (radix, digits) = prefixes
        .into_iter()
        .find_map(|(prefix, radix)| Some((radix, lower.strip_prefix(prefix)?)))
        .filter(|(_, rest)| !rest.is_empty())
        .unwrap_or((10, &lower));
    match digits.starts_with(['+', '-']) {
        true => None,
        false => i64::from_str_radix(&format!("{sign}{digits}"), radix).ok(),
    }
}

/// A time that a stream can have.
pub fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers() {
        let check = |text: &str, expected| assert_eq!(integer(text), expected, "{text:?}");
        check("0", Some(0));
        check("-0", Some(0));
        check("12", Some(12));
        check("+12", Some(12));
        check("-5", Some(-5));
        check("0x1F", Some(31));
        check("-0X10", Some(-16));
        check("010", Some(8));
        check("0o10", Some(8));
        check("0b11", Some(3));
        check("9223372036854775807", Some(i64::MAX));
        check("-9223372036854775808", Some(i64::MIN));
        for none in [
            "",
            "-",
            "--1",
            "-+1",
            "1.0",
            "09",
            "0x",
            "x",
            "é",
            "9223372036854775808",
        ] {
            check(none, None);
        }
    }

    #[test]
    fn flags_and_numbers() {
        assert_eq!(flag("True"), Some(true));
        assert_eq!(flag("yes"), None);
        assert_eq!(number("1.5e3"), Some(1500.0));
        assert_eq!(number("NaN"), None);
        assert_eq!(number("inf"), None);
        assert_eq!(number(" 1"), None);
    }
}
