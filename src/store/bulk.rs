//! Bulk writes: many rows a statement, every statement prepared once.

use diesel::prelude::*;

use super::connection::Connection;
use super::copy::copy;
use crate::model::{Kind, Table, Value};
use crate::sql::{Bind, InsertRows};

/// Parameters a statement carries at most: beyond a few hundred nothing is gained.
const BINDS: usize = 400;

/// Inserts rows of equal shape into one table: by statements of many rows in SQLite, by COPY
/// in PostgreSQL.
pub struct Inserter {
    table: String,
    head: String,
    columns: usize,
    /// Rows a statement.
    rows: usize,
}

impl Inserter {
    /// `OR FAIL` spares the copy of each page that would take back a half-done statement:
    /// a failure takes back the whole transaction.
    pub fn new(table: &str, columns: &[&str]) -> Self {
        let names: Vec<String> = columns
            .iter()
            .map(|column| format!("\"{column}\""))
            .collect();
        Inserter {
            table: table.into(),
            head: format!("INSERT OR FAIL INTO {table} ({}) VALUES ", names.join(", ")),
            columns: columns.len(),
            rows: (BINDS / columns.len()).max(1),
        }
    }

    /// For a data table: its id, then its columns.
    pub fn for_table(table: &Table) -> Self {
        let mut columns = vec!["id"];
        columns.extend(table.columns.iter().map(|(column, _)| *column));
        Inserter::new(table.name, &columns)
    }

    /// `binds` holds the rows one behind the other.
    ///
    /// # Errors
    /// What the database reports; a key that is taken by then is among it.
    pub fn insert(&self, connection: &mut Connection, binds: &[Bind]) -> QueryResult<()> {
        if binds.is_empty() {
            return Ok(());
        }
        match connection {
            Connection::Sqlite(connection) => {
                for chunk in binds.chunks(self.columns * self.rows) {
                    InsertRows::new(&self.head, self.columns, chunk).execute(connection)?;
                }
                Ok(())
            }
            Connection::Postgres(connection) => copy(connection, &self.table, self.columns, binds),
        }
    }
}

/// A value as the parameter that its column takes.
pub fn bind(kind: Kind, value: &Value) -> Bind<'_> {
    let text = value.as_text();
    match kind {
        Kind::Int | Kind::Ref(_) => Bind::Int(value.as_int()),
        Kind::Bool => Bind::Bool(value.as_int().map(|number| number != 0)),
        Kind::Real => Bind::Real(value.as_real()),
        Kind::Text | Kind::Password | Kind::Secret => Bind::Text(text),
        Kind::Json => Bind::Json(text),
        Kind::Time => Bind::Time(text),
        Kind::Inet => Bind::Inet(text),
        Kind::Mac => Bind::Mac(text),
        Kind::Bytes => Bind::Bytes(value.as_bytes()),
    }
}
