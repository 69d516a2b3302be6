//! A store's contents taken away and put in, within a transaction.

use diesel::connection::SimpleConnection as _;

use super::error::ArchiveError;
use super::format::Manifest;
use crate::sql::{Bind, execute, query, query_int};
use crate::store::connection::Connection;
use crate::store::contents::{self, LEFT_OUT, LeftOut};
use crate::store::keys::{self, PutOff};
use crate::store::{StoreError, rows};
use crate::text::printable;

/// Who logs in while a restore goes on reads it: its rows are deleted, and its keys stay,
/// because emptying it at once would keep all readers waiting.
const READ_MEANWHILE: &str = "users";

/// Begins the transaction. In PostgreSQL nobody else changes accounts until its end.
pub fn begin(connection: &mut Connection) -> Result<(), ArchiveError> {
    if let Connection::Sqlite(_) = connection {
        // checked at the end, all at once; there is no changing it in a transaction
        connection.batch_execute("PRAGMA foreign_keys = OFF")?;
    }
    begin_alone(connection).map_err(|error| {
        // the fault that is told is the first one
        let _ = end(connection, Ending::RollBack);
        in_use(connection, error)
    })
}

fn begin_alone(connection: &mut Connection) -> Result<(), ArchiveError> {
    connection.begin_writing()?;
    if let Connection::Postgres(_) = connection {
        // a backup or an export that reads may take a while; a limit that somebody set stays
        query(
            connection,
            "SELECT set_config('lock_timeout', '60s', true) FROM pg_settings
             WHERE name = 'lock_timeout' AND source = 'session'",
            &[],
        )?;
        // logins are written afterwards
        connection.batch_execute(&format!(
            "LOCK TABLE tokens, {READ_MEANWHILE} IN SHARE ROW EXCLUSIVE MODE"
        ))?;
    }
    Ok(())
}

/// Ends the transaction, one way or the other.
pub fn end(connection: &mut Connection, ending: Ending) -> Result<(), ArchiveError> {
    let ended = match ending {
        Ending::Commit => connection.commit(),
        Ending::RollBack => connection.roll_back(),
    };
    if ending == Ending::Commit && ended.is_err() {
        let _ = connection.roll_back();
    }
    if let Connection::Sqlite(_) = connection {
        connection.batch_execute("PRAGMA foreign_keys = ON")?;
    }
    Ok(ended?)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Commit,
    RollBack,
}

/// Empties every table that a backup fills, and those that refer to what they held.
pub fn empty(connection: &mut Connection) -> Result<PutOff, ArchiveError> {
    for (table, fate) in LEFT_OUT {
        if fate == LeftOut::Emptied && exists(connection, table)? {
            execute(connection, &format!("DELETE FROM {table}"), &[])?;
        }
    }
    let contents = contents::all();
    let names: Vec<&str> = contents
        .iter()
        .map(|table| table.name)
        .filter(|name| *name != READ_MEANWHILE)
        .collect();
    match connection {
        Connection::Sqlite(_) => {
            for name in &names {
                execute(connection, &format!("DELETE FROM {name}"), &[])?;
            }
        }
        Connection::Postgres(_) => {
            connection.batch_execute(&format!("TRUNCATE TABLE {}", names.join(", ")))?;
        }
    }
    execute(connection, &format!("DELETE FROM {READ_MEANWHILE}"), &[])?;
    Ok(keys::put_off(connection, &names)?)
}

/// Checks what was put in, and lets ids go on where they were.
pub fn settle(
    connection: &mut Connection,
    keys: PutOff,
    manifest: &Manifest,
) -> Result<(), ArchiveError> {
    keys::restore(connection, keys).map_err(|error| unfit("a row", error))?;
    if let Connection::Sqlite(_) = connection {
        let lonely = query(connection, "PRAGMA foreign_key_check", &[])?;
        if let Some(row) = lonely.into_iter().next() {
            let table = row.0.into_iter().next().map(crate::sql::Cell::into_text);
            return Err(ArchiveError::Unfit {
                table: table.unwrap_or_default().into(),
                reason: "a row refers to one that is not there".into(),
            });
        }
    }
    for table in &manifest.tables {
        if let Some(highest) = table.highest_id {
            let held = query_int(
                connection,
                &format!("SELECT max(id) FROM {}", table.name),
                &[],
            )?;
            let highest = highest.max(held.unwrap_or(0));
            rows::set_highest_id(connection, &table.name, highest)?;
        }
    }
    Ok(())
}

/// Where others kept a table for too long: who they are, as far as the database tells. The
/// transaction has ended.
pub fn in_use(connection: &mut Connection, error: ArchiveError) -> ArchiveError {
    let ArchiveError::Store(StoreError::Database(fault)) = &error else {
        return error;
    };
    let text = fault.to_string();
    match connection {
        Connection::Sqlite(_) if text.contains("database is locked") => {
            ArchiveError::InUse("another program writes to it".into())
        }
        Connection::Postgres(_) if text.contains("lock timeout") => {
            ArchiveError::InUse(users(connection).unwrap_or("another program uses it".into()))
        }
        _ => error,
    }
}

/// The sessions that have a table of the store, and what for; `None` where they have gone.
fn users(connection: &mut Connection) -> Option<String> {
    let sessions = query(
        connection,
        "SELECT concat_ws(' ', coalesce(nullif(application_name, ''), 'a program without a name'),
            '(process ' || pid || ')',
            CASE WHEN bool_and(mode = 'AccessShareLock') THEN 'reads it' ELSE 'writes to it' END)
         FROM pg_locks JOIN pg_stat_activity USING (pid)
         WHERE locktype = 'relation' AND granted AND pid <> pg_backend_pid()
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
         AND relation IN (SELECT oid FROM pg_class
            WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r')
         GROUP BY pid, application_name ORDER BY pid LIMIT 3",
        &[],
    );
    let sessions = sessions.ok()?.into_iter();
    let sessions: Vec<String> = sessions
        .filter_map(|row| row.0.into_iter().next())
        .map(|cell| printable(&cell.into_text()).into_owned())
        .collect();
    (!sessions.is_empty()).then(|| sessions.join(", "))
}

/// A row that the database refuses; anything else is a fault of the store.
pub fn unfit(table: &str, error: diesel::result::Error) -> ArchiveError {
    use diesel::result::{DatabaseErrorKind as Kind, Error};
    let text = error.to_string();
    let refused = match &error {
        Error::DatabaseError(
            Kind::UniqueViolation
            | Kind::ForeignKeyViolation
            | Kind::NotNullViolation
            | Kind::CheckViolation,
            _,
        ) => true,
        _ => text.contains("invalid") || text.contains("out of range"),
    };
    if refused {
        ArchiveError::Unfit {
            table: table.into(),
            reason: text.split_whitespace().collect::<Vec<_>>().join(" "),
        }
    } else {
        error.into()
    }
}

fn exists(connection: &mut Connection, table: &str) -> Result<bool, ArchiveError> {
    let sql = match connection {
        Connection::Sqlite(_) => {
            "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?"
        }
        Connection::Postgres(_) => {
            "SELECT count(*) FROM pg_class WHERE relkind = 'r' \
             AND relnamespace = current_schema()::regnamespace AND relname = ?"
        }
    };
    let count = query_int(connection, sql, &[Bind::Text(Some(table))])?;
    Ok(count.unwrap_or(0) > 0)
}
