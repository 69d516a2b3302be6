//! Why a transfer ends early, in words for the person who runs the program.

use std::path::{Path, PathBuf};

use super::address::BadAddress;
use crate::legacy::connectordb::{FolderError, NoSuch, Unreadable};
use crate::text::printable;

/// So much of what a server says is shown.
const SHOWN: usize = 200;

/// No secret is in it; what a server said is cleaned and cut.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    #[error("{0}.")]
    Address(#[from] BadAddress),
    #[error("{server} cannot be reached: {reason}. {advice}")]
    Unreachable {
        server: String,
        reason: String,
        advice: &'static str,
    },
    /// At the very beginning.
    #[error(
        "no ConnectorDB answers at {server}: {problem}. Check the URL: host, port, http or https."
    )]
    NoConnectorDb { server: String, problem: String },
    #[error("{server} is ConnectorDB {found}. Servers of 0.3 can be used, from 0.3.0a1 on.")]
    Version { server: String, found: String },
    #[error("{server} does not let {user:?} in: the user or the password is wrong.")]
    Login { server: String, user: String },
    #[error("a user's name for the server has no \":\" and is not empty")]
    UserName,
    #[error("{asked} was answered with what cannot be: {problem}")]
    Garbage { asked: String, problem: String },
    #[error("{asked} was answered with more than {limit} MiB")]
    TooLarge { asked: String, limit: u64 },
    /// A status other than 200.
    #[error("{asked} was refused: {status}{said}")]
    Refused {
        asked: String,
        status: u16,
        /// Begins with a space where the server gave a reason.
        said: String,
    },
    #[error(
        "{asked} leads elsewhere: to {to}. Credentials go only to the server that was named: give that URL if it is the right one."
    )]
    Elsewhere { asked: String, to: String },
    #[error("{asked} leads round in a circle")]
    Circle { asked: String },
    #[error(
        "{asked}: the server said that there are {promised} points, and has only {found}. Try again."
    )]
    Short {
        asked: String,
        promised: u64,
        found: u64,
    },
    #[error(transparent)]
    NoSuch(#[from] NoSuch),
    #[error("{0}")]
    Spool(String),
    #[error("only an admin of {server} may create users, and {user:?} is none")]
    NoRight { server: String, user: String },
    #[error("nothing was written to the server, because it would refuse or mix up this:\n{}", .0.join("\n"))]
    Conflicts(Vec<String>),
    /// Some of an upload is there.
    #[error("{error}\nThe server has these users now, the last one perhaps not whole: {}. Delete them there before you try again.", .users.join(", "))]
    Half {
        error: Box<RemoteError>,
        users: Vec<String>,
    },
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    #[error("cannot write {}: {source}", .path.display())]
    Write {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("cancelled")]
    Cancelled,
}

impl RemoteError {
    /// Whether the command names the wrong thing (trying again cannot help).
    #[must_use]
    pub fn is_wrong_command(&self) -> bool {
        match self {
            RemoteError::Folder(error) => error.is_wrong_command(),
            RemoteError::Refused { status, .. } => (400..500).contains(status),
            RemoteError::Address(_)
            | RemoteError::NoConnectorDb { .. }
            | RemoteError::Version { .. }
            | RemoteError::Login { .. }
            | RemoteError::UserName
            | RemoteError::Elsewhere { .. }
            | RemoteError::NoSuch(_)
            | RemoteError::Spool(_)
            | RemoteError::NoRight { .. }
            | RemoteError::Conflicts(_) => true,
            _ => false,
        }
    }

    /// Whether somebody wanted it to end.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        match self {
            RemoteError::Half { error, .. } => error.is_cancelled(),
            error => matches!(error, RemoteError::Cancelled),
        }
    }

    pub(super) fn write(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| RemoteError::Write { path, source }
    }
}

/// What a server said, short and harmless.
pub fn shown(text: &str) -> String {
    let cut: String = text.chars().take(SHOWN).collect();
    let more = if cut.len() < text.len() { "…" } else { "" };
    format!("{}{more}", printable(&cut))
}
