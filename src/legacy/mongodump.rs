//! The dumps that mongodump makes of MongoDB databases, and mongorestore takes.
//!
//! ```text
//! DUMP/prelude.json                         versions of server and tool (newer tools; .gz too)
//! DUMP/oplog.bson                           what happened while it was made (--oplog)
//! DUMP/DATABASE/COLLECTION.bson             documents one behind the other, nothing else (.gz too)
//! DUMP/DATABASE/COLLECTION.metadata.json    options and indexes, as Extended JSON (.gz too)
//! ```
//!
//! A collection's name is escaped in the names of its files ([`names`]). With `--archive` all of
//! it is one file, in which the collections' documents alternate ([`archive`]). A single
//! database's folder and a single file of documents are taken too. [`tree`] says what a dump
//! holds, [`metadata`] what is known of a collection, [`documents`] reads its documents as they
//! are, [`writer`] makes a new folder. Nothing here is trusted: no link in a dump is followed,
//! everything has a limit, and what cannot be read is told, not guessed.

pub mod archive;
pub mod documents;
mod error;
pub mod metadata;
pub mod names;
#[cfg(test)]
mod tests;
pub mod tree;
pub mod writer;

pub use documents::{BadDocument, Broken, Count, Data, Document, Documents, Flaw, Packing};
pub use error::DumpError;
pub use metadata::{Kind, Metadata};
pub use tree::{Collection, Database, Dump, Oddity, Problem, Shape, Versions};
pub use writer::{DocumentWriter, DumpWriter};

pub use super::new_folder::WriteError;
pub use super::unreadable::{Cause, Unreadable};

/// The versions of server and tool.
const PRELUDE: &str = "prelude.json";
/// The changes that were made while the dump was.
const OPLOG: &str = "oplog.bson";
/// In front of the name of a collection of time series, where its documents are.
const BUCKETS: &str = "system.buckets.";
