//! Both trees of migrations make the same tables, and they are those that the program knows.

use std::fs;
use std::path::Path;

use heirloom::config::DatabaseUrl;
use heirloom::model::tables::{ALL, Kind};
use heirloom::store::{Missing, Store};
use rusqlite::Connection;
use xtask::servers::scratch_postgres;

use super::schema::{Schema, Table, of_postgres, of_sqlite};

/// What a type of SQLite may be in PostgreSQL.
const SAME: &[(&str, &[&str])] = &[
    ("integer", &["bigint", "boolean"]),
    ("real", &["double precision"]),
    (
        "text",
        &[
            "text",
            "timestamp with time zone",
            "jsonb",
            "inet",
            "macaddr",
        ],
    ),
    ("blob", &["bytea"]),
];

fn both() -> (Schema, Schema) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("store.sqlite3");
    let database = scratch_postgres();
    let server = DatabaseUrl::parse(database.url()).expect("a URL");
    for url in [DatabaseUrl::Sqlite(file.clone()), server] {
        Store::open(&url, Missing::Create).expect("a store");
    }
    let db = Connection::open(file).expect("the store");
    (of_sqlite(&db), of_postgres(database.url()))
}

#[test]
fn both_trees_make_the_same_tables() {
    let (sqlite, postgres) = both();
    let names = |schema: &Schema| schema.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&sqlite), names(&postgres));
    assert!(sqlite.len() > ALL.len(), "the engine has tables of its own");
    for (name, one) in &sqlite {
        let other = &postgres[name];
        let columns = |table: &Table| table.columns.keys().cloned().collect::<Vec<_>>();
        assert_eq!(columns(one), columns(other), "{name}");
        assert_eq!(one.key, other.key, "{name}");
        assert_eq!(one.unique, other.unique, "{name}: unique");
        assert_eq!(one.indexed, other.indexed, "{name}: indexed");
        assert_eq!(one.references, other.references, "{name}: references");
        for (column, here) in &one.columns {
            let there = &other.columns[column];
            let place = format!("{name}.{column}");
            assert_eq!(here.nullable, there.nullable, "{place} may be null");
            let same = SAME.iter().find(|(kind, _)| *kind == here.kind);
            let (_, kinds) = same.unwrap_or_else(|| panic!("{place}: {}", here.kind));
            assert!(kinds.contains(&there.kind.as_str()), "{place}: {there:?}");
            let default = here
                .default
                .as_deref()
                .map(|default| match there.kind.as_str() {
                    "boolean" if default == "0" => "false".into(),
                    "boolean" if default == "1" => "true".into(),
                    kind @ ("jsonb" | "text") => format!("{default}::{kind}"),
                    _ => default.to_owned(),
                });
            assert_eq!(default, there.default, "{place}: default");
        }
    }
}

#[test]
fn the_tables_are_those_that_the_program_knows() {
    let (sqlite, postgres) = both();
    for table in ALL {
        for (kind_of, schema) in [(0, &sqlite), (1, &postgres)] {
            let found = &schema[table.name];
            let mut known: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
            known.push("id");
            known.sort_unstable();
            let names: Vec<&String> = found.columns.keys().collect();
            assert_eq!(known, names, "{}", table.name);
            assert_eq!(found.key, ["id"], "{}", table.name);
            for (name, kind) in table.columns {
                let column = &found.columns[*name];
                let kinds = types(*kind);
                assert_eq!(column.kind, kinds[kind_of], "{}.{name}", table.name);
            }
            let references: Vec<(&str, &str)> = found
                .references
                .iter()
                .map(|[column, table, id, deleted]| {
                    assert_eq!((id.as_str(), deleted.as_str()), ("id", "no action"));
                    (column.as_str(), table.as_str())
                })
                .collect();
            let mut known: Vec<(&str, &str)> = table
                .columns
                .iter()
                .filter_map(|(name, kind)| match kind {
                    Kind::Ref(table) => Some((*name, *table)),
                    _ => None,
                })
                .collect();
            known.sort_unstable();
            assert_eq!(references, known, "{}", table.name);
        }
        for (column, may_be_null) in table.unique() {
            let unique = &postgres[table.name].unique;
            let wanted = [column.to_string()];
            let folded = [format!("lower({column})")];
            let is_unique = unique.contains(&wanted[..]) || unique.contains(&folded[..]);
            assert!(is_unique, "{}.{column}", table.name);
            let nullable = postgres[table.name].columns[*column].nullable;
            assert_eq!(nullable, *may_be_null, "{}.{column}", table.name);
        }
    }
}

/// In SQLite and in PostgreSQL.
fn types(kind: Kind) -> [&'static str; 2] {
    match kind {
        Kind::Int | Kind::Ref(_) => ["integer", "bigint"],
        Kind::Bool => ["integer", "boolean"],
        Kind::Real => ["real", "double precision"],
        Kind::Text | Kind::Password | Kind::Secret => ["text", "text"],
        Kind::Json => ["text", "jsonb"],
        Kind::Time => ["text", "timestamp with time zone"],
        Kind::Inet => ["text", "inet"],
        Kind::Mac => ["text", "macaddr"],
        Kind::Bytes => ["blob", "bytea"],
    }
}

#[test]
fn both_trees_have_migrations_of_the_same_names() {
    let names = |engine: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("migrations")
            .join(engine);
        let entries = fs::read_dir(folder).expect("migrations");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name().into_string())
            .collect::<Result<_, _>>()
            .expect("plain names");
        names.sort();
        names
    };
    assert!(!names("sqlite").is_empty());
    assert_eq!(names("sqlite"), names("postgres"));
}
