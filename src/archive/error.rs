//! What can be wrong with a backup, in sentences for the person who made or sent it.

use std::io;

use crate::store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("this is no backup of Heirloom: {0}. Name a file that `heirloom backup` wrote.")]
    NotAnArchive(String),
    #[error(
        "the backup is incomplete: it ends before its last member, as after a copy that broke off. Copy it again, or take another one."
    )]
    Incomplete,
    #[error("the backup is damaged: {0}. Copy it again, or take another one.")]
    Damaged(String),
    #[error(
        "the backup was written by Heirloom {version}, which is newer than this one ({ours}). Install Heirloom {version} and restore it there.",
        ours = env!("CARGO_PKG_VERSION")
    )]
    Newer { version: String },
    #[error(
        "the backup was written by Heirloom {version}; the last version that can restore it is {last}. (1) Make another backup of what is there now; (2) stop Heirloom; (3) put the store away; (4) install Heirloom {last}; (5) restore the backup with it; (6) upgrade to this version again and make a new backup at once."
    )]
    TooOld { version: String, last: String },
    #[error("the backup was changed while it was read. Try again when nobody writes to it.")]
    Changed,
    #[error(
        "what was restored is not what was backed up: the digests differ ({restored}, {expected}). Nothing was changed."
    )]
    Differs { restored: String, expected: String },
    #[error(
        "the row {row} of {table} is larger than {limit} MiB, and no backup holds such a row.",
        limit = super::LINE_MAX >> 20
    )]
    RowTooLarge { table: String, row: u64 },
    #[error("the backup cannot be read: {0}.")]
    Reading(io::Error),
    #[error(
        "the backup cannot be written: {0}. Make room, or name another place; nothing is left of it."
    )]
    Writing(#[from] io::Error),
    #[error(
        "{table} cannot be restored: {reason}. Nothing was changed. Does the backup hold what this kind of store cannot?"
    )]
    Unfit { table: String, reason: String },
    #[error(
        "another run holds the lock of this store; nothing was changed. Try again when it has ended."
    )]
    Busy,
    #[error(
        "the store is in use: {0} and did not end in time. Nothing was changed. Wait until that has ended, or end it, and try again."
    )]
    InUse(String),
    #[error("cancelled: nothing was changed")]
    Cancelled,
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for ArchiveError {
    fn from(error: StoreError) -> Self {
        ArchiveError::Store(error)
    }
}

impl From<diesel::result::Error> for ArchiveError {
    fn from(error: diesel::result::Error) -> Self {
        ArchiveError::Store(error.into())
    }
}

impl ArchiveError {
    pub(super) fn damaged(what: impl Into<String>) -> Self {
        ArchiveError::Damaged(what.into())
    }

    /// Whether the fault lies in the backup itself: another try with it cannot help.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            ArchiveError::NotAnArchive(_)
                | ArchiveError::Incomplete
                | ArchiveError::Damaged(_)
                | ArchiveError::Newer { .. }
                | ArchiveError::TooOld { .. }
        )
    }
}
