//! A world as the SQLite file of a nodeshot 0.9 installation.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, Transaction};

use super::rows::Cell;
use super::sink::{Put, Sink};
use super::{Manifest, Spec, generate};

/// What Django 1.4 made of the nodeshot 0.9 models.
pub const DDL: &str = include_str!("../../../fixtures/nodeshot/sqlite3.sql");
const DJANGO_DDL: &str = include_str!("django.sql");

/// Builds the world as a new SQLite file and tells where its oddities are.
///
/// The file appears under its name only when it is complete.
///
/// # Errors
///
/// Where the file exists already or can't be written.
pub fn build(spec: Spec, path: &Path) -> Result<Manifest> {
    if path.exists() {
        bail!("{} exists already; remove it first", path.display());
    }
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".unfinished");
    let unfinished = Path::new(&unfinished);
    if unfinished.exists() {
        fs::remove_file(unfinished)?;
    }
    let manifest =
        fill(spec, unfinished).with_context(|| format!("building {}", path.display()))?;
    fs::rename(unfinished, path)?;
    Ok(manifest)
}

fn fill(spec: Spec, path: &Path) -> Result<Manifest> {
    let mut db = Connection::open(path)?;
    // The file counts only once it has been renamed, so nothing in it needs a journal.
    db.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF",
    )?;
    db.execute_batch(DDL)?;
    db.execute_batch(DJANGO_DDL)?;
    let transaction = db.transaction()?;
    let manifest = generate(spec, &Tables(&transaction))?;
    transaction.commit()?;
    db.execute_batch("VACUUM")?;
    db.close().map_err(|(_, error)| error)?;
    fs::File::open(path)?.sync_all()?;
    Ok(manifest)
}

struct Tables<'a>(&'a Transaction<'a>);

impl Sink for Tables<'_> {
    fn open(&self, table: &str, columns: &[&str]) -> Result<Put<'_>> {
        let mut statement = self.0.prepare(&insert(table, columns))?;
        Ok(Box::new(move |cells| {
            for (position, cell) in cells.iter().enumerate() {
                statement.raw_bind_parameter(position + 1, borrowed(*cell))?;
            }
            statement.raw_execute()?;
            Ok(())
        }))
    }
}

/// The INSERT of one row with a parameter for each column.
pub fn insert(table: &str, columns: &[&str]) -> String {
    let names: Vec<String> = columns.iter().map(|name| format!("\"{name}\"")).collect();
    let marks = vec!["?"; columns.len()].join(", ");
    format!(
        "INSERT INTO \"{table}\" ({}) VALUES ({marks})",
        names.join(", ")
    )
}

/// A value bound as it is, without a copy: text need not be UTF-8.
#[derive(Debug)]
pub struct Borrowed<'a>(pub ValueRef<'a>);

impl ToSql for Borrowed<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(self.0))
    }
}

fn borrowed(cell: Cell<'_>) -> Borrowed<'_> {
    Borrowed(match cell {
        Cell::Null => ValueRef::Null,
        Cell::Int(number) => ValueRef::Integer(number),
        Cell::Real(number) => ValueRef::Real(number),
        Cell::Text(bytes) => ValueRef::Text(bytes),
    })
}
