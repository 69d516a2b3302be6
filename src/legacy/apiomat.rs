//! ApiOmat: what an application is.

pub mod databases;
mod system;

pub use system::System;
