//! The folders that ConnectorDB 0.3 exports: `connectordb export` (version 2) and its Python
//! client's `user.export` (version 1).
//!
//! ```text
//! FOLDER/connectordb.json                      version; written last, so it says "complete"
//! FOLDER/USER/user.json
//! FOLDER/USER/DEVICE/device.json
//! FOLDER/USER/DEVICE/STREAM/stream.json
//! FOLDER/USER/DEVICE/STREAM/data.json          one array of points, on one line
//! FOLDER/USER/DEVICE/STREAM/downlink.json      the same, of streams with "downlink": true
//! ```
//!
//! A single user's, device's or stream's folder is an export too. [`tree`] says what a folder
//! holds, [`metadata`] reads the small files, [`points`] the large ones, [`writer`] makes a new
//! folder; [`style`] knows how either producer spells JSON; [`remote`] speaks with a server that
//! still runs. Nothing here is trusted: no link is followed, everything has a limit, and what
//! cannot be read is told, not guessed.

mod error;
pub mod metadata;
pub mod names;
pub mod only;
pub mod points;
pub mod remote;
pub mod style;
#[cfg(test)]
mod tests;
pub mod tree;
pub mod writer;

pub use error::{Cause, FolderError, Unreadable};
pub use metadata::{DeviceMetadata, Metadata, StreamMetadata, UserMetadata};
pub use only::{Destination, NoSuch, Only};
pub use tree::{Completeness, DeviceDir, Marker, Problem, Shape, StreamDir, Tree, UserDir};
pub use writer::{FolderWriter, Style};

/// The version marker of a whole export.
pub const MARKER: &str = "connectordb.json";
/// The points of a stream.
pub const DATA: &str = "data.json";
/// What was sent to a stream's device.
pub const DOWNLINK: &str = "downlink.json";
