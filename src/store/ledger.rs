//! The ledger: what each legacy row became.

mod ahead;
pub mod ranges;

use std::collections::HashSet;
use std::ops::Bound;

use diesel::QueryResult;

use super::bulk::Inserter;
use super::connection::Connection;
use crate::model::{Fingerprint, Key, Table};
use crate::sql::{Bind, Cell, Database as _, FromFields, Id, execute, query_int};

pub use ahead::Ahead;

/// Up to the condition: the entries of one kind, as [`LedgerRow`] reads them.
const SELECT: &str = "SELECT number, text, store_id, adopted, created_run, changed_run, \
    fingerprint FROM ledger WHERE kind = ?";

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
    pub created_run: i64,
    pub changed_run: i64,
    pub fingerprint: Fingerprint,
}

/// Which recipe's rows of which table, as the ledger numbers them; `None` where no run
/// brought any yet.
pub fn kind(connection: &mut Connection, recipe: &str, table: &str) -> QueryResult<Option<i64>> {
    query_int(
        connection,
        "SELECT id FROM ledger_kinds WHERE recipe = ? AND table_name = ?",
        &[Bind::Text(Some(recipe)), Bind::Text(Some(table))],
    )
}

/// The kind's number, given now where it has none.
pub fn make_kind(connection: &mut Connection, recipe: &str, table: &str) -> QueryResult<i64> {
    execute(
        connection,
        "INSERT INTO ledger_kinds (id, recipe, table_name) \
         SELECT coalesce(max(id), 0) + 1, ?, ? FROM ledger_kinds WHERE true ON CONFLICT DO NOTHING",
        &[Bind::Text(Some(recipe)), Bind::Text(Some(table))],
    )?;
    kind(connection, recipe, table)?.ok_or(diesel::result::Error::NotFound)
}

/// Whether no import brought anything.
pub fn is_empty(connection: &mut Connection) -> QueryResult<bool> {
    Ok(query_int(connection, "SELECT kind FROM ledger LIMIT 1", &[])?.is_none())
}

/// How many entries a kind has.
pub fn size(connection: &mut Connection, kind: i64) -> QueryResult<u64> {
    let size = query_int(
        connection,
        "SELECT entries FROM ledger_kinds WHERE id = ?",
        &[Bind::Int(Some(kind))],
    )?;
    Ok(size.unwrap_or(0).unsigned_abs())
}

/// Notes that a kind has so many entries more, or fewer.
pub fn grow(connection: &mut Connection, kind: i64, by: i64) -> QueryResult<()> {
    if by != 0 {
        execute(
            connection,
            "UPDATE ledger_kinds SET entries = entries + ? WHERE id = ?",
            &[Bind::Int(Some(by)), Bind::Int(Some(kind))],
        )?;
    }
    Ok(())
}

/// The next entries from a key on, at most `limit`, in key order.
///
/// # Errors
/// What the database reports.
pub fn page(
    connection: &mut Connection,
    kind: i64,
    from: Bound<&Key>,
    limit: usize,
) -> QueryResult<Vec<(Key, Entry)>> {
    let (from, number, text) = match from {
        Bound::Unbounded => (">", i64::MIN, ""),
        Bound::Included(key) => (">=", key.number, &*key.text),
        Bound::Excluded(key) => (">", key.number, &*key.text),
    };
    selected(
        connection,
        &format!("{SELECT} AND (number, text) {from} (?, ?) ORDER BY number, text LIMIT ?"),
        &[
            Bind::Int(Some(kind)),
            Bind::Int(Some(number)),
            Bind::Text(Some(text)),
            Bind::Int(Some(limit as i64)),
        ],
    )
}

fn selected(
    connection: &mut Connection,
    sql: &str,
    binds: &[Bind],
) -> QueryResult<Vec<(Key, Entry)>> {
    let rows: Vec<LedgerRow> = connection.rows(sql, binds)?;
    Ok(rows
        .into_iter()
        .map(|LedgerRow(key, entry)| (key, entry))
        .collect())
}

