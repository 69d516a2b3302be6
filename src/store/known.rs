//! The names that there are, for refusals of one that there is not.

use std::fmt;

/// As many as a sentence holds.
const SHOWN: usize = 20;

/// Displays as the names, or as `none yet`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known(pub Vec<String>);

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none yet");
        }
        let shown = &self.0[..self.0.len().min(SHOWN)];
        f.write_str(&shown.join(", "))?;
        match self.0.len() - shown.len() {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

/// A number of nodes in words.
pub(super) fn nodes(count: i64) -> String {
    match count {
        1 => "1 node".into(),
        count => format!("{count} nodes"),
    }
}
