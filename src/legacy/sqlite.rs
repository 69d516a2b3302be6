//! A legacy database in a SQLite file: opened read-only, read in one transaction.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::Error as DbError;
use diesel::sqlite::SqliteConnection;

use super::ahead::{PageQuery, ReadAhead};
use super::{Fate, LegacyRow, LegacyTable, Need, Shape, SourceError, Unknown};
use crate::sql::{Cell, Cells, query_int};

/// See the module. Dropping it ends the snapshot.
pub struct SqliteSource {
    reader: ReadAhead,
    path: PathBuf,
    absent: HashSet<&'static str>,
}

/// Which columns are read; the others are NULL.
#[derive(Clone, Copy, Debug)]
pub enum Columns<'a> {
    All,
    Only(&'a [&'a str]),
}

impl SqliteSource {
    /// Opens a copy of a legacy database. The file is not changed, whatever happens.
    ///
    /// # Errors
    /// The file is missing, unreadable or no SQLite database.
    pub fn open(path: &Path) -> Result<Self, SourceError> {
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
        let mut connection =
            SqliteConnection::establish(&read_only_uri(&path)).map_err(|error| {
                SourceError::Unreadable {
                    path: path.clone(),
                    reason: error.to_string(),
                }
            })?;
        // the snapshot begins with the first read
        let begun = connection.batch_execute(
            "PRAGMA query_only = ON; PRAGMA busy_timeout = 10000; PRAGMA cache_size = -32768; BEGIN;",
        );
        let read = begun
            .and_then(|()| query_int(&mut connection, "SELECT count(*) FROM sqlite_master", &[]));
        if let Err(error) = read {
            let reason = error.to_string();
            return Err(if reason.contains("not a database") {
                SourceError::NotADatabase(path)
            } else if reason.contains("malformed") {
                SourceError::Broken {
                    path,
                    table: "the catalogue".into(),
                    reason,
                }
            } else {
                SourceError::Unreadable { path, reason }
            });
        }
        refuse_cut_off(&mut connection, &path)?;
        let reader = ReadAhead::new(connection).map_err(|error| SourceError::Unreadable {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        Ok(SqliteSource {
            reader,
            path,
            absent: HashSet::new(),
        })
    }

    /// The file's absolute path: who it is in reports.
    pub fn identity(&self) -> String {
        self.path.display().to_string()
    }

    /// Holds the file against a declaration.
    ///
    /// # Errors
    /// A required table, or a column of a table that is there, is missing.
    pub fn check(
        &mut self,
        tables: &[&'static LegacyTable],
        is_framework: impl Fn(&str) -> bool,
    ) -> Result<Shape, SourceError> {
        let mut shape = Shape::default();
        let present = self.names(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
            &[],
        )?;
        for table in tables {
            if !present.iter().any(|name| name == table.name) {
                if table.need == Need::Required {
                    return Err(self.wrong_shape(format!("the table {} is missing", table.name)));
                }
                self.absent.insert(table.name);
                shape.missing.push(table.name);
                continue;
            }
            let columns = self.names(
                "SELECT name FROM pragma_table_info(?) ORDER BY cid",
                &[table.name],
            )?;
            for column in table.columns {
                if !columns.iter().any(|name| name == column.name) {
                    return Err(self.wrong_shape(format!(
                        "the table {} has no column {}",
                        table.name, column.name
                    )));
                }
            }
            for column in columns {
                if !table.columns.iter().any(|known| known.name == column) {
                    shape.unknown.push(Unknown::Column {
                        table: table.name.into(),
                        column,
                    });
                }
            }
        }
        for name in present {
            let known = tables.iter().any(|table| table.name == name);
            if !known && !name.starts_with("sqlite_") && !is_framework(&name) {
                shape.unknown.push(Unknown::Table(name));
            }
        }
        Ok(shape)
    }

    /// The next rows in id order behind `after` (from the start without it), at most `limit`.
    ///
    /// # Errors
    /// The file is damaged or gone.
    pub fn page(
        &mut self,
        table: &LegacyTable,
        columns: Columns,
        after: Option<i64>,
        limit: usize,
    ) -> Result<Vec<LegacyRow>, SourceError> {
        let columns: Vec<String> = table
            .columns
            .iter()
            .map(|column| match (column.fate, columns) {
                (Fate::LeftOut(_), _) => "NULL".into(),
                (_, Columns::Only(names)) if !names.contains(&column.name) => "NULL".into(),
                _ => format!("\"{}\"", column.name),
            })
            .collect();
        let rows = self.rows(table, &columns.join(", "), after, limit)?;
        let mut last = after;
        rows.into_iter()
            .map(|row| {
                let id = row.0.first().and_then(Cell::int);
                let id = id.ok_or_else(|| self.broken(table.name, "a row without an id"))?;
                if last.replace(id).is_some_and(|last| last >= id) {
                    let reason = format!("there are two rows with the id {id}");
                    return Err(self.broken(table.name, &reason));
                }
                Ok(LegacyRow { id, cells: row.0 })
            })
            .collect()
    }

    /// Hands out some columns of every row in id order: the count that checks the reader.
    ///
    /// # Errors
    /// The file is damaged or gone.
    pub fn scan(
        &mut self,
        table: &LegacyTable,
        columns: &str,
        mut each: impl FnMut(&[Cell]),
    ) -> Result<(), SourceError> {
        const PAGE: usize = 5_000;
        let mut after = None;
        loop {
            let rows = self.rows(table, columns, after, PAGE)?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after = last.0.first().and_then(Cell::int);
            for row in &rows {
                each(&row.0);
            }
            if rows.len() < PAGE {
                return Ok(());
            }
        }
    }

    /// The highest id of a table, 0 where it is empty.
    ///
    /// # Errors
    /// The file is damaged or gone.
    pub fn highest_id(&mut self, table: &LegacyTable) -> Result<i64, SourceError> {
        if self.absent.contains(table.name) {
            return Ok(0);
        }
        let sql = format!("SELECT max(id) FROM \"{}\"", table.name);
        let rows = self
            .reader
            .query(&sql, &[])
            .map_err(|error| self.failed(table.name, &error))?;
        Ok(rows
            .first()
            .and_then(|row| row.0.first()?.int())
            .unwrap_or(0))
    }

    fn rows(
        &mut self,
        table: &LegacyTable,
        columns: &str,
        after: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Cells>, SourceError> {
        if self.absent.contains(table.name) {
            return Ok(Vec::new());
        }
        let rows = self.reader.page(PageQuery {
            table: table.name,
            columns: columns.into(),
            after,
            limit,
        });
        rows.map_err(|error| self.failed(table.name, &error))
    }

    fn names(&mut self, sql: &str, texts: &[&str]) -> Result<Vec<String>, SourceError> {
        let rows = self
            .reader
            .query(sql, texts)
            .map_err(|error| self.failed("the catalogue", &error))?;
        Ok(rows
            .iter()
            .filter_map(|row| Some(row.0.first()?.text()?.to_string()))
            .collect())
    }

    fn wrong_shape(&self, missing: String) -> SourceError {
        SourceError::WrongShape {
            path: self.path.clone(),
            missing,
        }
    }

    fn failed(&self, table: &str, error: &DbError) -> SourceError {
        self.broken(table, &error.to_string())
    }

    fn broken(&self, table: &str, reason: &str) -> SourceError {
        SourceError::Broken {
            path: self.path.clone(),
            table: table.into(),
            reason: reason.into(),
        }
    }
}

/// SQLite reads what is missing of the last page as zeros, and so as other rows.
fn refuse_cut_off(connection: &mut SqliteConnection, path: &Path) -> Result<(), SourceError> {
    let broken = |reason: String| SourceError::Broken {
        path: path.into(),
        table: "the last page".into(),
        reason,
    };
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
