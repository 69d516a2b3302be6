//! Faults that the server reports while a run writes: the store is as it was.

use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::Duration;

use diesel::connection::SimpleConnection as _;

use super::site;
use crate::session::{Ended, IMPORT, IN_WEST, Site};

/// A world with links, and a store with a layer of its own.
fn linked() -> (Site, String) {
    let site = Site::plain(60).on_server();
    site.digest();
    site.store
        .edit("INSERT INTO layers (slug, name) VALUES ('own', 'Own')");
    let before = site.contents();
    (site, before)
}

/// Runs what a function in the server's language does for each row that a table gets.
fn for_each_row(site: &Site, trigger: &str, table: &str, body: &str) {
    site.store.edit(&format!(
        "CREATE FUNCTION hook() RETURNS trigger LANGUAGE plpgsql
             AS $$ BEGIN {body}; RETURN new; END $$;
         CREATE {trigger} INSERT ON {table} {} FOR EACH ROW EXECUTE FUNCTION hook()",
        match trigger.contains("CONSTRAINT") {
            true => "DEFERRABLE INITIALLY DEFERRED",
            false => "",
        }
    ));
}

/// The next run finds a store that nothing happened to.
fn check_as_before(site: &Site, ended: &Ended, before: &str) {
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.err.contains("heirloom: "), "{ended:?}");
    assert!(!ended.out.contains("Committed"), "{ended:?}");
    assert_eq!(site.contents(), before);
    assert!(!site.exists("passwords.csv"));
    assert_eq!(site.left_over(), [""; 0]);
    site.store.edit("DROP FUNCTION IF EXISTS hook() CASCADE");
    let next = site.import("--credentials passwords.csv");
    assert_eq!(next.code, Some(0), "{next:?}");
    assert_ne!(site.contents(), before);
    assert!(site.outcomes().ends_with("committed"));
}

fn start(site: &Site) -> Child {
    let words: Vec<&str> = IMPORT.split_whitespace().collect();
    let options = ["--noinput", "--credentials", "passwords.csv"];
    site.program(&[&words[..], &options].concat())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

fn end(child: Child) -> Ended {
    let output = child.wait_with_output().expect("the program ends");
    Ended {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).expect("text"),
        err: String::from_utf8(output.stderr).expect("text"),
    }
}

/// Ends the program's session once it sleeps in the hook.
fn end_session(site: &Site) {
    let ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'heirloom' AND datname = current_database()
        AND wait_event = 'PgSleep'";
    for _ in 0..600 {
        if !site.store.rows(ended).is_empty() {
            return;
        }
        sleep(Duration::from_millis(50));
    }
    panic!("the program does not come to the hook");
}

#[test]
fn a_session_that_ends_while_rows_are_written() {
    let (site, before) = linked();
    for_each_row(
        &site,
        "TRIGGER hook BEFORE",
        "links",
        "PERFORM pg_sleep(60)",
    );
    let child = start(&site);
    end_session(&site);
    check_as_before(&site, &end(child), &before);
    assert_eq!(site.outcomes(), "rolled-back committed");
}

#[test]
fn a_session_that_ends_at_the_commit() {
    let (site, before) = linked();
    let hook = "CONSTRAINT TRIGGER hook AFTER";
    for_each_row(&site, hook, "links", "PERFORM pg_sleep(60)");
    let child = start(&site);
    end_session(&site);
    check_as_before(&site, &end(child), &before);
    assert_eq!(site.outcomes(), "rolled-back committed");
}

#[test]
fn a_server_whose_disk_is_full() {
    let (site, before) = linked();
    let full = "RAISE EXCEPTION 'could not extend file: No space left on device'
                USING ERRCODE = '53100'";
    for_each_row(&site, "TRIGGER hook BEFORE", "interfaces", full);
    let ended = site.import("--credentials passwords.csv");
    assert!(ended.err.contains("No space left"), "{ended:?}");
    assert!(ended.err.contains("as it was"), "{ended:?}");
    check_as_before(&site, &ended, &before);
    assert_eq!(site.outcomes(), "rolled-back committed");
}

#[test]
fn a_table_that_another_session_locks() {
    let site = site();
    assert_eq!(site.import("").code, Some(0));
    site.add_node(2, "New", IN_WEST);
    let before = site.contents();
    let mut other = site.store.connect();
    other
        .batch_execute("BEGIN; LOCK TABLE nodes IN ACCESS EXCLUSIVE MODE")
        .expect("a lock");
    let url = format!("{}?options=-clock_timeout%3D300", site.store.url());
    let ended = site.import(&format!("--store {url} --credentials passwords.csv"));
    assert!(ended.err.contains("lock timeout"), "{ended:?}");
    other.batch_execute("ROLLBACK").expect("no lock");
    check_as_before(&site, &ended, &before);
}
