//! Bulk writes: many rows a statement, every statement prepared once.

use diesel::QueryResult;
use diesel::sqlite::SqliteConnection;

use crate::model::{Kind, Table, Value};
use crate::sql::{Bind, execute};

/// Parameters a statement carries at most: beyond a few hundred nothing is gained.
const BINDS: usize = 400;

/// Inserts rows of equal shape into one table.
pub struct Inserter {
    head: String,
    one: String,
    columns: usize,
    many: String,
    rows: usize,
}

impl Inserter {
    pub fn new(table: &str, columns: &[&str]) -> Self {
        let rows = (BINDS / columns.len()).max(1);
        let head = format!(
            "INSERT INTO {table} ({}) VALUES ",
            columns
                .iter()
                .map(|column| format!("\"{column}\""))
                .collect::<Vec<_>>()
                .join(", ")
        );
        let one = format!("({})", vec!["?"; columns.len()].join(","));
        let many = format!("{head}{}", vec![one.as_str(); rows].join(","));
        Inserter {
            head,
            one,
            columns: columns.len(),
            many,
            rows,
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
        let mut chunks = binds.chunks_exact(self.columns * self.rows);
        for chunk in &mut chunks {
            execute(connection, &self.many, chunk)?;
        }
        let rest = chunks.remainder();
        if !rest.is_empty() {
            let rows = rest.len() / self.columns;
            let sql = format!("{}{}", self.head, vec![self.one.as_str(); rows].join(","));
            execute(connection, &sql, rest)?;
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
