//! The bytes of a file of documents, unpacked.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek as _, SeekFrom};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::legacy::plain_file;
use crate::legacy::unreadable::Unreadable;

const BUFFER: usize = 256 << 10;

/// How a file is packed; in a folder the end of its name says it, never its contents, which may
/// begin with any byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    Plain,
    Gzip,
}

pub enum Input {
    Plain(BufReader<File>),
    Gzip(Box<BufReader<MultiGzDecoder<BufReader<File>>>>),
}

impl Input {
    pub fn open(path: &Path, packing: Packing) -> Result<Self, Unreadable> {
        let file = BufReader::with_capacity(BUFFER, plain_file::open(path)?);
        Ok(match packing {
            Packing::Plain => Input::Plain(file),
            Packing::Gzip => Input::Gzip(Box::new(BufReader::with_capacity(
                BUFFER,
                MultiGzDecoder::new(file),
            ))),
        })
    }

    /// Goes on at this byte; what is packed can only be read from its beginning.
    pub fn go_to(&mut self, offset: u64) -> io::Result<()> {
        match self {
            Input::Plain(file) => file.seek(SeekFrom::Start(offset)).map(drop),
            Input::Gzip(_) => Ok(()),
        }
    }
}

impl Read for Input {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Input::Plain(file) => file.read(into),
            Input::Gzip(file) => file.read(into),
        }
    }
}

impl BufRead for Input {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self {
            Input::Plain(file) => file.fill_buf(),
            Input::Gzip(file) => file.fill_buf(),
        }
    }

    fn consume(&mut self, amount: usize) {
        match self {
            Input::Plain(file) => file.consume(amount),
            Input::Gzip(file) => file.consume(amount),
        }
    }
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Input::Plain(_) => "Plain",
            Input::Gzip(_) => "Gzip",
        })
    }
}
