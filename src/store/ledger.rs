//! The ledger: what each legacy row became.

use std::collections::HashMap;

use diesel::QueryResult;
use diesel::sqlite::SqliteConnection;

use super::bulk::Inserter;
use crate::model::{Fingerprint, Key, Table};
use crate::sql::{Bind, Cell, Cells, query, query_int};

pub const COLUMNS: [&str; 9] = [
    "recipe",
    "table_name",
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

/// Whether an earlier run brought rows of this table.
pub fn has_entries(
    connection: &mut SqliteConnection,
    recipe: &str,
    table: &Table,
) -> QueryResult<bool> {
    let found = query_int(
        connection,
        "SELECT 1 FROM ledger WHERE recipe = ? AND table_name = ? LIMIT 1",
        &[Bind::Text(Some(recipe)), Bind::Text(Some(table.name))],
    )?;
    Ok(found.is_some())
}

/// The entries of these keys.
///
/// Keys in order are one walk through the ledger from the first to the last; others are
/// looked up one by one.
pub fn entries(
    connection: &mut SqliteConnection,
    recipe: &str,
    table: &Table,
    keys: &[&Key],
) -> QueryResult<HashMap<Key, Entry>> {
    let (Some(first), Some(last)) = (keys.first(), keys.last()) else {
        return Ok(HashMap::new());
    };
    if !keys.is_sorted() {
        return scattered(connection, recipe, table, keys);
    }
    range(connection, recipe, table, first, last)
}

fn range(
    connection: &mut SqliteConnection,
    recipe: &str,
    table: &Table,
    first: &Key,
    last: &Key,
) -> QueryResult<HashMap<Key, Entry>> {
    let rows = query(
        connection,
        "SELECT number, text, store_id, adopted, changed_run, fingerprint FROM ledger \
         WHERE recipe = ? AND table_name = ? AND (number, text) >= (?, ?) AND (number, text) <= (?, ?)",
        &[
            Bind::Text(Some(recipe)),
            Bind::Text(Some(table.name)),
            Bind::Int(Some(first.number)),
            Bind::Text(Some(&first.text)),
            Bind::Int(Some(last.number)),
            Bind::Text(Some(&last.text)),
        ],
    )?;
    Ok(rows.into_iter().filter_map(entry).collect())
}

fn scattered(
    connection: &mut SqliteConnection,
    recipe: &str,
    table: &Table,
    keys: &[&Key],
) -> QueryResult<HashMap<Key, Entry>> {
    let list: Vec<(i64, &str)> = keys
        .iter()
        .map(|key| (key.number, key.text.as_ref()))
        .collect();
    let list = serde_json::to_string(&list).unwrap_or_default();
    let rows = query(
        connection,
        "SELECT number, text, store_id, adopted, changed_run, fingerprint FROM ledger \
         WHERE recipe = ? AND table_name = ? AND (number, text) IN \
         (SELECT value ->> 0, value ->> 1 FROM json_each(?))",
        &[
            Bind::Text(Some(recipe)),
            Bind::Text(Some(table.name)),
            Bind::Text(Some(&list)),
        ],
    )?;
    Ok(rows.into_iter().filter_map(entry).collect())
}

fn entry(row: Cells) -> Option<(Key, Entry)> {
    let cells = row.0;
    let key = Key {
        number: cells.first()?.int()?,
        text: cells.get(1)?.text()?.into(),
    };
    let entry = Entry {
        store_id: cells.get(2)?.int()?,
        adopted: cells.get(3)?.int()? != 0,
        changed_run: cells.get(4)?.int()?,
        fingerprint: Fingerprint::from_bytes(cells.get(5).and_then(Cell::bytes)?),
    };
    Some((key, entry))
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
        "SELECT store_id FROM ledger WHERE table_name = ? AND adopted = 0",
        &[Bind::Text(Some(table.name))],
    )?;
    Ok(rows
        .iter()
        .filter_map(|row| row.0.first().and_then(Cell::int))
        .collect())
}
