//! Goes through the folders, three levels deep and no deeper.

use std::fs;
use std::io;
use std::path::Path;

use super::{DeviceDir, Oddity, Problem, StreamDir, UserDir};
use crate::legacy::connectordb::error::FolderError;
use crate::legacy::connectordb::metadata::{
    DeviceMetadata, Metadata, StreamMetadata, UserMetadata,
};
use crate::legacy::connectordb::{DATA, DOWNLINK, MARKER};
use crate::legacy::contents::{self, Contents};

/// The first folder that holds such a file.
pub fn folder_with<'a>(contents: &'a Contents, file: &str) -> Option<&'a Path> {
    let mut folders = contents.folders.iter().map(|(_, path)| path.as_path());
    folders.find(|path| is_plain(&path.join(file)).unwrap_or_default())
}

fn is_plain(path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(found.is_file()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

pub struct Walk<'a> {
    root: &'a Path,
    pub problems: Vec<Problem>,
}

impl<'a> Walk<'a> {
    pub fn new(root: &'a Path) -> Self {
        Walk {
            root,
            problems: Vec::new(),
        }
    }

    fn tell(&mut self, path: &Path, what: Oddity) {
        let path = path.strip_prefix(self.root).unwrap_or(path).into();
        self.problems.push(Problem { path, what });
    }

    pub fn contents(&mut self, folder: &Path) -> Result<Contents, FolderError> {
        let contents = contents::list(folder).map_err(|error| FolderError::io(folder, &error))?;
        for (path, what) in &contents.strange {
            self.tell(path, Oddity::Strange(*what));
        }
        Ok(contents)
    }

    pub fn users(&mut self, contents: Contents) -> Result<Vec<UserDir>, FolderError> {
        self.only(&contents, &[MARKER]);
        self.below(contents, UserMetadata::FILE, Self::user)
    }

    pub fn user(
        &mut self,
        key: String,
        path: &Path,
        contents: Contents,
    ) -> Result<UserDir, FolderError> {
        self.only(&contents, &[UserMetadata::FILE]);
        Ok(UserDir {
            key,
            path: Some(path.into()),
            devices: self.below(contents, DeviceMetadata::FILE, Self::device)?,
        })
    }

    pub fn device(
        &mut self,
        key: String,
        path: &Path,
        contents: Contents,
    ) -> Result<DeviceDir, FolderError> {
        self.only(&contents, &[DeviceMetadata::FILE]);
        let stream =
            |walk: &mut Self, key, path: &Path, contents| Ok(walk.stream(key, path, contents));
        Ok(DeviceDir {
            key,
            path: Some(path.into()),
            streams: self.below(contents, StreamMetadata::FILE, stream)?,
        })
    }

    pub fn stream(&mut self, key: String, path: &Path, contents: Contents) -> StreamDir {
        self.only(&contents, &[StreamMetadata::FILE, DATA, DOWNLINK]);
        for (_, folder) in &contents.folders {
            self.tell(folder, Oddity::Deeper);
        }
        StreamDir {
            key,
            path: path.into(),
            data: contents.file(DATA),
            downlink: contents.file(DOWNLINK),
        }
    }

    /// Tells of every other file.
    fn only(&mut self, contents: &Contents, known: &[&str]) {
        for (name, path) in &contents.files {
            if !known.contains(&name.as_str()) {
                self.tell(path, Oddity::File);
            }
        }
    }

    /// The folders that hold such metadata; tells of the others.
    fn below<T>(
        &mut self,
        contents: Contents,
        metadata: &'static str,
        mut each: impl FnMut(&mut Self, String, &Path, Contents) -> Result<T, FolderError>,
    ) -> Result<Vec<T>, FolderError> {
        let mut dirs = Vec::new();
        for (name, path) in contents.folders {
            let file = path.join(metadata);
            if is_plain(&file).map_err(|error| FolderError::io(&file, &error))? {
                let contents = self.contents(&path)?;
                dirs.push(each(self, name, &path, contents)?);
            } else {
                self.tell(&path, Oddity::Folder { lacks: metadata });
            }
        }
        Ok(dirs)
    }
}
