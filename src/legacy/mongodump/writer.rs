//! Writes a new dump that mongorestore takes, whole or not at all.
//!
//! It is built beside its place under a name of its own, and gets its own name when all of it is
//! on the disk. Only its owner may read it: documents hold passwords.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use super::documents::{LIMIT, SMALLEST};
use super::metadata::Kind;
use super::{BUCKETS, metadata, names};
use crate::files::{self, NewFolder, Place};
use crate::legacy::new_folder::{self, WriteError, write_file};

const BUFFER: usize = 64 << 10;

/// A dump under way; where it is dropped unfinished, nothing of it stays.
#[derive(Debug)]
pub struct DumpWriter {
    folder: NewFolder,
}

impl DumpWriter {
    /// Begins a dump.
    ///
    /// # Errors
    /// The folder exists and is not empty, the one that it would be in does not exist, or the disk
    /// refuses.
    pub fn create(folder: &Path) -> Result<Self, WriteError> {
        Ok(DumpWriter {
            folder: new_folder::begin(folder, Place::FreeOrEmpty)?,
        })
    }

    /// Goes on with a collection; its metadata go out as they are, where there are any; where its
    /// files cannot bear its whole name, that is added to them. Collections may be written side by
    /// side.
    ///
    /// # Errors
    /// The database or the collection cannot have its name, the metadata cannot be that
    /// collection's, the collection was there before, or the disk refuses.
    pub fn collection(
        &self,
        database: &str,
        collection: &str,
        kind: Kind,
        metadata: Option<&str>,
    ) -> Result<DocumentWriter, WriteError> {
        let stem = self.begin(database, collection, metadata)?;
        let stem = match kind {
            Kind::TimeSeries => {
                stem.with_file_name(names::of_file(&format!("{BUCKETS}{collection}")))
            }
            Kind::Collection | Kind::View => stem,
        };
        DocumentWriter::begin(with_ending(&stem, ".bson"))
    }

    /// Writes a view, which has no documents.
    ///
    /// # Errors
    /// As [`DumpWriter::collection`].
    pub fn view(&self, database: &str, view: &str, metadata: &str) -> Result<(), WriteError> {
        self.begin(database, view, Some(metadata)).map(drop)
    }

    /// Waits for the disk, and gives the folder its name.
    ///
    /// # Errors
    /// The disk refuses, or the name was taken meanwhile: then there is no folder.
    pub fn finish(self) -> Result<(), WriteError> {
        let name = self.folder.name().to_path_buf();
        self.folder.finish().map_err(WriteError::io(&name))
    }

    /// Writes the metadata; returns what the files of the collection begin with. Of a cut name only
    /// metadata know the rest.
    fn begin(
        &self,
        database: &str,
        collection: &str,
        metadata: Option<&str>,
    ) -> Result<PathBuf, WriteError> {
        if !names::is_database(database) {
            return Err(WriteError::Name(database.into()));
        }
        if !names::is_collection(collection) {
            return Err(WriteError::Name(collection.into()));
        }
        let folder = self.folder.path().join(database);
        match files::private_folders().create(&folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(WriteError::io(&folder)(error));
            }
            _ => {}
        }
        let file = names::of_file(collection);
        let stem = folder.join(&file);
        let path = with_ending(&stem, ".metadata.json");
        let least =
            (metadata.is_none() && names::is_cut(&file)).then(|| metadata::least(collection));
        if let Some(metadata) = metadata.or(least.as_deref()) {
            let metadata =
                described(metadata, collection, &file).map_err(|reason| invalid(&path, reason))?;
            write_file(&path, metadata.as_bytes())?;
        }
        Ok(stem)
    }
}

/// The metadata that bring the collection back: of a cut name, nothing else knows the rest.
fn described<'a>(text: &'a str, collection: &str, file: &str) -> Result<Cow<'a, str>, String> {
    let metadata = metadata::parse(text)?.ok_or("there are no metadata")?;
    // files that were renamed may say another name
    if !names::is_cut(file) || metadata.collection_name.as_deref() == Some(collection) {
        return Ok(text.into());
    }
    let object = metadata::object(text)?;
    match text.split_once('{') {
        // those of older archives say none
        Some((before, behind)) if !object.contains_key("collectionName") => {
            let name = serde_json::Value::from(collection);
            let comma = if object.is_empty() { "" } else { "," };
            Ok(format!(r#"{before}{{"collectionName":{name}{comma}{behind}"#).into())
        }
        _ => Err("the metadata are another collection's".into()),
    }
}

fn with_ending(stem: &Path, ending: &str) -> PathBuf {
    let mut path = stem.as_os_str().to_os_string();
    path.push(ending);
    path.into()
}

fn invalid(path: &Path, reason: impl Into<String>) -> WriteError {
    WriteError::io(path)(io::Error::new(io::ErrorKind::InvalidInput, reason.into()))
}

/// Documents on their way into a file.
#[derive(Debug)]
#[must_use = "a file needs its end"]
pub struct DocumentWriter {
    out: BufWriter<File>,
    path: PathBuf,
    documents: u64,
}

impl DocumentWriter {
    fn begin(path: PathBuf) -> Result<Self, WriteError> {
        let file = files::create_private(&path).map_err(WriteError::io(&path))?;
        Ok(DocumentWriter {
            out: BufWriter::with_capacity(BUFFER, file),
            path,
            documents: 0,
        })
    }

    /// Adds a document as it is.
    ///
    /// # Errors
    /// It would hide what follows: it has another length than it says, has no end, or is larger
    /// than what is read. Or the disk refuses.
    pub fn document(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        let says = bytes
            .first_chunk()
            .map(|length| i32::from_le_bytes(*length));
        let says = says.and_then(|length| usize::try_from(length).ok());
        let fits = says == Some(bytes.len()) && (SMALLEST..=LIMIT).contains(&bytes.len());
        if !fits || bytes.last() != Some(&0) {
            return Err(invalid(&self.path, "a document is not whole"));
        }
        self.documents += 1;
        self.out
            .write_all(bytes)
            .map_err(WriteError::io(&self.path))
    }

    /// Ends the file; returns how many documents it has.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn end(mut self) -> Result<u64, WriteError> {
        self.out.flush().map_err(WriteError::io(&self.path))?;
        Ok(self.documents)
    }
}
