//! Points whose times do not rise: sorted in memory by time and place, read one by one.

use std::cmp::Ordering;
use std::fs::File;
use std::io::{self, BufReader, Read as _, Seek as _};

use super::elements::{Element, Elements, End};
use super::{BadPoint, LIMIT, Point, parse, point};

/// The next point is nearby or far away: a small buffer has it or is quickly read.
const BUFFER: usize = 4 << 10;

#[derive(Debug)]
struct Entry {
    time: f64,
    index: u64,
    offset: u64,
    length: u64,
}

#[derive(Debug)]
pub struct Sorted {
    entries: std::vec::IntoIter<Entry>,
    end: Option<End>,
    file: BufReader<File>,
    position: u64,
    text: Vec<u8>,
}

impl Sorted {
    /// Goes through the file once more.
    pub fn new(mut elements: Elements<File>) -> io::Result<Self> {
        let mut entries: Vec<Entry> = Vec::new();
        let end = loop {
            let (time, offset, length) = match elements.next() {
                Ok(Some(Element::Whole { offset, text })) => {
                    (parse::time(text), offset, text.len() as u64)
                }
                Ok(Some(Element::TooLarge { offset, length })) => (None, offset, length),
                Ok(None) => break None,
                Err(End::Fault(error)) => return Err(error),
                Err(end @ End::Broken(_)) => break Some(end),
            };
            // what has no time stays behind its neighbour
            let before = entries.last().map_or(f64::NEG_INFINITY, |entry| entry.time);
            entries.push(Entry {
                time: time.unwrap_or(before),
                index: entries.len() as u64,
                offset,
                length,
            });
        };
        // all times are numbers, and 0 equals -0
        entries.sort_unstable_by(|a, b| {
            let times = a.time.partial_cmp(&b.time);
            times.unwrap_or(Ordering::Equal).then(a.index.cmp(&b.index))
        });
        let mut file = BufReader::with_capacity(BUFFER, elements.into_inner());
        file.rewind()?;
        Ok(Sorted {
            entries: entries.into_iter(),
            end,
            file,
            position: 0,
            text: Vec::new(),
        })
    }

    pub fn next(&mut self) -> Result<Option<Result<Point, BadPoint>>, End> {
        let Some(entry) = self.entries.next() else {
            return self.end.take().map_or(Ok(None), Err);
        };
        let (offset, length) = (entry.offset, entry.length);
        if length > LIMIT as u64 {
            return Ok(Some(point(
                Element::TooLarge { offset, length },
                entry.index,
            )));
        }
        self.read(offset, length)?;
        let text = &self.text;
        Ok(Some(point(Element::Whole { offset, text }, entry.index)))
    }

    fn read(&mut self, offset: u64, length: u64) -> io::Result<()> {
        self.file
            .seek_relative(offset.wrapping_sub(self.position).cast_signed())?;
        self.text.clear();
        let read = (&mut self.file).take(length).read_to_end(&mut self.text)?;
        self.position = offset + read as u64;
        Ok(())
    }
}
