//! Writes a new export folder, whole or not at all.
//!
//! It is built beside its place under a name of its own, and gets its own name when all of it is
//! on the disk; the version marker is the last file in it. Only its owner may read it: it holds
//! keys and password hashes (the Go server leaves its files of points to the umask).

mod data;
mod metadata;

use std::path::{Path, PathBuf};

pub use data::DataWriter;
pub(super) use metadata::{marker, spelled};

pub use crate::legacy::new_folder::{WriteError, begin};

use super::metadata::{DeviceMetadata, Metadata, StreamMetadata, UserMetadata};
use super::tree::Shape;
use super::{DATA, DOWNLINK, MARKER};
use crate::files::Place;
use crate::files::{self, NewFolder};
use crate::legacy::new_folder::{folder_name, write_file};

/// Whose spelling a folder has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `connectordb export`: version 2, with password hashes.
    Go,
    /// The Python client's `export`: version 1, without.
    Python,
}

/// A folder under way; where it is dropped unfinished, nothing of it stays.
///
/// Users, devices and streams are written from the outside in: a device belongs to the user that
/// was written last, a stream to the device.
#[derive(Debug)]
pub struct FolderWriter {
    folder: NewFolder,
    shape: Shape,
    style: Style,
    /// The keys from the outermost level that has a folder of its own.
    at: Vec<String>,
    /// Files that the stream written last must have, and has not yet.
    owed: Vec<PathBuf>,
}

impl FolderWriter {
    /// Begins a folder. Of any shape but an export, the folder itself is that of the one user,
    /// device or stream that must be written first.
    ///
    /// # Errors
    /// The folder exists, the one that it would be in does not, or the disk refuses.
    pub fn create(folder: &Path, shape: Shape, style: Style) -> Result<Self, WriteError> {
        Ok(FolderWriter {
            folder: begin(folder, Place::Free)?,
            shape,
            style,
            at: Vec::new(),
            owed: Vec::new(),
        })
    }

    /// Goes on with a user.
    ///
    /// # Errors
    /// The key is no name of a folder or was there before, or the disk refuses.
    pub fn user(&mut self, key: &str, metadata: &UserMetadata) -> Result<(), WriteError> {
        self.enter(Shape::User, key, metadata).map(drop)
    }

    /// Goes on with a device of the user.
    ///
    /// # Errors
    /// As [`FolderWriter::user`].
    pub fn device(&mut self, key: &str, metadata: &DeviceMetadata) -> Result<(), WriteError> {
        self.enter(Shape::Device, key, metadata).map(drop)
    }

    /// Goes on with a stream of the device. Points that are not asked to be written with
    /// [`FolderWriter::data`] are none: an empty array.
    ///
    /// # Errors
    /// As [`FolderWriter::user`].
    pub fn stream(&mut self, key: &str, metadata: &StreamMetadata) -> Result<(), WriteError> {
        let path = self.enter(Shape::Stream, key, metadata)?;
        self.owed.push(path.join(DATA));
        if metadata.downlink == Some(true) {
            self.owed.push(path.join(DOWNLINK));
        }
        Ok(())
    }

    /// The stream's points.
    ///
    /// # Errors
    /// They were written already, or the disk refuses.
    pub fn data(&mut self) -> Result<DataWriter, WriteError> {
        self.begin_data(DATA)
    }

    /// What was sent to the stream's device.
    ///
    /// # Errors
    /// As [`FolderWriter::data`].
    pub fn downlink(&mut self) -> Result<DataWriter, WriteError> {
        self.begin_data(DOWNLINK)
    }

    /// Writes the version marker of a whole export, waits for the disk, and gives the folder its
    /// name.
    ///
    /// # Errors
    /// The disk refuses, or the name was taken meanwhile: then there is no folder.
    pub fn finish(mut self, written_by: &str) -> Result<(), WriteError> {
        self.settle()?;
        if self.shape == Shape::Export {
            let marker = metadata::marker(self.style, written_by);
            write_file(&self.folder.path().join(MARKER), marker.as_bytes())?;
        }
        let name = self.folder.name().to_path_buf();
        self.folder.finish().map_err(WriteError::io(&name))
    }

    fn enter(
        &mut self,
        level: Shape,
        key: &str,
        metadata: &impl Metadata,
    ) -> Result<PathBuf, WriteError> {
        self.settle()?;
        let depth = self.depth(level)?;
        if depth > 0 {
            let above = self.at.get(..depth - 1).ok_or(WriteError::Order)?;
            self.at = [above, &[folder_name(key)?.to_owned()]].concat();
        }
        let mut path = self.folder.path().to_path_buf();
        path.extend(&self.at);
        if depth > 0 {
            files::private_folders()
                .create(&path)
                .map_err(WriteError::io(&path))?;
        }
        let text = metadata::spelled(self.style, metadata);
        write_file(&path.join(file_of(metadata)), text.as_bytes())?;
        Ok(path)
    }

    fn begin_data(&mut self, file: &str) -> Result<DataWriter, WriteError> {
        if self.depth(Shape::Stream)? != self.at.len() {
            return Err(WriteError::Order);
        }
        let mut path = self.folder.path().to_path_buf();
        path.extend(&self.at);
        path.push(file);
        self.owed.retain(|owed| *owed != path);
        DataWriter::begin(path, self.style)
    }

    /// How many folders below the outermost one a level lies.
    fn depth(&self, level: Shape) -> Result<usize, WriteError> {
        let depth = (level as usize).checked_sub(self.shape as usize);
        depth.ok_or(WriteError::Order)
    }

    /// Empty files where none were written.
    fn settle(&mut self) -> Result<(), WriteError> {
        self.owed
            .drain(..)
            .try_for_each(|path| write_file(&path, b"[]"))
    }
}

fn file_of<T: Metadata>(_: &T) -> &'static str {
    T::FILE
}
