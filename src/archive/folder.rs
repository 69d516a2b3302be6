//! Where backups lie: files of their own names, each whole under its name or not there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use chrono::{DateTime, Utc};

use super::drill::Drill;
use super::error::ArchiveError;
use super::format::Id;
use super::read::{Scrutiny, read};
use super::write::{Written, write};
use super::{Watch, input};
use crate::files::{self, Readers, folder_of, write_whole};
use crate::store::Connection;

const ENDING: &str = ".tar.gz";
const DRILL: &str = ".drill.json";

/// Who asked for a backup: those of the schedule make room for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    Person,
    Schedule,
}

impl Maker {
    fn prefix(self) -> &'static str {
        match self {
            Maker::Person => "heirloom-",
            Maker::Schedule => "heirloom-scheduled-",
        }
    }
}

/// What a backup of this id is called.
#[must_use]
pub fn file_name(id: &Id, maker: Maker) -> String {
    format!("{}{}{ENDING}", maker.prefix(), id.in_file_name())
}

/// The reverse; `None` where the name is not one that was given here.
fn named(name: &str) -> Option<(Id, Maker)> {
    let rest = name.strip_suffix(ENDING)?;
    [Maker::Schedule, Maker::Person]
        .into_iter()
        .find_map(|maker| {
            let (version, at) = rest.strip_prefix(maker.prefix())?.split_once('_')?;
            let (date, time) = at.split_once('T')?;
            let id = Id::parse(&format!("{version}_{date}T{}", time.replace('-', ":")))?;
            (file_name(&id, maker) == name).then_some((id, maker))
        })
}

/// Makes the folder for backups where it is missing. They hold password hashes: it is its
/// owner's alone.
///
/// # Errors
/// It cannot be made.
pub fn prepare(folder: &Path) -> Result<(), ArchiveError> {
    let mut folders = files::private_folders();
    folders.recursive(true).create(folder).map_err(|error| {
        ArchiveError::Writing(io::Error::new(
            error.kind(),
            format!("the folder {}: {error}", folder.display()),
        ))
    })
}

/// Backs the store up into a file, mode 0600, which is there when it is whole and on the disk.
/// What killed processes left of theirs is removed.
///
/// # Errors
/// As [`write()`]; then nothing is left under the name.
pub fn create(
    connection: &mut Connection,
    path: &Path,
    id: &Id,
    watch: &mut dyn Watch,
) -> Result<Written, ArchiveError> {
    files::sweep(folder_of(path), "heirloom-", SystemTime::now());
    write_whole(path, Readers::Owner, |out| {
        let (_, written) = write(connection, id, out, watch)?;
        Ok(written)
    })
}

/// A backup in the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub path: PathBuf,
    /// The backup's own; that of its name where it cannot be read.
    pub id: Option<Id>,
    pub bytes: u64,
    pub maker: Option<Maker>,
    pub state: State,
}

/// What a look at its members told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Complete,
    Incomplete,
    Damaged,
    /// Of a version that cannot be restored here.
    OtherVersion,
}

impl State {
    /// As people read it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            State::Complete => "complete",
            State::Incomplete => "incomplete",
            State::Damaged => "damaged",
            State::OtherVersion => "other version",
        }
    }
}

/// The backups of a folder, newest first. A folder that is missing has none.
///
/// # Errors
/// The folder cannot be read.
pub fn list(folder: &Path) -> Result<Vec<Entry>, ArchiveError> {
    let mut entries: Vec<Entry> = files(folder)?.iter().filter_map(look).collect();
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.id.as_ref().map(Id::at)));
    Ok(entries)
}

/// The files of a folder; a folder that is missing has none.
fn files(folder: &Path) -> Result<Vec<fs::DirEntry>, ArchiveError> {
    match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        files => Ok(files.map_err(ArchiveError::Reading)?.flatten().collect()),
    }
}

