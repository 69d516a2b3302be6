//! Why a dump is not taken, in words for the person who runs the program.

use std::io;
use std::path::{Path, PathBuf};

use super::documents::Broken;
use crate::legacy::unreadable::{Cause, Unreadable, shown};

#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    #[error("{} does not exist. Check the path of the dump.", shown(.0))]
    Missing(PathBuf),
    #[error("{} is no dump: {reason}", shown(.path))]
    NoDump { path: PathBuf, reason: String },
    /// Its head is damaged; what is wrong further on is told where it is read.
    #[error("the archive {} cannot be understood: {broken}. Make a new dump.", shown(.file))]
    Archive { file: PathBuf, broken: Broken },
    #[error("the archive {} says version {found}. Version 0.1 can be read.", shown(.file))]
    Version { file: PathBuf, found: String },
    #[error("cannot read {}: {reason}. Check that you may read the dump and all in it.", shown(.path))]
    Unreadable { path: PathBuf, reason: String },
    /// The disk on which an archive is unpacked.
    #[error("cannot unpack {}: {reason}. Check that there is room for temporary files.", shown(.path))]
    Unpacking { path: PathBuf, reason: String },
}

impl DumpError {
    /// Whether the command names the wrong thing (trying again cannot help).
    #[must_use]
    pub fn is_wrong_command(&self) -> bool {
        !matches!(
            self,
            DumpError::Archive { .. } | DumpError::Unreadable { .. } | DumpError::Unpacking { .. }
        )
    }

    pub(super) fn io(path: &Path, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => DumpError::Missing(path.into()),
            _ => DumpError::Unreadable {
                path: path.into(),
                reason: error.to_string(),
            },
        }
    }

    pub(super) fn unpacking(path: &Path, error: &io::Error) -> Self {
        DumpError::Unpacking {
            path: path.into(),
            reason: error.to_string(),
        }
    }
}

impl From<Unreadable> for DumpError {
    fn from(error: Unreadable) -> Self {
        let Unreadable {
            file,
            reason,
            cause,
        } = error;
        match cause {
            Cause::Missing => DumpError::Missing(file),
            Cause::Content => DumpError::NoDump { path: file, reason },
            Cause::Fault => DumpError::Unreadable { path: file, reason },
        }
    }
}
