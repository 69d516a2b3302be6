//! A world as a nodeshot 0.9 installation on PostgreSQL.

use std::fmt::Write;
use std::str;

use anyhow::{Context, Result, ensure};
use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::bulk::{self, Dialect};
use super::held::NOT_IN_POSTGRES;
use super::rows::Cell;
use super::{Manifest, Oddities, Spec};

/// What Django 1.4 made of the nodeshot 0.9 models.
pub const DDL: &str = include_str!("../../../fixtures/nodeshot/postgresql.sql");
const DJANGO_DDL: &str = include_str!("django_postgresql.sql");

/// Builds the world in an existing, empty database and tells where its oddities are.
///
/// Times are instants there: those that have the world's local times in UTC, as on a server whose
/// clock is set to it. With oddities, rows point nowhere as after a restore that disabled the
/// triggers, which takes a superuser.
///
/// # Errors
///
/// Where the database has tables or can't be written.
pub fn build(spec: Spec, url: &str) -> Result<Manifest> {
    let mut connection = PgConnection::establish(url).context("connecting")?;
    let tables_there = sql::<BigInt>(
        "(SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema())",
    );
    bulk::ensure_empty(diesel::select(tables_there).get_result(&mut connection)?)?;
    connection.batch_execute(
        "SET client_min_messages = warning; SET TIME ZONE 'UTC';
        SET standard_conforming_strings = on",
    )?;
    if spec.oddities != Oddities::LeftOut {
        connection
            .batch_execute("SET session_replication_role = replica")
            .context("rows that point nowhere take a superuser")?;
    }
    connection.batch_execute(DDL)?;
    connection.batch_execute(DJANGO_DDL)?;
    let dialect = Dialect {
        quote: '"',
        literal,
        unheld: NOT_IN_POSTGRES.to_vec(),
    };
    let (manifest, tables) = bulk::fill(&mut connection, dialect, spec)?;
    for table in tables {
        // as Django's sqlsequencereset writes it
        connection.batch_execute(&format!(
            "SELECT setval(pg_get_serial_sequence('\"{table}\"', 'id'),
                coalesce(max(\"id\"), 1), max(\"id\") IS NOT NULL) FROM \"{table}\""
        ))?;
    }
    connection.batch_execute("ANALYZE")?;
    Ok(manifest)
}

// A quoted literal takes the type of its column, so 1 becomes an integer or true.
fn literal(sql: &mut String, cell: Cell<'_>) -> Result<()> {
    match cell {
        Cell::Null => sql.push_str("NULL"),
        Cell::Int(number) => write!(sql, "'{number}'")?,
        Cell::Real(number) => write!(sql, "'{number}'")?,
        Cell::Text(bytes) => {
            let text = str::from_utf8(bytes)?;
            ensure!(!text.contains('\0'), "NUL is no text of PostgreSQL");
            sql.push('\'');
            for character in text.chars() {
                if character == '\'' {
                    sql.push('\'');
                }
                sql.push(character);
            }
            sql.push('\'');
        }
    }
    Ok(())
}
