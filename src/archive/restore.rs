//! A whole store replaced by a backup, in one transaction, after every sum was checked.

use std::fs::File;
use std::path::Path;

use chrono::{DateTime, Utc};

use super::error::ArchiveError;
use super::format::{Id, TableSum};
use super::input;
use super::load::load;
use super::read::{Read, Scrutiny, read};
use super::replace::{self, Ending};
use super::upgrade::upgraded;
use super::{Phase, Progress, Watch};
use crate::store::bulk::Inserter;
use crate::store::columns::TimeText;
use crate::store::digest::digest;
use crate::store::lock::Held;
use crate::store::maintenance::{self, Maintenance, RESTORED};
use crate::store::schema_version;
use crate::time::{to_micros, to_text};

/// Whether it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Commit,
    /// Everything is done and taken back.
    Rehearse,
}

/// What was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The backup's own.
    pub id: Id,
    /// The schema version that it had.
    pub schema: u32,
    /// What was written, after an upgrade.
    pub tables: Vec<TableSum>,
    /// What `heirloom digest` says of it.
    pub digest: String,
}

/// A backup that was checked and waits for being restored.
#[derive(Debug)]
pub struct Source {
    pub(super) file: File,
    /// As it is in the file.
    pub read: Read,
}

impl Source {
    /// Opens a backup and checks every sum of it.
    ///
    /// # Errors
    /// As [`super::verify`].
    pub fn open(path: &Path, watch: &mut dyn Watch) -> Result<Self, ArchiveError> {
        let file = input::open(path)?;
        let read = read(&file, Scrutiny::Whole, watch, &mut |_| Ok(()))?;
        Ok(Source { file, read })
    }
}

/// Replaces the whole store by a backup; `runs` gets no row. An older backup is upgraded on the
/// way. `now` begins the store's new epoch.
///
/// # Errors
/// The file is not the one that was checked any more; the store is in use, refuses a row or
/// fails; `watch` wants it to stop. Then nothing has changed.
pub fn restore(
    store: &mut Held,
    source: &Source,
    mode: Mode,
    now: DateTime<Utc>,
    watch: &mut dyn Watch,
) -> Result<Restored, ArchiveError> {
    let schema = source.read.manifest.schema;
    let upgraded = match schema == schema_version() {
        true => None,
        false => Some(upgraded(source, watch)?),
    };
    let current = upgraded.as_ref().unwrap_or(source);
    let connection = &mut store.connection;
    replace::begin(connection)?;
    let done = replace_rows(connection, current, watch).and_then(|digest| {
        let at = TimeText(to_text(to_micros(now)));
        let row = Maintenance {
            kind: RESTORED.into(),
            archive: Some(source.read.manifest.id.to_string()),
            succeeded: Some(true),
            message: "OK".into(),
            started: at.clone(),
            finished: Some(at),
        };
        maintenance::keep(connection, &row)?;
        Ok(digest)
    });
    let ending = match (&done, mode) {
        (Ok(_), Mode::Commit) if watch.cancelled() => {
            replace::end(connection, Ending::RollBack)?;
            return Err(ArchiveError::Cancelled);
        }
        (Ok(_), Mode::Commit) => Ending::Commit,
        _ => Ending::RollBack,
    };
    let ended = replace::end(connection, ending);
    let digest = done.map_err(|error| replace::in_use(connection, error))?;
    ended?;
    Ok(Restored {
        id: source.read.manifest.id.clone(),
        schema,
        tables: current.read.sums.tables.clone(),
        digest,
    })
}

fn replace_rows(
    connection: &mut crate::store::Connection,
    source: &Source,
    watch: &mut dyn Watch,
) -> Result<String, ArchiveError> {
    let keys = replace::empty(connection)?;
    let mut inserter: Option<(String, Inserter)> = None;
    load(
        connection,
        &source.file,
        &source.read,
        &mut |connection, table, binds| {
            if inserter
                .as_ref()
                .is_none_or(|(name, _)| *name != table.name)
            {
                let columns: Vec<&str> = table.columns.iter().map(String::as_str).collect();
                inserter = Some((table.name.clone(), Inserter::new(&table.name, &columns)));
            }
            match &inserter {
                Some((_, inserter)) => inserter.insert(connection, binds),
                None => Ok(()),
            }
        },
        watch,
    )?;
    replace::settle(connection, keys, &source.read.manifest)?;
    watch.step(Progress {
        phase: Phase::Proving,
        table: "",
        rows: source.read.rows(),
        total: Some(source.read.rows()),
    });
    let restored = digest(connection)?;
    let expected = &source.read.sums.digest;
    if restored == *expected {
        Ok(restored)
    } else {
        Err(ArchiveError::Differs {
            restored,
            expected: expected.clone(),
        })
    }
}
