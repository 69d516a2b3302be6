//! What stands in an export folder and is not read.

use std::fmt;
use std::path::PathBuf;

use crate::legacy::connectordb::error::shown;

/// Something in the folder that is not read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Below the folder.
    pub path: PathBuf,
    pub what: Oddity,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Oddity {
    /// A symbolic link, wherever it leads.
    Link,
    /// A file that ConnectorDB does not write there.
    File,
    /// A folder without the metadata that makes it a user, a device or a stream.
    Folder { lacks: &'static str },
    /// A folder where none belongs.
    Deeper,
    /// Neither file nor folder.
    Special,
    /// A name that is no Unicode.
    Name,
}

impl fmt::Display for Oddity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Oddity::Link => f.write_str("is a link; links are not followed"),
            Oddity::File => f.write_str("is no file of an export"),
            Oddity::Folder { lacks } => write!(f, "holds no {lacks}"),
            Oddity::Deeper => f.write_str("is no folder of an export"),
            Oddity::Special => f.write_str("is neither a file nor a folder"),
            Oddity::Name => f.write_str("has a name that is no Unicode"),
        }
    }
}

/// Fit for a terminal.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", shown(&self.path), self.what)
    }
}
