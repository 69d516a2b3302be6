//! The documents of an ApiOmat application in one system as a folder that mongorestore takes: to
//! the byte as they came, of one state of the store.

use std::collections::BTreeSet;
use std::path::Path;

use diesel::result::Error as DbError;

use crate::legacy::apiomat::{System, databases};
use crate::legacy::mongodump::{DumpWriter, Kind, WriteError};
use crate::model::series::DOCUMENTS;
use crate::model::{Record as _, Value, tables};
use crate::sql::{Bind, Cell, Cells, query};
use crate::store::connection::Connection;
use crate::store::lists::List;

/// What is exported.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    pub app: &'a str,
    pub system: System,
    /// How its database is called where the store does not know: as configured.
    pub databases: &'a [String],
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub database: String,
    pub collections: u64,
    pub documents: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Store(#[from] DbError),
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error("the store has no {system} data of {app:?}. {known}")]
    Nothing {
        app: String,
        system: System,
        known: String,
    },
}

/// A collection as its row says.
struct Row {
    id: i64,
    name: String,
    database: String,
    kind: Kind,
    metadata: Option<String>,
    generation: i64,
}

/// Writes a new folder; where this fails there is none.
///
/// # Errors
/// The folder is not empty, the store has no such data, the store or the disk fails.
pub fn write(
    connection: &mut Connection,
    folder: &Path,
    wanted: &Wanted,
) -> Result<Written, ExportError> {
    let out = DumpWriter::create(folder)?;
    let written = connection.read(|connection| collections(connection, &out, wanted))?;
    out.finish()?;
    Ok(written)
}

fn collections(
    connection: &mut Connection,
    out: &DumpWriter,
    wanted: &Wanted,
) -> Result<Written, ExportError> {
    let rows = rows(connection, wanted)?;
    let names: BTreeSet<&str> = rows.iter().map(|row| row.database.as_str()).collect();
    let mut names = names.into_iter();
    let database = match (names.next(), names.next()) {
        (Some(name), None) => name.to_string(),
        (Some(_), Some(_)) => configured(wanted),
        (None, _) => return Err(nothing(connection, wanted)?),
    };
    let mut written = Written {
        database,
        collections: 0,
        documents: 0,
    };
    for row in &rows {
        written.collections += 1;
        written.documents += collection(connection, out, &written.database, row)?;
    }
    Ok(written)
}

fn configured(wanted: &Wanted) -> String {
    let names = databases::names(wanted.databases, wanted.app, wanted.system);
    names.into_iter().next().unwrap_or_default()
}

fn rows(connection: &mut Connection, wanted: &Wanted) -> Result<Vec<Row>, DbError> {
    let sql = format!(
        "SELECT id, name, database, type, metadata, generation FROM {} \
         WHERE application = ? AND system = ?",
        tables::Collection::TABLE.name
    );
    let binds = [
        Bind::Text(Some(wanted.app)),
        Bind::Text(Some(wanted.system.word())),
    ];
    let rows = query(connection, &sql, &binds)?;
    let mut rows: Vec<Row> = rows.into_iter().map(|Cells(cells)| row(cells)).collect();
    rows.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(rows)
}

fn row(cells: Vec<Cell>) -> Row {
    let mut cells = cells.into_iter();
    let mut next = || cells.next().unwrap_or(Cell::Null);
    Row {
        id: next().into_int(),
        name: next().into_text().into(),
        database: next().into_text().into(),
        kind: match &*next().into_text() {
            "view" => Kind::View,
            "timeseries" => Kind::TimeSeries,
            _ => Kind::Collection,
        },
        metadata: next().text().map(Into::into),
        generation: next().into_int(),
    }
}

/// Writes one collection; returns how many documents it has.
fn collection(
    connection: &mut Connection,
    out: &DumpWriter,
    database: &str,
    row: &Row,
) -> Result<u64, ExportError> {
    let metadata = row.metadata.as_deref();
    let list = List {
        series: &DOCUMENTS,
        owner: row.id,
        lane: row.generation,
    };
    if let (Kind::View, Some(metadata)) = (row.kind, metadata)
        && list.length(connection)? == 0
    {
        out.view(database, &row.name, metadata)?;
        return Ok(0);
    }
    let mut file = out.collection(database, &row.name, row.kind, metadata)?;
    list.each(connection, |fields| {
        let document = fields.first().and_then(Value::as_bytes);
        Ok::<_, ExportError>(file.document(document.unwrap_or_default())?)
    })?;
    Ok(file.end()?)
}

fn nothing(connection: &mut Connection, wanted: &Wanted) -> Result<ExportError, DbError> {
    let sql = format!(
        "SELECT DISTINCT application, system FROM {} ORDER BY application, system",
        tables::Collection::TABLE.name
    );
    let rows = query(connection, &sql, &[])?;
    let known: Vec<String> = rows
        .into_iter()
        .filter_map(|Cells(cells)| {
            Some(format!(
                "{} {}",
                cells.first()?.text()?,
                cells.get(1)?.text()?
            ))
        })
        .collect();
    Ok(ExportError::Nothing {
        app: wanted.app.into(),
        system: wanted.system,
        known: match known.is_empty() {
            true => {
                "It has no documents at all; `heirloom import apiomat-data` brings them.".into()
            }
            false => format!("It has {}.", known.join(", ")),
        },
    })
}
