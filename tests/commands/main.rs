//! The smaller commands, as a shell sees them: each test in a folder of its own.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod export;
mod init;
mod layers;
mod runs;
mod statuses;
mod users;
mod world;
