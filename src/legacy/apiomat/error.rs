//! Why no definition can be read from something, in words for the person who runs the program.

use std::io;
use std::path::{Path, PathBuf};

use crate::legacy::mongodump::DumpError;
use crate::legacy::unreadable::{Cause, Unreadable, shown};
use crate::text::printable;

const GIVE: &str = "Give the file that `heirloom export apiomat` wrote, a file or folder of ApiOmat's REST objects as JSON, the JSON or JavaScript file of an SDK that holds its metadata, or a mongodump of the global database with --app.";

#[derive(Debug, thiserror::Error)]
pub enum ApiomatError {
    #[error("{} does not exist. Check the path. {GIVE}", shown(.0))]
    Missing(PathBuf),
    #[error("no application can be read from {}: {reason} {GIVE}", shown(.path))]
    NoSource { path: PathBuf, reason: String },
    #[error(
        "{} looks like what ApiOmat's own migration.jar reads and writes. The form of that is not published, so it cannot be read. {GIVE}",
        shown(.0)
    )]
    Closed(PathBuf),
    #[error("{} has version {version} of Heirloom's form, and this Heirloom reads version 1. Import it with the Heirloom that wrote it, or a newer one.", shown(.file))]
    Newer { file: PathBuf, version: u64 },
    /// A key without which nothing can be read.
    #[error("{}: {} {problem}", shown(.file), printable(.at))]
    Wrong {
        file: PathBuf,
        /// Its place in the JSON.
        at: String,
        problem: String,
    },
    #[error("{} is a text in UTF-16, which is not read. Save it as UTF-8 and give it again.", shown(.0))]
    Utf16(PathBuf),
    /// No JSON.
    #[error("{} is damaged, line {line}, column {column}: {reason}. Get the file anew.", shown(.file))]
    Damaged {
        file: PathBuf,
        /// From 1.
        line: usize,
        /// In bytes; 0 is the end of the line before.
        column: usize,
        /// Quotes nothing of it.
        reason: String,
    },
    #[error("{} holds the application {:?}, and --app names {:?}. Give the file of that one, or the other name.", shown(.path), printable(.found), printable(.wanted))]
    OtherApplication {
        path: PathBuf,
        found: String,
        wanted: String,
    },
    #[error("{} calls the application {:?}: a name must not be blank, and have no slash or control sign in it", shown(.path), printable(.name))]
    Name { path: PathBuf, name: String },
    #[error("{} holds several applications: {}. Say with --app which one is meant.", shown(.path), listed(.names))]
    Several { path: PathBuf, names: Vec<String> },
    #[error("{} holds classes, and no application that they belong to. Name it with --app.", shown(.0))]
    NoApplication(PathBuf),
    #[error("{} holds no application {:?}. {}", shown(.path), printable(.wanted), there(.found))]
    NotThere {
        path: PathBuf,
        wanted: String,
        /// Some of those that are there.
        found: Vec<String>,
    },
    #[error("{} holds several applications called {:?}, and nothing tells which one is meant. Give a dump with that one alone.", shown(.path), printable(.name))]
    SameName { path: PathBuf, name: String },
    #[error("{} is a dump, which may hold many applications. Say with --app which one is meant.", shown(.0))]
    AppNeeded(PathBuf),
    /// What the configuration must say of a dump.
    #[error("{} is a dump, and {problem}. {}", shown(.path), listed_in(.database, .collections))]
    Configuration {
        path: PathBuf,
        problem: String,
        database: String,
        /// `NAME (12 documents)`.
        collections: Vec<String>,
    },
    #[error("cannot read {}: {reason}. Check that you may read it and all in it.", shown(.path))]
    Unreadable { path: PathBuf, reason: String },
    #[error(transparent)]
    Dump(DumpError),
}

/// What something is that is none of the sources.
pub(super) enum Found {
    Special,
    Text,
    OtherJson,
}

pub(super) fn no_source(path: &Path, found: Found) -> ApiomatError {
    let reason = match found {
        Found::Special => "it is neither a file nor a folder.",
        Found::Text => "it is a text without the metadata that an SDK carries.",
        Found::OtherJson => "there is neither an application nor a class in its JSON.",
    };
    ApiomatError::NoSource {
        path: path.into(),
        reason: reason.into(),
    }
}

fn listed(names: &[String]) -> String {
    let names: Vec<_> = names.iter().map(|name| printable(name)).collect();
    names.join(", ")
}

fn there(found: &[String]) -> String {
    if found.is_empty() {
        return "There is none in it.".into();
    }
    format!("There are: {}.", listed(found))
}

fn listed_in(database: &str, collections: &[String]) -> String {
    if collections.is_empty() {
        return String::new();
    }
    let (database, collections) = (printable(database), listed(collections));
    format!("The collections of {database}: {collections}.")
}

impl ApiomatError {
    /// Whether the command names the wrong thing (trying again cannot help).
    #[must_use]
    pub fn is_wrong_command(&self) -> bool {
        match self {
            ApiomatError::Damaged { .. } | ApiomatError::Unreadable { .. } => false,
            ApiomatError::Dump(error) => error.is_wrong_command(),
            _ => true,
        }
    }

    pub(super) fn io(path: &Path, error: &io::Error) -> Self {
        Unreadable::io(path, error).into()
    }

    /// Where it is no dump either, what can be given is more than a dump.
    pub(super) fn of_dump(path: &Path, error: DumpError) -> Self {
        match error {
            DumpError::NoDump { reason, .. } => ApiomatError::NoSource {
                path: path.into(),
                reason: format!("as a dump, {reason}"),
            },
            other => ApiomatError::Dump(other),
        }
    }
}

impl From<Unreadable> for ApiomatError {
    fn from(error: Unreadable) -> Self {
        let Unreadable {
            file,
            reason,
            cause,
        } = error;
        match cause {
            Cause::Missing => ApiomatError::Missing(file),
            Cause::Content => ApiomatError::NoSource {
                path: file,
                reason: format!("{reason}."),
            },
            Cause::Fault => ApiomatError::Unreadable { path: file, reason },
        }
    }
}
