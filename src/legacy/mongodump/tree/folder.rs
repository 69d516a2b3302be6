//! Goes through the folders of a dump, two levels deep and no deeper.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};

use super::{Collection, Database, Dump, Oddity, Problem, Shape, Versions};
use super::{advice, prelude, series};
use crate::files::folder_of;
use crate::legacy::contents::{self, Contents, Strange};
use crate::legacy::mongodump::documents::{Data, Packing};
use crate::legacy::mongodump::error::DumpError;
use crate::legacy::mongodump::metadata::{self, Kind};
use crate::legacy::mongodump::{OPLOG, names};
use crate::legacy::unreadable::{Cause, Unreadable};

/// What a file of a collection is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Documents,
    Metadata,
}

/// What the files of a collection end in.
const ENDINGS: [(&str, Part, Packing); 5] = [
    (".metadata.json", Part::Metadata, Packing::Plain),
    (".metadata.json.gz", Part::Metadata, Packing::Gzip),
    (".bson", Part::Documents, Packing::Plain),
    (".bson.gz", Part::Documents, Packing::Gzip),
    // of very old tools
    (".bin", Part::Documents, Packing::Plain),
];

/// The name of a collection's file without what it ends in.
fn part(file: &str) -> Option<(&str, Part, Packing)> {
    ENDINGS.into_iter().find_map(|(ending, part, packing)| {
        let stem = file.strip_suffix(ending)?;
        (!stem.is_empty()).then_some((stem, part, packing))
    })
}

fn is_oplog(file: &str) -> bool {
    file.strip_suffix(".gz").unwrap_or(file) == OPLOG
}

/// Whether a folder holds collections, or links to them. The changes that a whole dump has at its
/// root are none.
pub fn is_database(contents: &Contents) -> bool {
    let mut files = contents.files.iter().map(|(name, _)| name.as_str());
    let links = contents.strange.iter();
    let mut links = links.filter(|(_, what)| *what == Strange::Link);
    files.any(|name| part(name).is_some() && !is_oplog(name))
        || links.any(|(path, _)| is_of_collection(path))
}

/// Whether a path is called as a file of a collection.
fn is_of_collection(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| part(name).is_some() && !is_oplog(name))
}

pub fn open(path: &Path, contents: Contents) -> Result<Dump, DumpError> {
    let mut walk = Walk {
        root: path,
        database: None,
        problems: Vec::new(),
    };
    let (shape, databases) = match shape(path, &contents)? {
        Shape::Root => (Shape::Root, walk.databases(&contents)?),
        shape => (shape, vec![walk.database(folder_name(path), &contents)?]),
    };
    let versions = walk.versions(path, &contents, shape)?;
    Ok(Dump {
        shape,
        versions,
        databases,
        problems: walk.problems,
    })
}

/// Metadata stand beside documents in a database's folder, and nowhere else. Without them, files
/// of documents beside a database's folder are strays.
fn shape(path: &Path, contents: &Contents) -> Result<Shape, DumpError> {
    let mut files = contents.files.iter().map(|(name, _)| name.as_str());
    let is_metadata = |name| matches!(part(name), Some((_, Part::Metadata, _)));
    if files.clone().any(is_metadata) {
        return Ok(Shape::Database);
    }
    for (_, folder) in &contents.folders {
        let below = contents::list(folder).map_err(|error| DumpError::io(folder, &error))?;
        if is_database(&below) {
            return Ok(Shape::Root);
        }
    }
    if is_database(contents) {
        return Ok(Shape::Database);
    }
    // nothing was in the server, or all of it is elsewhere
    let has_links = contents.strange.iter().any(|(path, what)| {
        *what == Strange::Link && std::fs::metadata(path).is_ok_and(|found| found.is_dir())
    });
    if !has_links && files.any(|name| prelude::is_one(name) || is_oplog(name)) {
        return Ok(Shape::Root);
    }
    Err(advice::of_folder(path, contents))
}

