//! From one store into another, of the same kind or not.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::{fs, thread};

use super::super::session::Site;
use super::super::store::TestStore;
use super::packed::unpack;

/// Every row of every table that travels, fields in the form of the archive.
fn rows(site: &Site) -> BTreeMap<String, Vec<u8>> {
    let ended = site.run("backup --out rows.tar.gz");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let mut members: BTreeMap<_, _> = unpack(&fs::read(site.path("rows.tar.gz")).unwrap())
        .into_iter()
        .collect();
    members.remove("sums.json");
    let manifest = members.remove("manifest.json").unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    let tables = manifest["tables"].to_string().into_bytes();
    members.insert("tables".into(), tables);
    members
}

/// A site whose store is a file, and one whose store is on the server.
fn pair() -> (Site, Site) {
    let mut file = super::site();
    let server = Site::shipped().on_server();
    if file.store.variable().is_some() {
        // the test runs on the server: the first store moves into a file
        let mut other = Site::shipped();
        other.store = TestStore::in_file(&other.path("heirloom.sqlite3"));
        fs::copy(file.path("b.tar.gz"), other.path("b.tar.gz")).unwrap();
        assert_eq!(other.run("restore b.tar.gz --noinput").code, Some(0));
        file = other;
    }
    (file, server)
}

#[test]
fn from_sqlite_to_postgres_and_back() {
    let (file, server) = pair();
    // ids that were given and are gone are never given again
    file.store.edit(
        "INSERT INTO layers (id, slug, name) VALUES (977, 'gone', 'Gone');
         DELETE FROM layers WHERE id = 977;
         UPDATE nodes SET longitude = 0.1, elevation = 5.0, data = '{\"b\":[1.5,-3],\"a\":\"x\"}' WHERE id = 1;
         INSERT INTO decisions (key, answer, facts, answered, answered_by)
             VALUES ('nodeshot.layer.7', 'rome', '{}', '2026-11-21 12:00:00.000001', 'a person')",
    );
    assert_eq!(file.run("backup --out b.tar.gz").code, Some(0));
    let before = (file.digest(), rows(&file));
    fs::copy(file.path("b.tar.gz"), server.path("b.tar.gz")).unwrap();
    let ended = server.run("restore b.tar.gz --noinput --report r.json");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(server.digest() == before.0);
    let moved = rows(&server);
    for (name, bytes) in &before.1 {
        assert!(moved.get(name) == Some(bytes), "{name}");
    }
    assert_eq!(moved.len(), before.1.len());
    let report = server.report("r.json");
    assert_eq!(report["outcome"], "restored");
    assert_eq!(report["digest"], before.0.as_str());
    server
        .store
        .edit("INSERT INTO layers (slug, name) VALUES ('next', 'Next')");
    let next: i64 = server.ask("SELECT id FROM layers WHERE slug = 'next'");
    assert_eq!(next, 978);
    server.store.edit("DELETE FROM layers WHERE slug = 'next'");

    // and back, over a store that has something else in it
    assert_eq!(server.run("backup --out back.tar.gz").code, Some(0));
    fs::copy(server.path("back.tar.gz"), file.path("back.tar.gz")).unwrap();
    file.store.edit(
        "DELETE FROM contacts; DELETE FROM ledger; UPDATE users SET password = NULL;
         INSERT INTO layers (slug, name) VALUES ('other', 'Other')",
    );
    let ended = file.run("restore back.tar.gz --noinput");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(file.digest(), before.0);
    assert_eq!(file.ask::<i64>("SELECT count(*) FROM decisions"), 1);
    file.store.check_integrity();
}

#[test]
fn a_sync_goes_on_as_if_nothing_had_happened() {
    let site = super::site();
    let runs = site.run("runs show 1 --format json").out;
    let other = Site::shipped();
    fs::copy(site.path("b.tar.gz"), other.path("b.tar.gz")).unwrap();
    let ended = other.run("restore b.tar.gz --noinput");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(other.outcomes(), "committed");
    let same = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(
        same(&other.run("runs show 1 --format json").out),
        same(&runs)
    );
    let before = other.contents();
    let ended = other.import("--report r.json");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let entities = other.report("r.json");
    let entities = entities["entities"].as_object().unwrap();
    for (entity, counts) in entities {
        for outcome in ["created", "updated", "deleted"] {
            assert_eq!(counts[outcome], 0, "{entity} {outcome}");
        }
    }
    assert_eq!(other.contents(), before);
}

