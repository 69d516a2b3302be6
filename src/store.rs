//! The new version's database: where everything that Heirloom knows lives. A SQLite file, or a
//! database on a PostgreSQL server; what only one of the two has stands in the module of its
//! name, in [`connection`], [`lock`] and [`bulk`].

pub mod accounts;
pub mod bulk;
pub mod columns;
pub mod connection;
pub mod contents;
mod copy;
pub mod digest;
pub mod error;
pub mod ids;
pub mod keys;
pub mod known;
pub mod layers;
pub mod ledger;
pub mod lists;
pub mod lock;
pub mod maintenance;
mod migrations;
pub mod nodes;
mod postgres;
pub mod reset;
pub mod rows;
pub mod schema;
pub mod scratch;
mod sqlite;
pub mod statuses;
pub mod streams;
pub mod tokens;
pub mod unclaimed;

pub use connection::Connection;
pub use error::StoreError;
pub use migrations::schema_version;
pub use scratch::Scratch;

use crate::config::DatabaseUrl;

/// How long a statement waits for another writer before it gives up, in milliseconds.
const PATIENCE: u32 = 10_000;

/// An open store, migrated to this program's version.
pub struct Store {
    pub connection: Connection,
    url: DatabaseUrl,
    /// Where a rehearsal works on a SQLite store that does not exist: gone with the value.
    _scratch: Option<tempfile::TempDir>,
}

/// What to do where there is no store yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    Create,
    /// A rehearsal: an empty store that nobody else sees stands in, the missing one stays missing.
    StandIn,
}

impl Store {
    /// Opens the store at `url`, and creates and migrates it where that is allowed. The
    /// database on a server must exist.
    ///
    /// # Errors
    /// It is something else than a store, a newer store, or cannot be opened or written.
    pub fn open(url: &DatabaseUrl, missing: Missing) -> Result<Store, StoreError> {
        match url {
            DatabaseUrl::Sqlite(path) => sqlite::open(path, missing),
            DatabaseUrl::Postgres(server) => postgres::open(server, missing),
            DatabaseUrl::Mysql(_) => Err(StoreError::NoEngine(url.engine())),
        }
    }

    /// Where it is.
    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// Another connection to it, which sees what is committed and takes little memory.
    ///
    /// # Errors
    /// It cannot be reached any more.
    pub fn another(&self) -> Result<Connection, StoreError> {
        match &self.url {
            DatabaseUrl::Sqlite(path) => sqlite::connect_modestly(path),
            DatabaseUrl::Postgres(server) => postgres::connect(server),
            DatabaseUrl::Mysql(_) => Err(StoreError::NoEngine(self.url.engine())),
        }
    }

    /// Connects anew where the server ended the connection.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn reconnect(&mut self) -> Result<(), StoreError> {
        if let DatabaseUrl::Postgres(_) = self.url {
            *self = Store::open(&self.url, Missing::Create)?;
        }
        Ok(())
    }
}
