//! A legacy database of any engine: opened read-only, read in one transaction.

use std::collections::HashMap;

use diesel::QueryResult;
use diesel::result::Error as DbError;

use super::ahead::{PageQuery, ReadAhead};
use super::{Clock, Fate, LegacyRow, LegacyTable, Need, Shape, SourceError, Unknown};
use super::{mysql, postgres, sqlite};
use crate::config::DatabaseUrl;
use crate::sql::{Cell, Cells};

/// What may help where a server ends the reading.
pub(super) const LOST: &str =
    "The server or the way to it may be gone: check that it runs, and try again.";
/// What may help where a server keeps the reader waiting.
pub(super) const HELD: &str = "Another session keeps it locked, a change of the table or a backup for instance: try again when that has ended.";

/// What an engine has of its own.
pub(super) trait Dialect: Send {
    /// The names of all tables, one a row.
    fn tables(&self) -> &'static str;

    /// A table's columns in their order: name, type, character set or NULL. `?` is the table.
    fn columns(&self) -> &'static str;

    /// Whether it is a table of the engine itself.
    fn is_own(&self, _table: &str) -> bool {
        false
    }

    fn quoted(&self, name: &str) -> String {
        format!("\"{name}\"")
    }

    /// What is selected of a column, so that nothing in it stops the reader and every engine
    /// gives the same.
    fn reading(&self, column: &ColumnType) -> String {
        self.quoted(&column.name)
    }

    /// A NULL in the place of a column that is not read.
    fn nothing(&self) -> &'static str {
        "NULL"
    }

    /// Whether a column of this type shows the clock of the old server, a moment, or no time.
    fn clock(&self, kind: &str) -> Option<Clock>;

    /// The tables that are not part of the snapshot, one a row; `None`: all are.
    fn without_snapshot(&self) -> Option<&'static str> {
        None
    }

    /// Why a table may seem to be missing.
    fn missing_hint(&self) -> &'static str {
        ""
    }

    /// What to do where the account may not read; `None` where the error says something else.
    fn not_allowed(&self, _reason: &str) -> Option<&'static str> {
        None
    }

    /// What to do where reading breaks off for this reason.
    fn broken(&self, reason: &str) -> &'static str;
}

/// A column as the catalogue has it.
pub(super) struct ColumnType {
    pub name: String,
    pub kind: String,
    /// The character set, where it has one.
    pub charset: Option<String>,
}

/// An opened database: its reading thread's connection, and how to talk to it.
pub(super) struct Opened {
    pub reader: ReadAhead,
    pub dialect: Box<dyn Dialect>,
    /// Where it is, for people: without secrets.
    pub place: String,
}

/// See the module. Dropping it ends the snapshot.
pub struct Source {
    reader: ReadAhead,
    dialect: Box<dyn Dialect>,
    kind: &'static str,
    place: String,
    /// What is selected of each column of the declared tables that are there.
    readings: HashMap<&'static str, HashMap<&'static str, String>>,
}

/// Which columns are read; the others are NULL.
#[derive(Clone, Copy, Debug)]
pub enum Columns<'a> {
    All,
    Only(&'a [&'a str]),
}

impl Source {
    /// Opens a legacy database. Nothing in it is changed, whatever happens.
    ///
    /// # Errors
    /// It cannot be reached or opened, or is no database.
    pub fn open(url: &DatabaseUrl) -> Result<Self, SourceError> {
        let Opened {
            reader,
            dialect,
            place,
        } = match url {
            DatabaseUrl::Sqlite(path) => sqlite::open(path),
            DatabaseUrl::Mysql(server) => mysql::open(server),
            DatabaseUrl::Postgres(server) => postgres::open(server),
        }?;
        Ok(Source {
            reader,
            dialect,
            kind: url.engine(),
            place,
            readings: HashMap::new(),
        })
    }

    /// `sqlite`, `mysql` or `postgres`.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// Who it is in reports: the file's absolute path, or the server's address.
    pub fn identity(&self) -> &str {
        &self.place
    }

