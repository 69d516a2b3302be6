//! The head of an archive: which collections it has, and what is known of them.

use std::io::{BufRead, Read as _};
use std::path::Path;

use bson::RawDocument;
use bson::raw::{CStr, RawBsonRef, cstr};

use crate::legacy::mongodump::documents::{Broken, End, Frame, Frames};
use crate::legacy::mongodump::error::DumpError;
use crate::legacy::mongodump::names;
use crate::legacy::mongodump::tree::Versions;
use crate::text::printable;

/// What every archive begins with; as the length of a document it would be negative.
pub const MAGIC: [u8; 4] = [0x6d, 0xe2, 0x99, 0x81];

/// The only version that there is.
const VERSION: &str = "0.1";

/// So many bytes of a head are read.
const LIMIT: u64 = 256 << 20;

/// So many collections may be in it.
const COLLECTIONS: usize = 100_000;

pub struct Head {
    pub versions: Versions,
    pub listed: Vec<Listed>,
}

/// A collection as the head names it.
pub struct Listed {
    pub database: String,
    pub collection: String,
    /// Extended JSON; may be empty.
    pub metadata: String,
    /// "collection", "view", "timeseries", or empty.
    pub kind: String,
}

/// Reads the head, and says at which byte it ends.
pub fn read(path: &Path, input: &mut impl BufRead) -> Result<(Head, u64), DumpError> {
    read_through(input).map_err(|stop| match stop {
        Stop::End(End::Broken(broken)) => DumpError::Archive {
            file: path.into(),
            broken,
        },
        Stop::End(End::Fault(error)) => DumpError::io(path, &error),
        Stop::Version(found) => DumpError::Version {
            file: path.into(),
            found,
        },
    })
}

enum Stop {
    End(End),
    Version(String),
}

impl From<End> for Stop {
    fn from(end: End) -> Self {
        Stop::End(end)
    }
}

fn broken(offset: u64, reason: &'static str) -> Stop {
    Stop::End(End::Broken(Broken { offset, reason }))
}

fn read_through(input: &mut impl BufRead) -> Result<(Head, u64), Stop> {
    let mut magic = Vec::new();
    input
        .by_ref()
        .take(4)
        .read_to_end(&mut magic)
        .map_err(|error| End::of_reading(error, 0))?;
    if magic != MAGIC {
        return Err(broken(0, "it does not begin as an archive"));
    }
    let mut frames = Frames::new(input.take(LIMIT), 4);
    let mut bytes = Vec::new();
    let versions = match frames.next(|piece| bytes.extend_from_slice(piece))? {
        Frame::Document => versions(&bytes)?,
        _ => return Err(broken(4, "it has no head")),
    };
    let mut listed: Vec<Listed> = Vec::new();
    loop {
        let at = frames.at();
        bytes.clear();
        match frames.next(|piece| bytes.extend_from_slice(piece))? {
            Frame::Document if listed.len() == COLLECTIONS => {
                return Err(broken(at, "it lists more than 100000 collections"));
            }
            Frame::Document => {
                let next = collection(&bytes).ok_or_else(|| {
                    broken(at, "the collection that is described here has no name")
                })?;
                listed.push(next);
            }
            Frame::Terminator => {
                let at = frames.at();
                return Ok((Head { versions, listed }, at));
            }
            Frame::Over => return Err(broken(at, "it ends in the middle of its head")),
        }
    }
}

fn versions(bytes: &[u8]) -> Result<Versions, Stop> {
    let document = RawDocument::from_bytes(bytes).map_err(|_| broken(4, "its head is damaged"))?;
    match text(document, cstr!("version")) {
        Some(VERSION) => {}
        found => {
            let found: String = found.unwrap_or("none").chars().take(40).collect();
            return Err(Stop::Version(printable(&found).into_owned()));
        }
    }
    let owned = |key| text(document, key).map(str::to_owned);
    Ok(Versions {
        server: owned(cstr!("server_version")),
        tool: owned(cstr!("tool_version")),
    })
}

fn collection(bytes: &[u8]) -> Option<Listed> {
    let document = RawDocument::from_bytes(bytes).ok()?;
    let owned = |key| text(document, key).map(str::to_owned);
    Some(Listed {
        database: owned(cstr!("db"))?,
        collection: owned(cstr!("collection")).filter(|name| names::is_collection(name))?,
        metadata: owned(cstr!("metadata")).unwrap_or_default(),
        kind: owned(cstr!("type")).unwrap_or_default(),
    })
}

/// A field of a document that may be anything.
pub fn field<'a>(document: &'a RawDocument, key: &CStr) -> Option<RawBsonRef<'a>> {
    document.get(key).ok().flatten()
}

pub fn text<'a>(document: &'a RawDocument, key: &CStr) -> Option<&'a str> {
    field(document, key)?.as_str()
}
