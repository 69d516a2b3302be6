//! Reading rows of any data table back as values.

use std::collections::HashMap;

use diesel::QueryResult;

use super::connection::Connection;
use crate::model::{Kind, Table, Value, canonical_json};
use crate::sql::{Bind, Cell, execute, query, query_int};

/// A row of a data table: its id and its fields in the table's order.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRow {
    pub id: i64,
    pub values: Vec<Value>,
}

/// The rows with these ids, by id; ids without a row are left out.
pub fn by_ids(
    connection: &mut Connection,
    table: &Table,
    ids: &[i64],
) -> QueryResult<HashMap<i64, StoredRow>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "SELECT {} FROM {} WHERE id IN ({})",
        select_list(table),
        table.name,
        listed_ids(connection)
    );
    let list = json_list(ids);
    let rows = query(connection, &sql, &[Bind::Text(Some(&list))])?;
    let rows = rows.into_iter().map(|row| stored(table, row.0));
    Ok(rows.map(|row| (row.id, row)).collect())
}

/// The next rows behind `after` in id order, at most `limit`.
pub fn page(
    connection: &mut Connection,
    table: &Table,
    after: i64,
    limit: usize,
) -> QueryResult<Vec<StoredRow>> {
    let sql = format!(
        "SELECT {} FROM {} WHERE id > ? ORDER BY id LIMIT ?",
        select_list(table),
        table.name
    );
    let rows = query(
        connection,
        &sql,
        &[Bind::Int(Some(after)), Bind::Int(Some(limit as i64))],
    )?;
    Ok(rows.into_iter().map(|row| stored(table, row.0)).collect())
}

/// Hands out some columns of every row in id order, raw.
pub fn each(
    connection: &mut Connection,
    table: &Table,
    columns: &[&str],
    mut each: impl FnMut(i64, &[Cell]),
) -> QueryResult<()> {
    const PAGE: usize = 20_000;
    let list: String = columns
        .iter()
        .map(|column| format!(", \"{column}\""))
        .collect();
    let sql = format!(
        "SELECT id{list} FROM {} WHERE id > ? ORDER BY id LIMIT ?",
        table.name
    );
    let mut after = i64::MIN;
    loop {
        let rows = query(
            connection,
            &sql,
            &[Bind::Int(Some(after)), Bind::Int(Some(PAGE as i64))],
        )?;
        for row in &rows {
            if let Some((Cell::Int(id), cells)) = row.0.split_first() {
                each(*id, cells);
                after = *id;
            }
        }
        if rows.len() < PAGE {
            return Ok(());
        }
    }
}

/// The rows that refer to some of these ids by a column: (row, id).
pub fn referring(
    connection: &mut Connection,
    table: &Table,
    column: &str,
    ids: &[i64],
) -> QueryResult<Vec<(i64, i64)>> {
    let sql = format!(
        "SELECT id, \"{column}\" FROM {} WHERE \"{column}\" IN ({})",
        table.name,
        listed_ids(connection)
    );
    let list = json_list(ids);
    let rows = query(connection, &sql, &[Bind::Text(Some(&list))])?;
    Ok(rows
        .iter()
        .filter_map(|row| Some((row.0.first()?.int()?, row.0.get(1)?.int()?)))
        .collect())
}

/// Deletes the rows with these ids.
pub fn delete(connection: &mut Connection, table: &Table, ids: &[i64]) -> QueryResult<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "DELETE FROM {} WHERE id IN ({})",
        table.name,
        listed_ids(connection)
    );
    execute(connection, &sql, &[Bind::Text(Some(&json_list(ids)))])?;
    Ok(())
}

/// The highest id that the table ever gave.
pub fn highest_id(connection: &mut Connection, table: &str) -> QueryResult<i64> {
    let given = match connection {
        Connection::Sqlite(_) => query_int(
            connection,
            "SELECT seq FROM sqlite_sequence WHERE name = ?",
            &[Bind::Text(Some(table))],
        ),
        Connection::Postgres(_) => query_int(
            connection,
            &format!(
                "SELECT last_value - CASE WHEN is_called THEN 0 ELSE 1 END FROM {}",
                sequence(table)
            ),
            &[],
        ),
    }?;
    let held = query_int(connection, &format!("SELECT max(id) FROM {table}"), &[])?;
    Ok(given.unwrap_or(0).max(held.unwrap_or(0)).max(0))
}

