//! Why a folder or a file in it cannot be read, in words for the person who runs the program.

use std::io;
use std::path::{Path, PathBuf};

pub(super) use crate::legacy::unreadable::shown;
pub use crate::legacy::unreadable::{Cause, Unreadable};

/// Why FOLDER is not taken.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    #[error("{0} does not exist. Check the path of the export folder.")]
    Missing(PathBuf),
    #[error("{path} is no folder. Give the export folder{hint}.")]
    NoFolder {
        path: PathBuf,
        /// Where it may be; begins with a comma where there is one.
        hint: String,
    },
    #[error("{path} is no ConnectorDB export: {reason}")]
    NoExport { path: PathBuf, reason: String },
    #[error(
        "{0} holds no connectordb.json, which is written last: the export broke off or is still running. Export again, or give --incomplete to take what is there."
    )]
    Incomplete(PathBuf),
    #[error("{file} cannot be understood: {reason}")]
    Marker { file: PathBuf, reason: String },
    #[error(
        "{file} says version {found}. Versions 1 (the Python client's) and 2 (`connectordb export`) can be read."
    )]
    Version { file: PathBuf, found: String },
    #[error("cannot read {}: {reason}. Check that you may read the folder and all in it.", shown(.path))]
    Unreadable { path: PathBuf, reason: String },
}

impl FolderError {
    /// Whether the command names the wrong thing (trying again cannot help).
    #[must_use]
    pub fn is_wrong_command(&self) -> bool {
        !matches!(self, FolderError::Unreadable { .. })
    }

    pub(super) fn io(path: &Path, error: &io::Error) -> Self {
        FolderError::Unreadable {
            path: path.into(),
            reason: error.to_string(),
        }
    }
}
