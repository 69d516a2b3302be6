//! Readers of legacy installations: read-only, one consistent snapshot, page by key.
//!
//! Nothing here knows the store, a terminal or what the rows mean.

mod ahead;
pub mod closed_world;
pub mod sqlite;

pub use closed_world::{Column, Fate, LegacyTable, Need};
pub use sqlite::SqliteSource;

use std::path::PathBuf;

use crate::sql::Cell;

/// One legacy row: its id, and its columns in the order of the table's declaration. A
/// column that is left out reads as NULL.
#[derive(Debug)]
pub struct LegacyRow {
    pub id: i64,
    pub cells: Vec<Cell>,
}

/// Why a legacy source cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    #[error("{0} does not exist. Check the path given with --from.")]
    Missing(PathBuf),
    #[error("{0} is a folder; --from takes the database file in it.")]
    Folder(PathBuf),
    #[error("{0} is no SQLite database. Was it copied whole, from the server's own file?")]
    NotADatabase(PathBuf),
    #[error(
        "{path} is not a nodeshot 0.9 database: {missing}. Expected are the tables auth_user, nodeshot_node, nodeshot_device, nodeshot_interface and nodeshot_link with the columns of nodeshot 0.9."
    )]
    WrongShape { path: PathBuf, missing: String },
    #[error("cannot open {path}: {reason}. Check that you may read the file and its folder.")]
    Unreadable { path: PathBuf, reason: String },
    #[error(
        "reading {table} of {path} failed: {reason}. The file may be damaged or still in use: copy it again while the old server is stopped, or try `sqlite3 FILE .recover`."
    )]
    Broken {
        path: PathBuf,
        table: String,
        reason: String,
    },
}

impl SourceError {
    /// Whether the command names the wrong thing (trying again cannot help).
    pub fn is_wrong_command(&self) -> bool {
        !matches!(
            self,
            SourceError::Unreadable { .. } | SourceError::Broken { .. }
        )
    }
}

/// A table or column that the declaration does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    Table(String),
    Column { table: String, column: String },
}

/// What a source has beside, or short of, the declared tables.
#[derive(Debug, Default)]
pub struct Shape {
    /// Optional tables that are not there.
    pub missing: Vec<&'static str>,
    pub unknown: Vec<Unknown>,
}