/// Ids go on above the highest that the table holds. SQLite sees to that by itself.
pub fn advance_ids(connection: &mut Connection, table: &str) -> QueryResult<()> {
    if let Connection::Sqlite(_) = connection {
        return Ok(());
    }
    let highest = highest_id(connection, table)?;
    restart(connection, table, highest)
}

/// Ids go on above `highest`, whatever the table holds. Belongs into a transaction.
pub fn set_highest_id(connection: &mut Connection, table: &str, highest: i64) -> QueryResult<()> {
    match connection {
        Connection::Sqlite(_) => {
            let name = Bind::Text(Some(table));
            execute(
                connection,
                "DELETE FROM sqlite_sequence WHERE name = ?",
                &[name],
            )?;
            if highest > 0 {
                execute(
                    connection,
                    "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)",
                    &[name, Bind::Int(Some(highest))],
                )?;
            }
        }
        Connection::Postgres(_) => restart(connection, table, highest)?,
    }
    Ok(())
}

/// Other than setval, it is taken back with its transaction.
fn restart(connection: &mut Connection, table: &str, highest: i64) -> QueryResult<()> {
    let sql = format!(
        "ALTER SEQUENCE {} RESTART WITH {}",
        sequence(table),
        highest.saturating_add(1)
    );
    execute(connection, &sql, &[])?;
    Ok(())
}

/// What PostgreSQL calls the sequence of an identity column.
fn sequence(table: &str) -> String {
    format!("{table}_id_seq")
}

/// A subquery that unfolds a parameter made by [`json_list`].
fn listed_ids(connection: &Connection) -> &'static str {
    match connection {
        Connection::Sqlite(_) => "SELECT value FROM json_each(?)",
        Connection::Postgres(_) => "SELECT value::text::int8 FROM json_array_elements(?::json)",
    }
}

fn select_list(table: &Table) -> String {
    let mut list = String::from("id");
    for (column, _) in table.columns {
        list.push_str(", \"");
        list.push_str(column);
        list.push('"');
    }
    list
}

fn json_list(ids: &[i64]) -> String {
    let mut list = String::with_capacity(ids.len() * 8 + 2);
    list.push('[');
    for (index, id) in ids.iter().enumerate() {
        if index > 0 {
            list.push(',');
        }
        list.push_str(&id.to_string());
    }
    list.push(']');
    list
}

/// A row of a data table, selected whole: its id, then its columns.
pub fn stored(table: &Table, cells: Vec<Cell>) -> StoredRow {
    let mut cells = cells.into_iter();
    let id = cells.next().as_ref().and_then(Cell::int).unwrap_or(0);
    let values = cells
        .zip(table.columns)
        .map(|(cell, (_, kind))| value(*kind, cell))
        .collect();
    StoredRow { id, values }
}

/// A field in its canonical form, so that it compares equal whatever wrote it.
pub fn value(kind: Kind, cell: Cell) -> Value {
    match (kind, cell) {
        (_, Cell::Null) => Value::Null,
        (Kind::Bytes, cell) => Value::Bytes(cell.into_bytes()),
        (Kind::Real, Cell::Int(number)) => Value::Real(number as f64),
        (Kind::Json, Cell::Text(text)) => Value::Text(canonical_json(text)),
        (Kind::Inet, Cell::Text(text)) => Value::Text(canonical_address(text)),
        (_, Cell::Int(number)) => Value::Int(number),
        (_, Cell::Real(number)) => Value::from(number),
        (_, Cell::Text(text)) => Value::Text(text),
        (_, Cell::Bytes(bytes)) => Value::Text(String::from_utf8_lossy(&bytes).into()),
    }
}

/// PostgreSQL writes an address in its shortest form; in SQLite it stands as it came.
fn canonical_address(text: Box<str>) -> Box<str> {
    match text.parse::<std::net::IpAddr>() {
        Ok(address) => address.to_string().into(),
        Err(_) => text,
    }
}
