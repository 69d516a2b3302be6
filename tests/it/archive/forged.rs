//! Backups that somebody made to do harm.

use std::fs;

use serde_json::{Value, json};
use tar::EntryType;

use super::packed::{Members, add, edited, pack, tarred, unpack, zipped};
use super::{current, verdict};

fn members() -> Members {
    unpack(&current())
}

#[track_caller]
fn refused(bytes: &[u8], part: &str) {
    let error = verdict(bytes).expect_err(part).to_string();
    assert!(error.contains(part), "{part:?} in {error}");
    assert!(error.len() < 600, "{error}");
}

#[test]
fn put_together_by_others_it_is_still_one() {
    let read = verdict(&pack(&members())).unwrap();
    assert!(read.rows() > 1_000);
}

#[test]
fn members_that_have_no_place_there() {
    let all = members();
    for name in [
        "../../etc/cron.d/evil",
        "/etc/passwd",
        "nodes/../../x",
        "nodes/000002.jsonl",
        "x",
    ] {
        // before the first, in the middle, at the end
        for at in [0, 5, all.len()] {
            let mut tar = tarred(&all[..at].to_vec());
            add(&mut tar, name, EntryType::Regular, b"[1]\n");
            for (name, bytes) in &all[at..] {
                add(&mut tar, name, EntryType::Regular, bytes);
            }
            let error = verdict(&zipped(tar)).expect_err(name).to_string();
            assert!(
                error.contains("no place") || error.contains("first member"),
                "{error}"
            );
        }
    }
    let folder = tempfile::tempdir().unwrap();
    assert!(!folder.path().join("../x").exists());
}

#[test]
fn members_that_are_no_files() {
    let all = members();
    for kind in [
        EntryType::Symlink,
        EntryType::Link,
        EntryType::Char,
        EntryType::Block,
        EntryType::Fifo,
        EntryType::Directory,
        EntryType::GNULongName,
        EntryType::XHeader,
        EntryType::GNUSparse,
    ] {
        for at in [0, 3] {
            let mut tar = tarred(&all[..at].to_vec());
            add(&mut tar, &all[at].0, kind, &all[at].1);
            refused(&zipped(tar), "no plain file");
        }
    }
}

#[test]
fn members_out_of_order_missing_or_twice() {
    let all = members();
    let without = |at: usize| {
        let mut some = all.clone();
        some.remove(at);
        pack(&some)
    };
    refused(&without(0), "first member");
    refused(&without(all.len() - 1), "incomplete");
    refused(&without(4), "rows, and should have");
    let mut twice = all.clone();
    twice.insert(5, all[5].clone());
    refused(&pack(&twice), "no place");
    let mut swapped = all.clone();
    swapped.swap(4, 5);
    refused(&pack(&swapped), "no place");
}

#[test]
fn a_small_file_with_a_huge_content() {
    let all = members();
    // a member that is too large
    let mut tar = tarred(&all[..1].to_vec());
    add(
        &mut tar,
        "users/000001.jsonl",
        EntryType::Regular,
        &vec![b' '; (8 << 20) + 1],
    );
    refused(&zipped(tar), "bytes, and between");
    let mut large = all.clone();
    large[0].1.resize(2 << 20, b' ');
    refused(&pack(&large), "bytes, and between");
    // one row without an end
    let mut tar = tarred(&all[..1].to_vec());
    for number in 1..=9 {
        let name = format!("users/{number:06}.jsonl");
        add(&mut tar, &name, EntryType::Regular, &vec![b' '; 8 << 20]);
    }
    let bomb = zipped(tar);
    assert!(bomb.len() < 1 << 20);
    refused(&bomb, "larger than 64 MiB");
    // rows without number
    let text = vec![b'a'; 4 << 20];
    let row = [b"[\"", &text[..], b"\"", &b",null".repeat(14), b"]\n"].concat();
    let mut tar = tarred(&all[..1].to_vec());
    for number in 1..=26 {
        let name = format!("users/{number:06}.jsonl");
        add(&mut tar, &name, EntryType::Regular, &row);
    }
    refused(&zipped(tar), "times its size");
    // zeros behind the end
    let mut bytes = tarred(&all).into_inner().unwrap();
    bytes.resize(bytes.len() + (1 << 20), 0);
    let mut padded = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut padded, &bytes).unwrap();
    refused(&padded.finish().unwrap(), "behind its end");
}

