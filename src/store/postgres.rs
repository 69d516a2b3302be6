//! The store in a database on a PostgreSQL server.

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::{Connection as _, QueryResult};
use diesel_migrations::MigrationHarness;

use super::connection::Connection;
use super::lock::CLASS;
use super::migrations;
use super::{Missing, PATIENCE, Store, StoreError};
use crate::config::{DatabaseUrl, ServerUrl};
use crate::connect;
use crate::sql::{Bind, execute, query, query_int};

/// Tables of extensions (PostGIS, for one) may stand beside a store's.
const TABLES: &str = "SELECT count(*) FROM pg_class \
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f') \
    AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass \
        AND objid = pg_class.oid AND deptype = 'e')";
const OURS: &str = "SELECT count(*) FROM pg_class \
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' \
    AND relname IN ('__diesel_schema_migrations', 'ledger', 'runs')";

pub(super) fn open(server: &ServerUrl, missing: Missing) -> Result<Store, StoreError> {
    let url = DatabaseUrl::Postgres(server.clone());
    let place = url.to_string();
    let mut connection = connect(server)?;
    let fault = |error: diesel::result::Error| StoreError::from_opening(&place, &error);
    let has_schema = "SELECT 1 WHERE current_schema() IS NOT NULL";
    if query_int(&mut connection, has_schema, &[])
        .map_err(fault)?
        .is_none()
    {
        return Err(StoreError::NoSchema(place));
    }
    let state = migrations::state(&mut connection, &place, TABLES, OURS)?;
    if missing == Missing::StandIn && state == migrations::State::Empty {
        // tables that only this connection sees, and that are gone with it
        execute(&mut connection, "SET search_path TO pg_temp", &[]).map_err(fault)?;
    }
    if let Connection::Postgres(connection) = &mut connection
        && migrations::wanted(state, missing, &place)?
    {
        migrate(connection).map_err(|error| StoreError::from_migration(&place, &error))?;
    }
    Ok(Store {
        connection,
        url,
        _scratch: None,
    })
}

/// A connection to the database, whatever it holds.
pub(super) fn connect(server: &ServerUrl) -> Result<Connection, StoreError> {
    let mut connection = Connection::Postgres(connect::postgres(server)?);
    prepare(&mut connection).map_err(|error| {
        StoreError::from_opening(&DatabaseUrl::Postgres(server.clone()).to_string(), &error)
    })?;
    Ok(connection)
}

/// One transaction; who comes second waits, and finds nothing left to do.
fn migrate(connection: &mut PgConnection) -> QueryResult<()> {
    connection.transaction(|connection| {
        query(
            connection,
            "SELECT pg_advisory_xact_lock(?::int4, 0)",
            &[Bind::Int(Some(CLASS))],
        )?;
        connection
            .run_pending_migrations(migrations::POSTGRES)
            .map(drop)
            .map_err(diesel::result::Error::QueryBuilderError)
    })
}

/// Settings of the session. Planning is a transaction in which a person may think about a
/// question, so no limit ends it; who waits for a lock is told, unless a limit is set already.
fn prepare(connection: &mut Connection) -> QueryResult<()> {
    connection.batch_execute(
        "SET TIME ZONE 'UTC';
         SET idle_in_transaction_session_timeout = 0;
         SET statement_timeout = 0;
         SET synchronous_commit = on;",
    )?;
    execute(
        connection,
        &format!(
            "SELECT set_config('lock_timeout', '{PATIENCE}', false) \
             WHERE current_setting('lock_timeout') = '0'"
        ),
        &[],
    )?;
    Ok(())
}
