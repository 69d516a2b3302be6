//! Everything the program promises, asked of the program itself.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod answers;
mod commands;
mod configuration;
mod defects;
mod documentation;
mod faults;
mod killed;
mod laws;
mod layers_file;
mod oddities;
mod options;
mod session;
mod signals;
mod store_faults;
mod support;
mod sync_again;
mod terminal;
mod transcripts;
