//! A store of an older version, in a folder that is gone with the value.

use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use diesel::migration::{Migration, MigrationSource as _};
use diesel::sqlite::{Sqlite, SqliteConnection};
use diesel_migrations::MigrationHarness as _;

use super::connection::Connection;
use super::{StoreError, migrations};

/// A folder for a scratch store, which only its owner may enter: it will hold password hashes.
///
/// # Errors
/// There is no room for it.
pub fn folder() -> Result<tempfile::TempDir, StoreError> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("heirloom-scratch-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir().map_err(StoreError::Scratch)
}

/// See the module.
pub struct Scratch {
    connection: Connection,
    _folder: tempfile::TempDir,
}

impl Scratch {
    /// An empty store of this schema version.
    ///
    /// # Errors
    /// There is no room for it.
    pub fn of_version(schema: u32) -> Result<Self, StoreError> {
        let folder = folder()?;
        let path = folder.path().join("scratch.sqlite3");
        let opened = SqliteConnection::establish(&path.to_string_lossy());
        let mut connection = opened
            .map_err(|error| StoreError::Open("a scratch store".into(), error.to_string()))?;
        // nobody needs it after a crash
        connection.batch_execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF")?;
        let mut known: Vec<Box<dyn Migration<Sqlite>>> =
            migrations::SQLITE.migrations().map_err(failed)?;
        known.sort_by_key(|migration| migration.name().version().as_owned());
        // makes the table in which they are noted
        connection.applied_migrations().map_err(failed)?;
        for migration in known.iter().take(schema as usize) {
            connection.run_migration(migration).map_err(failed)?;
        }
        Ok(Scratch {
            connection: Connection::Sqlite(connection),
            _folder: folder,
        })
    }

    pub fn connection(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// Brings it to this program's version.
    ///
    /// # Errors
    /// A migration fails on what it holds.
    pub fn migrate(&mut self) -> Result<(), StoreError> {
        if let Connection::Sqlite(connection) = &mut self.connection {
            connection
                .run_pending_migrations(migrations::SQLITE)
                .map_err(failed)?;
        }
        Ok(())
    }
}

fn failed(error: Box<dyn std::error::Error + Send + Sync>) -> StoreError {
    StoreError::Migration("a scratch store".into(), error.to_string())
}
