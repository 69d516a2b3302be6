//! What a store consists of: every table that travels in a backup, its columns and its key, and
//! the tables that stay behind.

use crate::model::{Kind, series, tables};

use super::ledger;
use super::ledger::ranges;

/// One table, whoever writes it.
#[derive(Clone, Debug)]
pub struct Contents {
    pub name: &'static str,
    pub columns: Vec<(&'static str, Holds)>,
    /// The primary key, in which rows are listed.
    pub key: &'static [&'static str],
    pub ids: Ids,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    Field(Kind),
    Bytes,
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
const INT: Holds = Holds::Field(Kind::Int);
const BOOL: Holds = Holds::Field(Kind::Bool);
const TEXT: Holds = Holds::Field(Kind::Text);
const JSON: Holds = Holds::Field(Kind::Json);
const TIME: Holds = Holds::Field(Kind::Time);

/// Every table that travels, parents before children.
#[must_use]
pub fn all() -> Vec<Contents> {
    let data = tables::ALL.iter().map(|table| {
        let own = table.columns.iter();
        let own = own.map(|(column, kind)| (*column, Holds::Field(*kind)));
        Contents {
            name: table.name,
            columns: std::iter::once(("id", INT)).chain(own).collect(),
            key: BY_ID,
            ids: Ids::Remembered,
        }
    });
    let lists = series::ALL.iter().map(|series| Contents {
        name: series.name,
        columns: series
            .columns()
            .map(|(column, kind)| (column, Holds::Field(kind)))
            .collect(),
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
    let zip = |names: &[&'static str], holds: &[Holds]| {
        let names = names.iter().copied();
        names.zip(holds.iter().copied()).collect()
    };
    [
        Contents {
            name: "runs",
            columns: vec![
                ("id", INT),
                ("recipe", TEXT),
                ("mode", TEXT),
                ("outcome", TEXT),
                ("started", TIME),
                ("finished", TIME),
                ("plan", TEXT),
                ("source_kind", TEXT),
                ("source_identity", TEXT),
                ("stages", JSON),
                ("entities", JSON),
                ("notes", JSON),
            ],
            key: BY_ID,
            ids: Ids::Remembered,
        },
        Contents {
            name: "findings",
            columns: zip(
                &FINDING_COLUMNS,
                &[
                    INT, TEXT, INT, INT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, JSON, BOOL, INT,
                ],
            ),
            key: BY_ID,
            ids: Ids::Remembered,
        },
        Contents {
            name: "ledger_kinds",
            columns: vec![
                ("id", INT),
                ("recipe", TEXT),
                ("table_name", TEXT),
                ("entries", INT),
            ],
            key: BY_ID,
            ids: Ids::Chosen,
        },
        Contents {
            name: "ledger",
            columns: zip(
                &ledger::COLUMNS,
                &[INT, INT, TEXT, INT, BOOL, INT, INT, Holds::Bytes],
            ),
            key: &["kind", "number", "text"],
            ids: Ids::Chosen,
        },
        Contents {
            name: "ledger_ranges",
            columns: zip(
                &ranges::COLUMNS,
                &[INT, TEXT, INT, INT, INT, INT, Holds::Bytes],
            ),
            key: &["kind", "text", "first_row"],
            ids: Ids::Chosen,
        },
        Contents {
            name: "before_images",
            columns: zip(
                &IMAGE_COLUMNS,
                &[INT, INT, INT, INT, TEXT, JSON, Holds::Bytes, BOOL, INT, INT],
            ),
            key: &["run", "kind", "number", "text"],
            ids: Ids::Chosen,
        },
        Contents {
            name: "decisions",
            columns: vec![
                ("key", TEXT),
                ("answer", TEXT),
                ("facts", TEXT),
                ("answered", TIME),
                ("answered_by", TEXT),
            ],
            key: &["key"],
            ids: Ids::Chosen,
        },
    ]
}
