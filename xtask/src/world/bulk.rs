//! Rows on their way into a server, as INSERTs of many rows each.

use std::cell::RefCell;

use anyhow::{Context, Result, ensure};
use diesel::Connection;
use diesel::connection::SimpleConnection;

use super::rows::Cell;
use super::sink::{Put, Sink};
use super::{Manifest, Spec, generate};

/// Bytes of SQL from which on it is sent: far below what any server refuses.
const ENOUGH: usize = 1 << 20;

/// What differs between the servers that take rows.
#[derive(Debug)]
pub(super) struct Dialect {
    /// What stands around a name.
    pub(super) quote: char,
    /// Appends a value as SQL.
    pub(super) literal: fn(&mut String, Cell<'_>) -> Result<()>,
    /// The oddities that its tables can't hold.
    pub(super) unheld: Vec<&'static str>,
}

/// Writes the world's rows in one transaction and tells which tables took them.
pub(super) fn fill<C: Connection>(
    connection: &mut C,
    dialect: Dialect,
    spec: Spec,
) -> Result<(Manifest, Vec<String>)> {
    connection.transaction(|connection| {
        let sink = Bulk {
            dialect,
            state: RefCell::new(State {
                connection,
                tables: Vec::new(),
                head: String::new(),
                sql: String::new(),
            }),
        };
        let manifest = generate(spec, &sink)?;
        let mut state = sink.state.into_inner();
        state.send()?;
        Ok((manifest, state.tables))
    })
}

/// Refuses a database that has tables.
pub(super) fn ensure_empty(tables: i64) -> Result<()> {
    ensure!(
        tables == 0,
        "the database has {tables} tables; it must be empty"
    );
    Ok(())
}

struct Bulk<'c, C> {
    dialect: Dialect,
    state: RefCell<State<'c, C>>,
}

struct State<'c, C> {
    connection: &'c mut C,
    tables: Vec<String>,
    head: String,
    sql: String,
}

impl<C: SimpleConnection> Sink for Bulk<'_, C> {
    fn open(&self, table: &str, columns: &[&str]) -> Result<Put<'_>> {
        let mut state = self.state.borrow_mut();
        state.send()?;
        let quote = self.dialect.quote;
        let quoted = |name: &str| format!("{quote}{name}{quote}");
        let names: Vec<String> = columns.iter().map(|name| quoted(name)).collect();
        state.head = format!(
            "INSERT INTO {} ({}) VALUES\n",
            quoted(table),
            names.join(", ")
        );
        state.tables.push(table.to_owned());
        Ok(Box::new(|cells| self.put(cells)))
    }

    fn unheld(&self) -> Vec<&'static str> {
        self.dialect.unheld.clone()
    }
}

impl<C: SimpleConnection> Bulk<'_, C> {
    fn put(&self, cells: &[Cell<'_>]) -> Result<()> {
        let mut state = self.state.borrow_mut();
        let State { head, sql, .. } = &mut *state;
        sql.push_str(if sql.is_empty() { head } else { ",\n" });
        for (position, cell) in cells.iter().enumerate() {
            sql.push(if position == 0 { '(' } else { ',' });
            (self.dialect.literal)(sql, *cell)?;
        }
        sql.push(')');
        if sql.len() >= ENOUGH {
            state.send()?;
        }
        Ok(())
    }
}

impl<C: SimpleConnection> State<'_, C> {
    fn send(&mut self) -> Result<()> {
        if self.sql.is_empty() {
            return Ok(());
        }
        let sent = self.connection.batch_execute(&self.sql);
        self.sql.clear();
        sent.with_context(|| self.head.clone())
    }
}
