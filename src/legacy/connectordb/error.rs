//! Why a folder or a file in it cannot be read, in words for the person who runs the program.

use std::io;
use std::path::{Path, PathBuf};

use crate::text::printable;

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

/// A file of the export that cannot be read. No secret of it is quoted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} cannot be read: {reason}", shown(.file))]
pub struct Unreadable {
    pub file: PathBuf,
    pub reason: String,
    pub cause: Cause,
}

/// Who is to blame for an [`Unreadable`] file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The file is not there.
    Missing,
    /// What is in it.
    Content,
    /// The disk, or the rights on it.
    Fault,
}

impl Unreadable {
    pub(super) fn content(file: &Path, reason: impl Into<String>) -> Self {
        Unreadable {
            file: file.into(),
            reason: reason.into(),
            cause: Cause::Content,
        }
    }

    pub(super) fn io(file: &Path, error: &io::Error) -> Self {
        let (reason, cause) = match error.kind() {
            io::ErrorKind::NotFound => ("it does not exist".into(), Cause::Missing),
            _ => (error.to_string(), Cause::Fault),
        };
        Unreadable {
            file: file.into(),
            reason,
            cause,
        }
    }
}

/// A path as a terminal may see it: the names in an export are not ours.
pub(super) fn shown(path: &Path) -> String {
    printable(&path.to_string_lossy()).into_owned()
}
