//! Counts the elements of a file byte by byte, apart from the reader: the two must agree.

use std::io::{self, BufRead, BufReader};
use std::path::Path;

use super::{Broken, EMPTY, ENDS_EARLY, MORE_BEHIND, NO_ARRAY};
use crate::legacy::connectordb::error::Unreadable;
use crate::legacy::plain_file;

const BUFFER: usize = 256 << 10;

/// How many elements an array has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Points and bad points: all that the reader hands out.
    pub elements: u64,
    /// Why it is no whole array; then those in front of that are counted.
    pub broken: Option<Broken>,
}

/// Counts the elements of a file of points.
///
/// # Errors
/// It is no plain file, or cannot be read.
pub fn scan(path: &Path) -> Result<Count, Unreadable> {
    let (file, start) = plain_file::open_text(path)?;
    let mut input = BufReader::with_capacity(BUFFER, file);
    count(&mut input, start).map_err(|error| Unreadable::io(path, &error))
}

#[derive(Clone, Copy)]
enum State {
    Before,
    /// Between a bracket or comma and what follows; whether a comma was there.
    Between(bool),
    Element,
    Text,
    Escape,
    Behind,
}

fn count(input: &mut impl BufRead, start: u64) -> io::Result<Count> {
    let mut state = State::Before;
    let mut depth = 0_u64;
    let mut elements = 0;
    let mut offset = start;
    loop {
        let bytes = input.fill_buf()?;
        if bytes.is_empty() {
            break;
        }
        for byte in bytes {
            state = match (state, byte) {
                (
                    State::Before | State::Between(_) | State::Behind,
                    b' ' | b'\t' | b'\n' | b'\r' | b'\x0c',
                ) => state,
                (State::Before, b'[') => State::Between(false),
                (State::Before, _) => return Ok(broken(elements, offset, NO_ARRAY)),
                (State::Behind, _) => return Ok(broken(elements, offset, MORE_BEHIND)),
                (State::Between(false), b']') => State::Behind,
                (State::Between(_) | State::Element, b',') if depth == 0 => {
                    elements += 1;
                    State::Between(true)
                }
                (State::Between(_) | State::Element, b']') if depth == 0 => {
                    elements += 1;
                    State::Behind
                }
                (State::Between(_) | State::Element, b'"') => State::Text,
                (State::Between(_) | State::Element, b'{' | b'[') => {
                    depth += 1;
                    State::Element
                }
                (State::Between(_) | State::Element, b'}' | b']') => {
                    depth = depth.saturating_sub(1);
                    State::Element
                }
                (State::Between(_) | State::Element, _) => State::Element,
                (State::Text, b'"') => State::Element,
                (State::Text, b'\\') => State::Escape,
                (State::Text | State::Escape, _) => State::Text,
            };
            offset += 1;
        }
        let length = bytes.len();
        input.consume(length);
    }
    Ok(match state {
        State::Before => broken(elements, offset, EMPTY),
        State::Behind => Count {
            elements,
            broken: None,
        },
        _ => broken(elements, offset, ENDS_EARLY),
    })
}

fn broken(elements: u64, offset: u64, reason: &'static str) -> Count {
    Count {
        elements,
        broken: Some(Broken { offset, reason }),
    }
}
