//! The process killed in the middle: the store is as before or as after, and nothing between.

use std::fs::{self, File};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use super::session::{IMPORT, Site};

const STORE: &str = "heirloom.sqlite3";
const LOCK: &str = "heirloom.sqlite3.lock";
const BESIDE: [&str; 2] = ["heirloom.sqlite3-wal", "heirloom.sqlite3-shm"];

#[test]
fn a_killed_import_is_whole_or_not_there() {
    let site = Site::plain(1_000);
    assert_eq!(site.import("").code, Some(0));
    let before = site.digest();
    fs::copy(site.path(STORE), site.path("before.sqlite3")).unwrap();
    site.legacy()
        .execute_batch(
            "UPDATE nodeshot_node SET description = 'changed ' || id;
             UPDATE nodeshot_interface SET essid = 'changed' WHERE type = 'wifi';
             DELETE FROM nodeshot_link WHERE id % 3 = 0;
             UPDATE nodeshot_node SET email = 'new' || id || '@posta.example' WHERE id % 5 = 0;",
        )
        .unwrap();
    let begun = Instant::now();
    let whole = site.import("--report r.json");
    let lasts = begun.elapsed();
    assert_eq!(whole.code, Some(0), "{whole:?}");
    let after = site.digest();
    assert_ne!(before, after);

    let mut random = random_numbers();
    let mut cut_short = 0;
    for round in 0..8_u32 {
        for file in BESIDE {
            let _ = fs::remove_file(site.path(file));
        }
        fs::copy(site.path("before.sqlite3"), site.path(STORE)).unwrap();
        let moment = lasts.mul_f64((f64::from(round) + random()) / 8.0);
        let words: Vec<&str> = IMPORT.split_whitespace().collect();
        let mut child = site
            .program(&[&words[..], &["--noinput"]].concat())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(moment);
        child.kill().unwrap();
        let ended = child.wait().unwrap();
        cut_short += u32::from(ended.code().is_none());

        let lock = File::options()
            .append(true)
            .create(true)
            .open(site.path(LOCK))
            .unwrap();
        lock.try_lock().expect("the lock is free");
        drop(lock);
        let found = site.digest();
        if ended.code().is_some() {
            assert_eq!(found, after, "it ended before {moment:?}");
        } else {
            assert!(
                found == before || found == after,
                "killed after {moment:?} of {lasts:?}: neither before nor after"
            );
        }
        let integrity: String = site.ask("PRAGMA integrity_check");
        assert_eq!(integrity, "ok");
        let next = site.import("");
        assert_eq!(next.code, Some(0), "killed after {moment:?}: {next:?}");
        assert_eq!(site.digest(), after, "killed after {moment:?}");
    }
    assert!(cut_short > 0, "no import was killed in the middle");
}

/// Numbers from 0 to 1, others in every run.
fn random_numbers() -> impl FnMut() -> f64 {
    use rand::RngExt as _;
    let mut rng = rand::rng();
    move || rng.random_range(0.0..1.0)
}

/// A kill while the store itself is being made.
#[test]
fn a_store_whose_first_import_was_killed_can_be_used() {
    let site = Site::plain(300);
    let direct = Site::plain(300);
    assert_eq!(direct.import("").code, Some(0));
    for milliseconds in [2, 5, 10, 20, 40, 80, 160, 320] {
        let mut child = site
            .program(&["import", "nodeshot", "--from", "sqlite:old.db", "--noinput"])
            .args(["--layers", "layers.geojson"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(milliseconds));
        child.kill().unwrap();
        child.wait().unwrap();
        let opened = site.run("digest");
        assert_eq!(
            opened.code,
            Some(0),
            "killed after {milliseconds} ms: {opened:?}"
        );
    }
    let next = site.import("");
    assert_eq!(next.code, Some(0), "{next:?}");
    assert_eq!(site.digest(), direct.digest());
}
