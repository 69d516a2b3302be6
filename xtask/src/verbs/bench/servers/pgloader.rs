//! pgloader: what others copy databases to PostgreSQL with, as they are.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use xtask::servers::scratch_postgres;
use xtask::world::TABLES;

use super::super::measure::{Measured, measure};

/// Whether it is installed; where it is not, says how.
pub fn is_there() -> bool {
    let there = Command::new("pgloader")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !there {
        println!("== without pgloader; to compare with it: sudo apt-get install pgloader");
    }
    there
}

/// Copies the legacy tables into a new database with all that it does by default: tables, indexes,
/// keys, sequences. `schema` is what it makes of the source.
pub fn load(from: &str, schema: &str, folder: &Path) -> Result<Measured> {
    let into = scratch_postgres();
    // its grammar wants the one word for MySQL and the other for SQLite
    let matching = if from.starts_with("mysql:") {
        "MATCHING"
    } else {
        "LIKE"
    };
    let tables: Vec<String> = TABLES.iter().map(|table| format!("'{table}'")).collect();
    let file = folder.join("pgloader.load");
    fs::write(
        &file,
        format!(
            "LOAD DATABASE FROM {from} INTO {}\nINCLUDING ONLY TABLE NAMES {matching} {};\n",
            into.url(),
            tables.join(", ")
        ),
    )?;
    let mut command = Command::new("pgloader");
    command
        .arg("--root-dir")
        .arg(folder.join("pgloader"))
        .arg(&file);
    let loaded = measure(&mut command, &[0])?;
    Ok(Measured {
        rows: Some(rows(into.url(), schema)?),
        ..loaded
    })
}

fn rows(url: &str, schema: &str) -> Result<u64> {
    let mut connection = PgConnection::establish(url).context("connecting")?;
    let counts: Vec<String> = TABLES
        .iter()
        .map(|table| format!("(SELECT count(*) FROM \"{schema}\".\"{table}\")"))
        .collect();
    let count = sql::<BigInt>(&counts.join(" + "));
    let count: i64 = diesel::select(count).get_result(&mut connection)?;
    Ok(count.unsigned_abs())
}
