//! Members on their way into the file: sums, tar, gzip.

use std::io::{self, Write};

use chrono::{DateTime, Utc};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

use crate::text::hex;

/// Beyond this level a backup gets slower by more than it gets smaller.
const LEVEL: Compression = Compression::new(4);

/// What is written: its members one behind the other.
pub struct Members<W: Write> {
    tar: tar::Builder<GzEncoder<W>>,
    at: u64,
}

impl<W: Write> Members<W> {
    pub fn new(out: W, at: DateTime<Utc>) -> Self {
        Members {
            tar: tar::Builder::new(GzEncoder::new(out, LEVEL)),
            at: at.timestamp().unsigned_abs(),
        }
    }

    pub fn add(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        header.set_mtime(self.at);
        self.tar.append_data(&mut header, name, bytes)
    }

    /// Writes the end of the archive, and returns what it went to.
    pub fn finish(self) -> io::Result<W> {
        self.tar.into_inner()?.finish()
    }
}

/// A SHA-256 in hexadecimal.
pub fn sum(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
