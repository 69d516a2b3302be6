//! A backup that was never restored is a hope. A drill restores one into a scratch store and
//! holds its digest against the one that the store had.

use std::path::Path;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::error::ArchiveError;
use super::format::Id;
use super::restore::{Mode, Source, restore};
use super::{Watch, folder};
use crate::config::DatabaseUrl;
use crate::files::{Readers, write_whole};
use crate::store::lock::Held;
use crate::store::{Missing, Store, scratch};

/// What a drill came to, as it is kept beside the backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drill {
    /// The backup's; null where it cannot even be read.
    pub id: Option<Id>,
    pub started: DateTime<Utc>,
    pub finished: DateTime<Utc>,
    pub proven: bool,
    /// `OK`, or what is wrong.
    pub message: String,
    /// The digest that both stores had.
    pub digest: Option<String>,
}

/// Restores a backup into a scratch store, which is gone afterwards, and keeps what that came
/// to beside the backup. `now` is the clock.
///
/// # Errors
/// The result cannot be kept, or `watch` wants it to stop. A backup that does not restore is a
/// result, no error.
pub fn drill(
    path: &Path,
    now: impl Fn() -> DateTime<Utc>,
    watch: &mut dyn Watch,
) -> Result<Drill, ArchiveError> {
    let started = now();
    let mut id = None;
    let rehearsed = rehearse(path, &mut id, started, watch);
    if let Err(ArchiveError::Cancelled) = rehearsed {
        return Err(ArchiveError::Cancelled);
    }
    let (message, digest) = match rehearsed {
        Ok(digest) => ("OK".into(), Some(digest)),
        Err(error) => (error.to_string(), None),
    };
    let drill = Drill {
        id,
        started,
        finished: now(),
        proven: digest.is_some(),
        message,
        digest,
    };
    write_whole(
        &folder::drill_of(path),
        Readers::Owner,
        |out| -> Result<(), ArchiveError> {
            serde_json::to_writer_pretty(out, &drill).map_err(std::io::Error::from)?;
            Ok(())
        },
    )?;
    Ok(drill)
}

/// The digest of the scratch store, which a restore compares with the backup's.
fn rehearse(
    path: &Path,
    id: &mut Option<Id>,
    now: DateTime<Utc>,
    watch: &mut dyn Watch,
) -> Result<String, ArchiveError> {
    let source = Source::open(path, watch)?;
    *id = Some(source.read.manifest.id.clone());
    let scratch = scratch::folder()?;
    let url = DatabaseUrl::Sqlite(scratch.path().join("drill.sqlite3"));
    let store = Store::open(&url, Missing::Create)?;
    let mut store = Held::take(store)?.ok_or(ArchiveError::Busy)?;
    Ok(restore(&mut store, &source, Mode::Commit, now, watch)?.digest)
}
