//! Why a legacy source cannot be read, in words for the person who runs the program.

use std::path::PathBuf;

use crate::connect::ConnectError;

#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    #[error("{0} does not exist. Check the path given with --from.")]
    Missing(PathBuf),
    #[error("{0} is a folder; --from takes the database file in it.")]
    Folder(PathBuf),
    #[error("{0} is no SQLite database. Was it copied whole, from the server's own file?")]
    NotADatabase(PathBuf),
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error(
        "{place} is not a nodeshot 0.9 database: {missing}. Expected are the tables auth_user, nodeshot_node, nodeshot_device, nodeshot_interface and nodeshot_link with the columns of nodeshot 0.9.{hint}"
    )]
    WrongShape {
        place: String,
        missing: String,
        /// What else may be the reason; begins with a space where there is one.
        hint: &'static str,
    },
    #[error("the account may not read {place}: {reason}. {advice}")]
    NotAllowed {
        place: String,
        reason: String,
        advice: &'static str,
    },
    #[error("cannot open {path}: {reason}. Check that you may read the file and its folder.")]
    Unreadable { path: PathBuf, reason: String },
    #[error("reading {table} of {place} failed: {reason}. {advice}")]
    Broken {
        place: String,
        table: String,
        reason: String,
        advice: &'static str,
    },
}

impl SourceError {
    /// Whether the command names the wrong thing (trying again cannot help).
    pub fn is_wrong_command(&self) -> bool {
        match self {
            SourceError::Connect(error) => error.is_wrong_command,
            SourceError::Unreadable { .. } | SourceError::Broken { .. } => false,
            _ => true,
        }
    }
}
