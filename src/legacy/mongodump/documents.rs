//! The documents of a collection: BSON, one behind the other.
//!
//! A document says how long it is, and ends in a zero byte. Where both fit, the next one is found
//! whatever stands between them, so a document that cannot be understood is an item of its own,
//! and the rest goes on behind it. Where they do not, nothing behind them can be trusted.
//!
//! A document comes as the bytes that it is in the dump: the order of its fields, fields that are
//! there twice, and numbers of every kind are data. [`scan`] counts documents by code of its own:
//! it proves that the reader left none out.

mod frames;
mod input;
mod structure;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Read as _};
use std::ops::Range;
use std::path::{Path, PathBuf};

pub(super) use frames::{Frame, Frames};
pub use input::Packing;

use super::archive::Part;
use crate::legacy::unreadable::Unreadable;
use input::Input;

/// The largest document that is read, in bytes: MongoDB keeps 16 MiB, and its tools allow for
/// what is around a document in a message.
pub const LIMIT: usize = 16_793_600;

/// How deep documents and arrays may stand in each other: what MongoDB itself allows.
pub const DEPTH: usize = 200;

/// An empty one: its length, and its end.
pub(super) const SMALLEST: usize = 5;

/// Where the documents of a collection are.
#[derive(Clone, Debug)]
pub enum Data {
    File(PathBuf, Packing),
    Archived(Part),
}

impl Data {
    /// The file that was given: offsets are in it, or in what is packed in it.
    #[must_use]
    pub fn file(&self) -> &Path {
        match self {
            Data::File(path, _) => path,
            Data::Archived(part) => part.file(),
        }
    }
}

/// A document that is well-formed.
#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    /// Its place in the collection, counted from 0; of bad ones too.
    pub index: u64,
    /// The byte at which it begins.
    pub offset: u64,
    /// All of it, its length and its end too.
    pub bytes: Box<[u8]>,
}

/// A document that is not well-formed; where the next one begins is known.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("document {index}, at byte {offset}: {reason} (at byte {at})")]
pub struct BadDocument {
    /// Its place in the collection, as a document's.
    pub index: u64,
    /// The byte at which it begins.
    pub offset: u64,
    /// The byte at which it goes wrong.
    pub at: u64,
    /// Quotes nothing of it.
    pub reason: Cow<'static, str>,
    /// All of it, as it came.
    pub bytes: Box<[u8]>,
}

/// Nothing behind this can be read. What was handed out before is good, unless the reason says
/// otherwise of all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason} (at byte {offset})")]
pub struct Broken {
    /// The byte at which that begins.
    pub offset: u64,
    pub reason: &'static str,
}

const TOO_SHORT: &str = "a document begins here that says it has less than 5 bytes";
const TOO_LONG: &str = "a document begins here that says it has more than 16793600 bytes";
const ENDS_EARLY: &str = "it ends in the middle of the document that begins here";
const NO_END: &str = "the document that begins here does not end where its length says";
const DAMAGED: &str = "what is packed here is damaged, or not all there";

/// What is no document. After the last two nothing follows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub enum Flaw {
    Bad(BadDocument),
    Broken(Broken),
    /// The disk failed.
    Fault(Unreadable),
}

/// How many documents a collection has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Good and bad ones: all that the reader hands out.
    pub documents: u64,
    /// Why these are not all; then those in front of that are counted.
    pub broken: Option<Broken>,
}

/// The documents of a collection in their order, read through one buffer.
#[derive(Debug)]
pub struct Documents {
    path: PathBuf,
    input: Input,
    /// The bytes that come next, and those behind them.
    stretch: Range<u64>,
    stretches: std::vec::IntoIter<Range<u64>>,
    index: u64,
    /// What is known to be wrong at the end.
    broken: Option<Broken>,
}

/// A whole file, however long.
const WHOLE: Range<u64> = 0..u64::MAX;

/// Opens a collection.
///
/// # Errors
/// It is no plain file, or cannot be read. What is in it is told by the iterator.
pub fn open(data: &Data) -> Result<Documents, Unreadable> {
    let (input, stretches, broken) = match data {
        Data::File(path, packing) => (Input::open(path, *packing)?, vec![WHOLE], None),
        Data::Archived(part) => (
            Input::open(part.plain(), Packing::Plain)?,
            part.stretches().to_vec(),
            part.count().broken,
        ),
    };
    Ok(Documents {
        path: data.file().into(),
        input,
        stretch: 0..0,
        stretches: stretches.into_iter(),
        index: 0,
        broken,
    })
}

