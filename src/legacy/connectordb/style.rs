//! JSON as each of the two producers spells it.
//!
//! [`go`] is `encoding/json` of Go 1.8 and later, writing a value that it decoded: compact, keys
//! sorted, numbers as float64. [`python`] is `json.dumps`: `", "` and `": "`, ASCII only. Whole
//! numbers that a float64 cannot hold keep their digits in both.

mod number;
mod plain;
#[cfg(test)]
mod tests;
mod text;
mod tree;

use std::borrow::Cow;

pub use number::{go_number, python_number};
pub use text::{go_text, python_text};

/// A value as Go writes it. What cannot be read (nesting beyond [`tree::DEEPEST`], numbers beyond
/// float64, halves of surrogate pairs) comes out compact, and otherwise as it came.
#[must_use]
pub fn go(raw: &str) -> Cow<'_, str> {
    let raw = trimmed(raw);
    if plain::is_go(raw) {
        return Cow::Borrowed(raw);
    }
    rewritten(raw, tree::Spelling::Go)
}

/// A value as Python writes it, its keys in the order in which they came. What cannot be read
/// comes out compact, as with [`go`].
#[must_use]
pub fn python(raw: &str) -> Cow<'_, str> {
    let raw = trimmed(raw);
    if plain::is_scalar(raw) {
        return Cow::Borrowed(raw);
    }
    rewritten(raw, tree::Spelling::Python)
}

fn rewritten(raw: &str, spelling: tree::Spelling) -> Cow<'_, str> {
    let out = tree::rewrite(raw, spelling).unwrap_or_else(|| compact(raw));
    if out == raw {
        Cow::Borrowed(raw)
    } else {
        Cow::Owned(out)
    }
}

fn trimmed(raw: &str) -> &str {
    raw.trim_matches([' ', '\t', '\n', '\r'])
}

/// Without the white space outside texts.
fn compact(raw: &str) -> String {
    let mut in_text = false;
    let mut escaped = false;
    let kept = raw.chars().filter(|char| {
        let space = !in_text && matches!(char, ' ' | '\t' | '\n' | '\r');
        if *char == '"' && !escaped {
            in_text = !in_text;
        }
        escaped = in_text && *char == '\\' && !escaped;
        !space
    });
    kept.collect()
}
