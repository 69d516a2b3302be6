//! One file a verb.

pub mod bench;
pub mod demo;
pub mod floor;
pub mod kill;
pub mod test;
pub mod world;
