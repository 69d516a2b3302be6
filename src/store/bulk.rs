//! Bulk writes: many rows a statement, every statement prepared once.

use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;

use crate::model::{Kind, Table, Value};
use crate::sql::{Bind, InsertRows};

/// Parameters a statement carries at most: beyond a few hundred nothing is gained.
const BINDS: usize = 400;

/// Inserts rows of equal shape into one table.
pub struct Inserter {
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
    pub fn insert(&self, connection: &mut SqliteConnection, binds: &[Bind]) -> QueryResult<()> {
        for chunk in binds.chunks(self.columns * self.rows) {
            InsertRows::new(&self.head, self.columns, chunk).execute(connection)?;
        }
        Ok(())
    }
}

/// A value as the parameter that its column takes.
pub fn bind(kind: Kind, value: &Value) -> Bind<'_> {
    match (kind, value) {
        (Kind::Int | Kind::Bool | Kind::Ref(_), Value::Int(number)) => Bind::Int(Some(*number)),
        (Kind::Int | Kind::Bool | Kind::Ref(_), _) => Bind::Int(None),
        (Kind::Real, Value::Real(number)) => Bind::Real(Some(*number)),
        (Kind::Real, Value::Int(number)) => Bind::Real(Some(*number as f64)),
        (Kind::Real, _) => Bind::Real(None),
        (_, Value::Text(text)) => Bind::Text(Some(text)),
        (_, _) => Bind::Text(None),
    }
}
