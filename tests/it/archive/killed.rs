//! Killed at any moment: the store is as before or as after, and no half backup has a name.

use std::fs;
use std::time::{Duration, Instant};

use rand::RngExt as _;

use super::super::killed::kill;
use super::super::session::Site;
use super::names;

const ROUNDS: u32 = 8;

fn moments(site: &Site, line: &str) -> Vec<Duration> {
    let begun = Instant::now();
    let ended = site.run(line);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let lasts = begun.elapsed();
    let mut rng = rand::rng();
    let share = |round: u32| (f64::from(round) + rng.random_range(0.0..1.0)) / f64::from(ROUNDS);
    (0..ROUNDS)
        .map(share)
        .map(|share| lasts.mul_f64(share))
        .collect()
}

#[test]
fn while_restoring() {
    let site = super::site();
    let after = site.digest();
    site.store
        .edit("DELETE FROM contacts; UPDATE nodes SET notes = 'x'");
    let before = site.digest();
    let saved = site.store.save();
    let line = "restore b.tar.gz --noinput";
    let mut cut_short = 0;
    for moment in moments(&site, line) {
        site.store.become_like(&saved);
        cut_short += u32::from(kill(&site, line, moment).is_none());
        assert!(site.store.is_unlocked(), "{moment:?}");
        let found = site.digest();
        assert!(found == before || found == after, "{moment:?}");
        site.store.check_integrity();
    }
    assert!(cut_short > 0);
    assert_eq!(site.run(line).code, Some(0));
    assert_eq!(site.digest(), after);
}

#[test]
fn while_backing_up() {
    let site = super::site();
    let mut cut_short = 0;
    for moment in moments(&site, "backup --out new.tar.gz") {
        fs::remove_file(site.path("new.tar.gz")).ok();
        cut_short += u32::from(kill(&site, "backup --out new.tar.gz", moment).is_none());
        if site.exists("new.tar.gz") {
            let ended = site.run("backup verify new.tar.gz");
            assert_eq!(ended.code, Some(0), "{moment:?}: {ended:?}");
        }
        kill(&site, "backup", moment);
    }
    assert!(cut_short > 0);
    // what is left has no name of a backup
    let list = site.run("backup list");
    assert_eq!(list.code, Some(0), "{list:?}");
    assert!(
        !list.out.contains("incomplete") && !list.out.contains(".part"),
        "{list:?}"
    );
    if site.exists("backups") {
        for name in names(&site.path("backups")) {
            assert!(name.starts_with('.') == name.ends_with(".part"), "{name}");
        }
    }
}

#[test]
fn what_killed_processes_left_is_removed_in_time() {
    let site = super::site();
    fs::create_dir(site.path("backups")).unwrap();
    let old = "backups/.heirloom-0.1.0_2026.tar.gz.x1y2z3.part";
    let new = "backups/.heirloom-0.1.0_2027.tar.gz.x1y2z3.part";
    let others = "backups/.photos.part";
    for name in [old, new, others] {
        site.write(name, "half");
    }
    for name in [old, others] {
        let file = fs::File::options()
            .write(true)
            .open(site.path(name))
            .unwrap();
        let long_ago = std::time::SystemTime::now() - Duration::from_secs(7200);
        file.set_modified(long_ago).unwrap();
    }
    assert_eq!(site.run("backup").code, Some(0));
    assert!(!site.exists(old));
    assert!(site.exists(new) && site.exists(others));
}
