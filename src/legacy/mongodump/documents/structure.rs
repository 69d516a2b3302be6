//! Whether a document is well-formed: <https://bsonspec.org/spec.html>.
//!
//! Every type of the specification is taken, those that are deprecated too. What an array's
//! elements are called, and what is in a binary value, is not looked at: old drivers were loose
//! with both, and MongoDB never minded.

use std::borrow::Cow;

use super::{DEPTH, SMALLEST};

/// Where a document goes wrong, counted from its beginning.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    pub at: usize,
    pub reason: Cow<'static, str>,
}

fn fault(at: usize, reason: &'static str) -> Fault {
    Fault {
        at,
        reason: Cow::Borrowed(reason),
    }
}

const CUT: &str = "a value is longer than the document it is in";
const NO_END: &str = "a document goes on where its length says that it ends";
const EARLY_END: &str = "a document ends before its length says";
const LENGTH: &str = "a length is impossible";
const TEXT: &str = "a text is no UTF-8";
const TEXT_END: &str = "a text does not end where its length says";

/// Walks through a document that has the length that it says.
pub fn check(bytes: &[u8]) -> Result<(), Fault> {
    let mut walk = Walk {
        bytes,
        at: 4,
        ends: vec![bytes.len()],
    };
    while let Some(end) = walk.ends.last().copied() {
        walk.element(end)?;
    }
    Ok(())
}

struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Behind the last byte of each document that is open, from the outside in. Not the call
    /// stack: how deep a document goes is its author's choice.
    ends: Vec<usize>,
}

impl<'a> Walk<'a> {
    /// Goes over an element, into the document in it, or out of the one that ends here.
    fn element(&mut self, end: usize) -> Result<(), Fault> {
        let start = self.at;
        let [kind] = self.fixed(end)?;
        if kind == 0 {
            if self.at != end {
                return Err(fault(start, EARLY_END));
            }
            self.ends.pop();
            return Ok(());
        }
        // the last byte is the document's own
        let end = end - 1;
        if start == end {
            return Err(fault(start, NO_END));
        }
        self.text_to_zero(end)?;
        match kind {
            0x06 | 0x0a | 0x7f | 0xff => Ok(()),
            0x01 | 0x09 | 0x11 | 0x12 => self.skip(8, end),
            0x02 | 0x0d | 0x0e => self.text(end),
            0x03 | 0x04 => self.enter(end).map(drop),
            0x05 => {
                let length = self.length(0, end)?;
                self.skip(length + 1, end)
            }
            0x07 => self.skip(12, end),
            0x08 => match self.fixed(end)? {
                [0 | 1] => Ok(()),
                _ => Err(fault(self.at - 1, "a truth value is neither 0 nor 1")),
            },
            0x0b => {
                self.text_to_zero(end)?;
                self.text_to_zero(end)
            }
            0x0c => {
                self.text(end)?;
                self.skip(12, end)
            }
            0x0f => self.code_with_scope(end),
            0x10 => self.skip(4, end),
            0x13 => self.skip(16, end),
            other => Err(Fault {
                at: start,
                reason: Cow::Owned(format!("there is no type 0x{other:02x}")),
            }),
        }
    }

    /// Its length, a text, a document.
    fn code_with_scope(&mut self, end: usize) -> Result<(), Fault> {
        let start = self.at;
        let length = self.length(4 + SMALLEST + SMALLEST, end)?;
        let own_end = start + length;
        if own_end > end {
            return Err(fault(start, CUT));
        }
        self.text(own_end)?;
        let scope = self.at;
        if self.enter(own_end)? != own_end {
            return Err(fault(scope, LENGTH));
        }
        Ok(())
    }

    /// Goes on inside the document that begins here; says where it ends.
    fn enter(&mut self, end: usize) -> Result<usize, Fault> {
        let start = self.at;
        let length = self.length(SMALLEST, end)?;
        let own_end = start + length;
        if own_end > end {
            return Err(fault(start, CUT));
        }
        if self.ends.len() == DEPTH {
            return Err(Fault {
                at: start,
                reason: Cow::Owned(format!(
                    "documents stand in each other more than {DEPTH} deep"
                )),
            });
        }
        self.ends.push(own_end);
        Ok(own_end)
    }

    fn take(&mut self, count: usize, end: usize) -> Result<&'a [u8], Fault> {
        let stop = self.at.saturating_add(count);
        if stop > end {
            return Err(fault(self.at, CUT));
        }
        let taken = self.bytes.get(self.at..stop);
        let taken = taken.ok_or_else(|| fault(self.at, CUT))?;
        self.at = stop;
        Ok(taken)
    }

    fn skip(&mut self, count: usize, end: usize) -> Result<(), Fault> {
        self.take(count, end).map(drop)
    }

    fn fixed<const N: usize>(&mut self, end: usize) -> Result<[u8; N], Fault> {
        let at = self.at;
        let taken = self.take(N, end)?;
        taken.try_into().map_err(|_| fault(at, CUT))
    }

    /// A length of at least so many bytes.
    fn length(&mut self, least: usize, end: usize) -> Result<usize, Fault> {
        let at = self.at;
        let length = i32::from_le_bytes(self.fixed(end)?);
        match usize::try_from(length) {
            Ok(length) if length >= least => Ok(length),
            _ => Err(fault(at, LENGTH)),
        }
    }

    /// A text with its length in front; NUL may be in it.
    fn text(&mut self, end: usize) -> Result<(), Fault> {
        let length = self.length(1, end)?;
        let start = self.at;
        match self.take(length, end)? {
            [text @ .., 0] => utf8(text, start),
            _ => Err(fault(self.at - 1, TEXT_END)),
        }
    }

    /// A text up to the first zero byte.
    fn text_to_zero(&mut self, end: usize) -> Result<(), Fault> {
        let start = self.at;
        let rest = self.bytes.get(start..end).unwrap_or_default();
        let length = memchr::memchr(0, rest).ok_or_else(|| fault(start, "a name has no end"))?;
        let text = self.take(length, end)?;
        self.at += 1;
        utf8(text, start)
    }
}

fn utf8(text: &[u8], start: usize) -> Result<(), Fault> {
    std::str::from_utf8(text)
        .map(drop)
        .map_err(|error| fault(start + error.valid_up_to(), TEXT))
}
