//! Records on disk, written one behind the other and read back in that order; the file is gone
//! with the value.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

/// See the module.
pub struct Tape {
    file: BufWriter<File>,
    length: u64,
    records: u64,
}

/// A place on a tape to come back to.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    length: u64,
    records: u64,
}

impl Tape {
    pub fn new() -> io::Result<Self> {
        Ok(Tape {
            file: BufWriter::with_capacity(1 << 16, tempfile::tempfile()?),
            length: 0,
            records: 0,
        })
    }

    pub fn push(&mut self, record: &impl Serialize) -> io::Result<()> {
        let bytes = postcard::to_stdvec(record).map_err(io::Error::other)?;
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        self.file.write_all(&length.to_le_bytes())?;
        self.file.write_all(&bytes)?;
        self.length += u64::from(length) + 4;
        self.records += 1;
        Ok(())
    }

    /// How many records it has.
    pub fn records(&self) -> u64 {
        self.records
    }

    pub fn mark(&self) -> Mark {
        Mark {
            length: self.length,
            records: self.records,
        }
    }

    pub fn rewind(&mut self, mark: Mark) -> io::Result<()> {
        self.file.flush()?;
        let file = self.file.get_mut();
        file.set_len(mark.length)?;
        file.seek(SeekFrom::Start(mark.length))?;
        self.length = mark.length;
        self.records = mark.records;
        Ok(())
    }

    /// Hashes everything on it, its length first.
    pub fn hash(&mut self, hash: &mut Sha256) -> io::Result<()> {
        hash.update(self.length.to_le_bytes());
        self.file.flush()?;
        let file = self.file.get_mut();
        file.seek(SeekFrom::Start(0))?;
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = file.read(&mut buffer)?;
            if read == 0 {
                return Ok(());
            }
            hash.update(&buffer[..read]);
        }
    }

    /// Reads it from the start. The reader of one call must be done with before the next call:
    /// they share the file's position.
    pub fn read<T>(&mut self) -> io::Result<Records<T>> {
        self.file.flush()?;
        let mut file = self.file.get_ref().try_clone()?;
        file.seek(SeekFrom::Start(0))?;
        Ok(Records(
            BufReader::with_capacity(1 << 18, file),
            PhantomData,
        ))
    }
}

/// The records of a tape, read back.
pub struct Records<T>(BufReader<File>, PhantomData<fn() -> T>);

impl<T: DeserializeOwned> Iterator for Records<T> {
    type Item = io::Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut length = [0; 4];
        match self.0.read_exact(&mut length) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return None,
            Err(error) => return Some(Err(error)),
        }
        let mut bytes = vec![0; u32::from_le_bytes(length) as usize];
        Some(
            self.0
                .read_exact(&mut bytes)
                .and_then(|()| postcard::from_bytes(&bytes).map_err(io::Error::other)),
        )
    }
}
