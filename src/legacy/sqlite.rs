//! A legacy database in a SQLite file, or a copy of one.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;

use super::ahead::ReadAhead;
use super::source::{Dialect, Opened};
use super::{Clock, SourceError};
use crate::sql::query_int;

struct Sqlite;

const DAMAGED: &str = "The file may be damaged or still in use: copy it again while the old server is stopped, or try `sqlite3 FILE .recover`.";

impl Dialect for Sqlite {
    fn tables(&self) -> &'static str {
        "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    }

    fn columns(&self) -> &'static str {
        "SELECT name, type, NULL FROM pragma_table_info(?) ORDER BY cid"
    }

    fn is_own(&self, table: &str) -> bool {
        table.starts_with("sqlite_")
    }

    fn clock(&self, kind: &str) -> Option<Clock> {
        (kind == "datetime").then_some(Clock::Local)
    }

    fn broken(&self, _reason: &str) -> &'static str {
        DAMAGED
    }
}

pub(super) fn open(path: &Path) -> Result<Opened, SourceError> {
    match std::fs::metadata(path) {
        Ok(file) if file.is_dir() => return Err(SourceError::Folder(path.into())),
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(SourceError::Missing(path.into()));
        }
        Err(error) => {
            return Err(SourceError::Unreadable {
                path: path.into(),
                reason: error.to_string(),
            });
        }
    }
    let path = std::path::absolute(path).unwrap_or_else(|_| path.into());
    let unreadable = |reason: String| SourceError::Unreadable {
        path: path.clone(),
        reason,
    };
    let mut connection = SqliteConnection::establish(&read_only_uri(&path))
        .map_err(|error| unreadable(error.to_string()))?;
    // the snapshot begins with the first read
    let begun = connection.batch_execute(
        "PRAGMA query_only = ON; PRAGMA busy_timeout = 10000; PRAGMA cache_size = -32768; BEGIN;",
    );
    let read =
        begun.and_then(|()| query_int(&mut connection, "SELECT count(*) FROM sqlite_master", &[]));
    if let Err(error) = read {
        let reason = error.to_string();
        return Err(if reason.contains("not a database") {
            SourceError::NotADatabase(path)
        } else if reason.contains("malformed") {
            damaged(&path, "the catalogue", reason)
        } else {
            unreadable(reason)
        });
    }
    refuse_cut_off(&mut connection, &path)?;
    Ok(Opened {
        reader: ReadAhead::new(connection).map_err(|error| unreadable(error.to_string()))?,
        dialect: Box::new(Sqlite),
        place: path.display().to_string(),
    })
}

fn damaged(path: &Path, table: &str, reason: String) -> SourceError {
    SourceError::Broken {
        place: path.display().to_string(),
        table: table.into(),
        reason,
        advice: DAMAGED,
    }
}

/// SQLite reads what is missing of the last page as zeros, and so as other rows.
fn refuse_cut_off(connection: &mut SqliteConnection, path: &Path) -> Result<(), SourceError> {
    let broken = |reason: String| damaged(path, "the last page", reason);
    let length = std::fs::metadata(path)
        .map_err(|error| broken(error.to_string()))?
        .len();
    let page = query_int(connection, "PRAGMA page_size", &[])
        .map_err(|error| broken(error.to_string()))?
        .and_then(|size| u64::try_from(size).ok())
        .unwrap_or(1);
    match length.checked_rem(page) {
        Some(0) | None => Ok(()),
        Some(_) => Err(broken("the file ends in the middle of it".into())),
    }
}

/// A URI that SQLite opens read-only; what a URI would read as its own is escaped.
fn read_only_uri(path: &Path) -> String {
    let mut uri = String::from("file:");
    for character in path.to_string_lossy().chars() {
        match character {
            '?' => uri.push_str("%3f"),
            '#' => uri.push_str("%23"),
            '%' => uri.push_str("%25"),
            other => uri.push(other),
        }
    }
    uri.push_str("?mode=ro");
    uri
}
