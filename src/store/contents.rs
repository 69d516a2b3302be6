//! What a store consists of: every table that travels in a backup, its columns and its key, and
//! the tables that stay behind.

use crate::model::{Kind, series, tables};

use super::ledger;
use super::ledger::ranges;

/// One table, whoever writes it.
#[derive(Clone, Debug)]
pub struct Contents {
    pub name: &'static str,
    pub columns: Vec<(&'static str, Kind)>,
    /// The primary key, in which rows are listed.
    pub key: &'static [&'static str],
    pub ids: Ids,
}

/// Whether the database remembers the highest id that it ever gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ids {
    Remembered,
    Chosen,
}

/// What a restore does to a table that does not travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// It describes this installation, not its data.
    Stays,
    /// It refers to rows that are replaced.
    Emptied,
}

/// The tables that do not travel. Those of the server need not be there.
pub const LEFT_OUT: [(&str, LeftOut); 4] = [
    ("__diesel_schema_migrations", LeftOut::Stays),
    ("maintenance", LeftOut::Stays),
    ("sessions", LeftOut::Emptied),
    ("tokens", LeftOut::Emptied),
];

/// What is written of a finding.
pub const FINDING_COLUMNS: [&str; 14] = [
    "id",
    "recipe",
    "first_run",
    "last_run",
    "code",
    "severity",
    "stage",
    "entity",
    "legacy_id",
    "name",
    "message",
    "cause",
    "refuses",
    "identity",
];

/// What is written of a before-image.
pub const IMAGE_COLUMNS: [&str; 10] = [
    "run",
    "kind",
    "store_id",
    "number",
    "text",
    "image",
    "fingerprint",
    "adopted",
    "created_run",
    "changed_run",
];

const BY_ID: &[&str] = &["id"];

/// Every table that travels, parents before children.
#[must_use]
pub fn all() -> Vec<Contents> {
    let data = tables::ALL.iter().map(|table| {
        let own = table.columns.iter().copied();
        Contents {
            name: table.name,
            columns: std::iter::once(("id", Kind::Int)).chain(own).collect(),
            key: BY_ID,
            ids: Ids::Remembered,
        }
    });
    let lists = series::ALL.iter().map(|series| Contents {
        name: series.name,
        columns: series.columns().collect(),
        key: series.key,
        ids: Ids::Chosen,
    });
    data.chain(lists).chain(of_the_engine()).collect()
}

/// The names of a table's columns, in the order in which rows are written.
#[must_use]
pub fn columns(table: &str) -> Vec<&'static str> {
    let known = all().into_iter().find(|contents| contents.name == table);
    let columns = known.map(|contents| contents.columns).unwrap_or_default();
    columns.into_iter().map(|(column, _)| column).collect()
}

fn of_the_engine() -> [Contents; 7] {
    use Kind::{Bool, Bytes, Int, Json, Text, Time};
    let zip = |names: &[&'static str], kinds: &[Kind]| {
        let names = names.iter().copied();
        names.zip(kinds.iter().copied()).collect()
    };
    [
        Contents {
            name: "runs",
            columns: vec![
                ("id", Int),
                ("recipe", Text),
                ("mode", Text),
                ("outcome", Text),
                ("started", Time),
                ("finished", Time),
                ("plan", Text),
                ("source_kind", Text),
                ("source_identity", Text),
                ("stages", Json),
                ("entities", Json),
                ("notes", Json),
            ],
            key: BY_ID,
            ids: Ids::Remembered,
        },
        Contents {
            name: "findings",
            columns: zip(
                &FINDING_COLUMNS,
                &[
                    Int, Text, Int, Int, Text, Text, Text, Text, Text, Text, Text, Json, Bool, Int,
                ],
            ),
            key: BY_ID,
            ids: Ids::Remembered,
        },
        Contents {
            name: "ledger_kinds",
            columns: vec![
                ("id", Int),
                ("recipe", Text),
                ("table_name", Text),
                ("entries", Int),
            ],
            key: BY_ID,
            ids: Ids::Chosen,
        },
        Contents {
            name: "ledger",
            columns: zip(
                &ledger::COLUMNS,
                &[Int, Int, Text, Int, Bool, Int, Int, Bytes],
            ),
            key: &["kind", "number", "text"],
            ids: Ids::Chosen,
        },
        Contents {
            name: "ledger_ranges",
            columns: zip(&ranges::COLUMNS, &[Int, Text, Int, Int, Int, Int, Bytes]),
            key: &["kind", "text", "first_row"],
            ids: Ids::Chosen,
        },
        Contents {
            name: "before_images",
            columns: zip(
                &IMAGE_COLUMNS,
                &[Int, Int, Int, Int, Text, Json, Bytes, Bool, Int, Int],
            ),
            key: &["run", "kind", "number", "text"],
            ids: Ids::Chosen,
        },
        Contents {
            name: "decisions",
            columns: vec![
                ("key", Text),
                ("answer", Text),
                ("facts", Text),
                ("answered", Time),
                ("answered_by", Text),
            ],
            key: &["key"],
            ids: Ids::Chosen,
        },
    ]
}
