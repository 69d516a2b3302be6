//! The process killed in the middle: the store is as before or as after, and nothing between.

use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use super::session::{IMPORT, Site};

/// How often the program is killed, unless `cargo xtask kill` says otherwise.
const KILLS: u32 = 21;

/// What is killed, beginning from a store that an import filled.
const COMMANDS: [(&str, &str); 3] = [
    ("import", "--noinput --allow-deletes"),
    ("sync", "sync --allow-deletes"),
    ("reset", "reset --noinput"),
];

#[test]
fn a_killed_run_is_whole_or_not_there() {
    let kills = std::env::var("HEIRLOOM_TEST_KILLS").ok();
    let kills: u32 = kills.map_or(KILLS, |kills| kills.parse().expect("a number"));
    let site = Site::plain(400);
    site.write("heirloom.toml", "[nodeshot]\nurl = \"sqlite:old.db\"\n");
    assert_eq!(site.import("").code, Some(0));
    let before = site.digest();
    let saved = site.store.save();
    site.legacy()
        .execute_batch(
            "UPDATE nodeshot_node SET description = 'changed ' || id;
             UPDATE nodeshot_interface SET essid = 'changed' WHERE type = 'wifi';
             DELETE FROM nodeshot_link WHERE id % 3 = 0;
             UPDATE nodeshot_node SET email = 'new' || id || '@posta.example' WHERE id % 5 = 0;",
        )
        .unwrap();
    let mut random = random_numbers();
    for (name, line) in COMMANDS {
        let line = match name {
            "import" => format!("{IMPORT} {line}"),
            _ => line.to_string(),
        };
        site.store.become_like(&saved);
        let begun = Instant::now();
        let whole = site.run(&line);
        let lasts = begun.elapsed();
        assert_eq!(whole.code, Some(0), "{whole:?}");
        let after = site.digest();
        assert_ne!(before, after, "{name}");
        let mut cut_short = 0;
        let rounds = kills.div_ceil(COMMANDS.len() as u32);
        for round in 0..rounds {
            site.store.become_like(&saved);
            let share = (f64::from(round) + random()) / f64::from(rounds);
            let moment = lasts.mul_f64(share);
            let about = format!("{name} killed after {moment:?} of {lasts:?}");
            cut_short += u32::from(kill(&site, &line, moment).is_none());
            assert!(site.store.is_unlocked(), "{about}");
            let found = site.digest();
            assert!(
                found == before || found == after,
                "{about}: neither before nor after"
            );
            site.store.check_integrity();
            let next = site.run(&line);
            assert_eq!(next.code, Some(0), "{about}: {next:?}");
            assert_eq!(site.digest(), after, "{about}");
        }
        println!("{name}: {cut_short} of {rounds} killed in the middle");
        assert!(cut_short > 0, "no {name} was killed in the middle");
    }
}

/// Runs a command line and kills it after a while; its exit code where it ended before.
pub fn kill(site: &Site, line: &str, moment: Duration) -> Option<i32> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut child = site
        .program(&words)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    thread::sleep(moment);
    child.kill().unwrap();
    child.wait().unwrap().code()
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
