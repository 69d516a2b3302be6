//! What is unpacked is kept.

use std::io::{self, Read, Write as _};

use tempfile::{NamedTempFile, TempPath};

/// Hands on what it reads, and keeps it in a temporary file.
pub struct Spool<R> {
    from: R,
    file: NamedTempFile,
    /// Why it cannot be kept.
    failed: Option<io::Error>,
}

impl<R> Spool<R> {
    pub fn new(from: R) -> io::Result<Self> {
        Ok(Spool {
            from,
            file: NamedTempFile::new()?,
            failed: None,
        })
    }

    /// All that was read.
    pub fn finish(self) -> io::Result<TempPath> {
        match self.failed {
            Some(error) => Err(error),
            None => Ok(self.file.into_temp_path()),
        }
    }
}

impl<R: Read> Read for Spool<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(into)?;
        if let Err(error) = self.file.write_all(into.get(..read).unwrap_or_default()) {
            self.failed = Some(error);
            return Err(io::Error::other("it cannot be kept"));
        }
        Ok(read)
    }
}
