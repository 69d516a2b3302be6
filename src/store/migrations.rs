//! Bringing a store up to this program's version.

use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::pg::Pg;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::connection::Connection;
use super::{Missing, StoreError};
use crate::sql::query_int;

/// The two trees have the same names and give the same tables.
pub const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
pub const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// How many migrations a store of this program's version has.
#[must_use]
pub fn schema_version() -> u32 {
    let known = versions::<Sqlite>(&SQLITE).unwrap_or_default();
    u32::try_from(known.len()).unwrap_or(u32::MAX)
}

/// What stands in a database that is to be a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Empty,
    /// A store of an older version.
    Older,
    Current,
}

/// Tells a store from anything else. `tables` counts all tables, `ours` finds three of them
/// that every store has.
///
/// # Errors
/// It is something else, or a newer store; what the database reports.
pub fn state(
    connection: &mut Connection,
    place: &str,
    tables: &str,
    ours: &str,
) -> Result<State, StoreError> {
    let mut count = |sql| -> Result<i64, StoreError> {
        query_int(connection, sql, &[])
            .map(|count| count.unwrap_or(0))
            .map_err(|error| StoreError::from_opening(place, &error))
    };
    if count(tables)? == 0 {
        return Ok(State::Empty);
    }
    if count(ours)? < 3 {
        return Err(StoreError::NotAStore(
            place.into(),
            "it holds tables of something else".into(),
        ));
    }
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| {
        StoreError::Migration(place.into(), error.to_string())
    };
    let (applied, known) = match connection {
        Connection::Sqlite(connection) => (
            connection.applied_migrations().map_err(failed)?,
            versions::<Sqlite>(&SQLITE).map_err(failed)?,
        ),
        Connection::Postgres(connection) => (
            connection.applied_migrations().map_err(failed)?,
            versions::<Pg>(&POSTGRES).map_err(failed)?,
        ),
    };
    if applied.iter().any(|version| !known.contains(version)) {
        return Err(StoreError::Newer(place.into()));
    }
    Ok(match applied.len() == known.len() {
        true => State::Current,
        false => State::Older,
    })
}

fn versions<DB: diesel::backend::Backend>(
    source: &EmbeddedMigrations,
) -> diesel::migration::Result<Vec<MigrationVersion<'static>>> {
    let known: Vec<Box<dyn Migration<DB>>> = source.migrations()?;
    Ok(known
        .iter()
        .map(|migration| migration.name().version().as_owned())
        .collect())
}

/// Whether migrations are to be run; a rehearsal leaves an older store alone.
///
/// # Errors
/// [`StoreError::Older`].
pub fn wanted(state: State, missing: Missing, place: &str) -> Result<bool, StoreError> {
    match (state, missing) {
        (State::Current, _) => Ok(false),
        (State::Older, Missing::StandIn) => Err(StoreError::Older(place.into())),
        _ => Ok(true),
    }
}
