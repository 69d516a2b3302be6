//! The new version's database: where everything that Heirloom knows lives.

pub mod accounts;
pub mod bulk;
pub mod digest;
pub mod error;
pub mod ids;
pub mod known;
pub mod layers;
pub mod ledger;
pub mod lock;
pub mod nodes;
pub mod rows;
pub mod schema;
pub mod statuses;
pub mod unclaimed;

use std::path::{Path, PathBuf};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

pub use error::StoreError;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// How long a statement waits for another writer before it gives up.
const BUSY: Duration = Duration::from_secs(10);

/// An open store, migrated to this program's version.
pub struct Store {
    pub connection: SqliteConnection,
    path: PathBuf,
    /// Where a rehearsal works on a store that does not exist: gone with the value.
    _scratch: Option<tempfile::TempDir>,
}

/// What to do where there is no store yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    Create,
    /// A rehearsal: an empty store in a scratch folder stands in, the missing one stays missing.
    StandIn,
}

impl Store {
    /// Opens the SQLite store at `path`, and creates and migrates it where that is allowed.
    ///
    /// # Errors
    /// The file is no SQLite database, something else than a store, a newer store, or cannot
    /// be opened or written.
    pub fn open(path: &Path, missing: Missing) -> Result<Store, StoreError> {
        // one file and one lock, whatever it is called; and never a URI
        let path = &std::fs::canonicalize(path)
            .or_else(|_| std::path::absolute(path))
            .unwrap_or_else(|_| path.into());
        let exists = match std::fs::metadata(path) {
            Ok(file) if file.is_dir() => {
                return Err(StoreError::NotAStore(path.into(), "it is a folder".into()));
            }
            Ok(_) => true,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
            Err(error) => return Err(StoreError::Unreadable(path.into(), error)),
        };
        let (path, scratch) = match missing {
            Missing::StandIn if !exists => {
                let folder = tempfile::tempdir().map_err(StoreError::Scratch)?;
                (folder.path().join("rehearsal.sqlite3"), Some(folder))
            }
            _ => (path.to_path_buf(), None),
        };
        if !exists
            && let Some(folder) = path
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty())
            && !folder.is_dir()
        {
            return Err(StoreError::NoFolder(folder.into()));
        }
        if !exists {
            // it will hold password hashes: its owner's alone
            crate::files::create_private(&path)
                .map_err(|error| StoreError::Open(path.clone(), error.to_string()))?;
        }
        let mut connection = SqliteConnection::establish(&path.to_string_lossy())
            .map_err(|error| StoreError::Open(path.clone(), error.to_string()))?;
        prepare(&mut connection).map_err(|error| StoreError::from_opening(&path, error))?;
        let mut store = Store {
            connection,
            path,
            _scratch: scratch,
        };
        store.migrate(missing)?;
        Ok(store)
    }

    fn migrate(&mut self, missing: Missing) -> Result<(), StoreError> {
        let path = self.path.clone();
        let fault = |error: diesel::result::Error| StoreError::from_opening(&path, error);
        let tables = crate::sql::query_int(
            &mut self.connection,
            "SELECT count(*) FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'",
            &[],
        )
        .map_err(fault)?
        .unwrap_or(0);
        let ours = crate::sql::query_int(
            &mut self.connection,
            "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('__diesel_schema_migrations', 'ledger', 'runs')",
            &[],
        )
        .map_err(fault)?
        .unwrap_or(0);
        if tables > 0 && ours < 3 {
            return Err(StoreError::NotAStore(
                self.path.clone(),
                "it holds tables of something else".into(),
            ));
        }
        let migration = |error: Box<dyn std::error::Error + Send + Sync>| {
            StoreError::Migration(self.path.clone(), error.to_string())
        };
        let known =
            diesel::migration::MigrationSource::<diesel::sqlite::Sqlite>::migrations(&MIGRATIONS)
                .map_err(migration)?;
        if tables > 0 {
            let applied = self.connection.applied_migrations().map_err(migration)?;
            let newer = applied.iter().find(|version| {
                !known
                    .iter()
                    .any(|migration| migration.name().version() == **version)
            });
            if newer.is_some() {
                return Err(StoreError::Newer(self.path.clone()));
            }
            if applied.len() == known.len() {
                return Ok(());
            }
            if missing == Missing::StandIn && self._scratch.is_none() {
                return Err(StoreError::Older(self.path.clone()));
            }
        }
        // large pages: half the calls to the system for the same bytes
        self.connection
            .batch_execute("PRAGMA page_size = 8192; PRAGMA journal_mode = WAL;")
            .map_err(fault)?;
        // one transaction: a process that is killed leaves no half-made store
        self.connection
            .immediate_transaction(|connection| {
                connection
                    .run_pending_migrations(MIGRATIONS)
                    .map(drop)
                    .map_err(diesel::result::Error::QueryBuilderError)
            })
            .map_err(|error| StoreError::Migration(path.clone(), error.to_string()))?;
        Ok(())
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Settings of a connection, none of which is kept in the file. A commit is on the disk
/// (`synchronous`) before it is reported.
fn prepare(connection: &mut SqliteConnection) -> QueryResult<()> {
    connection.batch_execute(&format!(
        "PRAGMA busy_timeout = {};
         PRAGMA foreign_keys = ON;
         PRAGMA synchronous = FULL;
         PRAGMA cache_size = -40960;
         SELECT count(*) FROM sqlite_master;",
        BUSY.as_millis()
    ))
}
