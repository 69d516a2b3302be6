//! Connections that end, and tables that somebody else holds.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;

use crate::servers::{Desk, Mysql, kill_when};

/// Makes reading the messages take so long that an admin can do something meanwhile.
const SLOW: &str = "RENAME TABLE nodeshot_contact TO kept; \
    CREATE VIEW nodeshot_contact AS SELECT * FROM kept WHERE SLEEP(60) = 0";
const AS_BEFORE: &str = "DROP VIEW nodeshot_contact; RENAME TABLE kept TO nodeshot_contact";

#[test]
fn a_connection_that_an_admin_ends_is_a_fault_and_the_store_as_before() {
    let site = Mysql::with_nodes("InnoDB", 3);
    let desk = Desk::new();
    desk.import(site.url()).exits(0);
    let before = desk.digest();
    site.change("UPDATE nodeshot_node SET name = 'Renamed' WHERE id = 1");
    site.change(SLOW);

    let child = desk.start(desk.importing(site.url(), &[]));
    kill_when(&site, "User sleep");
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
    assert_eq!(desk.one("SELECT name FROM nodes WHERE id = 1"), "Renamed");
}

#[test]
fn a_table_that_somebody_holds_is_waited_for_and_then_given_up() {
    let site = Mysql::with_nodes("InnoDB", 2);
    let desk = Desk::new();
    desk.import(site.url()).exits(0);
    let before = desk.digest();
    let mut holder = site.connection();
    holder
        .batch_execute("LOCK TABLES nodeshot_interface WRITE")
        .expect("a lock");
    let start = Instant::now();
    let said = desk.import(site.url()).exits(1);
    let waited = start.elapsed();
    assert!(waited >= Duration::from_secs(9), "{waited:?}");
    assert!(waited < Duration::from_secs(40), "{waited:?}");
    said.tells(&[
        "nodeshot_interface",
        "ock wait timeout",
        "locked",
        "try again",
    ]);
    assert_eq!(desk.digest(), before);
    holder.batch_execute("UNLOCK TABLES").expect("it ends");
    desk.import(site.url()).exits(0);
}
