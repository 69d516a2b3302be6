//! Readers of legacy installations: read-only, one consistent snapshot, page by key.
//!
//! [`source`] reads a database of any engine; what only one of them has stands in the module
//! of its name. [`connectordb`] and [`mongodump`] read and write folders, [`apiomat`] reads and
//! writes the definition of an application. Nothing here knows the store, a terminal or what the
//! rows mean.

mod ahead;
pub mod apiomat;
pub mod closed_world;
pub mod connectordb;
mod contents;
mod error;
pub mod mongodump;
mod mysql;
mod new_folder;
mod plain_file;
mod postgres;
pub mod source;
mod sqlite;
mod unreadable;

pub use closed_world::{Column, Fate, LegacyTable, Need};
pub use contents::Strange;
pub use error::SourceError;
pub use source::{Columns, Source};

use crate::sql::Cell;

/// One legacy row: its id, and its columns in the order of the table's declaration. A
/// column that is left out reads as NULL.
#[derive(Debug)]
pub struct LegacyRow {
    pub id: i64,
    pub cells: Vec<Cell>,
}

/// A table or column that the declaration does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    Table(String),
    Column { table: String, column: String },
}

/// What a source has beside, or short of, the declared tables.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// Optional tables that are not there.
    pub missing: Vec<&'static str>,
    pub unknown: Vec<Unknown>,
    /// Declared tables whose rows may change while they are read.
    pub without_snapshot: Vec<&'static str>,
    pub clock: Clock,
}

/// What the times of a source say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// What the clock of the old server showed.
    #[default]
    Local,
    /// Moments, in whatever zone.
    Moments,
}
