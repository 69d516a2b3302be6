//! The run lock: one run at a time on a store, free as soon as its process is gone.
//!
//! A SQLite store has a file beside it, which the operating system unlocks with the process.
//! A PostgreSQL store has an advisory lock of the very session that writes: it is gone when
//! the connection is, and then nothing can be written either.

use std::fs::{File, OpenOptions, TryLockError};
use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::thread;
use std::time::Duration;

use super::connection::Connection;
use super::{Store, StoreError};
use crate::config::DatabaseUrl;
use crate::sql::{Bind, query_int};

/// Advisory locks are numbers: this one is Heirloom's (`HEIR`), the second is the schema's.
pub(super) const CLASS: i64 = 0x4845_4952;

/// Longer than [`is_free`] holds the lock: who meets it there comes in behind it.
const GLANCE: Duration = Duration::from_millis(100);

/// Held while the value lives, in a session until [`release`].
#[derive(Debug)]
pub enum RunLock {
    /// The file is empty and stays: removing it would let two processes lock two files.
    File {
        _file: File,
    },
    Session,
}

/// Takes the run lock; `None` where another run holds it.
///
/// # Errors
/// The lock file cannot be made, or the database fails.
pub fn try_lock(store: &mut Store) -> Result<Option<RunLock>, StoreError> {
    if let Some(lock) = try_once(store)? {
        return Ok(Some(lock));
    }
    thread::sleep(GLANCE);
    try_once(store)
}

/// Whether nobody holds the run lock.
///
/// # Errors
/// As [`try_lock`].
pub fn is_free(store: &mut Store) -> Result<bool, StoreError> {
    let lock = try_once(store)?;
    let free = lock.is_some();
    if let Some(lock) = lock {
        release(lock, &mut store.connection);
    }
    Ok(free)
}

/// A store whose run lock is held as long as the value lives.
pub struct Held {
    store: Store,
    lock: Option<RunLock>,
}

impl Held {
    /// Takes the run lock; `None` where another run holds it.
    ///
    /// # Errors
    /// As [`try_lock`].
    pub fn take(mut store: Store) -> Result<Option<Held>, StoreError> {
        let lock = try_lock(&mut store)?;
        Ok(lock.map(|lock| Held {
            store,
            lock: Some(lock),
        }))
    }
}

impl Deref for Held {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

impl DerefMut for Held {
    fn deref_mut(&mut self) -> &mut Store {
        &mut self.store
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(lock) = self.lock.take() {
            release(lock, &mut self.store.connection);
        }
    }
}

fn try_once(store: &mut Store) -> Result<Option<RunLock>, StoreError> {
    match &store.url {
        DatabaseUrl::Sqlite(path) => lock_file(path),
        _ => {
            let taken = "SELECT pg_try_advisory_lock(?::int4, hashtext(current_schema()))::int4";
            let taken = query_int(&mut store.connection, taken, &[Bind::Int(Some(CLASS))])?;
            Ok((taken == Some(1)).then_some(RunLock::Session))
        }
    }
}

/// Lets the next run in.
pub fn release(lock: RunLock, connection: &mut Connection) {
    if let RunLock::Session = lock {
        // where it fails the session is gone, and the lock with it
        let _ = query_int(
            connection,
            "SELECT pg_advisory_unlock(?::int4, hashtext(current_schema()))::int4",
            &[Bind::Int(Some(CLASS))],
        );
    }
}

fn lock_file(path: &Path) -> Result<Option<RunLock>, StoreError> {
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
        Ok(()) => Ok(Some(RunLock::File { _file: file })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(StoreError::Locking(error)),
    }
}
