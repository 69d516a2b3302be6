//! `cargo xtask floor`: the least that an import can cost. Each row of the legacy tables is read
//! once and written once, unmapped, into the same tables with the same keys and indexes; or each
//! point of a ConnectorDB export; or each document of a file of mongodump's.

mod documents;
mod points;

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use rusqlite::{Connection, OpenFlags};
use xtask::world::{TABLES, sqlite};

/// What the command line says.
#[derive(Args)]
pub struct Options {
    /// A legacy SQLite database, the folder of an export, or a .bson file
    #[arg(long)]
    from: PathBuf,
    /// A new file
    #[arg(long)]
    into: PathBuf,
}

/// Copies and prints how many rows that were.
pub fn run(options: &Options) -> Result<()> {
    if options.from.is_dir() {
        println!("{}", points::run(&options.from, &options.into)?);
        return Ok(());
    }
    if options
        .from
        .extension()
        .is_some_and(|ending| ending == "bson")
    {
        println!("{}", documents::run(&options.from, &options.into)?);
        return Ok(());
    }
    let from = Connection::open_with_flags(&options.from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut into = Connection::open(&options.into)?;
    into.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF",
    )?;
    into.execute_batch(sqlite::DDL)?;
    let transaction = into.transaction()?;
    let mut copied = 0;
    for table in TABLES {
        copied += copy(&from, &transaction, table)?;
    }
    transaction.commit()?;
    println!("{copied}");
    Ok(())
}

fn copy(from: &Connection, into: &Connection, table: &str) -> Result<u64> {
    let mut read = from.prepare(&format!("SELECT * FROM \"{table}\" ORDER BY id"))?;
    let columns: Vec<String> = read.column_names().into_iter().map(str::to_owned).collect();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut write = into.prepare(&sqlite::insert(table, &columns))?;
    let mut rows = read.query([])?;
    let mut copied = 0;
    while let Some(row) = rows.next()? {
        for column in 0..columns.len() {
            write.raw_bind_parameter(column + 1, sqlite::Borrowed(row.get_ref(column)?))?;
        }
        write.raw_execute()?;
        copied += 1;
    }
    Ok(copied)
}