/// Counts the documents of a collection.
///
/// # Errors
/// It is no plain file, or cannot be read.
pub fn scan(data: &Data) -> Result<Count, Unreadable> {
    match data {
        Data::File(path, packing) => frames::count(Input::open(path, *packing)?)
            .map_err(|error| Unreadable::io(path, &error)),
        // counted when the archive was gone through
        Data::Archived(part) => Ok(part.count()),
    }
}

/// Why there is no next document.
pub(super) enum End {
    Broken(Broken),
    Fault(io::Error),
}

impl End {
    fn broken(offset: u64, reason: &'static str) -> Self {
        End::Broken(Broken { offset, reason })
    }

    /// An error of the disk, or of what is packed.
    pub(super) fn of_reading(error: io::Error, offset: u64) -> Self {
        if error.raw_os_error().is_some() {
            End::Fault(error)
        } else {
            End::broken(offset, DAMAGED)
        }
    }
}

impl Documents {
    /// The bytes of the next document, and where they begin.
    fn read(&mut self) -> Result<Option<(u64, Vec<u8>)>, End> {
        while self.stretch.is_empty() {
            match self.stretches.next() {
                Some(stretch) => {
                    self.input.go_to(stretch.start).map_err(End::Fault)?;
                    self.stretch = stretch;
                }
                None => {
                    return self
                        .broken
                        .take()
                        .map_or(Ok(None), |it| Err(End::Broken(it)));
                }
            }
        }
        let offset = self.stretch.start;
        let mut bytes = Vec::new();
        self.read_up_to(4, &mut bytes)?;
        if bytes.is_empty() && self.stretch.end == WHOLE.end {
            self.stretch = 0..0;
            return Ok(None);
        }
        let Some(length) = bytes.first_chunk() else {
            return Err(End::broken(offset, ENDS_EARLY));
        };
        let length = match usize::try_from(i32::from_le_bytes(*length)) {
            Ok(length @ SMALLEST..) => length,
            _ => return Err(End::broken(offset, TOO_SHORT)),
        };
        if length > LIMIT {
            return Err(End::broken(offset, TOO_LONG));
        }
        self.read_up_to(length, &mut bytes)?;
        if bytes.len() < length {
            return Err(End::broken(offset, ENDS_EARLY));
        }
        if bytes.last() != Some(&0) {
            return Err(End::broken(offset, NO_END));
        }
        self.stretch.start += length as u64;
        Ok(Some((offset, bytes)))
    }

    /// Reads until there are so many bytes, or no more.
    fn read_up_to(&mut self, length: usize, bytes: &mut Vec<u8>) -> Result<(), End> {
        let missing = length - bytes.len();
        (&mut self.input)
            .take(missing as u64)
            .read_to_end(bytes)
            .map_err(|error| End::of_reading(error, self.stretch.start))?;
        Ok(())
    }

    fn stop(&mut self) {
        self.stretch = 0..0;
        self.stretches = Vec::new().into_iter();
        self.broken = None;
    }
}

impl Iterator for Documents {
    type Item = Result<Document, Flaw>;

    fn next(&mut self) -> Option<Self::Item> {
        let (offset, bytes) = match self.read() {
            Ok(next) => next?,
            Err(end) => {
                self.stop();
                return Some(Err(match end {
                    End::Broken(broken) => Flaw::Broken(broken),
                    End::Fault(error) => Flaw::Fault(Unreadable::io(&self.path, &error)),
                }));
            }
        };
        let index = self.index;
        self.index += 1;
        let bytes = bytes.into_boxed_slice();
        Some(match structure::check(&bytes) {
            Ok(()) => Ok(Document {
                index,
                offset,
                bytes,
            }),
            Err(fault) => Err(Flaw::Bad(BadDocument {
                index,
                offset,
                at: offset + fault.at as u64,
                reason: fault.reason,
                bytes,
            })),
        })
    }
}

/// Shows nothing of what is in it: documents hold passwords.
impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("index", &self.index)
            .field("offset", &self.offset)
            .field("length", &self.bytes.len())
            .finish()
    }
}

/// As a document's.
impl fmt::Debug for BadDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BadDocument")
            .field("index", &self.index)
            .field("offset", &self.offset)
            .field("at", &self.at)
            .field("reason", &self.reason)
            .field("length", &self.bytes.len())
            .finish()
    }
}
