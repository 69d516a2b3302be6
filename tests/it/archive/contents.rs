//! Everything travels, and what does not is on one list.

use std::collections::BTreeSet;

use heirloom::sql::{Cell, query};
use heirloom::store::contents::{self, LEFT_OUT};

use super::super::session::Site;
use super::super::store::Connection;

/// The catalogue's tables with their columns in order.
fn catalogue(connection: &mut Connection) -> Vec<(String, Vec<String>)> {
    let texts = |connection: &mut Connection, sql: &str| -> Vec<String> {
        let rows = query(connection, sql, &[]).expect(sql);
        let first = |row: heirloom::sql::Cells| row.0.into_iter().next();
        let cells = rows.into_iter().filter_map(first);
        cells.map(Cell::into_text).map(String::from).collect()
    };
    let (tables, columns) = match connection {
        Connection::Sqlite(_) => (
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
            "SELECT name FROM pragma_table_info('{}') ORDER BY cid",
        ),
        Connection::Postgres(_) => (
            "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()",
            "SELECT attname::text FROM pg_attribute WHERE attrelid = '{}'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        ),
    };
    let names = texts(connection, tables);
    names
        .into_iter()
        .map(|name| {
            let columns = texts(connection, &columns.replace("{}", &name));
            (name, columns)
        })
        .collect()
}

#[test]
fn every_table_travels_or_is_left_out() {
    let site = Site::small(&[]);
    site.digest();
    let left_out: BTreeSet<&str> = LEFT_OUT.iter().map(|(table, _)| *table).collect();
    let mut there = catalogue(&mut site.store.connect());
    there.retain(|(table, _)| !left_out.contains(&**table));
    for (_, columns) in &mut there {
        columns.sort_unstable();
    }
    there.sort_unstable();
    let mut known: Vec<(String, Vec<String>)> = contents::all()
        .iter()
        .map(|table| {
            let mut columns: Vec<String> = table
                .columns
                .iter()
                .map(|(name, _)| (*name).to_string())
                .collect();
            columns.sort_unstable();
            (table.name.to_string(), columns)
        })
        .collect();
    known.sort_unstable();
    assert_eq!(there, known);
}

#[test]
fn the_members_are_those_that_the_guide_names() {
    let site = super::site();
    let members = super::packed::unpack(&std::fs::read(site.path("b.tar.gz")).unwrap());
    let names: Vec<&str> = members.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names.first(), Some(&"manifest.json"));
    assert_eq!(names.last(), Some(&"sums.json"));
    assert!(names.contains(&"nodes/000001.jsonl"), "{names:?}");
    let manifest: serde_json::Value = serde_json::from_slice(&members[0].1).unwrap();
    let id = manifest["id"].as_str().unwrap();
    let form = format!("{}_", env!("CARGO_PKG_VERSION"));
    assert!(id.starts_with(&form) && id.ends_with('Z'), "{id}");
    assert_eq!(id.len(), form.len() + "2026-11-21T15:37:19.242Z".len());
    let (_, nodes) = members
        .iter()
        .find(|(name, _)| name == "nodes/000001.jsonl")
        .unwrap();
    let ids: Vec<i64> = nodes
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice::<Vec<serde_json::Value>>(line).unwrap()[0].as_i64())
        .map(Option::unwrap)
        .collect();
    assert!(ids.is_sorted() && ids.len() > 200, "{}", ids.len());
}
