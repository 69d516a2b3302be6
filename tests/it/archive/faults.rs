//! Disks that are full, folders that cannot be written, stores that refuse.

use std::fs;

use super::super::session::{Site, finish};
use super::super::store::on_postgres;
use super::names;

/// No file may be longer than so many blocks of 512 bytes.
fn limited(site: &Site, blocks: u32, line: &str) -> super::super::session::Ended {
    finish(site.shell(&format!(
        "trap '' XFSZ; ulimit -f {blocks}; exec heirloom {line}"
    )))
}

#[test]
fn the_disk_fills_while_backing_up() {
    let site = super::site();
    let whole = fs::read(site.path("b.tar.gz")).unwrap();
    let before = names(&site.path(""));
    for blocks in [1, 60, 200, whole.len() / 512 - 1] {
        let blocks = u32::try_from(blocks).unwrap();
        for line in ["backup --out b.tar.gz", "backup --out new.tar.gz", "backup"] {
            let ended = limited(&site, blocks, line);
            assert_eq!(ended.code, Some(1), "{line}, {blocks}: {ended:?}");
            assert_eq!(ended.out, "");
            assert!(fs::read(site.path("b.tar.gz")).unwrap() == whole);
            assert!(!site.exists("new.tar.gz"));
            let left = site.path("backups");
            assert!(
                !left.exists() || names(&left).is_empty(),
                "{:?}",
                names(&left)
            );
        }
    }
    let _ = fs::remove_dir(site.path("backups"));
    assert_eq!(names(&site.path("")), before);
    assert_eq!(site.left_over(), [""; 0]);
}

#[test]
fn places_where_no_backup_can_be() {
    let site = super::site();
    for (line, part) in [
        ("backup --out /dev/full", "no plain file"),
        ("backup --out nowhere/b.tar.gz", "cannot be written"),
        ("backup --out tmp", "no plain file"),
    ] {
        let ended = site.run(line);
        assert_eq!(ended.code, Some(2), "{line}: {ended:?}");
        assert!(ended.err.contains(part), "{line}: {ended:?}");
    }
    site.write("backups", "a file");
    let ended = site.run("backup");
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.err.contains("backups"), "{ended:?}");
    if !on_postgres() {
        let ended = site.run("backup --out heirloom.sqlite3");
        assert_eq!(ended.code, Some(2), "{ended:?}");
    }
}

#[test]
fn the_disk_fills_while_restoring() {
    if on_postgres() {
        // the server's disk is another program's: see the next test
        return;
    }
    let site = super::site();
    site.store
        .edit("DELETE FROM contacts; UPDATE nodes SET notes = 'x'");
    let before = site.contents();
    for blocks in [1, 100, 800, 1600] {
        let ended = limited(&site, blocks, "restore b.tar.gz --noinput --verbosity 0");
        assert_eq!(ended.code, Some(1), "{blocks}: {ended:?}");
        assert_eq!(site.contents(), before, "{blocks}");
        site.store.check_integrity();
        assert_eq!(site.left_over(), [""; 0]);
    }
    assert_eq!(site.run("restore b.tar.gz --noinput").code, Some(0));
    assert_ne!(site.contents(), before);
}

#[test]
fn a_store_that_refuses_a_row_stays_as_it_was() {
    let site = super::site();
    site.store.edit("DELETE FROM contacts");
    site.store.refuse("INSERT", "links", "");
    let before = site.contents();
    let ended = site.run("restore b.tar.gz --noinput --report r.json");
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(site.report("r.json")["outcome"], "failed");
    assert_eq!(site.contents(), before);
    assert!(site.store.is_unlocked());
}
