//! The smaller commands, as a shell sees them: each test in a folder of its own.

mod export;
mod init;
mod layers;
mod runs;
mod sqlite_file;
mod statuses;
mod users;
mod world;
