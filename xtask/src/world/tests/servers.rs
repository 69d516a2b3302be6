//! Worlds on MariaDB and PostgreSQL, beside those in SQLite files.

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use rusqlite::types::Value;

use super::*;
use crate::servers::{ScratchDatabase, scratch_mysql, scratch_postgres};
use crate::world::held::NOT_IN_POSTGRES;
use crate::world::mysql::{Charset, Engine, Tables};

// more rows than one INSERT takes
const PORTABLE: Spec = Spec {
    nodes: 2000,
    seed: 2009,
    oddities: Oddities::Portable,
};
const WOVEN: Spec = Spec {
    nodes: SMALL,
    oddities: Oddities::Woven,
    ..PORTABLE
};
const CLEAN: Spec = Spec {
    oddities: Oddities::LeftOut,
    ..WOVEN
};

const OF_DJANGO: [&str; 3] = ["auth_permission", "django_content_type", "django_site"];

#[derive(QueryableByName)]
struct Read {
    #[diesel(sql_type = Nullable<Text>)]
    value: Option<String>,
}

fn read_mysql(database: &ScratchDatabase, table: &str, column: &str) -> Vec<Option<String>> {
    let query = format!("SELECT CAST(`{column}` AS CHAR) AS value FROM `{table}` ORDER BY id");
    let mut connection = MysqlConnection::establish(database.url()).unwrap();
    let rows: Vec<Read> = diesel::sql_query(query).load(&mut connection).unwrap();
    rows.into_iter().map(|row| row.value).collect()
}

fn read_postgres(database: &ScratchDatabase, table: &str, column: &str) -> Vec<Option<String>> {
    // concat() writes values as COPY does: an address without its prefix, t and f
    let query = format!(
        "SELECT CASE WHEN \"{column}\" IS NOT NULL THEN concat(\"{column}\") END AS value
        FROM \"{table}\" ORDER BY id"
    );
    let mut connection = PgConnection::establish(database.url()).unwrap();
    connection.batch_execute("SET TIME ZONE 'UTC'").unwrap();
    let rows: Vec<Read> = diesel::sql_query(query).load(&mut connection).unwrap();
    rows.into_iter().map(|row| row.value).collect()
}

fn count_mysql(database: &ScratchDatabase, query: &str) -> i64 {
    let mut connection = MysqlConnection::establish(database.url()).unwrap();
    diesel::select(sql::<BigInt>(&format!("({query})")))
        .get_result(&mut connection)
        .unwrap()
}

fn count_postgres(database: &ScratchDatabase, query: &str) -> i64 {
    let mut connection = PgConnection::establish(database.url()).unwrap();
    diesel::select(sql::<BigInt>(&format!("({query})")))
        .get_result(&mut connection)
        .unwrap()
}

/// Whether a server's value, as text, is that of SQLite.
fn is_same(sqlite: &Value, server: Option<&str>) -> bool {
    match (sqlite, server) {
        (Value::Null, None) => true,
        (Value::Integer(number), Some(text)) => {
            let number_of_bool = match text {
                "t" => "1",
                "f" => "0",
                other => other,
            };
            number.to_string() == number_of_bool
        }
        (Value::Real(number), Some(text)) => text.parse() == Ok(*number),
        (Value::Text(expected), Some(text)) => {
            // PostgreSQL writes no zeros at the end of a fraction, but its offset from UTC
            let instant = text.strip_suffix("+00").is_some_and(|instant| {
                expected
                    .strip_prefix(instant)
                    .is_some_and(|rest| rest.chars().all(|digit| digit == '0'))
            });
            instant || expected == text
        }
        _ => false,
    }
}

/// Every row of every table, value by value.
fn assert_same(path: &Path, read: impl Fn(&str, &str) -> Vec<Option<String>>) {
    let db = open(path);
    for table in TABLES.into_iter().chain(OF_DJANGO) {
        let mut rows = db
            .prepare(&format!("SELECT * FROM {table} ORDER BY id"))
            .unwrap();
        let columns: Vec<String> = rows.column_names().into_iter().map(str::to_owned).collect();
        let rows: Vec<Vec<Value>> = rows
            .query_map([], |row| (0..columns.len()).map(|at| row.get(at)).collect())
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert!(!rows.is_empty(), "{table}");
        for (position, column) in columns.iter().enumerate() {
            let values = read(table, column);
            assert_eq!(values.len(), rows.len(), "rows of {table}");
            for (row, value) in rows.iter().zip(values) {
                let expected = &row[position];
                assert!(
                    is_same(expected, value.as_deref()),
                    "{table}.{column} of {:?}: {expected:?} is {value:?}",
                    row[0],
                );
            }
        }
    }
}

#[test]
fn a_portable_world_is_the_same_in_every_engine() {
    let (_folder, path, manifest) = build(PORTABLE);
    assert!(manifest.oddities.len() > 80, "{}", manifest.oddities.len());
    let (mariadb, postgresql) = (scratch_mysql(), scratch_postgres());
    assert_eq!(mysql::build(PORTABLE, mariadb.url()).unwrap(), manifest);
    assert_eq!(
        postgres::build(PORTABLE, postgresql.url()).unwrap(),
        manifest
    );
    assert_same(&path, |table, column| read_mysql(&mariadb, table, column));
    assert_same(&path, |table, column| {
        read_postgres(&postgresql, table, column)
    });
}

