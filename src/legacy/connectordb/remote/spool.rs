//! Where a download is kept: an export folder, and beside it what it is of and how far it is.
//!
//! ```text
//! DIR/download.json     server, user, what of it; the list that is under way, and how much of it
//!                       is known to be on the disk
//! DIR/export/           the export folder, with its version marker when all of it is there
//! ```
//!
//! A spool that is not kept has no `download.json`, and goes when it is dropped.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use super::error::RemoteError;
use super::server::Server;
use crate::files::{Readers, create_private, private_folders, write_whole};
use crate::legacy::connectordb::Only;
use crate::text::printable;

const STATE: &str = "download.json";
const EXPORT: &str = "export";
/// Held while a download is at work.
const LOCK: &str = "download.lock";

/// See the module.
#[derive(Debug)]
pub struct Spool {
    export: PathBuf,
    kept: Option<Kept>,
    _temporary: Option<TempDir>,
}

#[derive(Debug)]
struct Kept {
    file: PathBuf,
    state: State,
    _lock: File,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    server: String,
    user: String,
    only: Option<String>,
    under_way: Option<UnderWay>,
}

/// A list whose end is not there yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnderWay {
    /// Its file within the export.
    pub file: PathBuf,
    pub points: u64,
    /// What is behind that is torn.
    pub bytes: u64,
}

impl Spool {
    /// One that goes with the process.
    ///
    /// # Errors
    /// There is no place for it.
    pub fn temporary() -> Result<Self, RemoteError> {
        let folder = TempDir::with_prefix("heirloom-");
        let folder = folder.map_err(RemoteError::write(&std::env::temp_dir()))?;
        let export = folder.path().join(EXPORT);
        private_folders()
            .create(&export)
            .map_err(RemoteError::write(&export))?;
        Ok(Spool {
            export,
            kept: None,
            _temporary: Some(folder),
        })
    }

    /// An empty folder that somebody else keeps whole, or removes.
    #[must_use]
    pub fn of_folder(export: &Path) -> Self {
        Spool {
            export: export.into(),
            kept: None,
            _temporary: None,
        }
    }

    /// A new folder, or one that holds an earlier download of the same.
    ///
    /// # Errors
    /// It holds something else, another process is at work on it, or the disk refuses.
    pub fn kept(folder: &Path, server: &Server, only: Option<&Only>) -> Result<Self, RemoteError> {
        let state = State {
            server: server.address().to_string(),
            user: server.user().into(),
            only: only.map(ToString::to_string),
            under_way: None,
        };
        let file = folder.join(STATE);
        let found = found(folder, &file)?;
        if let Some(found) = &found {
            found.must_be_of(folder, &state)?;
        }
        let export = folder.join(EXPORT);
        if !export.is_dir() {
            private_folders()
                .recursive(true)
                .create(&export)
                .map_err(RemoteError::write(&export))?;
        }
        let mut kept = Kept {
            file,
            _lock: lock(folder)?,
            state: found.unwrap_or(state),
        };
        kept.save()?;
        Ok(Spool {
            export,
            kept: Some(kept),
            _temporary: None,
        })
    }

    /// The export folder in it.
    #[must_use]
    pub fn export(&self) -> &Path {
        &self.export
    }

    /// What is there of a list whose end is not.
    pub(super) fn under_way(&self, file: &Path) -> Option<&UnderWay> {
        let under_way = self.kept.as_ref()?.state.under_way.as_ref();
        under_way.filter(|list| list.file == file)
    }

    /// Notes how much of a list is on the disk; `None` where its end is, too.
    pub(super) fn note(&mut self, under_way: Option<UnderWay>) -> Result<(), RemoteError> {
        let Some(kept) = &mut self.kept else {
            return Ok(());
        };
        kept.state.under_way = under_way;
        kept.save()
    }

    /// Whether what is written must be on the disk before it is noted.
    pub(super) fn is_kept(&self) -> bool {
        self.kept.is_some()
    }
}

impl Kept {
    fn save(&mut self) -> Result<(), RemoteError> {
        let text = serde_json::to_vec_pretty(&self.state)
            .map_err(|error| RemoteError::Spool(error.to_string()))?;
        write_whole(&self.file, Readers::Owner, |out| out.write_all(&text))
            .map_err(RemoteError::write(&self.file))
    }
}

impl State {
    fn must_be_of(&self, folder: &Path, wanted: &State) -> Result<(), RemoteError> {
        let same =
            (&self.server, &self.user, &self.only) == (&wanted.server, &wanted.user, &wanted.only);
        match same {
            true => Ok(()),
            false => Err(RemoteError::Spool(format!(
                "--spool: {} holds a download of {}, and this would be one of {}. Give another folder.",
                folder.display(),
                self.holds(),
                wanted.holds()
            ))),
        }
    }

    fn holds(&self) -> String {
        let part = match &self.only {
            Some(only) => format!(", only {}", printable(only)),
            None => String::new(),
        };
        format!(
            "{} as {:?}{part}",
            printable(&self.server),
            printable(&self.user)
        )
    }
}

/// What an earlier download left; `None` where the folder is new or empty.
fn found(folder: &Path, file: &Path) -> Result<Option<State>, RemoteError> {
    let wrong = |problem: &str| {
        RemoteError::Spool(format!(
            "--spool: {} {problem}. Give a new folder.",
            folder.display()
        ))
    };
    if fs::symlink_metadata(folder).is_err() {
        return Ok(None);
    }
    if !folder.is_dir() {
        return Err(wrong("is no folder"));
    }
    match fs::read(file) {
        Ok(text) => serde_json::from_slice(&text)
            .map(Some)
            .map_err(|_| wrong("has a download.json that says nothing")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut entries = fs::read_dir(folder).map_err(RemoteError::write(folder))?;
            // a lock alone is what a download left that had no time
            let other = entries.any(|entry| entry.is_ok_and(|entry| entry.file_name() != LOCK));
            match other {
                true => Err(wrong("holds something, and no download")),
                false => Ok(None),
            }
        }
        Err(error) => Err(RemoteError::write(file)(error)),
    }
}

fn lock(folder: &Path) -> Result<File, RemoteError> {
    let path = folder.join(LOCK);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(_) => create_private(&path).map_err(RemoteError::write(&path))?,
    };
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(_) => Err(RemoteError::Spool(format!(
            "--spool: another download is at work in {}.",
            folder.display()
        ))),
    }
}
