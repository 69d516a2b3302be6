//! Fields of rows, in one form for both kinds of store.

use heirloom::sql::Cell;
use rusqlite::types::Value;

/// What a test takes a field for.
pub trait FromCell {
    fn from_cell(cell: Cell) -> Self;
}

impl FromCell for i64 {
    fn from_cell(cell: Cell) -> Self {
        cell.int().unwrap_or_else(|| panic!("no integer: {cell:?}"))
    }
}

impl FromCell for String {
    fn from_cell(cell: Cell) -> Self {
        match cell.text() {
            Some(text) => text.into(),
            None => panic!("no text: {cell:?}"),
        }
    }
}

impl FromCell for Option<String> {
    fn from_cell(cell: Cell) -> Self {
        cell.text().map(Into::into)
    }
}

/// A JSON document is written as the program writes it: the server puts blanks in and has an
/// order of its own.
pub fn unify(cell: &mut Cell) {
    let Cell::Text(text) = &*cell else { return };
    if text.starts_with(['{', '['])
        && let Ok(document) = serde_json::from_str::<serde_json::Value>(text)
    {
        *cell = Cell::Text(document.to_string().into());
    }
}

/// Fields parted by ` | `, NULL as `-`.
pub fn line(cells: &[Cell]) -> String {
    let fields: Vec<String> = cells
        .iter()
        .map(|cell| match cell {
            Cell::Null => "-".into(),
            Cell::Int(number) => number.to_string(),
            Cell::Real(number) => number.to_string(),
            Cell::Text(text) => text.to_string(),
            Cell::Bytes(bytes) => format!("{bytes:02x?}"),
        })
        .collect();
    fields.join(" | ")
}

/// Tables with their columns and rows as a SQLite database in memory.
pub fn mirror(
    tables: impl Iterator<Item = (String, Vec<String>, Vec<Vec<Cell>>)>,
) -> rusqlite::Connection {
    let db = rusqlite::Connection::open_in_memory().expect("a database");
    for (table, columns, rows) in tables {
        let columns = columns.join("\", \"");
        db.execute_batch(&format!("CREATE TABLE \"{table}\" (\"{columns}\"); BEGIN"))
            .expect("a table");
        for row in rows {
            let marks = vec!["?"; row.len()].join(", ");
            let insert = format!("INSERT INTO \"{table}\" VALUES ({marks})");
            let fields = row.into_iter().map(value);
            db.execute(&insert, rusqlite::params_from_iter(fields))
                .expect("a row");
        }
        db.execute_batch("COMMIT").expect("the rows");
    }
    db
}

fn value(cell: Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Int(number) => Value::Integer(number),
        Cell::Real(number) => Value::Real(number),
        Cell::Text(text) => Value::Text(text.into()),
        Cell::Bytes(bytes) => Value::Blob(bytes.into()),
    }
}
