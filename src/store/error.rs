//! What can go wrong with the store, in words for the person who runs the program.

use std::path::PathBuf;

use crate::connect::ConnectError;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error(
        "a store is a SQLite file or a PostgreSQL database, and {0} is neither: --store sqlite:PATH or --store postgres://USER@HOST/DATABASE."
    )]
    NoEngine(&'static str),
    #[error("{0} is not a Heirloom store: {1}. Name another one with --store.")]
    NotAStore(String, String),
    #[error(
        "{0} was written by a newer version of Heirloom. Install that version; nothing was changed."
    )]
    Newer(String),
    #[error(
        "{0} was written by an older version of Heirloom. Any command but a rehearsal brings it up to date, `heirloom runs list` for instance."
    )]
    Older(String),
    #[error(
        "the folder {0} does not exist. Create it, or name another file with --store sqlite:PATH."
    )]
    NoFolder(PathBuf),
    #[error(
        "{0} has no schema to write in: the search_path names none that exists. CREATE SCHEMA, or another search_path in the URL."
    )]
    NoSchema(String),
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error("cannot open the store {0}: {1}. Check that the file and its folder may be written.")]
    Open(String, String),
    #[error("cannot read the store {0}: {1}")]
    Unreadable(PathBuf, std::io::Error),
    #[error("cannot bring the store {0} up to date: {1}")]
    Migration(String, String),
    #[error(
        "the account may not make tables in {0}: {1}. Make it the database's owner, or on the server: GRANT CREATE ON SCHEMA public TO USER."
    )]
    MayNotCreate(String, String),
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
    pub(super) fn from_opening(place: &str, error: &diesel::result::Error) -> Self {
        let text = error.to_string();
        if text.contains("not a database") {
            StoreError::NotAStore(place.into(), "it is no SQLite database".into())
        } else {
            StoreError::Open(place.into(), text)
        }
    }

    pub(super) fn from_migration(place: &str, error: &diesel::result::Error) -> Self {
        let text = error.to_string();
        if text.contains("permission denied") {
            StoreError::MayNotCreate(place.into(), text)
        } else {
            StoreError::Migration(place.into(), text)
        }
    }

    /// Whether the command was wrong (trying again cannot help), as opposed to a fault.
    pub fn is_wrong_command(&self) -> bool {
        match self {
            StoreError::Connect(error) => error.is_wrong_command,
            StoreError::NoEngine(_)
            | StoreError::NotAStore(..)
            | StoreError::Newer(_)
            | StoreError::Older(_)
            | StoreError::NoFolder(_)
            | StoreError::NoSchema(_)
            | StoreError::MayNotCreate(..) => true,
            _ => false,
        }
    }
}
