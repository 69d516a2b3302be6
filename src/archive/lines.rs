//! The members of one table, put together again and taken apart into lines.

use sha2::{Digest as _, Sha256};

use super::LINE_MAX;
use super::error::ArchiveError;
use super::format::{TableHead, TableSum};
use crate::text::hex;

/// Takes a line and its number, counted from 1.
pub type Each<'a> = dyn FnMut(u64, &[u8]) -> Result<(), ArchiveError> + 'a;

/// A table under way.
pub struct Lines<'a> {
    table: &'a TableHead,
    hash: Sha256,
    rows: u64,
    /// The beginning of a line whose end has not come yet.
    pending: Vec<u8>,
}

impl<'a> Lines<'a> {
    pub fn new(table: &'a TableHead) -> Self {
        Lines {
            table,
            hash: Sha256::new(),
            rows: 0,
            pending: Vec::new(),
        }
    }

    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Takes the next bytes, and hands out the lines that end in them.
    pub fn push(&mut self, mut bytes: &[u8], line: &mut Each<'_>) -> Result<(), ArchiveError> {
        self.hash.update(bytes);
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            let (head, rest) = bytes.split_at(end);
            self.rows += 1;
            if self.pending.is_empty() {
                line(self.rows, head)?;
            } else {
                self.keep(head)?;
                line(self.rows, &self.pending)?;
                self.pending.clear();
            }
            bytes = &rest[1..];
        }
        self.keep(bytes)
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        if self.pending.len() + bytes.len() > LINE_MAX {
            return Err(ArchiveError::damaged(format!(
                "a row of {} is larger than {} MiB",
                self.table.name,
                LINE_MAX >> 20
            )));
        }
        self.pending.extend_from_slice(bytes);
        Ok(())
    }

    /// What the table came to.
    pub fn end(self) -> Result<TableSum, ArchiveError> {
        if !self.pending.is_empty() {
            return Err(ArchiveError::damaged(format!(
                "the last row of {} has no end",
                self.table.name
            )));
        }
        Ok(TableSum {
            name: self.table.name.clone(),
            rows: self.rows,
            sha256: hex(&self.hash.finalize()),
        })
    }
}
