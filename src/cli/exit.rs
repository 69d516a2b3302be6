//! Exit codes, and failures on their way to one.

use crate::archive::ArchiveError;
use crate::config::{ConfigError, UrlProblem};
use crate::engine::Stop;
use crate::export::geojson::ExportError;
use crate::password::HashError;
use crate::server::ListenError;
use crate::store::StoreError;
use crate::store::accounts::AccountError;
use crate::store::layers::LayerError;
use crate::store::statuses::StatusError;
use crate::text::NoUsername;

/// What the process tells whoever called it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Committed, rehearsed, proven, or nothing to do.
    Done = 0,
    /// Trying again may help; the store is as it was.
    Fault = 1,
    /// Trying again can't help; no row was read.
    Wrong = 2,
    /// Done, but rows were refused.
    Refused = 3,
    Cancelled = 4,
    /// A guard stopped it.
    Held = 5,
    /// Another run holds the lock.
    Busy = 6,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        std::process::ExitCode::from(exit as u8)
    }
}

/// A command that ended early, with the sentence that says what to do.
#[derive(Debug)]
pub struct Failure {
    pub exit: Exit,
    pub message: String,
}

impl Failure {
    pub fn wrong(message: impl Into<String>) -> Self {
        Failure {
            exit: Exit::Wrong,
            message: message.into(),
        }
    }

    pub fn fault(message: impl Into<String>) -> Self {
        Failure {
            exit: Exit::Fault,
            message: message.into(),
        }
    }

    /// Tells the person, on standard error.
    pub fn print(&self) {
        if !self.message.is_empty() {
            super::terminal::complain(&self.message);
        }
    }
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        let exit = match &stop {
            Stop::Wrong(_) => Exit::Wrong,
            Stop::Fault { .. } | Stop::Stale(_) | Stop::Moved(_) => Exit::Fault,
            Stop::Cancelled => Exit::Cancelled,
            Stop::Held { .. } => Exit::Held,
            Stop::Busy => Exit::Busy,
        };
        Failure {
            exit,
            message: stop.to_string(),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Stop::from(error).into()
    }
}

impl From<diesel::result::Error> for Failure {
    fn from(error: diesel::result::Error) -> Self {
        Stop::from(error).into()
    }
}

impl From<ArchiveError> for Failure {
    fn from(error: ArchiveError) -> Self {
        let message = error.to_string();
        match error {
            ArchiveError::Store(error) => error.into(),
            ArchiveError::Busy => Failure {
                exit: Exit::Busy,
                message,
            },
            ArchiveError::Cancelled => Failure {
                exit: Exit::Cancelled,
                message,
            },
            ArchiveError::NotAnArchive(_)
            | ArchiveError::Newer { .. }
            | ArchiveError::TooOld { .. } => Failure::wrong(message),
            ArchiveError::Reading(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Failure::wrong(message)
            }
            _ => Failure::fault(message),
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Failure::wrong(error.to_string())
    }
}

impl From<UrlProblem> for Failure {
    fn from(error: UrlProblem) -> Self {
        Failure::wrong(error.to_string())
    }
}

impl From<ListenError> for Failure {
    fn from(error: ListenError) -> Self {
        match error.is_wrong_configuration() {
            true => Failure::wrong(error.to_string()),
            false => Failure::fault(error.to_string()),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        // whoever read our output has seen enough
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            return Failure {
                exit: Exit::Done,
                message: String::new(),
            };
        }
        Failure::fault(error.to_string())
    }
}

impl From<LayerError> for Failure {
    fn from(error: LayerError) -> Self {
        match error {
            LayerError::Database(error) => error.into(),
            refusal => Failure::wrong(format!("{refusal}.")),
        }
    }
}

impl From<StatusError> for Failure {
    fn from(error: StatusError) -> Self {
        match error {
            StatusError::Database(error) => error.into(),
            StatusError::IsDefault { .. } => Failure::wrong(format!(
                "{error}: heirloom statuses add --name NAME --slug SLUG --default"
            )),
            refusal => Failure::wrong(format!("{refusal}.")),
        }
    }
}

impl From<AccountError> for Failure {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Database(error) => error.into(),
            refusal => Failure::wrong(format!("{refusal}.")),
        }
    }
}

impl From<NoUsername> for Failure {
    fn from(error: NoUsername) -> Self {
        Failure::wrong(format!("{error}."))
    }
}

impl From<HashError> for Failure {
    fn from(error: HashError) -> Self {
        Failure::fault(format!("{error}. Nothing was changed; try again."))
    }
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Store(error) => error.into(),
            ExportError::Output(error) => error.into(),
        }
    }
}