/// Forgets the entries of these keys.
pub fn forget(connection: &mut Connection, kind: i64, keys: &[&Key]) -> QueryResult<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "DELETE FROM ledger WHERE kind = ? AND (number, text) IN ({})",
        listed_keys(connection)
    );
    execute(
        connection,
        &sql,
        &[Bind::Int(Some(kind)), Bind::Text(Some(&json_list(keys)))],
    )?;
    Ok(())
}

/// Keys as the parameter of [`listed_keys`].
fn json_list(keys: &[&Key]) -> String {
    let list: Vec<(i64, &str)> = keys
        .iter()
        .map(|key| (key.number, key.text.as_ref()))
        .collect();
    serde_json::to_string(&list).unwrap_or_default()
}

/// A subquery that unfolds it.
fn listed_keys(connection: &Connection) -> &'static str {
    match connection {
        Connection::Sqlite(_) => "SELECT value ->> 0, value ->> 1 FROM json_each(?)",
        Connection::Postgres(_) => {
            "SELECT (value ->> 0)::int8, value ->> 1 FROM json_array_elements(?::json)"
        }
    }
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

/// Fewer keys are looked up by themselves, whoever reads ahead.
const FEW: usize = 8;

/// The entries of these keys.
///
/// Keys in order are one walk through the ledger from the first to the last, which goes on
/// where the one before it ended if somebody reads ahead; others are looked up one by one.
///
/// # Errors
/// What the database reports.
pub fn entries(
    connection: &mut Connection,
    ahead: Option<&mut Ahead>,
    kind: i64,
    keys: &[&Key],
) -> QueryResult<Entries> {
    let (Some(first), Some(last)) = (keys.first(), keys.last()) else {
        return Ok(Entries::default());
    };
    if !keys.is_sorted() {
        return scattered(connection, kind, keys);
    }
    match ahead {
        Some(ahead) if keys.len() >= FEW => ahead.range(kind, first, last),
        _ => range(connection, kind, first, last),
    }
}

fn range(connection: &mut Connection, kind: i64, first: &Key, last: &Key) -> QueryResult<Entries> {
    let entries = selected(
        connection,
        &format!(
            "{SELECT} AND (number, text) >= (?, ?) AND (number, text) <= (?, ?) \
             ORDER BY number, text"
        ),
        &[
            Bind::Int(Some(kind)),
            Bind::Int(Some(first.number)),
            Bind::Text(Some(&first.text)),
            Bind::Int(Some(last.number)),
            Bind::Text(Some(&last.text)),
        ],
    )?;
    Ok(Entries {
        entries,
        covered: Some((first.clone(), last.clone())),
    })
}

fn scattered(connection: &mut Connection, kind: i64, keys: &[&Key]) -> QueryResult<Entries> {
    let listed = listed_keys(connection);
    let mut entries = selected(
        connection,
        &format!("{SELECT} AND (number, text) IN ({listed})"),
        &[Bind::Int(Some(kind)), Bind::Text(Some(&json_list(keys)))],
    )?;
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(Entries {
        entries,
        covered: None,
    })
}

/// A ledger row: key, store id, adopted, changed run, fingerprint.
struct LedgerRow(Key, Entry);

impl FromFields for LedgerRow {
    fn from_fields(mut fields: impl Iterator<Item = Cell>) -> Self {
        let mut next = || fields.next().unwrap_or(Cell::Null);
        let key = Key {
            number: next().into_int(),
            text: next().into_text(),
        };
        let entry = Entry {
            store_id: next().into_int(),
            adopted: next().into_int() != 0,
            created_run: next().into_int(),
            changed_run: next().into_int(),
            fingerprint: next().into_bytes().into(),
        };
        LedgerRow(key, entry)
    }
}

/// The ledger's own bulk insert.
pub fn inserter() -> Inserter {
    Inserter::new("ledger", &COLUMNS)
}

/// The store ids that imports of any recipe created in this table.
pub fn created_ids(connection: &mut Connection, table: &Table) -> QueryResult<HashSet<i64>> {
    let mut ids = HashSet::new();
    connection.each(
        "SELECT store_id FROM ledger JOIN ledger_kinds ON ledger_kinds.id = kind \
         WHERE table_name = ? AND NOT adopted",
        &[Bind::Text(Some(table.name))],
        |Id(id)| {
            ids.insert(id);
            Ok(())
        },
    )?;
    Ok(ids)
}
