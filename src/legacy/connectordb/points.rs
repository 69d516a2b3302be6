//! `data.json` and `downlink.json`: one array of points on one line, however long.
//!
//! Opening a file goes through it once, for the order of its times. Where they rise, as they do
//! in nearly every file, the points are then streamed through one buffer. Where they do not, 32
//! bytes a point are held in memory, and each point is read from its place.
//!
//! An element that is no point is an item of its own, and the rest goes on behind it. [`scan`]
//! counts the elements by code of its own: it proves that the reader left none out.

mod elements;
mod parse;
mod scan;
mod sorted;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{self, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

pub use scan::{Count, scan};

use super::error::Unreadable;
use crate::legacy::plain_file;
use elements::{Element, Elements, End};
use sorted::Sorted;

/// The largest element that is read, in bytes: the old server took 10 MiB in a request.
pub const LIMIT: usize = 16 << 20;

/// One point of a stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Its place in the file, counted from 0; of bad ones too.
    pub index: u64,
    /// Unix seconds; 0 where the file has none. Finite.
    pub time: f64,
    /// JSON as it came; `None` for null.
    pub value: Option<Box<str>>,
    /// `user/device`, where another device than the stream's own wrote it.
    pub sender: Option<Box<str>>,
    /// Keys other than t, d and o, as they came. What they held is left out.
    pub unknown: Vec<Box<str>>,
}

/// An element that is no point.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("point {index}, at byte {offset}: {reason}")]
pub struct BadPoint {
    /// Its place in the file, as a point's.
    pub index: u64,
    /// The byte at which it begins.
    pub offset: u64,
    /// Quotes nothing of it.
    pub reason: String,
}

/// The file is no whole array. What was handed out before is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason} (at byte {offset})")]
pub struct Broken {
    /// The byte at which that was seen.
    pub offset: u64,
    pub reason: &'static str,
}

const EMPTY: &str = "it is empty";
const NO_ARRAY: &str = "it holds no array";
const ENDS_EARLY: &str = "it ends in the middle of the array";
const MORE_BEHIND: &str = "something stands behind the array";

/// What is no point. After the last two nothing follows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub enum Flaw {
    Bad(BadPoint),
    Broken(Broken),
    /// The disk failed.
    Fault(Unreadable),
}

/// The points of a file in the order of their times; equal times keep the order of the file.
#[derive(Debug)]
pub struct Points {
    path: PathBuf,
    out_of_place: u64,
    reader: Reader,
}

#[derive(Debug)]
enum Reader {
    InOrder(Box<Elements<File>>, u64),
    Sorted(Box<Sorted>),
    Over,
}

/// Opens a file of points, and goes through it once.
///
/// # Errors
/// It is no plain file, or cannot be read. What is in it is told by the iterator.
pub fn open(path: &Path) -> Result<Points, Unreadable> {
    let (file, start) = plain_file::open_text(path)?;
    let failed = |error: io::Error| Unreadable::io(path, &error);
    let mut elements = Elements::new(file, start);
    let out_of_place = out_of_place(&mut elements).map_err(failed)?;
    let mut file = elements.into_inner();
    file.seek(SeekFrom::Start(start)).map_err(failed)?;
    let elements = Elements::new(file, start);
    let reader = if out_of_place == 0 {
        Reader::InOrder(Box::new(elements), 0)
    } else {
        Reader::Sorted(Box::new(Sorted::new(elements).map_err(failed)?))
    };
    Ok(Points {
        path: path.into(),
        out_of_place,
        reader,
    })
}

/// How many points stand behind a later one.
fn out_of_place(elements: &mut Elements<File>) -> io::Result<u64> {
    let mut latest = f64::NEG_INFINITY;
    let mut count = 0;
    loop {
        match elements.next() {
            Ok(Some(Element::Whole { text, .. })) => match parse::time(text) {
                Some(time) if time < latest => count += 1,
                Some(time) => latest = time,
                None => {}
            },
            Ok(Some(Element::TooLarge { .. })) => {}
            Ok(None) | Err(End::Broken(_)) => return Ok(count),
            Err(End::Fault(error)) => return Err(error),
        }
    }
}

impl Points {
    /// How many points stood behind a later one in the file; 0 where it was in order.
    #[must_use]
    pub fn out_of_place(&self) -> u64 {
        self.out_of_place
    }

    fn ended(&mut self, end: End) -> Flaw {
        self.reader = Reader::Over;
        match end {
            End::Broken(broken) => Flaw::Broken(broken),
            End::Fault(error) => Flaw::Fault(Unreadable::io(&self.path, &error)),
        }
    }
}

impl Iterator for Points {
    type Item = Result<Point, Flaw>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = match &mut self.reader {
            Reader::InOrder(elements, index) => elements.next().map(|element| {
                let element = element?;
                *index += 1;
                Some(point(element, *index - 1))
            }),
            Reader::Sorted(sorted) => sorted.next(),
            Reader::Over => Ok(None),
        };
        match next {
            Ok(Some(item)) => Some(item.map_err(Flaw::Bad)),
            Ok(None) => None,
            Err(end) => Some(Err(self.ended(end))),
        }
    }
}

fn point(element: Element<'_>, index: u64) -> Result<Point, BadPoint> {
    let (offset, parsed) = match element {
        Element::Whole { offset, text } => (offset, parse::point(text, index)),
        Element::TooLarge { offset, length } => (
            offset,
            Err(format!(
                "it has {length} bytes; at most {} MiB are read",
                LIMIT >> 20
            )),
        ),
    };
    parsed.map_err(|reason| BadPoint {
        index,
        offset,
        reason,
    })
}
