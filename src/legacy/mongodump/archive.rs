//! `mongodump --archive`: all collections in one file, or in one gzip stream.
//!
//! ```text
//! 6d e2 99 81
//! {version, server_version, tool_version, …}               BSON, as all that follows
//! {db, collection, metadata, type, …}                      for each collection
//! ff ff ff ff
//! {db, collection, EOF: false, CRC: 0} documents … ff ff ff ff          a block, of many
//! {db, collection, EOF: true, CRC: checksum of all of them} ff ff ff ff
//! ```
//!
//! The blocks of collections alternate. Opening an archive goes through it once: it checks the
//! order and the sums, counts the documents, and notes where each collection's blocks are, 16
//! bytes a block. A collection is then read from there. What is packed is unpacked into a
//! temporary file on the way.

mod blocks;
mod head;
mod spool;

use std::io::{self, BufRead, BufReader};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::read::MultiGzDecoder;
use tempfile::TempPath;

pub(super) use head::{Listed, MAGIC};

use super::documents::{Broken, Count, Packing};
use super::error::DumpError;
use super::tree::Versions;
use crate::legacy::plain_file;
use spool::Spool;

const BUFFER: usize = 256 << 10;

/// The documents of one collection in an archive.
#[derive(Clone, Debug)]
pub struct Part {
    source: Arc<Source>,
    stretches: Arc<[Range<u64>]>,
    count: Count,
}

#[derive(Debug)]
struct Source {
    file: PathBuf,
    /// Where it is unpacked; gone when nobody reads it any more.
    unpacked: Option<TempPath>,
}

impl Part {
    /// The archive.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.source.file
    }

    /// What is counted and found wrong before anything is read.
    #[must_use]
    pub fn count(&self) -> Count {
        self.count
    }

    /// Where its bytes are as they are.
    pub(super) fn plain(&self) -> &Path {
        let unpacked = self.source.unpacked.as_deref();
        unpacked.unwrap_or(&self.source.file)
    }

    /// Whole documents, and nothing else.
    pub(super) fn stretches(&self) -> &[Range<u64>] {
        &self.stretches
    }
}

/// What an archive holds, in the order of its head.
pub(super) struct Archive {
    pub versions: Versions,
    pub collections: Vec<(Listed, Part)>,
    /// Why what follows could not be read.
    pub broken: Option<Broken>,
}

/// Goes through an archive.
pub(super) fn open(path: &Path, packing: Packing) -> Result<Archive, DumpError> {
    let file = BufReader::with_capacity(BUFFER, plain_file::open(path)?);
    let (contents, unpacked) = match packing {
        Packing::Plain => (Contents::read(path, file)?, None),
        Packing::Gzip => {
            let failed = |error: io::Error| DumpError::unpacking(path, &error);
            let spool = Spool::new(MultiGzDecoder::new(file)).map_err(failed)?;
            let mut input = BufReader::with_capacity(BUFFER, spool);
            let read = Contents::read(path, &mut input);
            // a full disk looks like a damaged archive
            let unpacked = input.into_inner().finish().map_err(failed)?;
            (read?, Some(unpacked))
        }
    };
    Ok(contents.of(path, unpacked))
}

struct Contents {
    head: head::Head,
    streams: Vec<blocks::Stream>,
    broken: Option<Broken>,
}

impl Contents {
    fn read(path: &Path, mut input: impl BufRead) -> Result<Self, DumpError> {
        let (head, at) = head::read(path, &mut input)?;
        let (streams, broken) =
            blocks::read(&head.listed, input, at).map_err(|error| DumpError::io(path, &error))?;
        Ok(Contents {
            head,
            streams,
            broken,
        })
    }

    fn of(self, path: &Path, unpacked: Option<TempPath>) -> Archive {
        let source = Arc::new(Source {
            file: path.into(),
            unpacked,
        });
        let parts = self.streams.into_iter().map(|stream| Part {
            source: Arc::clone(&source),
            count: stream.count(),
            stretches: stream.stretches.into(),
        });
        Archive {
            versions: self.head.versions,
            collections: self.head.listed.into_iter().zip(parts).collect(),
            broken: self.broken,
        }
    }
}
