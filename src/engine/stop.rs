//! Why a run ends early. The one place of the error policy: a bad row is data and never gets
//! here; a [`Stop`] is a wrong command, a fault, a person's no, or a guard.

use std::borrow::Cow;

use diesel::result::{DatabaseErrorKind, Error as DbError};

use crate::store::StoreError;

/// Which side of the street failed: `--nodelete` keeps complete stages only where the source did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Source,
    Store,
}

#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// Wrong command, configuration, file or kind of database: trying again can't help.
    #[error("{0}")]
    Wrong(String),
    /// A connection, a disk, a damaged file: trying again may help.
    #[error("{message}")]
    Fault { side: Side, message: String },
    #[error("cancelled: the store is as it was")]
    Cancelled,
    /// A guard stopped the run.
    #[error("{message}")]
    Held {
        code: Cow<'static, str>,
        message: String,
    },
    #[error(
        "another run holds the lock of this store; nothing was read. Try again when it has ended."
    )]
    Busy,
    /// The source changed while it was read, and cannot help it: read it again.
    #[error("the source changed while it was read: {0}")]
    Moved(String),
    /// The store changed between plan and apply: plan again.
    #[error("the store changed while the run was planned: {0}")]
    Stale(String),
}

impl Stop {
    pub fn source(message: impl Into<String>) -> Self {
        Stop::Fault {
            side: Side::Source,
            message: message.into(),
        }
    }

    pub fn store(message: impl Into<String>) -> Self {
        Stop::Fault {
            side: Side::Store,
            message: message.into(),
        }
    }
}

impl From<DbError> for Stop {
    fn from(error: DbError) -> Self {
        let text = error.to_string();
        if let DbError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) = error {
            return Stop::Stale(text);
        }
        let lost = matches!(
            error,
            DbError::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                _
            )
        ) || text.contains("connection");
        let advice = if lost {
            "The connection to its server is gone: check that the server runs, and try again."
        } else if text.contains("locked") {
            "Another program is writing to it: try again when that has ended."
        } else if text.contains("lock timeout") {
            "Another program is using it: try again when that has ended."
        } else if text.contains("readonly") {
            "Check that the file and its folder may be written."
        } else if text.contains("malformed") {
            "The file is damaged: go on from a copy of it, or try `sqlite3 FILE .recover`."
        } else {
            "Check that its disk works and has room, and try again."
        };
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        Stop::store(format!("the store's database reported: {text}. {advice}"))
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Database(error) => error.into(),
            error if error.is_wrong_command() => Stop::Wrong(error.to_string()),
            error => Stop::store(error.to_string()),
        }
    }
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Stop::store(format!(
            "cannot write working files: {error}. Make room, or set TMPDIR to a folder that has it."
        ))
    }
}
