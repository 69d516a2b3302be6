//! Behind the head: the blocks of the collections.

use std::collections::HashMap;
use std::io::{self, BufRead};
use std::ops::Range;

use bson::RawDocument;
use bson::raw::cstr;
use crc::{CRC_64_XZ, Crc, Digest, Table};

use super::head::{Listed, field, text};
use crate::legacy::mongodump::BUCKETS;
use crate::legacy::mongodump::documents::{Broken, Count, End, Frame, Frames};
use crate::legacy::mongodump::metadata::{self, Kind};

/// What Go calls ECMA: its reflected form.
static SUM: Crc<u64, Table<16>> = Crc::<u64, Table<16>>::new(&CRC_64_XZ);

const NOBODYS: &str = "the block that begins here does not say whose it is";
const UNKNOWN: &str = "the block that begins here is of a collection that the head does not name";
const AFTER_END: &str = "the block that begins here is of a collection that has ended before";
const END_GOES_ON: &str = "documents stand here in the block that ends a collection";
const ENDS_IN_BLOCK: &str = "the archive ends here in the middle of a block";
const ENDS_BEFORE: &str = "the archive ends here, before the collection does";
const WRONG_SUM: &str =
    "the checksum that stands here is not the collection's: something in it was changed";

/// The blocks of one collection.
pub struct Stream {
    pub stretches: Vec<Range<u64>>,
    documents: u64,
    sum: Digest<'static, u64, Table<16>>,
    ended: bool,
    broken: Option<Broken>,
}

impl Stream {
    fn new() -> Self {
        Stream {
            stretches: Vec::new(),
            documents: 0,
            sum: SUM.digest(),
            ended: false,
            broken: None,
        }
    }

    pub fn count(&self) -> Count {
        Count {
            documents: self.documents,
            broken: self.broken,
        }
    }

    /// Takes the documents of a block.
    fn take<R: BufRead>(&mut self, frames: &mut Frames<R>) -> Result<(), End> {
        let start = frames.at();
        let mut end = start;
        let stop = loop {
            match frames.next(|piece| self.sum.update(piece)) {
                Ok(Frame::Document) => {
                    self.documents += 1;
                    end = frames.at();
                }
                Ok(Frame::Terminator) => break Ok(()),
                Ok(Frame::Over) => break Err(broken(end, ENDS_IN_BLOCK)),
                Err(stop) => break Err(stop),
            }
        };
        if start < end {
            self.stretches.push(start..end);
        }
        stop
    }
}

fn broken(offset: u64, reason: &'static str) -> End {
    End::Broken(Broken { offset, reason })
}

/// Goes through all blocks; they begin at this byte. A stream for each collection of the head,
/// and why not all could be read.
pub fn read(
    listed: &[Listed],
    input: impl BufRead,
    at: u64,
) -> io::Result<(Vec<Stream>, Option<Broken>)> {
    let mut blocks = Blocks {
        places: places(listed),
        streams: listed.iter().map(|_| Stream::new()).collect(),
        frames: Frames::new(input, at),
        header: Vec::new(),
    };
    let stop = loop {
        match blocks.next() {
            Ok(true) => {}
            Ok(false) => break None,
            Err(End::Broken(broken)) => break Some(broken),
            Err(End::Fault(error)) => return Err(error),
        }
    };
    let end = Broken {
        offset: blocks.frames.at(),
        reason: ENDS_BEFORE,
    };
    for (stream, listed) in blocks.streams.iter_mut().zip(listed) {
        // a view has no documents, and nobody need say that they end
        if !stream.ended && (stop.is_some() || !is_view(listed)) {
            stream.broken = Some(stop.unwrap_or(end));
        }
    }
    Ok((blocks.streams, stop))
}

fn is_view(listed: &Listed) -> bool {
    let metadata = metadata::parse(&listed.metadata).ok().flatten();
    metadata.is_some_and(|it| it.kind == Kind::View)
}

/// Which of the listed collections a block is of; of what is listed twice, the first. Those of time
/// series are called otherwise.
fn places(listed: &[Listed]) -> HashMap<(String, String), usize> {
    let mut places = HashMap::new();
    for (place, it) in listed.iter().enumerate() {
        places
            .entry((it.database.clone(), it.collection.clone()))
            .or_insert(place);
    }
    for (place, it) in listed.iter().enumerate() {
        if it.kind == "timeseries" {
            let buckets = format!("{BUCKETS}{}", it.collection);
            places
                .entry((it.database.clone(), buckets))
                .or_insert(place);
        }
    }
    places
}

struct Blocks<R> {
    places: HashMap<(String, String), usize>,
    streams: Vec<Stream>,
    frames: Frames<R>,
    header: Vec<u8>,
}

impl<R: BufRead> Blocks<R> {
    /// Goes over a block; false where there is none.
    fn next(&mut self) -> Result<bool, End> {
        let at = self.frames.at();
        self.header.clear();
        match self
            .frames
            .next(|piece| self.header.extend_from_slice(piece))?
        {
            Frame::Document => {}
            Frame::Terminator => return Err(broken(at, NOBODYS)),
            Frame::Over => return Ok(false),
        }
        let header = header(&self.header).ok_or_else(|| broken(at, NOBODYS))?;
        let place = self.places.get(&header.of);
        let stream = place.and_then(|place| self.streams.get_mut(*place));
        let stream = stream.ok_or_else(|| broken(at, UNKNOWN))?;
        if stream.ended {
            return Err(broken(at, AFTER_END));
        }
        let Some(sum) = header.sum else {
            stream.take(&mut self.frames)?;
            return Ok(true);
        };
        let behind = self.frames.at();
        match self.frames.next(|_| {})? {
            Frame::Terminator => {}
            Frame::Document => return Err(broken(behind, END_GOES_ON)),
            Frame::Over => return Err(broken(behind, ENDS_IN_BLOCK)),
        }
        stream.ended = true;
        if stream.sum.clone().finalize() != sum {
            stream.broken = Some(Broken {
                offset: at,
                reason: WRONG_SUM,
            });
        }
        Ok(true)
    }
}

struct Header {
    of: (String, String),
    /// In the block behind the last document.
    sum: Option<u64>,
}

fn header(bytes: &[u8]) -> Option<Header> {
    let document = RawDocument::from_bytes(bytes).ok()?;
    let collection = text(document, cstr!("collection"))?;
    let is_end = field(document, cstr!("EOF"))?.as_bool()?;
    let sum = field(document, cstr!("CRC"))?.as_i64()?;
    Some(Header {
        of: (text(document, cstr!("db"))?.into(), collection.into()),
        sum: is_end.then_some(sum.cast_unsigned()),
    })
}
