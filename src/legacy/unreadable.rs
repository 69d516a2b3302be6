//! A file of an export that cannot be read.

use std::io;
use std::path::{Path, PathBuf};

use crate::text::printable;

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
            // not the system says so, but a decoder
            _ if error.raw_os_error().is_none() => (error.to_string(), Cause::Content),
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
