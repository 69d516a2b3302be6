//! Backups: the whole store in one `.tar.gz`, into either kind of store and out of it.
//!
//! ```text
//! manifest.json          format, versions, id, tables with their columns
//! users/000001.jsonl     a row a line, in key order; at most 8 MiB a member
//! …
//! sums.json              rows and SHA-256 of each table, SHA-256 of the manifest, digest
//! ```
//!
//! [`write()`] reads one state of a store, [`read()`] trusts nothing that it reads,
//! [`restore()`] replaces a store in one transaction after everything was checked, [`folder`]
//! is where backups lie, [`drill()`] proves one. docs/backups.md describes the format.

mod decode;
mod drill;
mod encode;
mod error;
pub mod folder;
mod format;
mod input;
mod lines;
mod load;
mod member;
mod read;
mod replace;
mod restore;
mod upgrade;
mod versions;
mod write;

pub use drill::{Drill, drill};
pub use error::ArchiveError;
pub use format::{Id, Manifest, Sums, TableSum};
pub use read::{Read, Scrutiny, read};
pub use restore::{Mode, Restored, Source, restore};
pub use write::{Written, write};

use std::path::Path;

/// How every backup begins: it is a gzip file.
pub const GZIP: [u8; 2] = [0x1f, 0x8b];
/// No member is larger.
const MEMBER_MAX: usize = 8 << 20;
/// No row is longer: what is read at once has to fit into memory.
const LINE_MAX: usize = 64 << 20;
/// Neither the manifest nor the sums are larger.
const PAPER_MAX: usize = 1 << 20;

/// What goes on, for whoever shows it or may stop it.
pub trait Watch {
    /// Which backup it is that is read: whatever becomes of it.
    fn found(&mut self, _id: &Id) {}
    fn step(&mut self, _progress: Progress<'_>) {}
    /// Whether somebody wants it to stop.
    fn cancelled(&self) -> bool {
        false
    }
}

/// Nobody looks.
impl Watch for () {}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress<'a> {
    pub phase: Phase,
    /// The table at hand.
    pub table: &'a str,
    /// Rows of all tables so far.
    pub rows: u64,
    /// Rows of all tables, where that is known.
    pub total: Option<u64>,
}

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Writing,
    Checking,
    Upgrading,
    Loading,
    Proving,
}

impl Phase {
    /// As people read it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Phase::Writing => "writing",
            Phase::Checking => "checking",
            Phase::Upgrading => "upgrading",
            Phase::Loading => "loading",
            Phase::Proving => "proving",
        }
    }
}

/// Reads a whole backup and checks every sum.
///
/// # Errors
/// It is none, is not whole, was changed, or is of a version that cannot be restored here.
pub fn verify(path: &Path, watch: &mut dyn Watch) -> Result<Read, ArchiveError> {
    let file = input::open(path)?;
    read(&file, Scrutiny::Whole, watch, &mut |_| Ok(()))
}