/// What scheduled backups have of this ending, the newest first.
fn scheduled(folder: &Path, ending: &str) -> Result<Vec<fs::DirEntry>, ArchiveError> {
    let mut files: Vec<_> = files(folder)?
        .into_iter()
        .filter_map(|file| {
            let name = file.file_name().into_string().ok()?;
            let (id, maker) = named(&format!("{}{ENDING}", name.strip_suffix(ending)?))?;
            (maker == Maker::Schedule).then(|| (id.at(), file))
        })
        .collect();
    files.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    Ok(files.into_iter().map(|(_, file)| file).collect())
}

fn look(file: &fs::DirEntry) -> Option<Entry> {
    let name = file.file_name().into_string().ok()?;
    let metadata = file.metadata().ok().filter(fs::Metadata::is_file)?;
    if name.starts_with('.') || !name.ends_with(ENDING) {
        return None;
    }
    let (mut id, maker) = named(&name).unzip();
    let path = file.path();
    let read = input::open(&path).and_then(|file| {
        read(&file, Scrutiny::Members, &mut (), &mut |piece| {
            if let super::read::Piece::Manifest(manifest) = piece {
                id = Some(manifest.id.clone());
            }
            Ok(())
        })
    });
    let state = match read {
        Ok(_) => State::Complete,
        Err(ArchiveError::Incomplete) => State::Incomplete,
        Err(ArchiveError::Newer { .. } | ArchiveError::TooOld { .. }) => State::OtherVersion,
        // somebody else's
        Err(_) if id.is_none() => return None,
        Err(_) => State::Damaged,
    };
    Some(Entry {
        path,
        id,
        bytes: metadata.len(),
        maker,
        state,
    })
}

/// When the newest scheduled backup was made that is there. Looking at a backup takes as long
/// as unpacking it: none behind the newest good one is.
///
/// # Errors
/// The folder cannot be read.
pub fn last_scheduled(folder: &Path) -> Result<Option<DateTime<Utc>>, ArchiveError> {
    let files = scheduled(folder, ENDING)?;
    let newest = files.iter().filter_map(look).find(is_kept);
    Ok(newest.and_then(|entry| entry.id).map(|id| id.at()))
}

fn is_kept(entry: &Entry) -> bool {
    matches!(entry.state, State::Complete | State::OtherVersion)
}

/// Removes the older scheduled backups, each with its drill, so that the newest `keep` complete
/// ones are there; returns what went. Nothing else in the folder is touched.
///
/// # Errors
/// The folder cannot be read or written.
pub fn prune(folder: &Path, keep: u32) -> Result<Vec<PathBuf>, ArchiveError> {
    let files = scheduled(folder, ENDING)?;
    let mut gone = Vec::new();
    let kept = files.iter().filter_map(look).filter(is_kept);
    for entry in kept.skip(keep as usize) {
        fs::remove_file(&entry.path).map_err(ArchiveError::Writing)?;
        let _ = fs::remove_file(drill_of(&entry.path));
        gone.push(entry.path);
    }
    Ok(gone)
}

/// The file that says what the drill of a backup came to.
#[must_use]
pub fn drill_of(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.strip_suffix(ENDING).unwrap_or(&name);
    path.with_file_name(format!("{stem}{DRILL}"))
}

/// The newest drill of the folder.
///
/// # Errors
/// The folder cannot be read.
pub fn last_drill(folder: &Path) -> Result<Option<Drill>, ArchiveError> {
    let files = scheduled(folder, DRILL)?;
    Ok(files
        .iter()
        .find_map(|file| serde_json::from_slice(&fs::read(file.path()).ok()?).ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_given() {
        let id = Id::parse("0.1.0_2026-11-21T15:37:19.242Z").unwrap();
        for maker in [Maker::Person, Maker::Schedule] {
            let name = file_name(&id, maker);
            assert!(!name.contains(':'), "{name}");
            assert_eq!(named(&name), Some((id.clone(), maker)), "{name}");
        }
        for other in [
            "heirloom-.tar.gz",
            "heirloom-0.1.0.tar.gz",
            "photos.tar.gz",
            "heirloom-0.1.0_2026-11-21T15:37:19.242Z.tar.gz",
            "heirloom-scheduled-0.1.0_2026-11-21T15-37-19.242Z.tar",
        ] {
            assert_eq!(named(other), None, "{other}");
        }
    }
}
