//! A new folder in a legacy system's form, written whole or not at all.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::unreadable::shown;
use crate::files::{self, NewFolder, Place};

/// Why a folder is not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error("{0} exists. Give the name of a folder that is not there yet.")]
    Exists(PathBuf),
    #[error("{0} is not empty. Give an empty folder, or the name of one that is not there yet.")]
    NotEmpty(PathBuf),
    #[error("the folder {0} does not exist. Make it first, or give another place.")]
    NoParent(PathBuf),
    #[error("{0:?} cannot be the name of a folder")]
    Name(String),
    /// A device without its user, a stream without its device, points without their stream; or a
    /// level above that of the folder.
    #[error("nothing was written yet that this could be a part of")]
    Order,
    #[error("cannot write {}: {source}", shown(.path))]
    Io { path: PathBuf, source: io::Error },
}

impl WriteError {
    /// Whether the command names the wrong place (trying again cannot help).
    #[must_use]
    pub fn is_wrong_command(&self) -> bool {
        matches!(
            self,
            WriteError::Exists(_) | WriteError::NotEmpty(_) | WriteError::NoParent(_)
        )
    }

    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| WriteError::Io { path, source }
    }
}

/// Begins a folder.
///
/// # Errors
/// Something else has its place, the folder that it would be in does not exist, or the disk refuses.
pub fn begin(folder: &Path, place: Place) -> Result<NewFolder, WriteError> {
    if !place.allows(folder) {
        return Err(match place {
            Place::Free => WriteError::Exists(folder.into()),
            Place::FreeOrEmpty => WriteError::NotEmpty(folder.into()),
        });
    }
    let parent = files::folder_of(folder);
    if !parent.is_dir() {
        return Err(WriteError::NoParent(parent.into()));
    }
    NewFolder::begin(folder, place).map_err(WriteError::io(folder))
}

/// A name that names a folder in the new one, and none elsewhere.
pub(super) fn folder_name(name: &str) -> Result<&str, WriteError> {
    let strange = matches!(name, "" | "." | "..") || name.contains(['/', '\\', '\0']);
    if strange {
        return Err(WriteError::Name(name.into()));
    }
    Ok(name)
}

/// Writes a small file that only its owner may read.
pub(super) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    files::create_private(path)
        .and_then(|mut file| file.write_all(bytes))
        .map_err(WriteError::io(path))
}
