//! Splits an array into its elements, through one buffer.
//!
//! An element is what stands between two commas outside texts and brackets, whatever it is: what
//! is wrong inside it is its own matter, and the next one is found all the same.

use std::io::{self, Read};

use memchr::memchr2;

use super::{Broken, EMPTY, ENDS_EARLY, LIMIT, MORE_BEHIND, NO_ARRAY};

/// The buffer at first; it grows up to [`LIMIT`] where an element is larger.
const BUFFER: usize = 256 << 10;

#[derive(Debug)]
pub enum Element<'a> {
    /// Without the white space around it; empty where nothing stands between two commas.
    Whole {
        offset: u64,
        text: &'a [u8],
    },
    TooLarge {
        offset: u64,
        length: u64,
    },
}

/// Why there is no next element.
#[derive(Debug)]
pub enum End {
    Broken(Broken),
    Fault(io::Error),
}

impl From<io::Error> for End {
    fn from(error: io::Error) -> Self {
        End::Fault(error)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    BeforeArray,
    /// Behind its bracket.
    First,
    /// Behind a comma.
    Next,
    /// Behind the closing bracket.
    Behind,
    End,
}

#[derive(Debug)]
pub struct Elements<R> {
    input: R,
    buffer: Vec<u8>,
    /// What is read and not yet handed out: `buffer[start..end]`.
    start: usize,
    end: usize,
    /// The byte of the file at which the buffer begins.
    base: u64,
    place: Place,
}

impl<R: Read> Elements<R> {
    /// `offset`: the byte of the file that the input gives first.
    pub fn new(input: R, offset: u64) -> Self {
        Elements {
            input,
            buffer: vec![0; BUFFER],
            start: 0,
            end: 0,
            base: offset,
            place: Place::BeforeArray,
        }
    }

    pub fn into_inner(self) -> R {
        self.input
    }

    pub fn next(&mut self) -> Result<Option<Element<'_>>, End> {
        if self.place == Place::BeforeArray {
            match self.skip_space()? {
                Some(b'[') => self.start += 1,
                Some(_) => return Err(self.broken(NO_ARRAY)),
                None => return Err(self.broken(EMPTY)),
            }
            self.place = Place::First;
        }
        if self.place == Place::Behind {
            if self.skip_space()?.is_some() {
                return Err(self.broken(MORE_BEHIND));
            }
            self.place = Place::End;
        }
        if self.place == Place::End {
            return Ok(None);
        }
        match self.skip_space()? {
            None => return Err(self.broken(ENDS_EARLY)),
            Some(b']') if self.place == Place::First => {
                self.start += 1;
                self.place = Place::Behind;
                return self.next();
            }
            Some(_) => {}
        }
        self.element().map(Some)
    }

    /// From its first byte to the comma or bracket behind it.
    fn element(&mut self) -> Result<Element<'_>, End> {
        let offset = self.base + self.start as u64;
        let mut nesting = Nesting::default();
        let mut seen = 0;
        let mut dropped = 0;
        let length = loop {
            if let Some(at) = nesting.end(&self.buffer[self.start + seen..self.end]) {
                break seen + at;
            }
            seen = self.end - self.start;
            if seen > LIMIT {
                dropped += seen as u64;
                self.start = self.end;
                seen = 0;
            }
            if !self.fill()? {
                return Err(self.broken(ENDS_EARLY));
            }
        };
        let behind = self.start + length;
        self.place = if self.buffer[behind] == b',' {
            Place::Next
        } else {
            Place::Behind
        };
        let text = self.buffer[self.start..behind].trim_ascii_end();
        self.start = behind + 1;
        Ok(if dropped == 0 && text.len() <= LIMIT {
            Element::Whole { offset, text }
        } else {
            let length = dropped + text.len() as u64;
            Element::TooLarge { offset, length }
        })
    }

    /// The next byte that is no white space.
    fn skip_space(&mut self) -> io::Result<Option<u8>> {
        loop {
            let rest = &self.buffer[self.start..self.end];
            if let Some(at) = rest.iter().position(|byte| !byte.is_ascii_whitespace()) {
                self.start += at;
                return Ok(Some(self.buffer[self.start]));
            }
            self.start = self.end;
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    /// Reads on behind what is kept, and makes room where there is none; false at the file's end.
    fn fill(&mut self) -> io::Result<bool> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.base += self.start as u64;
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.buffer.len() {
            let larger = (self.buffer.len() * 2).min(LIMIT + BUFFER);
            self.buffer.resize(larger, 0);
        }
        loop {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(read) => {
                    self.end += read;
                    return Ok(read > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// At the byte that comes next, or, where the file ends early, at its end.
    fn broken(&mut self, reason: &'static str) -> End {
        self.place = Place::End;
        let at = if reason == ENDS_EARLY {
            self.end
        } else {
            self.start
        };
        End::Broken(Broken {
            offset: self.base + at as u64,
            reason,
        })
    }
}

/// Where in an element one is.
#[derive(Default)]
struct Nesting {
    depth: u64,
    in_text: bool,
    /// Behind a backslash.
    escaped: bool,
}

impl Nesting {
    /// Goes on through the next bytes: where the element ends in them.
    fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < bytes.len() {
            if self.escaped {
                self.escaped = false;
                at += 1;
                continue;
            }
            if self.in_text {
                at += memchr2(b'"', b'\\', &bytes[at..])? + 1;
                self.in_text = bytes[at - 1] == b'\\';
                self.escaped = self.in_text;
                continue;
            }
            match bytes[at] {
                b'"' => self.in_text = true,
                b'{' | b'[' => self.depth += 1,
                b',' | b']' if self.depth == 0 => return Some(at),
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            at += 1;
        }
        None
    }
}
