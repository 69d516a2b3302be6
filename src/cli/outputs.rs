//! Where a command writes: checked before anything is done, because what comes in must not
//! be overwritten by what goes out.

use std::path::{Path, PathBuf};

use super::exit::Failure;
use crate::config::DatabaseUrl;
use crate::files::folder_of;

/// The files that a command has to do with, each by one name only.
#[derive(Default)]
pub struct Outputs {
    taken: Vec<(String, PathBuf)>,
    /// Folders in which nothing is written.
    read: Vec<(String, PathBuf)>,
}

impl Outputs {
    /// A file that is read or kept, and its companions where it is a SQLite database.
    pub fn keep(&mut self, what: &str, path: &Path) {
        for ending in ["", "-wal", "-shm", "-journal", ".lock"] {
            let mut name = path.as_os_str().to_owned();
            name.push(ending);
            self.taken.push((what.into(), place(Path::new(&name))));
        }
    }

    /// A folder that is read, with all that is in it.
    pub fn keep_folder(&mut self, what: &str, path: &Path) {
        self.read.push((what.into(), place(path)));
    }

    /// A database, where it is in a file.
    pub fn keep_database(&mut self, what: &str, url: &DatabaseUrl) {
        if let Some(path) = url.file() {
            self.keep(what, path);
        }
    }

    /// A file that will be written.
    ///
    /// # Errors
    /// It is another file of this command, no plain file, or its folder cannot be written.
    pub fn check(&mut self, option: &str, path: &Path) -> Result<(), Failure> {
        let wrong =
            |reason: String| Failure::wrong(format!("{option}: {} {reason}", path.display()));
        let here = place(path);
        if let Some((other, _)) = self.taken.iter().find(|(_, known)| *known == here) {
            return Err(wrong(format!("is {other} already. Name another file.")));
        }
        if let Some((folder, _)) = self.read.iter().find(|(_, known)| here.starts_with(known)) {
            return Err(wrong(format!("lies in {folder}. Name a file elsewhere.")));
        }
        if std::fs::symlink_metadata(path).is_ok_and(|file| !file.is_file() && !file.is_symlink())
            || path.exists() && !path.is_file()
        {
            return Err(wrong("is there already, and no plain file.".into()));
        }
        tempfile::NamedTempFile::new_in(folder_of(&here))
            .map_err(|error| wrong(format!("cannot be written: {error}")))?;
        self.taken.push((format!("what {option} writes"), here));
        Ok(())
    }
}

/// Where a file is or would be, whatever it is called.
fn place(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| {
        let folder = folder_of(path);
        let folder = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.into());
        folder.join(path.file_name().unwrap_or_default())
    })
}