#[test]
fn a_clean_world_keeps_the_foreign_keys_and_sequences_of_postgresql() {
    let (_folder, path, _) = build(CLEAN);
    let database = scratch_postgres();
    postgres::build(CLEAN, database.url()).unwrap();
    assert_same(&path, |table, column| {
        read_postgres(&database, table, column)
    });
    let next = "SELECT nextval('nodeshot_interface_id_seq') - max(id) FROM nodeshot_interface";
    assert_eq!(count_postgres(&database, next), 1);
    let next = "SELECT nextval('auth_group_id_seq')";
    assert_eq!(count_postgres(&database, next), 1);
}

#[test]
fn a_woven_world_has_what_its_engine_holds() {
    let (_folder, _, everything) = build(WOVEN);
    let (mariadb, postgresql) = (scratch_mysql(), scratch_postgres());
    let manifest = mysql::build(WOVEN, mariadb.url()).unwrap();
    for (name, table, column) in [
        ("added-zero", "nodeshot_node", "added"),
        ("statistic-date-zero", "nodeshot_statistic", "date"),
    ] {
        assert_eq!(manifest.ids(name), everything.ids(name));
        let query = format!(
            "SELECT count(*) FROM {table} WHERE CAST({column} AS CHAR) = '0000-00-00 00:00:00'"
        );
        assert_eq!(
            count_mysql(&mariadb, &query),
            manifest.ids(name).len() as i64
        );
    }
    let nul = "SELECT count(*) FROM nodeshot_node WHERE hex(description) = hex('prima\\0dopo')";
    assert_eq!(
        count_mysql(&mariadb, nul),
        manifest.ids("description-nul").len() as i64
    );

    let manifest = postgres::build(WOVEN, postgresql.url()).unwrap();
    for placed in &everything.oddities {
        let held = !NOT_IN_POSTGRES.contains(&placed.name.as_str());
        let ids: &[i64] = if held { &placed.ids } else { &[] };
        assert_eq!(manifest.ids(&placed.name), ids, "{}", placed.name);
    }
    let odd = "SELECT count(*) FROM nodeshot_node
        WHERE lat IN ('NaN', 'Infinity') OR lng = 'Infinity'";
    assert_eq!(count_postgres(&postgresql, odd), 3);
    let orphans = "SELECT count(*) FROM nodeshot_device WHERE node_id > 1000000";
    assert_eq!(
        count_postgres(&postgresql, orphans),
        manifest.ids("device-of-missing-node").len() as i64
    );
}

#[test]
fn tables_of_mysql_are_of_the_kind_that_was_asked_for() {
    let spec = Spec { nodes: 60, ..CLEAN };
    for (engine, name) in [(Engine::InnoDb, "InnoDB"), (Engine::MyIsam, "MyISAM")] {
        for (charset, collation) in [
            (Charset::Latin1, "latin1_%"),
            (Charset::Utf8, "utf8%"),
            (Charset::Utf8mb4, "utf8mb4_%"),
        ] {
            let database = scratch_mysql();
            let tables = Tables { engine, charset };
            mysql::build_with(spec, database.url(), tables).unwrap();
            let other = format!(
                "SELECT count(*) FROM information_schema.tables WHERE table_schema = database()
                AND (engine <> '{name}' OR table_collation NOT LIKE '{collation}')"
            );
            assert_eq!(count_mysql(&database, &other), 0, "{tables:?}");
            let plan = crate::world::plan::Plan::new(spec);
            for (node, name) in read_mysql(&database, "nodeshot_node", "name")
                .into_iter()
                .enumerate()
            {
                assert_eq!(name, Some(plan.node_name(node)), "{tables:?}");
            }
        }
    }
    for charset in [Charset::Latin1, Charset::Utf8] {
        let database = scratch_mysql();
        let tables = Tables {
            engine: Engine::MyIsam,
            charset,
        };
        let manifest = mysql::build_with(WOVEN, database.url(), tables).unwrap();
        assert!(manifest.ids("name-emoji").is_empty());
        let replaced = "SELECT count(*) FROM nodeshot_node
            WHERE concat(name, coalesce(owner, '')) LIKE '%?%'";
        assert_eq!(count_mysql(&database, replaced), 0);
    }
}

#[test]
fn a_database_with_tables_is_refused() {
    let (mariadb, postgresql) = (scratch_mysql(), scratch_postgres());
    MysqlConnection::establish(mariadb.url())
        .unwrap()
        .batch_execute("CREATE TABLE one (id integer)")
        .unwrap();
    PgConnection::establish(postgresql.url())
        .unwrap()
        .batch_execute("CREATE TABLE one (id integer)")
        .unwrap();
    for refused in [
        mysql::build(CLEAN, mariadb.url()),
        postgres::build(CLEAN, postgresql.url()),
    ] {
        let said = refused.unwrap_err().to_string();
        assert!(said.contains("must be empty"), "{said}");
    }
}
