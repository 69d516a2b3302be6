//! Backups that `serve` makes by itself, and the list of what is there.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::super::serve::{Serving, until};
use super::super::session::Site;
use super::names;

const CONFIG: &str = "[server]\nlisten = false\n[schedule]\nbackup = '* * * * * *'\n\
    [backup]\ndirectory = 'kept'\nkeep = 2\n";

/// The scheduled backups and their drills.
fn kept(site: &Site) -> (Vec<String>, Vec<String>) {
    if !site.exists("kept") {
        return Default::default();
    }
    let of = |ending: &str| {
        let mut names = names(&site.path("kept"));
        names.retain(|name| name.starts_with("heirloom-scheduled-") && name.ends_with(ending));
        names
    };
    (of(".tar.gz"), of(".drill.json"))
}

#[test]
fn the_newest_are_kept_and_each_is_proven() {
    let site = super::site();
    site.write("heirloom.toml", CONFIG);
    // not of the schedule, older than all others
    assert_eq!(site.run("backup").code, Some(0));
    let own = names(&site.path("kept"));
    site.write("kept/notes.txt", "mine");
    site.write("kept/photos.tar.gz", "mine");
    let mut serving = Serving::start(&site);
    let mut seen = std::collections::BTreeSet::new();
    let seen = std::cell::RefCell::new(&mut seen);
    until(&site, "backups", || {
        let mut seen = seen.borrow_mut();
        seen.extend(kept(&site).0);
        seen.len() >= 4
    });
    assert_eq!(serving.stop().0, Some(0), "{}", site.read("err.txt"));
    let (backups, drills) = kept(&site);
    assert!((2..=3).contains(&backups.len()), "{backups:?}");
    assert!(own.iter().all(|name| site.exists(&format!("kept/{name}"))));
    assert!(site.exists("kept/notes.txt") && site.exists("kept/photos.tar.gz"));
    let digest = site.digest();
    for drill in &drills {
        let drill = site.report(&format!("kept/{drill}"));
        assert_eq!(drill["proven"], true, "{drill}");
        assert_eq!(drill["digest"], digest.as_str());
    }
    for backup in &backups {
        let path = format!("kept/{backup}");
        assert_eq!(site.run(&format!("backup verify {path}")).code, Some(0));
        let mode = fs::metadata(site.path(&path)).unwrap().permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
    }
    let out = site.read("out.txt");
    assert!(
        out.starts_with("backing up into kept; next backup at "),
        "{out}"
    );
    assert!(out.contains(": restored in a drill, sha256:"), "{out}");
    assert_eq!(site.read("err.txt"), "");
    assert_eq!(site.left_over(), [""; 0]);
    let last = heirloom::archive::folder::last_drill(&site.path("kept")).unwrap();
    assert!(last.is_some_and(|drill| drill.proven));
}

#[test]
fn beside_syncs_it_takes_its_turn() {
    let site = super::site();
    site.write(
        "heirloom.toml",
        "[nodeshot]\nurl = 'sqlite:old.db'\n[schedule]\nsync = '* * * * * *'\nbackup = '* * * * * *'\n[backup]\nkeep = 1\n",
    );
    let mut serving = Serving::start(&site);
    let syncs = || site.ask::<i64>("SELECT count(*) FROM runs WHERE mode = 'sync'");
    let drilled = || {
        site.exists("backups")
            && names(&site.path("backups"))
                .iter()
                .any(|name| name.ends_with(".drill.json"))
    };
    until(&site, "both", || syncs() >= 2 && drilled());
    assert_eq!(serving.stop().0, Some(0), "{}", site.read("err.txt"));
    let skipped: i64 = site.ask("SELECT count(*) FROM runs WHERE outcome = 'skipped'");
    assert_eq!(skipped, 0, "they do not run into each other");
}

#[test]
fn the_list_has_the_newest_first_and_marks_what_is_not_whole() {
    let site = super::site();
    assert_eq!(site.run("backup list").code, Some(0));
    let first = site.run("backup").out;
    let second = site.run("backup").out;
    let whole = fs::read(site.path(second.trim())).unwrap();
    let cut = "backups/heirloom-0.1.0_2020-01-02T03-04-05.678Z.tar.gz";
    fs::write(site.path(cut), &whole[..whole.len() / 2]).unwrap();
    site.write("backups/photos.tar.gz", "not ours");
    let list = site.run("backup list");
    assert_eq!(list.code, Some(0), "{list:?}");
    let lines: Vec<&str> = list.out.lines().collect();
    assert_eq!(lines.len(), 4, "{}", list.out);
    let name = |path: &str| path.trim().trim_start_matches("backups/").to_string();
    let at = |path: &str| {
        let found = lines.iter().position(|line| line.ends_with(&name(path)));
        found.unwrap_or_else(|| panic!("{path} in {}", list.out))
    };
    assert!(at(&second) < at(&first));
    assert!(lines[at(&second)].contains("complete") && !lines[at(&second)].contains("incomplete"));
    assert!(lines[at(cut)].contains("incomplete"), "{}", list.out);
}
