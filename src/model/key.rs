//! The key of a legacy row.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An integer id, a text, or an id and a part of it: `17`, `mario@example.org`, `17/4`.
/// Ordered by number, then by the text's bytes: the canonical order of plans.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key {
    pub number: i64,
    pub text: Box<str>,
}

impl Key {
    pub fn id(number: i64) -> Self {
        Key {
            number,
            text: Box::default(),
        }
    }

    pub fn text(text: impl Into<Box<str>>) -> Self {
        Key {
            number: 0,
            text: text.into(),
        }
    }

    pub fn part(number: i64, text: impl Into<Box<str>>) -> Self {
        Key {
            number,
            text: text.into(),
        }
    }

    /// A hash by which sets of keys are compared.
    pub fn hash(&self) -> u64 {
        xxhash_rust::xxh3::xxh3_64_with_seed(self.text.as_bytes(), self.number as u64)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match (self.number, &*self.text) {
            (number, "") => write!(out, "{number}"),
            (0, text) => out.write_str(text),
            (number, text) => write!(out, "{number}/{text}"),
        }
    }
}