/// `.` has no name of its own.
fn folder_name(path: &Path) -> String {
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.into());
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// A file of documents, with its metadata if they stand beside it.
pub fn one_file(path: &Path, packing: Packing) -> Result<Dump, DumpError> {
    let folder = folder_of(path);
    let mut walk = Walk {
        root: folder,
        database: Some(folder_name(folder)),
        problems: Vec::new(),
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let (stem, metadata) = match part(&name) {
        Some((stem, ..)) => (stem, beside(folder, stem)),
        None => (name.as_ref(), None),
    };
    let data = Some((Data::File(path.into(), packing), path.into()));
    let Some(collection) = walk.collection(stem, Files { data, metadata })? else {
        let told = walk.problems.pop().map(|problem| problem.what.to_string());
        return Err(advice::no_dump(
            path,
            format!("it {}.", told.unwrap_or_default()),
        ));
    };
    Ok(Dump {
        shape: Shape::Collection,
        versions: Versions::default(),
        databases: vec![Database {
            name: folder_name(folder),
            collections: vec![collection],
        }],
        problems: walk.problems,
    })
}

/// The metadata of a collection in this folder.
fn beside(folder: &Path, stem: &str) -> Option<(PathBuf, Packing)> {
    ENDINGS.into_iter().find_map(|(ending, part, packing)| {
        let path = folder.join(format!("{stem}{ending}"));
        let is_there = std::fs::symlink_metadata(&path).is_ok_and(|found| found.is_file());
        (part == Part::Metadata && is_there).then_some((path, packing))
    })
}

struct Walk<'a> {
    root: &'a Path,
    /// The one that is looked through.
    database: Option<String>,
    problems: Vec<Problem>,
}

/// The files of a collection.
#[derive(Default)]
struct Files {
    data: Option<(Data, PathBuf)>,
    metadata: Option<(PathBuf, Packing)>,
}

impl Files {
    /// The one that is told of.
    fn path(&self) -> Option<PathBuf> {
        let data = self.data.as_ref().map(|(_, path)| path);
        let metadata = self.metadata.as_ref().map(|(path, _)| path);
        data.or(metadata).cloned()
    }
}

