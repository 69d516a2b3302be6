//! A world as a nodeshot 0.9 installation on MySQL or MariaDB.

use std::fmt::Write;
use std::str;

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::bulk::{self, Dialect};
use super::held::{NOT_IN_LATIN1, NOT_IN_MYSQL, NOT_IN_UTF8MB3};
use super::rows::Cell;
use super::{Manifest, Spec};

/// What Django 1.4 made of the nodeshot 0.9 models.
pub const DDL: &str = include_str!("../../../fixtures/nodeshot/mysql.sql");
const DJANGO_DDL: &str = include_str!("django_mysql.sql");

/// How the tables are made: nodeshot left both to the server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tables {
    /// The storage engine.
    pub engine: Engine,
    /// The character set.
    pub charset: Charset,
}

/// What keeps the tables.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "lower")]
pub enum Engine {
    /// With foreign keys and transactions: the default from MySQL 5.5 on.
    #[default]
    InnoDb,
    /// With neither: the default before.
    MyIsam,
}

/// What the tables' text can be. The oddities that it can't hold are not in such a world.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "lower")]
pub enum Charset {
    /// The server's default in those years.
    Latin1,
    /// At most three bytes for a character.
    Utf8,
    /// All of UTF-8.
    #[default]
    Utf8mb4,
}

/// Builds the world in an existing, empty database, as [`Tables::default`] says, and tells where
/// its oddities are.
///
/// # Errors
///
/// Where the database has tables or can't be written.
pub fn build(spec: Spec, url: &str) -> Result<Manifest> {
    build_with(spec, url, Tables::default())
}

/// Builds the world with tables of another kind. See [`build`].
///
/// # Errors
///
/// Those of [`build`].
pub fn build_with(spec: Spec, url: &str, tables: Tables) -> Result<Manifest> {
    let mut connection = MysqlConnection::establish(url).context("connecting")?;
    let tables_there = sql::<BigInt>(
        "(SELECT count(*) FROM information_schema.tables WHERE table_schema = database())",
    );
    bulk::ensure_empty(diesel::select(tables_there).get_result(&mut connection)?)?;
    let (engine, charset, unheld) = tables.names();
    // As the old site's sessions were: no strict mode, so that a zero date is one; and as MyISAM
    // left it and restored dumps do: rows that point nowhere.
    connection.batch_execute(&format!(
        "SET NAMES utf8mb4;
        SET SESSION sql_mode = '', foreign_key_checks = 0, default_storage_engine = {engine};
        ALTER DATABASE CHARACTER SET {charset}"
    ))?;
    connection.batch_execute(DDL)?;
    connection.batch_execute(DJANGO_DDL)?;
    let dialect = Dialect {
        quote: '`',
        literal,
        unheld: [NOT_IN_MYSQL, unheld].concat(),
    };
    let (manifest, _) = bulk::fill(&mut connection, dialect, spec)?;
    Ok(manifest)
}

impl Tables {
    fn names(self) -> (&'static str, &'static str, &'static [&'static str]) {
        let engine = match self.engine {
            Engine::InnoDb => "InnoDB",
            Engine::MyIsam => "MyISAM",
        };
        match self.charset {
            Charset::Latin1 => (engine, "latin1", NOT_IN_LATIN1),
            Charset::Utf8 => (engine, "utf8", NOT_IN_UTF8MB3),
            Charset::Utf8mb4 => (engine, "utf8mb4", &[]),
        }
    }
}

fn literal(sql: &mut String, cell: Cell<'_>) -> Result<()> {
    match cell {
        Cell::Null => sql.push_str("NULL"),
        Cell::Int(number) => write!(sql, "{number}")?,
        Cell::Real(number) => {
            ensure!(number.is_finite(), "{number} is no number of MySQL");
            write!(sql, "{number:e}")?;
        }
        Cell::Text(bytes) => {
            sql.push('\'');
            for character in str::from_utf8(bytes)?.chars() {
                match character {
                    '\0' => sql.push_str("\\0"),
                    '\'' | '\\' => sql.extend(['\\', character]),
                    other => sql.push(other),
                }
            }
            sql.push('\'');
        }
    }
    Ok(())
}
