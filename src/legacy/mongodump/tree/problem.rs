//! What stands in a dump and is not read.

use std::fmt;
use std::path::PathBuf;

use crate::legacy::contents::Strange;
use crate::legacy::mongodump::documents::Broken;
use crate::legacy::unreadable::shown;
use crate::text::printable;

/// Something in the dump that is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Below the folder that was given; the file, where one was.
    pub path: PathBuf,
    /// The database that it is in, where it is in one.
    pub database: Option<String>,
    pub what: Oddity,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// What is neither file nor folder, or has no name.
    Strange(Strange),
    /// A link where a file of a collection belongs.
    LinkedFile,
    /// A file that mongodump does not write there.
    File,
    /// A folder without documents where a database's belongs.
    Folder,
    /// A folder in a database's.
    Deeper,
    /// The changes that were made while the dump was.
    Oplog,
    /// A name of a file whose escapes are none.
    Escape,
    /// A cut name, and no metadata that say the whole one.
    Cut,
    /// A second one of the same thing.
    Twice,
    /// Metadata without the documents.
    NoDocuments,
    /// Metadata that cannot be understood.
    Metadata(String),
    /// The versions of server and tool, in a text that cannot be understood.
    Prelude(String),
    /// An archive that does not go on.
    Broken(Broken),
}

impl fmt::Display for Oddity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Oddity::Strange(strange) => return strange.fmt(f),
            Oddity::LinkedFile => {
                "is a link, and links are not followed: put the file itself there"
            }
            Oddity::File => "is no file of a dump",
            Oddity::Folder => "holds no collection",
            Oddity::Deeper => "is no folder of a dump",
            Oddity::Oplog => "holds changes that were made while the dump was; they are not read",
            Oddity::Escape => "has a name that names no collection",
            Oddity::Cut => "has a cut name, and no metadata say the whole one",
            Oddity::Twice => "is there a second time; this one is not read",
            Oddity::NoDocuments => "stands alone: the file of documents is missing",
            Oddity::Metadata(reason) | Oddity::Prelude(reason) => {
                return write!(f, "cannot be understood: {}", printable(reason));
            }
            Oddity::Broken(broken) => return write!(f, "is not whole: {broken}"),
        })
    }
}

/// Fit for a terminal.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", shown(&self.path), self.what)
    }
}
