//! The two papers of a backup: what it holds, and what it came to.

use std::fmt;

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};

/// The version of the format itself.
pub(super) const FORMAT: u32 = 1;

pub(super) const MANIFEST: &str = "manifest.json";
pub(super) const SUMS: &str = "sums.json";

/// The name of a backup: `VERSION_ISODATE`, for instance `0.1.0_2026-11-21T15:37:19.242Z`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Id {
    version: String,
    at: DateTime<Utc>,
}

const TIME: &str = "%Y-%m-%dT%H:%M:%S%.3fZ";
const VERSION_MAX: usize = 64;

impl Id {
    /// That of a backup which this program makes at this moment.
    #[must_use]
    pub fn new(at: DateTime<Utc>) -> Self {
        use chrono::SubsecRound as _;
        Id {
            version: env!("CARGO_PKG_VERSION").into(),
            at: at.trunc_subsecs(3),
        }
    }

    /// Reads it back; `None` where it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (version, at) = text.split_once('_')?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".+-".contains(&byte);
        let known = !version.is_empty() && version.len() <= VERSION_MAX;
        let at = NaiveDateTime::parse_from_str(at, TIME).ok()?.and_utc();
        let id = Id {
            version: version.into(),
            at,
        };
        (known && version.bytes().all(plain) && id.to_string() == text).then_some(id)
    }

    /// The version of Heirloom that made the backup.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// When it was made.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// The id in a file's name, which holds no colon.
    #[must_use]
    pub fn in_file_name(&self) -> String {
        self.to_string().replace(':', "-")
    }
}

impl fmt::Display for Id {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}_{}", self.version, self.at.format(TIME))
    }
}

impl TryFrom<String> for Id {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Id::parse(&text).ok_or("no id of a backup")
    }
}

impl From<Id> for String {
    fn from(id: Id) -> Self {
        id.to_string()
    }
}

/// What every version of Heirloom understands of a manifest.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Head {
    pub format: u32,
    pub schema: u32,
    pub id: Id,
}

/// `manifest.json`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub format: u32,
    /// The version of Heirloom that wrote it.
    pub version: String,
    /// How many migrations the store had.
    pub schema: u32,
    pub id: Id,
    pub tables: Vec<TableHead>,
}

/// A table as the manifest names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableHead {
    pub name: String,
    /// In the order of a row's fields.
    pub columns: Vec<String>,
    /// The highest id that the table ever gave; null where it gives none.
    pub highest_id: Option<i64>,
}

/// `sums.json`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sums {
    /// SHA-256 of the manifest's bytes, in hexadecimal.
    pub manifest: String,
    /// In the manifest's order.
    pub tables: Vec<TableSum>,
    /// What `heirloom digest` says of the data.
    pub digest: String,
}

/// What a table came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableSum {
    pub name: String,
    pub rows: u64,
    /// SHA-256 of all its lines, in hexadecimal.
    pub sha256: String,
}

/// What the `number`th member of a table is called, counted from 1.
pub(super) fn member_name(table: &str, number: u32) -> String {
    format!("{table}/{number:06}.jsonl")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_as_they_are_written_and_nothing_else_is_one() {
        let text = "0.1.0_2026-11-21T15:37:19.242Z";
        let id = Id::parse(text).unwrap();
        assert_eq!(
            (id.to_string().as_str(), id.version(), id.in_file_name()),
            (text, "0.1.0", "0.1.0_2026-11-21T15-37-19.242Z".into())
        );
        let now = Id::new(Utc::now());
        assert_eq!(Id::parse(&now.to_string()), Some(now));
        for none in [
            "",
            "0.1.0",
            "_2026-11-21T15:37:19.242Z",
            "0.1.0_2026-11-21T15:37:19Z",
            "0.1.0_2026-11-21T15:37:19.242",
            "../0_2026-11-21T15:37:19.242Z",
            "0.1.0_2026-13-21T15:37:19.242Z",
        ] {
            assert_eq!(Id::parse(none), None, "{none}");
        }
    }
}
