//! The definition of an ApiOmat application: its customer, its settings in each system, its
//! modules with their classes, attributes and servercode.
//!
//! ```text
//! FILE.json      Heirloom's own form of it                          [`file`]
//! FILE, FOLDER   objects of the REST interface, one or many         [`rest`]
//! FILE.json, .js the metadata that an SDK carries                   [`sdk`]
//! DUMP           a mongodump of the global database                 [`global`]
//! ```
//!
//! What the closed `migration.jar` writes cannot be read: its form is not published. Every source
//! becomes one [`Definition`]; [`open`] knows by the content which one it has before it. Nothing
//! here is trusted: what cannot be understood is told, in [`Note`]s or as [`Refused`] rows, and
//! where a source does not say a thing, configuration does ([`Names`]).

pub mod databases;
pub mod definition;
mod error;
mod fields;
pub mod file;
mod global;
mod json;
mod names;
mod notes;
mod rest;
mod sdk;
mod settle;
mod storable;
mod system;
#[cfg(test)]
mod tests;

use std::io::Read as _;
use std::path::{Path, PathBuf};

pub use definition::{
    Application, Attribute, Class, Customer, Definition, Module, Servercode, SystemSettings,
};
pub use error::ApiomatError;
pub use names::{Names, Table};
pub use notes::{Entity, Note, Oddity, Reason, Refused};
pub use system::System;

use super::contents::{self, Contents};
use super::mongodump::Dump;
use super::plain_file;
use error::{Found, no_source};
use notes::Notes;

/// The largest file of JSON that is read, in bytes.
pub const LIMIT: u64 = 256 << 20;

/// The version of a module whose source says none: what all became when versions were introduced.
pub const FIRST_VERSION: &str = "1.0.0";

/// An application as a source has it, and what is to be said of the source.
#[derive(Clone, Debug)]
pub struct Source {
    pub origin: Origin,
    pub definition: Definition,
    pub notes: Vec<Note>,
    /// Rows that are not in the definition.
    pub refused: Vec<Refused>,
}

/// Where a definition comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    File,
    Rest,
    Sdk,
    Mongodump,
}

impl Origin {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Origin::File => "file",
            Origin::Rest => "rest",
            Origin::Sdk => "sdk",
            Origin::Mongodump => "mongodump",
        }
    }
}

/// Reads the definition of an application out of whatever this is. `app` is the application's
/// name; of a dump, and where a source has none or several, it says which one is meant.
///
/// # Errors
/// It is nothing that a definition can be read from, is damaged, of another application, or cannot
/// be read; the error says what to give instead.
pub fn open(path: &Path, names: &Names, app: Option<&str>) -> Result<Source, ApiomatError> {
    let failed = |error| ApiomatError::io(path, &error);
    // what was given may be a link
    let whole = std::fs::canonicalize(path).map_err(failed)?;
    let found = std::fs::metadata(&whole).map_err(failed)?;
    if found.is_dir() {
        let contents = contents::list(&whole).map_err(failed)?;
        return match files_of_json(&contents) {
            Some(files) => of_folder(path, files, &contents, names, app),
            None => of_dump(path, names, app),
        };
    }
    if !found.is_file() {
        return Err(no_source(path, Found::Special));
    }
    match kind_of(&whole)? {
        Content::Json => of_json(&whole, names, app),
        Content::Script => of_script(&whole, names, app),
        Content::Java => Err(ApiomatError::Closed(path.into())),
        Content::Other => of_dump(path, names, app),
    }
}

/// What a file is, by how it begins.
enum Content {
    Json,
    /// A text of any kind.
    Script,
    /// A jar, or objects that Java wrote.
    Java,
    /// A dump, if anything.
    Other,
}

/// So much of a file is looked at.
const HEAD: u64 = 512;

fn kind_of(file: &Path) -> Result<Content, ApiomatError> {
    let mut head = Vec::new();
    let (opened, _) = plain_file::open_text(file)?;
    opened
        .take(HEAD)
        .read_to_end(&mut head)
        .map_err(|error| ApiomatError::io(file, &error))?;
    let java: [&[u8]; 4] = [
        b"PK\x03\x04",
        b"PK\x05\x06",
        b"\xac\xed\x00\x05",
        b"\xca\xfe\xba\xbe",
    ];
    if java.iter().any(|magic| head.starts_with(magic)) {
        return Ok(Content::Java);
    }
    let first = head.iter().find(|byte| !byte.is_ascii_whitespace());
    // documents and archives begin with lengths, which have zeros in them; packed files have such too
    let mut first_bytes = head.iter().take(8);
    let binary = first_bytes.any(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace());
    Ok(match first {
        _ if json::is_utf_16(&head) => Content::Json,
        _ if binary => Content::Other,
        Some(b'{' | b'[') => Content::Json,
        _ => Content::Script,
    })
}

