//! Finds documents by their lengths without keeping them, apart from the reader: the two must
//! agree.

use std::io::{self, BufRead};

use super::{Broken, Count, ENDS_EARLY, End, LIMIT, NO_END, SMALLEST, TOO_LONG, TOO_SHORT};

/// What stands in an archive where a document could, and cannot be a length.
const TERMINATOR: [u8; 4] = [0xff; 4];

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    Document,
    /// The end of a block of an archive.
    Terminator,
    Over,
}

pub struct Frames<R> {
    input: R,
    at: u64,
}

impl<R: BufRead> Frames<R> {
    /// What begins at this byte.
    pub fn new(input: R, at: u64) -> Self {
        Frames { input, at }
    }

    /// The byte behind the last frame.
    pub fn at(&self) -> u64 {
        self.at
    }

    /// Goes over the next frame, and hands the bytes of a document to `see`, a piece at a time.
    pub fn next(&mut self, mut see: impl FnMut(&[u8])) -> Result<Frame, End> {
        let mut head = [0; 4];
        let mut filled = 0;
        let mut room = head.iter_mut();
        self.pieces(4, |piece| {
            piece
                .iter()
                .zip(&mut room)
                .for_each(|(from, to)| *to = *from);
            filled += piece.len();
        })?;
        match filled {
            0 => return Ok(Frame::Over),
            4 => {}
            _ => return Err(End::broken(self.at, ENDS_EARLY)),
        }
        if head == TERMINATOR {
            self.at += 4;
            return Ok(Frame::Terminator);
        }
        let length = i32::from_le_bytes(head);
        if length < SMALLEST as i32 {
            return Err(End::broken(self.at, TOO_SHORT));
        }
        let length = length as u64;
        if length > LIMIT as u64 {
            return Err(End::broken(self.at, TOO_LONG));
        }
        see(&head);
        let mut left = length - 4;
        let mut last = None;
        self.pieces(left, |piece| {
            left -= piece.len() as u64;
            last = piece.last().copied();
            see(piece);
        })?;
        if left > 0 {
            return Err(End::broken(self.at, ENDS_EARLY));
        }
        if last != Some(0) {
            return Err(End::broken(self.at, NO_END));
        }
        self.at += length;
        Ok(Frame::Document)
    }

    /// So many bytes, or fewer where there are no more.
    fn pieces(&mut self, mut left: u64, mut each: impl FnMut(&[u8])) -> Result<(), End> {
        while left > 0 {
            let bytes = match self.input.fill_buf() {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(End::of_reading(error, self.at)),
            };
            let length = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
            let Some(piece) = bytes.get(..length).filter(|piece| !piece.is_empty()) else {
                break;
            };
            each(piece);
            self.input.consume(length);
            left -= length as u64;
        }
        Ok(())
    }
}

/// Counts the documents of a file.
pub fn count(input: impl BufRead) -> io::Result<Count> {
    let mut frames = Frames::new(input, 0);
    let mut documents = 0;
    loop {
        let at = frames.at();
        let broken = match frames.next(|_| {}) {
            Ok(Frame::Document) => {
                documents += 1;
                continue;
            }
            Ok(Frame::Over) => None,
            Ok(Frame::Terminator) => Some(Broken {
                offset: at,
                reason: TOO_SHORT,
            }),
            Err(End::Broken(broken)) => Some(broken),
            Err(End::Fault(error)) => return Err(error),
        };
        return Ok(Count { documents, broken });
    }
}
