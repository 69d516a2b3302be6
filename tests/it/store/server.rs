//! What is asked of the PostgreSQL server.

use std::sync::{Mutex, PoisonError};
use std::thread::sleep;
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use heirloom::sql::query;
use heirloom::store::Connection;
use xtask::servers::postgres_url;

/// A session that is not the program's: it has no name.
pub fn connect(url: &str) -> PgConnection {
    let mut db = PgConnection::establish(url).expect("the store");
    db.batch_execute("SET TIME ZONE 'UTC'").expect("settings");
    db
}

fn texts(db: &mut PgConnection, sql: &str) -> Vec<String> {
    let rows = query(db, sql, &[]).expect(sql);
    rows.iter().map(|row| super::cells::line(&row.0)).collect()
}

/// Where each sequence stands.
pub fn sequences(url: &str) -> Vec<String> {
    let mut db = connect(url);
    let names = texts(
        &mut db,
        "SELECT relname::text FROM pg_class WHERE relkind = 'S' ORDER BY 1",
    );
    names
        .into_iter()
        .map(|name| {
            let state = texts(
                &mut db,
                &format!("SELECT last_value, is_called FROM \"{name}\""),
            );
            format!("{name} {state:?}")
        })
        .collect()
}

/// The run lock is an advisory one. A killed program's session ends when the server notices.
pub fn is_unlocked(url: &str) -> bool {
    let held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    let mut db = connect(url);
    for _ in 0..100 {
        if texts(&mut db, held) == ["0"] {
            return true;
        }
        sleep(Duration::from_millis(50));
    }
    false
}

/// A table's columns in their order.
pub fn columns(db: &mut Connection, table: &str) -> Vec<String> {
    let sql = format!(
        "SELECT column_name::text FROM information_schema.columns
         WHERE table_schema = current_schema() AND table_name = '{table}' ORDER BY ordinal_position"
    );
    let rows = query(db, &sql, &[]).expect("columns");
    rows.iter().map(|row| super::cells::line(&row.0)).collect()
}

/// Makes a database anew as a copy of another.
pub fn copy(from: &str, to: &str) {
    // one that is being copied cannot be copied again
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let mut db = connect(&postgres_url());
    let end_sessions = format!(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{from}'"
    );
    for sql in [
        &end_sessions,
        &format!("DROP DATABASE \"{to}\" WITH (FORCE)"),
        &format!("CREATE DATABASE \"{to}\" TEMPLATE \"{from}\""),
    ] {
        db.batch_execute(sql).expect(sql);
    }
}
