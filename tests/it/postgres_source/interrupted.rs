//! Connections that end, and tables that somebody else holds.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;

use crate::servers::{Desk, Postgres, within};

/// Makes reading the messages take so long that an admin can do something meanwhile.
const SLOW: &str = "ALTER TABLE nodeshot_contact RENAME TO kept; \
    CREATE VIEW nodeshot_contact AS SELECT * FROM kept WHERE pg_sleep(60)::text = ''";
const AS_BEFORE: &str = "DROP VIEW nodeshot_contact; ALTER TABLE kept RENAME TO nodeshot_contact";

#[test]
fn a_connection_that_an_admin_ends_is_a_fault_and_the_store_as_before() {
    let site = Postgres::with_nodes(3);
    let desk = Desk::new();
    desk.import(site.url()).exits(0);
    let before = desk.digest();
    site.change("UPDATE nodeshot_node SET name = 'Renamed' WHERE id = 1");
    site.change(SLOW);

    let child = desk.start(desk.importing(site.url(), &[]));
    let ended = "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity \
         WHERE datname = current_database() AND wait_event = 'PgSleep'";
    within("it reads", || (!site.ask(ended).is_empty()).then_some(()));
    let said = desk.end(child).exits(1);
    said.tells(&["nodeshot_contact", "try again"]);
    assert_eq!(desk.digest(), before);
    assert_eq!(
        desk.see("SELECT outcome FROM runs ORDER BY id"),
        ["committed", "failed"]
    );

    site.change(AS_BEFORE);
    let said = desk.import(site.url()).exits(0);
    assert_eq!(said.report["entities"]["nodes"]["updated"], 1);
}

#[test]
fn a_table_that_somebody_holds_is_waited_for_and_then_given_up() {
    let site = Postgres::with_nodes(2);
    let mut holder = site.connection();
    holder
        .batch_execute("BEGIN; LOCK TABLE nodeshot_interface")
        .expect("a lock");
    let desk = Desk::new();
    let start = Instant::now();
    let said = desk.import(site.url()).exits(1);
    let waited = start.elapsed();
    assert!(waited >= Duration::from_secs(9), "{waited:?}");
    assert!(waited < Duration::from_secs(40), "{waited:?}");
    said.tells(&["nodeshot_interface", "lock timeout", "locked", "try again"]);
    holder.batch_execute("ROLLBACK").expect("it ends");
    desk.import(site.url()).exits(0);
}
