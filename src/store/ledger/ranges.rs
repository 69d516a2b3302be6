//! The ledger of lists: which rows of a legacy list came in, by ranges.

use diesel::QueryResult;

use crate::sql::{Bind, Cell, Database as _, FromFields};
use crate::store::bulk::Inserter;
use crate::store::connection::Connection;

pub const COLUMNS: [&str; 7] = [
    "kind",
    "text",
    "first_row",
    "rows",
    "store_id",
    "run",
    "digest",
];

/// Rows of a legacy list that one run brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// Counted from 0.
    pub first_row: i64,
    pub rows: i64,
    /// The row on which the list hangs.
    pub store_id: i64,
    pub run: i64,
    /// Of the rows as the import wrote them.
    pub digest: Box<[u8]>,
}

impl FromFields for Range {
    fn from_fields(mut fields: impl Iterator<Item = Cell>) -> Self {
        let mut next = || fields.next().unwrap_or(Cell::Null);
        Range {
            first_row: next().into_int(),
            rows: next().into_int(),
            store_id: next().into_int(),
            run: next().into_int(),
            digest: next().into_bytes(),
        }
    }
}

/// What came in of one legacy list, in order.
///
/// # Errors
/// What the database reports.
pub fn of(connection: &mut Connection, kind: i64, text: &str) -> QueryResult<Vec<Range>> {
    connection.rows(
        "SELECT first_row, rows, store_id, run, digest FROM ledger_ranges \
         WHERE kind = ? AND text = ? ORDER BY first_row",
        &[Bind::Int(Some(kind)), Bind::Text(Some(text))],
    )
}

/// Takes away what came in of one legacy list.
///
/// # Errors
/// What the database reports.
pub fn forget(connection: &mut Connection, kind: i64, text: &str) -> QueryResult<()> {
    let key = [Bind::Int(Some(kind)), Bind::Text(Some(text))];
    connection.run(
        "DELETE FROM ledger_ranges WHERE kind = ? AND text = ?",
        &key,
    )?;
    Ok(())
}

/// Their bulk insert.
pub fn inserter() -> Inserter {
    Inserter::new("ledger_ranges", &COLUMNS)
}
