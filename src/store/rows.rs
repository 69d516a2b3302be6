//! Reading rows of any data table back as values.

use diesel::QueryResult;
use diesel::sqlite::SqliteConnection;

use crate::model::{Kind, Table, Value, canonical_json};
use crate::sql::{Bind, Cell, query, query_int};

/// A row of a data table: its id and its fields in the table's order.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRow {
    pub id: i64,
    pub values: Vec<Value>,
}

/// The rows with these ids, in no particular order; ids without a row are left out.
pub fn by_ids(
    connection: &mut SqliteConnection,
    table: &Table,
    ids: &[i64],
) -> QueryResult<Vec<StoredRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT {} FROM {} WHERE id IN (SELECT value FROM json_each(?))",
        select_list(table),
        table.name
    );
    let list = json_list(ids);
    let rows = query(connection, &sql, &[Bind::Text(Some(&list))])?;
    Ok(rows.into_iter().map(|row| stored(table, row.0)).collect())
}

/// The next rows behind `after` in id order, at most `limit`.
pub fn page(
    connection: &mut SqliteConnection,
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
    connection: &mut SqliteConnection,
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

/// The highest id that the table ever gave.
pub fn highest_id(connection: &mut SqliteConnection, table: &Table) -> QueryResult<i64> {
    let given = query_int(
        connection,
        "SELECT seq FROM sqlite_sequence WHERE name = ?",
        &[Bind::Text(Some(table.name))],
    )?;
    let held = query_int(
        connection,
        &format!("SELECT max(id) FROM {}", table.name),
        &[],
    )?;
    Ok(given.unwrap_or(0).max(held.unwrap_or(0)).max(0))
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

fn stored(table: &Table, cells: Vec<Cell>) -> StoredRow {
    let mut cells = cells.into_iter();
    let id = cells.next().as_ref().and_then(Cell::int).unwrap_or(0);
    let values = cells
        .zip(table.columns)
        .map(|(cell, (_, kind))| value(*kind, cell))
        .collect();
    StoredRow { id, values }
}

/// A field in its canonical form, so that it compares equal whatever wrote it.
fn value(kind: Kind, cell: Cell) -> Value {
    match (kind, cell) {
        (_, Cell::Null) => Value::Null,
        (Kind::Real, Cell::Int(number)) => Value::Real(number as f64),
        (Kind::Json, Cell::Text(text)) => Value::Text(canonical_json(text)),
        (_, Cell::Int(number)) => Value::Int(number),
        (_, Cell::Real(number)) => Value::Real(number),
        (_, Cell::Text(text)) => Value::Text(text),
        (_, Cell::Bytes(bytes)) => Value::Text(String::from_utf8_lossy(&bytes).into()),
    }
}
