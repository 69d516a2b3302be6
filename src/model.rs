//! The successor's data as values: what recipes produce, the engine compares and the store keeps.
//!
//! Nothing here knows SQL, a terminal or a legacy system.

mod data;
mod key;
pub mod series;
pub mod tables;
mod value;

pub use data::{Data, canonical_json, storable_json};
pub use key::Key;
pub use tables::{Kind, Record, Table};
pub use value::{FieldHash, Fingerprint, Value};
