//! The ledger: what each legacy row became.

use diesel::deserialize;
use diesel::prelude::*;
use diesel::row::NamedRow;
use diesel::sqlite::{Sqlite, SqliteConnection};

use super::bulk::Inserter;
use crate::model::{Fingerprint, Key, Table};
use crate::sql::{self, Bind, Cell, Statement, execute, query, query_int};

pub const COLUMNS: [&str; 8] = [
    "kind",
    "number",
    "text",
    "store_id",
    "adopted",
    "created_run",
    "changed_run",
    "fingerprint",
];

/// One entry, as plans need it.
#[derive(Clone, Debug)]
pub struct Entry {
    pub store_id: i64,
    /// The row was there before any import: it is followed, never written or deleted.
    pub adopted: bool,
    pub changed_run: i64,
    pub fingerprint: Fingerprint,
}

/// Which recipe's rows of which table, as the ledger numbers them; `None` where no run
/// brought any yet.
pub fn kind(
    connection: &mut SqliteConnection,
    recipe: &str,
    table: &Table,
) -> QueryResult<Option<i64>> {
    query_int(
        connection,
        "SELECT id FROM ledger_kinds WHERE recipe = ? AND table_name = ?",
        &[Bind::Text(Some(recipe)), Bind::Text(Some(table.name))],
    )
}

/// The kind's number, given now where it has none.
pub fn make_kind(
    connection: &mut SqliteConnection,
    recipe: &str,
    table: &Table,
) -> QueryResult<i64> {
    execute(
        connection,
        "INSERT INTO ledger_kinds (recipe, table_name) VALUES (?, ?) ON CONFLICT DO NOTHING",
        &[Bind::Text(Some(recipe)), Bind::Text(Some(table.name))],
    )?;
    kind(connection, recipe, table)?.ok_or(diesel::result::Error::NotFound)
}

/// The entries of some keys, in key order.
#[derive(Clone, Debug, Default)]
pub struct Entries {
    entries: Vec<(Key, Entry)>,
    /// Every entry between these two is here.
    covered: Option<(Key, Key)>,
}

impl Entries {
    pub fn get(&self, key: &Key) -> Option<&Entry> {
        let index = self
            .entries
            .binary_search_by(|(other, _)| other.cmp(key))
            .ok()?;
        self.entries.get(index).map(|(_, entry)| entry)
    }

    pub fn iter(&self) -> impl Iterator<Item = &(Key, Entry)> {
        self.entries.iter()
    }

    /// Whether looking these keys up again would find nothing more.
    pub fn cover(&self, keys: &[&Key]) -> bool {
        match (&self.covered, keys.first(), keys.last()) {
            (Some((first, last)), Some(low), Some(high)) => {
                first <= *low && *high <= last && keys.is_sorted()
            }
            _ => false,
        }
    }
}

/// The entries of these keys.
///
/// Keys in order are one walk through the ledger from the first to the last; others are
/// looked up one by one.
pub fn entries(
    connection: &mut SqliteConnection,
    kind: i64,
    keys: &[&Key],
) -> QueryResult<Entries> {
    let (Some(first), Some(last)) = (keys.first(), keys.last()) else {
        return Ok(Entries::default());
    };
    if !keys.is_sorted() {
        return scattered(connection, kind, keys);
    }
    range(connection, kind, first, last)
}

fn range(
    connection: &mut SqliteConnection,
    kind: i64,
    first: &Key,
    last: &Key,
) -> QueryResult<Entries> {
    let rows: Vec<LedgerRow> = Statement::new(
        "SELECT number, text, store_id, adopted, changed_run, fingerprint FROM ledger \
         WHERE kind = ? AND (number, text) >= (?, ?) AND (number, text) <= (?, ?) \
         ORDER BY number, text",
        &[
            Bind::Int(Some(kind)),
            Bind::Int(Some(first.number)),
            Bind::Text(Some(&first.text)),
            Bind::Int(Some(last.number)),
            Bind::Text(Some(&last.text)),
        ],
    )
    .load(connection)?;
    Ok(Entries {
        entries: rows
            .into_iter()
            .map(|LedgerRow(key, entry)| (key, entry))
            .collect(),
        covered: Some((first.clone(), last.clone())),
    })
}

fn scattered(connection: &mut SqliteConnection, kind: i64, keys: &[&Key]) -> QueryResult<Entries> {
    let list: Vec<(i64, &str)> = keys
        .iter()
        .map(|key| (key.number, key.text.as_ref()))
        .collect();
    let list = serde_json::to_string(&list).unwrap_or_default();
    let rows: Vec<LedgerRow> = Statement::new(
        "SELECT number, text, store_id, adopted, changed_run, fingerprint FROM ledger \
         WHERE kind = ? AND (number, text) IN \
         (SELECT value ->> 0, value ->> 1 FROM json_each(?))",
        &[Bind::Int(Some(kind)), Bind::Text(Some(&list))],
    )
    .load(connection)?;
    let mut entries: Vec<(Key, Entry)> = rows
        .into_iter()
        .map(|LedgerRow(key, entry)| (key, entry))
        .collect();
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(Entries {
        entries,
        covered: None,
    })
}

/// A ledger row: key, store id, adopted, changed run, fingerprint.
struct LedgerRow(Key, Entry);

impl QueryableByName<Sqlite> for LedgerRow {
    fn build<'a>(row: &impl NamedRow<'a, Sqlite>) -> deserialize::Result<Self> {
        let key = Key {
            number: sql::integer(row, 0)?,
            text: sql::text(row, 1)?,
        };
        let entry = Entry {
            store_id: sql::integer(row, 2)?,
            adopted: sql::integer(row, 3)? != 0,
            changed_run: sql::integer(row, 4)?,
            fingerprint: sql::bytes(row, 5)?.into(),
        };
        Ok(LedgerRow(key, entry))
    }
}

/// The ledger's own bulk insert.
pub fn inserter() -> Inserter {
    Inserter::new("ledger", &COLUMNS)
}

/// The store ids that imports of any recipe created in this table.
pub fn created_ids(
    connection: &mut SqliteConnection,
    table: &Table,
) -> QueryResult<std::collections::HashSet<i64>> {
    let rows = query(
        connection,
        "SELECT store_id FROM ledger JOIN ledger_kinds ON ledger_kinds.id = kind \
         WHERE table_name = ? AND adopted = 0",
        &[Bind::Text(Some(table.name))],
    )?;
    Ok(rows
        .iter()
        .filter_map(|row| row.0.first().and_then(Cell::int))
        .collect())
}
