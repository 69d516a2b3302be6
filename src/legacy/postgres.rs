//! A legacy database on a PostgreSQL server.

use diesel::connection::SimpleConnection;

use super::ahead::ReadAhead;
use super::source::{ColumnType, Dialect, HELD, LOST, Opened};
use super::{Clock, SourceError};
use crate::config::{DatabaseUrl, ServerUrl};
use crate::connect;

struct Postgres;

impl Dialect for Postgres {
    fn tables(&self) -> &'static str {
        "SELECT relname::text FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace \
         WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND pg_table_is_visible(pg_class.oid) \
         AND nspname NOT IN ('pg_catalog', 'information_schema') \
         AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass \
             AND objid = pg_class.oid AND deptype = 'e') \
         ORDER BY relname"
    }

    fn columns(&self) -> &'static str {
        "SELECT attname::text, typname::text, NULL FROM pg_attribute \
         JOIN pg_type ON pg_type.oid = atttypid \
         WHERE attrelid = to_regclass(quote_ident(?)) AND attnum > 0 AND NOT attisdropped \
         ORDER BY attnum"
    }

    /// Moments come with their offset, so that they are not taken for times of a local clock.
    fn reading(&self, column: &ColumnType) -> String {
        let name = self.quoted(&column.name);
        match column.kind.as_str() {
            "bool" | "int2" | "int4" | "int8" | "float4" | "float8" | "text" | "varchar"
            | "bytea" | "inet" | "cidr" | "macaddr" | "timestamp" | "date" => name,
            _ => format!("{name}::text"),
        }
    }

    fn clock(&self, kind: &str) -> Option<Clock> {
        match kind {
            "timestamp" | "date" => Some(Clock::Local),
            "timestamptz" => Some(Clock::Moments),
            _ => None,
        }
    }

    fn missing_hint(&self) -> &'static str {
        " Are they in another schema? Name it in the URL: ?search_path=SCHEMA. A schema that the account may not use seems to be empty, too: GRANT USAGE ON SCHEMA public TO USER."
    }

    fn not_allowed(&self, reason: &str) -> Option<&'static str> {
        reason
            .contains("permission denied")
            .then_some("On the server: GRANT USAGE ON SCHEMA public TO USER; GRANT SELECT ON ALL TABLES IN SCHEMA public TO USER. That is all that is needed.")
    }

    fn broken(&self, reason: &str) -> &'static str {
        match reason.contains("lock timeout") {
            true => HELD,
            false => LOST,
        }
    }
}

pub(super) fn open(server: &ServerUrl) -> Result<Opened, SourceError> {
    let place = DatabaseUrl::Postgres(server.clone())
        .without_password()
        .to_string();
    let mut connection = connect::postgres(server)?;
    let broken = |reason: String| SourceError::Broken {
        place: place.clone(),
        table: "its state".into(),
        reason,
        advice: LOST,
    };
    // no limit of the server's ends a transaction in which a person thinks about a question
    connection
        .batch_execute(
            "SET TIME ZONE 'UTC';
             SET DateStyle = 'ISO';
             SET statement_timeout = 0;
             SET idle_in_transaction_session_timeout = 0;
             SET lock_timeout = '10s';
             BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
             SELECT 1;",
        )
        .map_err(|error| broken(error.to_string()))?;
    Ok(Opened {
        reader: ReadAhead::new(connection).map_err(|error| broken(error.to_string()))?,
        dialect: Box::new(Postgres),
        place,
    })
}