#[test]
fn accounts_log_in_where_they_were_moved_to() {
    let site = Site::shipped();
    let with = |site: &Site, words: &[&str]| {
        let mut child = site
            .program(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        input.unwrap().write_all(b"a long secret\n").unwrap();
        child.wait().unwrap().code()
    };
    assert_eq!(with(&site, &["users", "add", "anna", "--admin"]), Some(0));
    assert_eq!(site.run("backup --out b.tar.gz").code, Some(0));
    let other = Site::shipped();
    fs::copy(site.path("b.tar.gz"), other.path("b.tar.gz")).unwrap();
    assert_eq!(other.run("restore b.tar.gz --noinput").code, Some(0));
    assert_eq!(with(&other, &["users", "check", "anna"]), Some(0));
}

#[test]
fn a_backup_is_its_owners_alone_and_a_rehearsal_changes_nothing() {
    let site = super::site();
    let mode = fs::metadata(site.path("b.tar.gz")).unwrap().permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    site.store.edit("DELETE FROM contacts");
    let before = (site.store.imprint(), site.contents());
    let ended = site.run("restore b.tar.gz --dry-run --noinput --report r.json");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.out.starts_with("rehearsed"), "{ended:?}");
    assert_eq!(site.report("r.json")["outcome"], "rehearsed");
    assert!((site.store.imprint(), site.contents()) == before);
    // a missing store stays missing
    let empty = Site::empty();
    fs::copy(site.path("b.tar.gz"), empty.path("b.tar.gz")).unwrap();
    let ended = empty.run("restore b.tar.gz --dry-run --noinput");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(!empty.store.exists());
    assert_eq!(empty.left_over(), [""; 0]);
}

#[test]
fn a_person_is_asked_and_nobody_is_taken_for_one() {
    let site = super::site();
    let ended = site.run("restore b.tar.gz");
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.err.contains("--noinput"), "{ended:?}");
    site.store.edit("DELETE FROM contacts");
    let before = site.contents();
    let mut person = site.attended("restore b.tar.gz");
    person.answer("(y/n): ", "n");
    assert_eq!(person.end().0, 4);
    assert_eq!(site.contents(), before);
    let mut person = site.attended("restore b.tar.gz");
    person.answer("(y/n): ", "y");
    assert_eq!(person.end().0, 0);
    assert!(site.ask::<i64>("SELECT count(*) FROM contacts") > 0);
}

#[test]
fn a_backup_is_one_state_while_others_write() {
    let site = super::site();
    site.store
        .edit("UPDATE nodes SET notes = '0'; UPDATE devices SET description = '0'");
    thread::scope(|scope| {
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let store = &site.store;
        let writer = scope.spawn(move || {
            let mut turn = 0;
            while stopped.try_recv() == Err(std::sync::mpsc::TryRecvError::Empty) {
                turn += 1;
                store.edit(&format!(
                    "BEGIN; UPDATE nodes SET notes = '{turn}';
                     UPDATE devices SET description = '{turn}'; COMMIT"
                ));
            }
            turn
        });
        for _ in 0..3 {
            assert_eq!(site.run("backup --out during.tar.gz").code, Some(0));
            let members = unpack(&fs::read(site.path("during.tar.gz")).unwrap());
            let mut turns = std::collections::BTreeSet::new();
            for (name, bytes) in &members {
                let column = match &**name {
                    "nodes/000001.jsonl" => 10,
                    "devices/000001.jsonl" => 4,
                    _ => continue,
                };
                for line in bytes
                    .split(|byte| *byte == b'\n')
                    .filter(|line| !line.is_empty())
                {
                    let row: Vec<serde_json::Value> = serde_json::from_slice(line).unwrap();
                    turns.insert(row[column].to_string());
                }
            }
            assert_eq!(turns.len(), 1, "{turns:?}");
        }
        drop(stop);
        assert!(writer.join().unwrap() > 0);
    });
}

#[test]
fn while_a_run_is_under_way_nothing_is_restored() {
    let site = super::site();
    site.legacy()
        .execute("UPDATE nodeshot_node SET description = 'new'", [])
        .unwrap();
    let mut person = site.attended(super::super::session::IMPORT);
    person.expect("Answer: ");
    let ended = site.run("restore b.tar.gz --noinput --report r.json");
    assert_eq!(ended.code, Some(6), "{ended:?}");
    assert_eq!(site.report("r.json")["outcome"], "busy");
    person.press('c');
    assert_eq!(person.end().0, 4);
    assert_eq!(site.run("restore b.tar.gz --noinput").code, Some(0));
}
