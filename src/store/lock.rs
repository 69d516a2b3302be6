//! The run lock: one run at a time on a store, free as soon as its process is gone.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use super::StoreError;

/// Held while the value lives; the operating system releases it with the process. The file
/// beside the store is empty and stays: removing it would let two processes lock two files.
#[derive(Debug)]
pub struct RunLock {
    _file: File,
}

/// Takes the run lock of the store at `path`; `None` where another run holds it.
///
/// # Errors
/// The lock file cannot be made.
pub fn try_lock(path: &Path) -> Result<Option<RunLock>, StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&name).map_err(|error| {
        StoreError::Locking(std::io::Error::new(
            error.kind(),
            format!("cannot make the lock file {}: {error}", name.display()),
        ))
    })?;
    match file.try_lock() {
        Ok(()) => Ok(Some(RunLock { _file: file })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(StoreError::Locking(error)),
    }
}
