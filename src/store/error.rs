//! What can go wrong with the store, in words for the person who runs the program.

use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{0} is not a Heirloom store: {1}. Name another file with --store sqlite:PATH.")]
    NotAStore(PathBuf, String),
    #[error(
        "{0} was written by a newer version of Heirloom. Install that version; nothing was changed."
    )]
    Newer(PathBuf),
    #[error(
        "{0} was written by an older version of Heirloom. Any command but a rehearsal brings it up to date, `heirloom runs list` for instance."
    )]
    Older(PathBuf),
    #[error(
        "the folder {0} does not exist. Create it, or name another file with --store sqlite:PATH."
    )]
    NoFolder(PathBuf),
    #[error("cannot open the store {0}: {1}. Check that the file and its folder may be written.")]
    Open(PathBuf, String),
    #[error("cannot read the store {0}: {1}")]
    Unreadable(PathBuf, std::io::Error),
    #[error("cannot bring the store {0} up to date: {1}")]
    Migration(PathBuf, String),
    #[error(
        "cannot make a scratch folder for the rehearsal: {0}. Set TMPDIR to a folder with room."
    )]
    Scratch(std::io::Error),
    #[error("{0}")]
    Locking(std::io::Error),
    #[error("the store's database reported: {0}")]
    Database(#[from] diesel::result::Error),
}

impl StoreError {
    /// Tells a file that is no database from one that cannot be used right now.
    pub(super) fn from_opening(path: &Path, error: diesel::result::Error) -> Self {
        let text = error.to_string();
        if text.contains("not a database") {
            StoreError::NotAStore(path.into(), "it is no SQLite database".into())
        } else {
            StoreError::Open(path.into(), text)
        }
    }

    /// Whether the command was wrong (trying again cannot help), as opposed to a fault.
    pub fn is_wrong_command(&self) -> bool {
        matches!(
            self,
            StoreError::NotAStore(..)
                | StoreError::Newer(_)
                | StoreError::Older(_)
                | StoreError::NoFolder(_)
        )
    }
}
