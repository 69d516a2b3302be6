//! What stands in an export folder and is not read.

use std::fmt;
use std::path::PathBuf;

use crate::legacy::connectordb::error::shown;
use crate::legacy::contents::Strange;

/// Something in the folder that is not read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Below the folder.
    pub path: PathBuf,
    pub what: Oddity,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Oddity {
    /// What is neither file nor folder, or has no name.
    Strange(Strange),
    /// A file that ConnectorDB does not write there.
    File,
    /// A folder without the metadata that makes it a user, a device or a stream.
    Folder { lacks: &'static str },
    /// A folder where none belongs.
    Deeper,
}

impl fmt::Display for Oddity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Oddity::Strange(strange) => strange.fmt(f),
            Oddity::File => f.write_str("is no file of an export"),
            Oddity::Folder { lacks } => write!(f, "holds no {lacks}"),
            Oddity::Deeper => f.write_str("is no folder of an export"),
        }
    }
}

/// Fit for a terminal.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", shown(&self.path), self.what)
    }
}
