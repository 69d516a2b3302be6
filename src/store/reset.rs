//! Emptying a store of what imports brought: the clean import before launch begins so.

use std::collections::HashSet;

use diesel::QueryResult;

use super::connection::Connection;
use super::{lists, rows};
use crate::model::series::{self, RUN};
use crate::model::{FieldHash, Fingerprint, Kind, Record as _, Table, Value, tables};
use crate::sql::{Bind, Cell, execute, query, query_int};

/// What became of one table's imported rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emptied {
    pub table: &'static str,
    pub deleted: u64,
    /// Rows that stay: rows of the store's own hang on them, or an account is in use.
    pub kept: u64,
}

/// Layers and statuses are prepared by people, and stay.
const PREPARED: [&str; 2] = ["layers", "statuses"];

/// How many rows of each table imports brought and would be looked at.
///
/// # Errors
/// The store fails.
pub fn brought(connection: &mut Connection) -> QueryResult<Vec<(&'static str, u64)>> {
    let mut all = Vec::new();
    for table in emptied_tables() {
        let sql = format!(
            "SELECT count(*) FROM {} WHERE id IN ({})",
            table.name,
            created(table)
        );
        let count = query_int(connection, &sql, &[])?.unwrap_or(0);
        if count > 0 {
            all.push((table.name, count.unsigned_abs()));
        }
    }
    for series in series::ALL {
        let sql = format!(
            "SELECT count(*) FROM {} WHERE {RUN} IS NOT NULL",
            series.name
        );
        let count = query_int(connection, &sql, &[])?.unwrap_or(0);
        if count > 0 {
            all.insert(0, (series.name, count.unsigned_abs()));
        }
    }
    all.reverse();
    Ok(all)
}

/// Deletes the rows that imports made, children before parents, and forgets how they came: the
/// next import is a first one. A row on which others hang stays, and so does an account that
/// somebody used or was given rights in the store. Belongs into a transaction.
///
/// # Errors
/// The store fails.
pub fn empty(connection: &mut Connection) -> QueryResult<Vec<Emptied>> {
    let mut all = Vec::new();
    for series in series::ALL {
        let sql = format!("DELETE FROM {} WHERE {RUN} IS NOT NULL", series.name);
        let deleted = execute(connection, &sql, &[])? as u64;
        if deleted > 0 {
            lists::close_gaps(connection, series)?;
            all.push(Emptied {
                table: series.name,
                deleted,
                kept: 0,
            });
        }
    }
    for table in emptied_tables() {
        let mut conditions = format!("id IN ({})", created(table));
        for child in tables::ALL {
            for (column, kind) in child.columns {
                if *kind == Kind::Ref(table.name) {
                    conditions.push_str(&format!(
                        " AND NOT EXISTS (SELECT 1 FROM {0} AS child WHERE child.\"{column}\" = {1}.id)",
                        child.name, table.name
                    ));
                }
            }
        }
        for series in series::ALL {
            let (column, owner) = series.owner;
            if owner == table.name {
                conditions.push_str(&format!(
                    " AND NOT EXISTS (SELECT 1 FROM {0} WHERE {0}.{column} = {owner}.id)",
                    series.name
                ));
            }
        }
        if table.name == tables::User::TABLE.name {
            conditions.push_str(" AND last_login IS NULL");
            for id in promoted(connection)? {
                conditions.push_str(&format!(" AND id <> {id}"));
            }
        }
        let sql = format!("DELETE FROM {} WHERE {conditions}", table.name);
        let deleted = execute(connection, &sql, &[])? as u64;
        let sql = format!(
            "SELECT count(*) FROM {} WHERE id IN ({})",
            table.name,
            created(table)
        );
        let kept = query_int(connection, &sql, &[])?
            .unwrap_or(0)
            .unsigned_abs();
        if deleted + kept > 0 {
            all.push(Emptied {
                table: table.name,
                deleted,
                kept,
            });
        }
    }
    for sql in [
        "DELETE FROM before_images",
        "DELETE FROM ledger",
        "DELETE FROM ledger_ranges",
        "DELETE FROM ledger_kinds",
        "UPDATE findings SET last_run = (SELECT max(id) FROM runs) WHERE last_run IS NULL",
    ] {
        execute(connection, sql, &[])?;
    }
    all.reverse();
    Ok(all)
}

/// Children before parents.
fn emptied_tables() -> impl Iterator<Item = &'static Table> {
    tables::ALL
        .iter()
        .rev()
        .copied()
        .filter(|table| !PREPARED.contains(&table.name))
}

fn created(table: &Table) -> String {
    format!(
        "SELECT store_id FROM ledger JOIN ledger_kinds ON ledger_kinds.id = ledger.kind \
         WHERE table_name = '{}' AND NOT adopted",
        table.name
    )
}

/// Accounts that an import made and that somebody gave rights in the store.
fn promoted(connection: &mut Connection) -> QueryResult<HashSet<i64>> {
    let table = tables::User::TABLE;
    let staff = query(
        connection,
        "SELECT users.id, fingerprint FROM users JOIN ledger ON store_id = users.id \
         JOIN ledger_kinds ON ledger_kinds.id = ledger.kind \
         WHERE table_name = ? AND NOT adopted AND (is_staff OR is_superuser)",
        &[Bind::Text(Some(table.name))],
    )?;
    let mut promoted = HashSet::new();
    for row in staff {
        let mut cells = row.0.into_iter();
        let id = cells.next().map_or(0, Cell::into_int);
        let print = Fingerprint::from(cells.next().map(Cell::into_bytes).unwrap_or_default());
        let Some(stored) = rows::by_ids(connection, table, &[id])?.remove(&id) else {
            continue;
        };
        let given = |column: &str| {
            let index = table.column(column);
            stored.values.get(index) == Some(&Value::Int(1))
                && print.field(index) != Some(FieldHash::from(&Value::Int(1)))
        };
        if given("is_staff") || given("is_superuser") {
            promoted.insert(id);
        }
    }
    Ok(promoted)
}
