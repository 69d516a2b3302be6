//! The tables of a store as its database's catalogue has them, in words of no engine.

use std::collections::{BTreeMap, BTreeSet};

use diesel::{Connection as _, PgConnection};
use heirloom::sql::query;
use rusqlite::Connection;

/// One table.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// By name, in no order: it means nothing.
    pub columns: BTreeMap<String, Column>,
    pub key: Vec<String>,
    /// The unique keys but the first, and the other indexes: columns, `lower(…)` where case
    /// does not count, and behind them the condition of a partial one.
    pub unique: BTreeSet<Vec<String>>,
    pub indexed: BTreeSet<Vec<String>>,
    /// Column, table and column that it refers to, and what a deletion there does.
    pub references: BTreeSet<[String; 4]>,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Column {
    /// The database's own name of the type, in lower case.
    pub kind: String,
    pub nullable: bool,
    pub default: Option<String>,
}

pub type Schema = BTreeMap<String, Table>;

/// Migrations keep their own.
fn is_ours(table: &str) -> bool {
    !table.starts_with("__") && !table.starts_with("sqlite_")
}

pub fn of_sqlite(db: &Connection) -> Schema {
    let names = texts(
        db,
        "SELECT name FROM sqlite_master WHERE type = 'table'",
        "",
    );
    let names = names.into_iter().map(|mut row| row.remove(0));
    names
        .filter(|name| is_ours(name))
        .map(|name| (name.clone(), sqlite_table(db, &name)))
        .collect()
}

fn sqlite_table(db: &Connection, name: &str) -> Table {
    let mut table = Table::default();
    let columns = "SELECT name, lower(type), \"notnull\", dflt_value, pk FROM pragma_table_info(?) ORDER BY pk";
    for row in texts(db, columns, name) {
        if row[4] != "0" {
            table.key.push(row[0].clone());
        }
        let column = Column {
            kind: row[1].clone(),
            nullable: row[2] == "0",
            default: (row[3] != "-").then(|| row[3].clone()),
        };
        table.columns.insert(row[0].clone(), column);
    }
    let indexes = "SELECT il.name, il.\"unique\", il.origin, s.sql FROM pragma_index_list(?) il \
         LEFT JOIN sqlite_master s ON s.type = 'index' AND s.name = il.name";
    for row in texts(db, indexes, name) {
        let parts = "SELECT name, coll FROM pragma_index_xinfo(?) WHERE key ORDER BY seqno";
        let mut parts: Vec<String> = texts(db, parts, &row[0])
            .into_iter()
            .map(|part| match part[1].as_str() {
                "NOCASE" => format!("lower({})", part[0]),
                _ => part[0].clone(),
            })
            .collect();
        parts.extend(
            row[3]
                .split_once(" WHERE ")
                .map(|(_, only)| only.to_owned()),
        );
        match (row[2].as_str(), row[1].as_str()) {
            ("pk", _) => {}
            (_, "1") => drop(table.unique.insert(parts)),
            _ => drop(table.indexed.insert(parts)),
        }
    }
    let foreign =
        "SELECT \"from\", \"table\", \"to\", lower(on_delete) FROM pragma_foreign_key_list(?)";
    for row in texts(db, foreign, name) {
        let row = <[String; 4]>::try_from(row).expect("four fields");
        table.references.insert(row);
    }
    table
}

fn texts(db: &Connection, sql: &str, bind: &str) -> Vec<Vec<String>> {
    use rusqlite::types::Value;
    let mut statement = db.prepare(sql).expect(sql);
    let width = statement.column_count();
    let binds: &[&str] = if statement.parameter_count() == 0 {
        &[]
    } else {
        &[bind]
    };
    let rows = statement.query_map(rusqlite::params_from_iter(binds), |row| {
        (0..width)
            .map(|column| {
                Ok(match row.get(column)? {
                    Value::Null => "-".into(),
                    Value::Integer(number) => number.to_string(),
                    Value::Text(text) => text,
                    other => panic!("{sql}: {other:?}"),
                })
            })
            .collect()
    });
    rows.and_then(Iterator::collect).expect(sql)
}

pub fn of_postgres(url: &str) -> Schema {
    let mut db = PgConnection::establish(url).expect("the server answers");
    let mut schema = Schema::new();
    let columns = "SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), \
         (NOT a.attnotnull)::text, coalesce(pg_get_expr(d.adbin, d.adrelid), '-') \
         FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
         LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum \
         WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace";
    for [table, name, kind, nullable, default] in rows(&mut db, columns) {
        if is_ours(&table) {
            let column = Column {
                kind,
                nullable: nullable == "true",
                default: (default != "-").then_some(default),
            };
            let columns = &mut schema.entry(table).or_default().columns;
            columns.insert(name, column);
        }
    }
    let indexes = "SELECT c.relname::text, \
         (SELECT string_agg(trim(both '\"' from pg_get_indexdef(i.indexrelid, n, true)), ',' ORDER BY n) \
             FROM generate_series(1, i.indnkeyatts) n), \
         CASE WHEN i.indisprimary THEN 'key' WHEN i.indisunique THEN 'unique' ELSE '' END, \
         coalesce(pg_get_expr(i.indpred, i.indrelid, true), '-') \
         FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid \
         WHERE c.relnamespace = current_schema()::regnamespace";
    for [table, parts, kind, only] in rows(&mut db, indexes) {
        let Some(table) = schema.get_mut(&table) else {
            continue;
        };
        let mut parts: Vec<String> = parts.split(',').map(Into::into).collect();
        parts.extend((only != "-").then_some(only));
        match kind.as_str() {
            "key" => table.key = parts,
            "unique" => drop(table.unique.insert(parts)),
            _ => drop(table.indexed.insert(parts)),
        }
    }
    let foreign = "SELECT c.relname::text, a.attname::text, o.relname::text, b.attname::text, \
         CASE f.confdeltype WHEN 'a' THEN 'no action' ELSE f.confdeltype::text END \
         FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid \
         JOIN pg_class o ON o.oid = f.confrelid \
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = f.conkey[1] \
         JOIN pg_attribute b ON b.attrelid = o.oid AND b.attnum = f.confkey[1] \
         WHERE f.contype = 'f' AND c.relnamespace = current_schema()::regnamespace";
    for [table, reference @ ..] in rows::<5>(&mut db, foreign) {
        let table = schema.get_mut(&table).expect("a table");
        table.references.insert(reference);
    }
    schema
}

fn rows<const WIDTH: usize>(db: &mut PgConnection, sql: &str) -> Vec<[String; WIDTH]> {
    let rows = query(db, sql, &[]).expect(sql);
    rows.into_iter()
        .map(|row| {
            let mut cells = row.0.into_iter().map(|cell| cell.into_text().into());
            std::array::from_fn(|_| cells.next().expect("a field"))
        })
        .collect()
}