    /// Holds the database against a declaration. Must be called before anything is read.
    ///
    /// # Errors
    /// A required table, or a column of a table that is there, is missing or may not be read.
    pub fn check(
        &mut self,
        tables: &[&'static LegacyTable],
        is_framework: impl Fn(&str) -> bool,
    ) -> Result<Shape, SourceError> {
        let mut shape = Shape::default();
        let mut clocks = Vec::new();
        self.readings.clear();
        let present = self.names(self.dialect.tables())?;
        for table in tables {
            if !present.iter().any(|name| name == table.name) {
                if table.need == Need::Required {
                    return Err(self.wrong_shape(format!("the table {} is missing", table.name)));
                }
                shape.missing.push(table.name);
                continue;
            }
            let columns = self.columns_of(table)?;
            let mut readings = HashMap::new();
            for column in table.columns {
                let Some(found) = columns.iter().find(|found| found.name == column.name) else {
                    return Err(self.wrong_shape(format!(
                        "the table {} has no column {}",
                        table.name, column.name
                    )));
                };
                clocks.extend(self.dialect.clock(&found.kind));
                readings.insert(column.name, self.dialect.reading(found));
            }
            for column in columns {
                if !table.columns.iter().any(|known| known.name == column.name) {
                    shape.unknown.push(Unknown::Column {
                        table: table.name.into(),
                        column: column.name,
                    });
                }
            }
            self.readings.insert(table.name, readings);
            // what may not be read is told before the first row
            let all = self.select(table, &self.list(table, Columns::All));
            let none = self.reader.query(&format!("{all} LIMIT 0"), &[]);
            none.map_err(|error| self.failed(table.name, &error))?;
        }
        for name in present {
            let known = tables.iter().any(|table| table.name == name);
            if !known && !self.dialect.is_own(&name) && !is_framework(&name) {
                shape.unknown.push(Unknown::Table(name));
            }
        }
        if let Some(sql) = self.dialect.without_snapshot() {
            let moving = self.names(sql)?;
            let declared = tables.iter().map(|table| table.name);
            shape.without_snapshot = declared
                .filter(|name| moving.iter().any(|moving| moving == name))
                .collect();
        }
        if !clocks.is_empty() && clocks.iter().all(|clock| *clock == Clock::Moments) {
            shape.clock = Clock::Moments;
        }
        Ok(shape)
    }

    /// The next rows in id order behind `after` (from the start without it), at most `limit`.
    ///
    /// # Errors
    /// The database is damaged or gone.
    pub fn page(
        &mut self,
        table: &LegacyTable,
        columns: Columns,
        after: Option<i64>,
        limit: usize,
    ) -> Result<Vec<LegacyRow>, SourceError> {
        let rows = self.rows(table, &self.list(table, columns), after, limit)?;
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

    /// Hands out some columns of every row in id order, the id being the first: the count
    /// that checks the reader.
    ///
    /// # Errors
    /// The database is damaged or gone.
    pub fn scan(
        &mut self,
        table: &LegacyTable,
        columns: &[&str],
        mut each: impl FnMut(&[Cell]),
    ) -> Result<(), SourceError> {
        const PAGE: usize = 5_000;
        let columns: Vec<String> = columns
            .iter()
            .map(|column| self.reading(table, column))
            .collect();
        let columns = columns.join(", ");
        let mut after = None;
        loop {
            let rows = self.rows(table, &columns, after, PAGE)?;
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
    /// The database is damaged or gone.
    pub fn highest_id(&mut self, table: &LegacyTable) -> Result<i64, SourceError> {
        if !self.readings.contains_key(table.name) {
            return Ok(0);
        }
        let sql = format!("SELECT max(id) FROM {}", self.dialect.quoted(table.name));
        let rows = self.reader.query(&sql, &[]);
        let rows = rows.map_err(|error| self.failed(table.name, &error))?;
        Ok(rows
            .first()
            .and_then(|row| row.0.first()?.int())
            .unwrap_or(0))
    }

    /// What is selected of a table.
    fn list(&self, table: &LegacyTable, columns: Columns) -> String {
        let columns: Vec<String> = table
            .columns
            .iter()
            .map(|column| match (column.fate, columns) {
                (Fate::LeftOut(_), _) if column.name != "id" => self.dialect.nothing().into(),
                (_, Columns::Only(names)) if !names.contains(&column.name) => {
                    self.dialect.nothing().into()
                }
                _ => self.reading(table, column.name),
            })
            .collect();
        columns.join(", ")
    }

    fn select(&self, table: &LegacyTable, columns: &str) -> String {
        format!("SELECT {columns} FROM {}", self.dialect.quoted(table.name))
    }

    fn reading(&self, table: &LegacyTable, column: &str) -> String {
        let readings = self.readings.get(table.name);
        readings
            .and_then(|readings| readings.get(column))
            .map_or_else(|| self.dialect.quoted(column), String::clone)
    }

    fn rows(
        &mut self,
        table: &LegacyTable,
        columns: &str,
        after: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Cells>, SourceError> {
        if !self.readings.contains_key(table.name) {
            return Ok(Vec::new());
        }
        let rows = self.reader.page(PageQuery {
            select: self.select(table, columns),
            after,
            limit,
        });
        rows.map_err(|error| self.failed(table.name, &error))
    }

    fn columns_of(&mut self, table: &LegacyTable) -> Result<Vec<ColumnType>, SourceError> {
        let rows = self.catalogue(self.dialect.columns(), &[table.name])?;
        Ok(rows
            .into_iter()
            .map(|row| {
                let mut texts = row.0.into_iter().map(said);
                ColumnType {
                    name: texts.next().flatten().unwrap_or_default(),
                    kind: texts.next().flatten().unwrap_or_default().to_lowercase(),
                    charset: texts.next().flatten(),
                }
            })
            .collect())
    }

    fn names(&mut self, sql: &'static str) -> Result<Vec<String>, SourceError> {
        let rows = self.catalogue(sql, &[])?;
        Ok(rows
            .into_iter()
            .filter_map(|row| said(row.0.into_iter().next()?))
            .collect())
    }

    fn catalogue(&mut self, sql: &str, texts: &[&str]) -> Result<Vec<Cells>, SourceError> {
        let rows: QueryResult<Vec<Cells>> = self.reader.query(sql, texts);
        rows.map_err(|error| self.failed("the catalogue", &error))
    }

    fn wrong_shape(&self, missing: String) -> SourceError {
        SourceError::WrongShape {
            place: self.place.clone(),
            missing,
            hint: self.dialect.missing_hint(),
        }
    }

    fn failed(&self, table: &str, error: &DbError) -> SourceError {
        let reason = error.to_string();
        match self.dialect.not_allowed(&reason) {
            Some(advice) => SourceError::NotAllowed {
                place: self.place.clone(),
                reason,
                advice,
            },
            None => self.broken(table, &reason),
        }
    }

    fn broken(&self, table: &str, reason: &str) -> SourceError {
        SourceError::Broken {
            place: self.place.clone(),
            table: table.into(),
            reason: reason.split_whitespace().collect::<Vec<_>>().join(" "),
            advice: self.dialect.broken(reason),
        }
    }
}

fn said(cell: Cell) -> Option<String> {
    match cell {
        Cell::Text(text) => Some(text.into()),
        Cell::Bytes(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        _ => None,
    }
}
