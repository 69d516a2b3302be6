//! The store in a SQLite file.

use std::path::Path;

use diesel::Connection as _;
use diesel::QueryResult;
use diesel::connection::SimpleConnection;
use diesel::sqlite::SqliteConnection;
use diesel_migrations::MigrationHarness;

use super::connection::Connection;
use super::migrations::{self, State};
use super::{Missing, PATIENCE, Store, StoreError};
use crate::config::DatabaseUrl;

pub(super) fn open(path: &Path, missing: Missing) -> Result<Store, StoreError> {
    // one file and one lock, whatever it is called; and never a URI
    let path = &std::fs::canonicalize(path)
        .or_else(|_| std::path::absolute(path))
        .unwrap_or_else(|_| path.into());
    let exists = match std::fs::metadata(path) {
        Ok(file) if file.is_dir() => {
            let place = path.display().to_string();
            return Err(StoreError::NotAStore(place, "it is a folder".into()));
        }
        Ok(_) => true,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        Err(error) => return Err(StoreError::Unreadable(path.into(), error)),
    };
    let (path, scratch) = match missing {
        Missing::StandIn if !exists => {
            let folder = super::scratch::folder()?;
            (folder.path().join("rehearsal.sqlite3"), Some(folder))
        }
        _ => (path.to_path_buf(), None),
    };
    let place = path.display().to_string();
    if !exists {
        let folder = crate::files::folder_of(&path);
        if !folder.is_dir() {
            return Err(StoreError::NoFolder(folder.into()));
        }
        // it will hold password hashes: its owner's alone
        crate::files::create_private(&path)
            .map_err(|error| StoreError::Open(place.clone(), error.to_string()))?;
    }
    let mut connection = connect(&path)?;
    let state = migrations::state(
        &mut connection,
        &place,
        "SELECT count(*) FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'",
        "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('__diesel_schema_migrations', 'ledger', 'runs')",
    )?;
    // a scratch file is there to be made a store
    let missing = match scratch {
        Some(_) => Missing::Create,
        None => missing,
    };
    if let Connection::Sqlite(connection) = &mut connection
        && migrations::wanted(state, missing, &place)?
    {
        migrate(connection, state).map_err(|error| match error {
            Failed::Opening(error) => StoreError::from_opening(&place, &error),
            Failed::Migrating(reason) => StoreError::Migration(place, reason),
        })?;
    }
    Ok(Store {
        connection,
        url: DatabaseUrl::Sqlite(path),
        _scratch: scratch,
    })
}

/// A connection to a file that is there.
pub(super) fn connect(path: &Path) -> Result<Connection, StoreError> {
    let place = path.display().to_string();
    let mut connection = SqliteConnection::establish(&path.to_string_lossy())
        .map_err(|error| StoreError::Open(place.clone(), error.to_string()))?;
    prepare(&mut connection).map_err(|error| StoreError::from_opening(&place, &error))?;
    Ok(Connection::Sqlite(connection))
}

/// The same with a small cache, for one who reads in order.
pub(super) fn connect_modestly(path: &Path) -> Result<Connection, StoreError> {
    let mut connection = connect(path)?;
    connection.batch_execute("PRAGMA cache_size = -2048")?;
    Ok(connection)
}

enum Failed {
    Opening(diesel::result::Error),
    Migrating(String),
}

fn migrate(connection: &mut SqliteConnection, state: State) -> Result<(), Failed> {
    if state == State::Empty {
        // large pages: half the calls to the system for the same bytes
        connection
            .batch_execute("PRAGMA page_size = 8192; PRAGMA journal_mode = WAL;")
            .map_err(Failed::Opening)?;
    }
    // one transaction: a process that is killed leaves no half-made store
    connection
        .immediate_transaction(|connection| {
            connection
                .run_pending_migrations(migrations::SQLITE)
                .map(drop)
                .map_err(diesel::result::Error::QueryBuilderError)
        })
        .map_err(|error| Failed::Migrating(error.to_string()))
}

/// Settings of a connection, none of which is kept in the file. A commit is on the disk
/// (`synchronous`) before it is reported.
fn prepare(connection: &mut SqliteConnection) -> QueryResult<()> {
    connection.batch_execute(&format!(
        "PRAGMA busy_timeout = {PATIENCE};
         PRAGMA foreign_keys = ON;
         PRAGMA synchronous = FULL;
         PRAGMA cache_size = -40960;
         SELECT count(*) FROM sqlite_master;"
    ))
}