impl Walk<'_> {
    fn tell(&mut self, path: &Path, what: Oddity) {
        let path = path.strip_prefix(self.root).unwrap_or(path).into();
        self.problems.push(Problem {
            path,
            database: self.database.clone(),
            what,
        });
    }

    fn databases(&mut self, contents: &Contents) -> Result<Vec<Database>, DumpError> {
        for (path, what) in &contents.strange {
            self.tell(path, Oddity::Strange(*what));
        }
        for (name, path) in &contents.files {
            if is_oplog(name) {
                self.tell(path, Oddity::Oplog);
            } else if !prelude::is_one(name) {
                self.tell(path, Oddity::File);
            }
        }
        let mut databases = Vec::new();
        for (name, path) in &contents.folders {
            let contents = contents::list(path).map_err(|error| DumpError::io(path, &error))?;
            if is_database(&contents) {
                databases.push(self.database(name.clone(), &contents)?);
            } else {
                self.tell(path, Oddity::Folder);
            }
        }
        Ok(databases)
    }

    fn database(&mut self, name: String, contents: &Contents) -> Result<Database, DumpError> {
        self.database = Some(name.clone());
        for (path, what) in &contents.strange {
            let what = match what {
                Strange::Link if is_of_collection(path) => Oddity::LinkedFile,
                what => Oddity::Strange(*what),
            };
            self.tell(path, what);
        }
        for (_, path) in &contents.folders {
            self.tell(path, Oddity::Deeper);
        }
        let mut stems: BTreeMap<&str, Files> = BTreeMap::new();
        for (name, path) in &contents.files {
            let Some((stem, part, packing)) = part(name) else {
                if !prelude::is_one(name) {
                    self.tell(path, Oddity::File);
                }
                continue;
            };
            let files = stems.entry(stem).or_default();
            match part {
                Part::Documents if files.data.is_none() => {
                    let data = Data::File(path.clone(), packing);
                    files.data = Some((data, path.clone()));
                }
                Part::Metadata if files.metadata.is_none() => {
                    files.metadata = Some((path.clone(), packing));
                }
                _ => self.tell(path, Oddity::Twice),
            }
        }
        let mut found = BTreeMap::new();
        for (stem, files) in stems {
            let Some(path) = files.path() else { continue };
            let Some(collection) = self.collection(stem, files)? else {
                continue;
            };
            match found.entry(collection.name.clone()) {
                Entry::Occupied(_) => self.tell(&path, Oddity::Twice),
                Entry::Vacant(place) => {
                    place.insert((collection, path));
                }
            }
        }
        let collections = self.with_documents(found);
        self.database = None;
        Ok(Database { name, collections })
    }

    /// The collection that has these files; tells why there is none.
    fn collection(&mut self, stem: &str, files: Files) -> Result<Option<Collection>, DumpError> {
        let path = files.path().unwrap_or_default();
        let metadata = match files.metadata {
            Some((path, packing)) => {
                self.or_told(&path, metadata::read(&path, packing), Oddity::Metadata)?
            }
            None => None,
        };
        let (name, problem) = if names::is_cut(stem) {
            let whole = metadata.as_ref().and_then(|it| it.collection_name.clone());
            let whole = whole.filter(|whole| names::of_file(whole) == stem);
            let problem = match &whole {
                Some(_) => Oddity::Escape,
                None => Oddity::Cut,
            };
            (whole.filter(|whole| names::is_collection(whole)), problem)
        } else {
            (names::of_collection(stem), Oddity::Escape)
        };
        let Some(name) = name else {
            self.tell(&path, problem);
            return Ok(None);
        };
        Ok(Some(Collection {
            name,
            kind: metadata.as_ref().map(|it| it.kind).unwrap_or_default(),
            data: files.data.map(|(data, _)| data),
            metadata,
        }))
    }

    /// What is in a file, or nothing where that cannot be understood. A disk that fails is no
    /// matter of the file.
    fn or_told<T: Default>(
        &mut self,
        path: &Path,
        read: Result<T, Unreadable>,
        what: fn(String) -> Oddity,
    ) -> Result<T, DumpError> {
        match read {
            Err(Unreadable {
                reason,
                cause: Cause::Content,
                ..
            }) => {
                self.tell(path, what(reason));
                Ok(T::default())
            }
            read => Ok(read?),
        }
    }

    /// Hangs the buckets of time series under them, and tells of what has no documents.
    fn with_documents(
        &mut self,
        mut found: BTreeMap<String, (Collection, PathBuf)>,
    ) -> Vec<Collection> {
        for path in series::with_buckets(&mut found) {
            self.tell(&path, Oddity::Twice);
        }
        let mut collections = Vec::new();
        for (collection, path) in found.into_values() {
            if collection.data.is_none() && collection.kind != Kind::View {
                self.tell(&path, Oddity::NoDocuments);
            }
            collections.push(collection);
        }
        collections
    }

    /// The prelude is at the root, or where a database was dumped alone, in its folder.
    fn versions(
        &mut self,
        path: &Path,
        contents: &Contents,
        shape: Shape,
    ) -> Result<Versions, DumpError> {
        let here = prelude::file(contents);
        let above = || {
            let path = std::fs::canonicalize(path).ok()?;
            prelude::file(&contents::list(path.parent()?).ok()?)
        };
        let file = match shape {
            Shape::Database => here.or_else(above),
            _ => here,
        };
        match file {
            Some((path, packing)) => {
                self.or_told(&path, prelude::read(&path, packing), Oddity::Prelude)
            }
            None => Ok(Versions::default()),
        }
    }
}
