//! What may be wrong with a store that is a SQLite file: its place, its disk, its other users.

use std::fs::{self, File};
use std::thread;

use super::session::{IMPORT, IN_WEST, Site, finish};

fn site() -> Site {
    Site::small(&[(1, "Alone", IN_WEST)])
}

/// The store cannot be one: this exit code, a reason, and the file as it was.
fn check(store: &str, prepare: impl FnOnce(&Site), code: i32, expected: &str) {
    let site = site();
    prepare(&site);
    let bytes = || fs::read(site.path(store)).ok();
    let before = bytes();
    for command in [&format!("{IMPORT} --noinput"), "digest"] {
        let ended = site.run(&format!("{command} --store sqlite:{store}"));
        assert_eq!(ended.code, Some(code), "{command}: {ended:?}");
        assert!(ended.err.contains(expected), "{expected:?} in {ended:?}");
        assert_eq!(ended.out, "");
        assert!(bytes() == before, "{command} changed {store}");
        assert!(!site.exists(&format!("{store}.lock")), "{command}");
    }
}

#[test]
fn a_path_that_is_no_store() {
    check("nowhere/s.sqlite3", |_| {}, 2, "nowhere does not exist");
    check("tmp", |_| {}, 2, "it is a folder");
    check("layers.geojson", |_| {}, 2, "not a Heirloom store");
    check("old.db", |_| {}, 2, "not a Heirloom store");
    check(
        "layers.geojson/s.sqlite3",
        |_| {},
        1,
        "cannot read the store",
    );
}

#[test]
fn a_store_of_a_newer_version() {
    let newer = |site: &Site| {
        site.digest();
        site.store.edit(
            "INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231000000');
                 PRAGMA wal_checkpoint(TRUNCATE);",
        );
    };
    check("heirloom.sqlite3", newer, 2, "newer version");
}

#[test]
fn a_store_that_may_not_be_written() {
    for (file, folder) in [(0o444, 0o755), (0o444, 0o555), (0o644, 0o555)] {
        let site = site();
        assert_eq!(site.import("").code, Some(0));
        site.add_node(2, "New", IN_WEST);
        let before = site.store.imprint();
        // what is read-only is made so once the program may not help itself
        let words: Vec<&str> = IMPORT.split_whitespace().collect();
        let command = site.powerless(&[&words[..], &["--noinput"]].concat());
        site.permit("heirloom.sqlite3", file);
        site.permit("", folder);
        let ended = finish(command);
        site.permit("", 0o755);
        assert_eq!(ended.code, Some(1), "{file:o} in {folder:o}: {ended:?}");
        assert!(ended.err.contains("heirloom: "), "{ended:?}");
        assert!(site.store.imprint() == before);
    }
}

#[test]
fn a_disk_that_is_full() {
    let site = Site::shipped();
    assert_eq!(site.import("").code, Some(3));
    let before = site.contents();
    site.legacy()
        .execute_batch(
            "UPDATE nodeshot_node SET description = 'changed ' || id;
             UPDATE nodeshot_device SET description = 'changed ' || id;
             UPDATE nodeshot_interface SET essid = 'changed ' || id, mac_address = NULL;
             UPDATE nodeshot_node SET email = 'new' || id || '@posta.example' WHERE id % 2 = 0;",
        )
        .unwrap();
    // no file may be longer than so many blocks of 512 bytes: opening, spooling, applying fail
    for blocks in [1, 20, 400, 800] {
        let limited = site.shell(&format!(
            "trap '' XFSZ; ulimit -f {blocks}; exec heirloom {IMPORT} --noinput --allow-deletes --credentials passwords.csv"
        ));
        let ended = finish(limited);
        assert_eq!(ended.code, Some(1), "{blocks} blocks: {ended:?}");
        assert!(!ended.out.contains("Committed"), "{ended:?}");
        let advice = ["may be written", "Make room", "has room"];
        assert!(
            advice.iter().any(|advice| ended.err.contains(advice)),
            "{ended:?}"
        );
        assert_eq!(site.left_over(), [""; 0], "{blocks} blocks");
        assert!(!site.exists("passwords.csv"), "{blocks} blocks");
        assert_eq!(site.contents(), before, "{blocks} blocks");
        let integrity: String = site.ask("PRAGMA integrity_check");
        assert_eq!(integrity, "ok");
    }
    let ended = site.import("--allow-deletes --credentials passwords.csv");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_ne!(site.contents(), before);
}

#[test]
fn a_damaged_store_is_a_fault() {
    let site = Site::shipped();
    assert_eq!(site.import("").code, Some(3));
    let root: i64 = site.ask("SELECT rootpage FROM sqlite_master WHERE name = 'nodes'");
    let page = site.ask::<i64>("PRAGMA page_size") as usize;
    let mut bytes = site.store.imprint();
    bytes[(root as usize - 1) * page..][..page].fill(0x5a);
    fs::write(site.path("heirloom.sqlite3"), bytes).unwrap();
    for command in [&format!("{IMPORT} --noinput"), "digest"] {
        let ended = site.run(command);
        assert_eq!(ended.code, Some(1), "{command}: {ended:?}");
        assert!(ended.err.contains("malformed"), "{ended:?}");
        assert!(ended.err.contains("sqlite3 FILE .recover"), "{ended:?}");
    }
}

/// The store's write lock is waited for, not longer than its busy timeout.
#[test]
fn another_writer_in_the_store() {
    let site = site();
    assert_eq!(site.import("").code, Some(0));
    site.add_node(2, "New", IN_WEST);
    let before = site.contents();
    let writer = rusqlite::Connection::open(site.path("heirloom.sqlite3")).unwrap();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let ended = site.import("");
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.err.contains("locked"), "{ended:?}");
    assert!(ended.err.contains("try again when"), "{ended:?}");
    writer.execute_batch("ROLLBACK").unwrap();
    assert_eq!(site.contents(), before);

    // one that is soon done is no fault
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let done = thread::spawn(move || {
        thread::sleep(std::time::Duration::from_millis(800));
        writer.execute_batch("ROLLBACK")
    });
    assert_eq!(site.import("").code, Some(0));
    done.join().unwrap().unwrap();
    assert_eq!(site.ask::<i64>("SELECT count(*) FROM nodes"), 2);
}

#[test]
fn the_run_lock_of_another_import() {
    let site = site();
    assert_eq!(site.import("").code, Some(0));
    site.add_node(2, "New", IN_WEST);
    let before = site.contents();
    let other = File::options()
        .append(true)
        .open(site.path("heirloom.sqlite3.lock"))
        .unwrap();
    other.lock().unwrap();
    site.is_told_that_another_run_holds_the_lock();
    assert_eq!(site.contents(), before);
    drop(other);
    assert_eq!(site.import("").code, Some(0));
}
