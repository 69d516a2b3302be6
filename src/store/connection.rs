//! A connection to either kind of store.
//!
//! Typed queries take a [`Connection`] as it is; statements made at run time go to the
//! database behind it, and so does what only one of the two has.

use diesel::QueryResult;
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::sqlite::SqliteConnection;

use crate::sql::{Bind, Database, FromFields};

pub use multi::{MultiBackend, StoreConnection as Connection};

mod multi {
    use super::{PgConnection, SqliteConnection};

    // the derived code has diesel's own `Connection` in scope
    #[derive(diesel::MultiConnection)]
    pub enum StoreConnection {
        Sqlite(SqliteConnection),
        Postgres(PgConnection),
    }
}

impl Database for Connection {
    fn rows<T: FromFields + 'static>(&mut self, sql: &str, binds: &[Bind]) -> QueryResult<Vec<T>> {
        match self {
            Connection::Sqlite(connection) => connection.rows(sql, binds),
            Connection::Postgres(connection) => connection.rows(sql, binds),
        }
    }

    fn each<T: FromFields + 'static>(
        &mut self,
        sql: &str,
        binds: &[Bind],
        each: impl FnMut(T) -> QueryResult<()>,
    ) -> QueryResult<()> {
        match self {
            Connection::Sqlite(connection) => connection.each(sql, binds, each),
            Connection::Postgres(connection) => connection.each(sql, binds, each),
        }
    }

    fn run(&mut self, sql: &str, binds: &[Bind]) -> QueryResult<usize> {
        match self {
            Connection::Sqlite(connection) => connection.run(sql, binds),
            Connection::Postgres(connection) => connection.run(sql, binds),
        }
    }
}

impl Connection {
    /// Begins a transaction that reads one state of the store.
    ///
    /// # Errors
    /// What the database reports.
    pub fn begin_reading(&mut self) -> QueryResult<()> {
        self.batch_execute(match self {
            Connection::Sqlite(_) => "BEGIN",
            Connection::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        })
    }

    /// Begins a transaction that writes: in SQLite it is the only one, in PostgreSQL it fails
    /// where another changed a row after it began.
    ///
    /// # Errors
    /// What the database reports.
    pub fn begin_writing(&mut self) -> QueryResult<()> {
        self.batch_execute(match self {
            Connection::Sqlite(_) => "BEGIN IMMEDIATE",
            Connection::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ",
        })
    }

    /// # Errors
    /// What the database reports; then nothing was committed, or nobody knows.
    pub fn commit(&mut self) -> QueryResult<()> {
        self.batch_execute("COMMIT")
    }

    /// # Errors
    /// What the database reports; a transaction that a fault has ended is no error.
    pub fn roll_back(&mut self) -> QueryResult<()> {
        self.batch_execute("ROLLBACK")
    }

    /// Runs `work` on one state of the store, whoever writes meanwhile.
    ///
    /// # Errors
    /// What `work` returns, or the database reports.
    pub fn read<T, E: From<diesel::result::Error>>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.begin_reading()?;
        let done = work(self);
        let ended = self.roll_back();
        let value = done?;
        ended?;
        Ok(value)
    }

    /// Runs `work` in a transaction that writes, and commits what it did unless it fails.
    ///
    /// # Errors
    /// What `work` returns, or the database reports.
    pub fn write<T, E: From<diesel::result::Error>>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.begin_writing()?;
        let done = work(self).and_then(|value| {
            self.commit()?;
            Ok(value)
        });
        if done.is_err() {
            // the fault that is told is the first one
            let _ = self.roll_back();
        }
        done
    }

    /// Waits at most so long for another writer.
    ///
    /// # Errors
    /// What the database reports.
    pub fn set_patience(&mut self, milliseconds: u32) -> QueryResult<()> {
        let sql = match self {
            Connection::Sqlite(_) => format!("PRAGMA busy_timeout = {milliseconds}"),
            Connection::Postgres(_) => format!("SET lock_timeout = {milliseconds}"),
        };
        self.batch_execute(&sql)
    }

    /// Settings of one of many connections that answer requests: short waits, little memory.
    ///
    /// # Errors
    /// What the database reports.
    pub fn serve_requests(&mut self, patience: u32) -> QueryResult<()> {
        self.set_patience(patience)?;
        match self {
            Connection::Sqlite(_) => self.batch_execute("PRAGMA cache_size = -4096"),
            Connection::Postgres(_) => Ok(()),
        }
    }
}
