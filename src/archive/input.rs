//! The bytes of a backup, unpacked with a limit.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::Path;

use flate2::bufread::GzDecoder;

use super::error::ArchiveError;

/// Rows of JSON shrink to a tenth; what grows to more than this many times its size is no
/// backup.
const GROWTH_MAX: u64 = 200;
/// So much may come out of the smallest file.
const FREE: u64 = 64 << 20;

/// Opens a plain file.
///
/// # Errors
/// It is not there, may not be read, or is something else.
pub fn open(path: &Path) -> Result<File, ArchiveError> {
    let named = |error: io::Error| {
        ArchiveError::Reading(io::Error::new(
            error.kind(),
            format!("{}: {error}", path.display()),
        ))
    };
    // a pipe would keep us waiting already while it is opened
    let found = std::fs::metadata(path).map_err(named)?;
    if !found.is_file() {
        return Err(ArchiveError::NotAnArchive(format!(
            "{} is no plain file",
            path.display()
        )));
    }
    File::open(path).map_err(named)
}

/// The unpacked bytes of a file.
pub struct Unpacked<'a> {
    gzip: GzDecoder<BufReader<&'a File>>,
    left: u64,
}

impl<'a> Unpacked<'a> {
    pub fn new(file: &'a File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Unpacked {
            gzip: GzDecoder::new(BufReader::with_capacity(64 << 10, file)),
            left: length.saturating_mul(GROWTH_MAX).saturating_add(FREE),
        })
    }

    /// Whether the file ends where its packed bytes end.
    pub fn ends_here(self) -> io::Result<bool> {
        Ok(self.gzip.into_inner().fill_buf()?.is_empty())
    }
}

/// What [`Unpacked`] says where the limit is reached.
#[derive(Debug, thiserror::Error)]
#[error("it unpacks to more than {GROWTH_MAX} times its size")]
pub struct Bomb;

impl Read for Unpacked<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.gzip.read(into)?;
        self.left = self
            .left
            .checked_sub(read as u64)
            .ok_or_else(|| io::Error::other(Bomb))?;
        Ok(read)
    }
}

/// What an error while unpacking means.
pub fn fault(error: io::Error) -> ArchiveError {
    if error.raw_os_error().is_some() {
        return ArchiveError::Reading(error);
    }
    match error.kind() {
        io::ErrorKind::UnexpectedEof => ArchiveError::Incomplete,
        _ if error.to_string().contains("unexpected EOF") => ArchiveError::Incomplete,
        _ => ArchiveError::damaged(error.to_string()),
    }
}