#[test]
fn papers_that_lie() {
    let all = members();
    let manifest = |edit: fn(&mut Value), part: &str| {
        refused(&pack(&edited(&all, "manifest.json", edit)), part);
    };
    manifest(|paper| paper["schema"] = json!(99), "newer");
    manifest(|paper| paper["format"] = json!(2), "newer");
    manifest(|paper| paper["format"] = json!(0), "format is none");
    manifest(|paper| paper["schema"] = json!(-1), "cannot be understood");
    manifest(|paper| paper["version"] = json!("0.2.0"), "two versions");
    manifest(|paper| paper["id"] = json!("../../x"), "no id of a backup");
    manifest(|paper| paper["tables"] = json!([]), "no table");
    manifest(|paper| paper["more"] = json!(1), "unknown field");
    manifest(
        |paper| paper["tables"][0]["name"] = json!("users; DROP TABLE nodes"),
        "no store has",
    );
    manifest(
        |paper| paper["tables"][0]["highest_id"] = json!(i64::MAX),
        "highest id",
    );
    manifest(
        |paper| paper["tables"][0]["columns"][1] = json!("is_admin"),
        "",
    );
    let sums = |edit: fn(&mut Value), part: &str| {
        refused(&pack(&edited(&all, "sums.json", edit)), part);
    };
    sums(|paper| paper["manifest"] = json!("00"), "not the one");
    sums(
        |paper| paper["tables"][4]["rows"] = json!(3),
        "should have 3",
    );
    sums(
        |paper| paper["tables"][4]["sha256"] = json!("00"),
        "sum of nodes",
    );
    sums(
        |paper| paper["tables"][4]["name"] = json!("x"),
        "other tables",
    );
    sums(|paper| paper["tables"] = json!([]), "other tables");
}

#[test]
fn rows_that_are_none() {
    let all = members();
    for row in ["[1,2]\n", "no JSON\n", "[1", "{}\n"] {
        let mut some = all.clone();
        some[1].1.extend_from_slice(row.as_bytes());
        let error = verdict(&pack(&some)).expect_err(row).to_string();
        assert!(error.contains("users"), "{error}");
    }
}

/// The papers are right, and the rows are not: the store says so, and takes everything back.
#[test]
fn rows_that_no_store_can_hold() {
    use sha2::Digest as _;
    let site = super::site();
    let before = site.contents();
    let all = unpack(&fs::read(site.path("b.tar.gz")).unwrap());
    let at = |name: &str| all.iter().position(|(known, _)| known == name).unwrap();
    let orphan = b"[99999,4242,\"a@b.example\",0,0]\n".to_vec();
    let twice = all[at("statuses/000001.jsonl")].1.clone();
    for (name, row) in [
        ("email_addresses", orphan),
        (
            "statuses",
            twice
                .split_inclusive(|byte| *byte == b'\n')
                .next()
                .unwrap()
                .to_vec(),
        ),
    ] {
        let mut some = all.clone();
        let member = at(&format!("{name}/000001.jsonl"));
        some[member].1.extend_from_slice(&row);
        let sum = heirloom::text::hex(&sha2::Sha256::digest(&some[member].1));
        let forged = edited(&some, "sums.json", |paper| {
            for table in paper["tables"].as_array_mut().unwrap() {
                if table["name"] == name {
                    table["rows"] = json!(table["rows"].as_u64().unwrap() + 1);
                    table["sha256"] = json!(sum);
                }
            }
        });
        fs::write(site.path("forged.tar.gz"), pack(&forged)).unwrap();
        let ended = site.run("restore forged.tar.gz --noinput");
        assert_eq!(ended.code, Some(1), "{name}: {ended:?}");
        assert!(ended.err.contains("cannot be restored"), "{ended:?}");
        assert_eq!(site.contents(), before, "{name}");
    }
    // the digest does not fit the rows
    let lying = edited(&all, "sums.json", |paper| {
        paper["digest"] = json!("sha256:00")
    });
    fs::write(site.path("forged.tar.gz"), pack(&lying)).unwrap();
    let ended = site.run("restore forged.tar.gz --noinput");
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.err.contains("digests differ"), "{ended:?}");
    assert_eq!(site.contents(), before);
}