/// The files of a folder that no dump has; `None` where it looks like a dump.
fn files_of_json(contents: &Contents) -> Option<Vec<(String, PathBuf)>> {
    let databases = contents.folders.iter();
    let mut databases = databases.filter_map(|(_, path)| contents::list(path).ok());
    if has_documents(contents) || databases.any(|database| has_documents(&database)) {
        return None;
    }
    let of_dump = |name: &str| name == "prelude.json" || name.ends_with(".metadata.json");
    let json = |name: &str| name.ends_with(".json") && !of_dump(name);
    let files = contents.files.iter().filter(|(name, _)| json(name));
    let files: Vec<_> = files.cloned().collect();
    (!files.is_empty()).then_some(files)
}

fn has_documents(contents: &Contents) -> bool {
    let mut names = contents.files.iter().map(|(name, _)| name);
    names.any(|name| name.ends_with(".bson") || name.ends_with(".bson.gz"))
}

fn of_json(file: &Path, names: &Names, app: Option<&str>) -> Result<Source, ApiomatError> {
    let notes = Notes::default();
    let mut values = json::read(file, "", &notes)?;
    let (origin, rough) = match values.as_slice() {
        [one] if file::is_one(one) => (Origin::File, file::read(file, values.remove(0), &notes)?),
        [one] if sdk::is_one(one) => {
            let rough = sdk::read(file, values.remove(0), names, &notes)?;
            (Origin::Sdk, rough)
        }
        _ => {
            let read = vec![(String::new(), values)];
            (Origin::Rest, rest::read(file, read, names, app, &notes)?)
        }
    };
    finish(file, origin, rough, app, notes)
}

fn of_script(file: &Path, names: &Names, app: Option<&str>) -> Result<Source, ApiomatError> {
    let notes = Notes::default();
    let rough = sdk::read_script(file, names, &notes)?;
    finish(file, Origin::Sdk, rough, app, notes)
}

fn of_folder(
    path: &Path,
    files: Vec<(String, PathBuf)>,
    contents: &Contents,
    names: &Names,
    app: Option<&str>,
) -> Result<Source, ApiomatError> {
    let notes = Notes::default();
    let read = files.iter().map(|(name, file)| {
        let values = json::read(file, name, &notes)?;
        Ok((name.clone(), values))
    });
    let read = read.collect::<Result<Vec<_>, ApiomatError>>()?;
    let rough = rest::read(path, read, names, app, &notes)?;
    let left = contents.files.iter().map(|(name, _)| name);
    let left = left.filter(|name| !files.iter().any(|(file, _)| file == *name));
    for name in left.chain(contents.folders.iter().map(|(name, _)| name)) {
        notes.tell(name, Oddity::NotRead);
    }
    for (strange, what) in &contents.strange {
        let name = strange.file_name().unwrap_or_default().to_string_lossy();
        notes.tell(name, Oddity::Strange(*what));
    }
    finish(path, Origin::Rest, rough, app, notes)
}

fn of_dump(path: &Path, names: &Names, app: Option<&str>) -> Result<Source, ApiomatError> {
    let dump = Dump::open(path).map_err(|error| ApiomatError::of_dump(path, error))?;
    let app = app.ok_or_else(|| ApiomatError::AppNeeded(path.into()))?;
    let notes = Notes::default();
    let rough = global::read(path, &dump, names, app, &notes)?;
    finish(path, Origin::Mongodump, rough, Some(app), notes)
}

/// Brings what was read into the one shape that a definition has.
fn finish(
    path: &Path,
    origin: Origin,
    rough: Definition,
    app: Option<&str>,
    notes: Notes,
) -> Result<Source, ApiomatError> {
    let name = &rough.application.name;
    if let Some(wanted) = app.filter(|wanted| wanted != name) {
        return Err(ApiomatError::OtherApplication {
            path: path.into(),
            found: name.clone(),
            wanted: wanted.into(),
        });
    }
    if !settle::is_name(name) {
        return Err(ApiomatError::Name {
            path: path.into(),
            name: name.clone(),
        });
    }
    let definition = settle::settled(rough, &notes);
    let (notes, refused) = notes.into_parts();
    Ok(Source {
        origin,
        definition,
        notes,
        refused,
    })
}
