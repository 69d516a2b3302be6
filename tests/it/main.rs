//! Everything the program promises, asked of the program itself.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod answers;
mod apiomat;
mod apiomat_data;
mod archive;
mod commands;
mod configuration;
mod connectordb;
mod defects;
mod documentation;
mod engines;
mod faults;
mod killed;
mod laws;
mod layers_file;
mod mysql_source;
mod oddities;
mod options;
mod postgres_source;
mod postgres_store;
mod serve;
mod server;
mod servers;
mod session;
mod signals;
mod sqlite_file;
mod store;
mod store_faults;
mod support;
mod sync_again;
mod terminal;
mod there_and_back;
mod transcripts;
mod vanished;
