//! What a dump holds: names, files and metadata, in the order of the names.

mod advice;
mod folder;
mod kinds;
mod prelude;
mod problem;
mod series;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};

pub use problem::{Oddity, Problem};

use super::archive::{self, Archive};
use super::documents::{Data, Packing};
use super::error::DumpError;
use super::metadata::{self, Kind, Metadata};
use super::names;
use crate::legacy::contents;
use kinds::FileKind;

/// What was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A folder of databases.
    Root,
    /// The folder of one database.
    Database,
    /// One file of documents; its database has the name of its folder.
    Collection,
    /// All in one file.
    Archive,
}

/// What made the dump, where it says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Versions {
    pub server: Option<String>,
    pub tool: Option<String>,
}

/// A dump; where it is an archive, all of it is checked.
#[derive(Clone, Debug)]
pub struct Dump {
    pub shape: Shape,
    pub versions: Versions,
    pub databases: Vec<Database>,
    pub problems: Vec<Problem>,
}

#[derive(Clone, Debug)]
pub struct Database {
    pub name: String,
    pub collections: Vec<Collection>,
}

#[derive(Clone, Debug)]
pub struct Collection {
    /// As in the database: unescaped, and whole. The documents of time series are that
    /// collection's, whatever their file is called.
    pub name: String,
    pub kind: Kind,
    /// Views have none.
    pub data: Option<Data>,
    /// Old dumps, and files of documents alone, have none.
    pub metadata: Option<Metadata>,
}

impl Dump {
    /// Looks through a dump, following no link in it. An archive is read to its end, and unpacked
    /// into a temporary file if it is packed.
    ///
    /// # Errors
    /// It is no dump, or cannot be read; the error says what to give instead.
    pub fn open(path: &Path) -> Result<Dump, DumpError> {
        let failed = |error| DumpError::io(path, &error);
        // what was given may be a link
        let whole = std::fs::canonicalize(path).map_err(failed)?;
        let found = std::fs::metadata(&whole).map_err(failed)?;
        if found.is_dir() {
            return folder(path);
        }
        if !found.is_file() {
            return Err(advice::no_dump(path, "it is neither a file nor a folder."));
        }
        match kinds::of(&whole)? {
            FileKind::Archive(packing) => Ok(of_archive(archive::open(&whole, packing)?, path)),
            FileKind::Documents(packing) => folder::one_file(&whole, packing),
            FileKind::Other => Err(advice::of_file(path)),
        }
    }

    /// The database with this name.
    #[must_use]
    pub fn database(&self, name: &str) -> Option<&Database> {
        self.databases.iter().find(|it| it.name == name)
    }
}

impl Database {
    /// The collection with this name.
    #[must_use]
    pub fn collection(&self, name: &str) -> Option<&Collection> {
        self.collections.iter().find(|it| it.name == name)
    }
}

fn folder(path: &Path) -> Result<Dump, DumpError> {
    let contents = contents::list(path).map_err(|error| DumpError::io(path, &error))?;
    // as mongorestore does it
    for name in ["archive", "archive.gz"] {
        if let Some(file) = contents.file(name)
            && let FileKind::Archive(packing) = kinds::of(&file)?
        {
            return Ok(of_archive(archive::open(&file, packing)?, &file));
        }
    }
    folder::open(path, contents)
}

fn of_archive(archive: Archive, path: &Path) -> Dump {
    let mut dump = Dump {
        shape: Shape::Archive,
        versions: archive.versions,
        databases: Vec::new(),
        problems: Vec::new(),
    };
    let mut tell = |path: &Path, database: Option<&str>, what| {
        dump.problems.push(Problem {
            path: path.into(),
            database: database.map(Into::into),
            what,
        });
    };
    let mut databases: BTreeMap<String, BTreeMap<String, (Collection, PathBuf)>> = BTreeMap::new();
    if let Some(broken) = archive.broken {
        tell(path, None, Oddity::Broken(broken));
    }
    for (listed, part) in archive.collections {
        if listed.database.is_empty() {
            tell(path, None, Oddity::Oplog);
            continue;
        }
        let metadata = metadata::parse(&listed.metadata).unwrap_or_else(|reason| {
            let what = Oddity::Metadata(format!("{}: {reason}", listed.collection));
            tell(path, Some(&listed.database), what);
            None
        });
        let kind = match (listed.kind.as_str(), &metadata) {
            ("timeseries", _) => Kind::TimeSeries,
            (_, Some(metadata)) => metadata.kind,
            _ => Kind::Collection,
        };
        let has_data = kind != Kind::View || part.count().documents > 0;
        let collection = Collection {
            name: listed.collection,
            kind,
            data: has_data.then_some(Data::Archived(part)),
            metadata,
        };
        // as it would be called in a folder
        let place = Path::new(&listed.database).join(names::of_file(&collection.name));
        let database = databases.entry(listed.database.clone()).or_default();
        match database.entry(collection.name.clone()) {
            Entry::Occupied(_) => tell(&place, Some(&listed.database), Oddity::Twice),
            Entry::Vacant(free) => {
                free.insert((collection, place));
            }
        }
    }
    for (name, mut found) in databases {
        for place in series::with_buckets(&mut found) {
            tell(&place, Some(&name), Oddity::Twice);
        }
        let collections = found.into_values().map(|(it, _)| it).collect();
        dump.databases.push(Database { name, collections });
    }
    dump
}
