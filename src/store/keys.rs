//! Keys and indexes of tables that are filled for the first time. PostgreSQL asks for each row
//! and each foreign key whether the other row is there, and finds a place in every index, which
//! takes longer than writing the row. Where tables are empty their keys and indexes are dropped
//! before, and made again in the same transaction, which checks and sorts all rows at once.

use diesel::QueryResult;
use diesel::connection::SimpleConnection;

use super::connection::Connection;
use crate::sql::{Bind, Cell, Cells, query};

/// The statements that make the keys again.
#[derive(Debug, Default)]
pub struct PutOff(Vec<String>);

/// For each key and index of the listed tables the statements that drop it and make it again,
/// in the order of dropping. A foreign key to a table that is not listed stays: nobody else
/// could read that table until the end of the transaction.
const KEYS: &str = "\
    WITH listed AS (SELECT value::regclass AS oid FROM json_array_elements_text(?::json)) \
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS dropping, \
        format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS making, \
        CASE contype WHEN 'f' THEN 1 ELSE 3 END AS place, conname::text AS name \
    FROM pg_constraint WHERE conrelid IN (SELECT oid FROM listed) \
        AND (contype IN ('p', 'u') OR contype = 'f' AND confrelid IN (SELECT oid FROM listed)) \
    UNION ALL \
    SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid), 2, indexrelid::regclass::text \
    FROM pg_index WHERE indrelid IN (SELECT oid FROM listed) \
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid) \
    ORDER BY place, name";

/// Drops the keys and indexes of those of these tables that are empty. Where that is not
/// possible (somebody reads one of them, or the account does not own them), nothing is dropped.
///
/// # Errors
/// The connection fails.
pub fn put_off(connection: &mut Connection, tables: &[&str]) -> QueryResult<PutOff> {
    if let Connection::Sqlite(_) = connection {
        return Ok(PutOff::default());
    }
    let mut empty = Vec::new();
    for table in tables {
        let (row, trigger) = (
            format!("SELECT 1 FROM {table} LIMIT 1"),
            // what waits for the end of the transaction keeps the table from being altered
            format!(
                "SELECT 1 FROM pg_trigger WHERE tgrelid = '{table}'::regclass AND NOT tgisinternal"
            ),
        );
        if query(connection, &row, &[])?.is_empty() && query(connection, &trigger, &[])?.is_empty()
        {
            empty.push(*table);
        }
    }
    let list = serde_json::to_string(&empty).unwrap_or_default();
    let (drops, mut makes): (Vec<String>, Vec<String>) =
        query(connection, KEYS, &[Bind::Text(Some(&list))])?
            .into_iter()
            .filter_map(|Cells(cells)| {
                let mut texts = cells.into_iter().map(Cell::into_text);
                Some((texts.next()?.into(), texts.next()?.into()))
            })
            .unzip();
    makes.reverse();
    if drops.is_empty() {
        return Ok(PutOff::default());
    }
    let patience = query(connection, "SELECT current_setting('lock_timeout')", &[])?;
    let patience = patience
        .into_iter()
        .next()
        .and_then(|row| row.0.into_iter().next());
    let patience = patience.map(Cell::into_text).unwrap_or_default();
    connection.batch_execute("SAVEPOINT keys; SET LOCAL lock_timeout = '1s'")?;
    match connection.batch_execute(&drops.join("; ")) {
        Ok(()) => {
            connection.batch_execute(&format!(
                "RELEASE SAVEPOINT keys; SET LOCAL lock_timeout = '{patience}'"
            ))?;
            Ok(PutOff(makes))
        }
        Err(error) => {
            tracing::debug!("keys are checked row by row: {error}");
            connection.batch_execute("ROLLBACK TO SAVEPOINT keys; RELEASE SAVEPOINT keys")?;
            Ok(PutOff::default())
        }
    }
}

/// Makes the keys and indexes again, and so checks them.
///
/// # Errors
/// A row refers to one that is not there, two have the same key; what else the database reports.
pub fn restore(connection: &mut Connection, keys: PutOff) -> QueryResult<()> {
    for sql in keys.0 {
        connection.batch_execute(&sql)?;
    }
    Ok(())
}
