//! `serve` follows the source by its schedule, and ends when it is told to.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::session::{IMPORT, IN_BOTH, IN_WEST, Site};

/// How long something that a run of the next second does may take.
const PATIENCE: Duration = Duration::from_secs(60);

const EVERY_SECOND: &str = "* * * * * *";

/// A site with one import in it, and the schedule that follows it.
fn site(cron: &str) -> Site {
    let site = Site::small(&[(1, "One", IN_WEST)]);
    assert_eq!(site.import("").code, Some(0));
    configure(&site, cron);
    site
}

fn configure(site: &Site, cron: &str) {
    site.write(
        "heirloom.toml",
        &format!("[nodeshot]\nurl = 'sqlite:old.db'\n[schedule]\nsync = '{cron}'\ntime_zone = 'Europe/Rome'\n[server]\nlisten = false\ngrace = '20s'\n"),
    );
}

/// The program at work, its output in `out.txt` and `err.txt`. It does not outlive its test.
pub struct Serving(Child);

impl Serving {
    pub fn start(site: &Site) -> Self {
        let file = |name| Stdio::from(File::create(site.path(name)).unwrap());
        let child = site
            .program(&["serve"])
            .stdout(file("out.txt"))
            .stderr(file("err.txt"))
            .spawn();
        Serving(child.expect("the program starts"))
    }

    /// Sends SIGTERM; the exit code, and how long it took.
    pub fn stop(&mut self) -> (Option<i32>, Duration) {
        let begun = Instant::now();
        let sent = Command::new("kill")
            .args(["-TERM", &self.0.id().to_string()])
            .status();
        assert!(sent.expect("kill runs").success());
        let code = self.0.wait().expect("the program ends").code();
        (code, begun.elapsed())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[track_caller]
pub fn until(site: &Site, what: &str, reached: impl Fn() -> bool) {
    let begun = Instant::now();
    while !reached() {
        let log = || format!("{}{}", site.read("out.txt"), site.read("err.txt"));
        assert!(begun.elapsed() < PATIENCE, "{what}: {}", log());
        thread::sleep(Duration::from_millis(100));
    }
}

/// How many unattended runs ended like this.
fn syncs(site: &Site, outcome: &str) -> i64 {
    site.ask(&format!(
        "SELECT count(*) FROM runs WHERE mode = 'sync' AND outcome = '{outcome}'"
    ))
}

#[test]
fn it_follows_the_source_one_run_after_the_other() {
    let site = site(EVERY_SECOND);
    let mut serving = Serving::start(&site);
    until(&site, "runs", || syncs(&site, "committed") >= 2);
    site.add_node(2, "Two", IN_WEST);
    until(&site, "the new node", || {
        site.layer_of(2).as_deref() == Some("west")
    });
    site.legacy()
        .execute("UPDATE nodeshot_node SET name = 'Uno' WHERE id = 1", [])
        .unwrap();
    until(&site, "the edit", || {
        site.ask::<String>("SELECT name FROM nodes WHERE id = 1") == "Uno"
    });
    let (code, took) = serving.stop();
    assert_eq!(code, Some(0), "{}", site.read("err.txt"));
    assert!(took < Duration::from_secs(10), "{took:?}");
    let overlapping: i64 = site.ask(
        "SELECT count(*) FROM runs a JOIN runs b ON b.id = a.id + 1 WHERE b.started < a.finished",
    );
    assert_eq!(overlapping, 0);
    assert_eq!(syncs(&site, "skipped"), 0);

    let runs = site.run("runs list");
    assert!(runs.out.matches("sync").count() >= 3, "{}", runs.out);
    let out = site.read("out.txt");
    let first = out.lines().next().unwrap_or_default();
    assert!(
        first.starts_with("following sqlite:old.db; next run at "),
        "{out}"
    );
    assert!(out.contains("committed: 2 created"), "{out}");
    assert!(out.ends_with("stopped\n"), "{out}");
    let told = out
        .lines()
        .filter(|line| line.contains(" run ") && !line.starts_with("asked to stop"))
        .count()
        - 1;
    let made = i64::try_from(told).unwrap();
    assert_eq!(made, syncs(&site, "committed") + syncs(&site, "cancelled"));
    assert_eq!(site.read("err.txt"), "");
    assert_eq!(site.left_over(), [""; 0]);
}

#[test]
fn a_source_that_is_away_for_a_while_fails_runs_and_no_more() {
    let site = site(EVERY_SECOND);
    let mut serving = Serving::start(&site);
    until(&site, "a run", || syncs(&site, "committed") >= 1);
    site.add_node(2, "Two", IN_WEST);
    fs::rename(site.path("old.db"), site.path("away.db")).unwrap();
    until(&site, "failed runs", || syncs(&site, "failed") >= 2);
    let before = syncs(&site, "committed");
    fs::rename(site.path("away.db"), site.path("old.db")).unwrap();
    until(&site, "recovery", || syncs(&site, "committed") > before);
    assert_eq!(site.layer_of(2).as_deref(), Some("west"));
    assert_eq!(serving.stop().0, Some(0));
    let err = site.read("err.txt");
    assert!(err.contains("failed: "), "{err}");
    assert!(err.contains("old.db does not exist"), "{err}");
}

#[test]
fn while_another_run_holds_the_lock_runs_are_skipped() {
    let site = site(EVERY_SECOND);
    site.add_node(2, "Both", IN_BOTH);
    let mut terminal = site.attended(IMPORT);
    terminal.expect("Answer: ");
    let mut serving = Serving::start(&site);
    until(&site, "skipped runs", || syncs(&site, "skipped") >= 1);
    assert_eq!(syncs(&site, "committed"), 0);
    terminal.press('c');
    assert_eq!(terminal.end().0, 4);
    until(&site, "a run", || syncs(&site, "committed") >= 1);
    assert_eq!(serving.stop().0, Some(0));
    let err = site.read("err.txt");
    assert!(err.contains("another run holds the lock"), "{err}");
}

#[test]
fn what_was_missed_is_made_up_once() {
    const NEVER_NOW: &str = "0 0 0 1 1 *";
    let site = site(NEVER_NOW);
    let mut serving = Serving::start(&site);
    until(&site, "the first line", || !site.read("out.txt").is_empty());
    thread::sleep(Duration::from_secs(1));
    assert_eq!(serving.stop().0, Some(0));
    assert_eq!(site.outcomes(), "committed", "nothing was due");

    site.store
        .edit("UPDATE runs SET started = '2020-06-01 12:00:00'");
    let mut serving = Serving::start(&site);
    until(&site, "the run that was missed", || {
        syncs(&site, "committed") == 1
    });
    thread::sleep(Duration::from_secs(2));
    assert_eq!(serving.stop().0, Some(0));
    assert_eq!(site.outcomes(), "committed committed");
}

#[test]
fn a_run_under_way_is_taken_back() {
    let site = Site::plain(3_000);
    assert_eq!(site.run("layers import layers.geojson").code, Some(0));
    let before = site.contents();
    configure(&site, EVERY_SECOND);
    let child = site
        .program(&["serve", "--verbosity", "2"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut serving = Serving(child.expect("the program starts"));
    let mut out = BufReader::new(serving.0.stdout.take().expect("a pipe"));
    // nobody reads on: the pipe is full before the plan is complete
    let mut line = String::new();
    while !line.contains("created users ") {
        line.clear();
        assert_ne!(out.read_line(&mut line).expect("a line"), 0, "no run");
    }
    let reader = thread::spawn(move || {
        thread::sleep(Duration::from_millis(500));
        let mut rest = String::new();
        out.read_to_string(&mut rest).map(|_| rest)
    });
    let (code, took) = serving.stop();
    let rest = reader.join().expect("read").expect("UTF-8");
    assert_eq!(code, Some(0), "{rest}");
    assert!(took < Duration::from_secs(15), "{took:?}");
    assert!(rest.contains("asked to stop"), "{rest}");
    assert!(rest.ends_with("cancelled\nstopped\n"), "{rest}");
    assert_eq!(site.outcomes(), "cancelled");
    assert_eq!(site.contents(), before);
    assert_eq!(site.left_over(), [""; 0]);
}

#[test]
fn without_anything_to_do_it_says_what_to_set() {
    fn check(config: &str, part: &str) {
        let site = Site::empty();
        site.write("heirloom.toml", config);
        let ended = site.run("serve");
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.err.contains(part), "{}", ended.err);
        assert!(!site.exists("heirloom.sqlite3"), "{config}");
    }
    let alone = "[server]\nlisten = false\n";
    check(alone, "sync or backup under [schedule]");
    check(
        &format!("{alone}[schedule]\nsync = '0 0 0 * * *'"),
        "set url under [nodeshot]",
    );
    let source = format!("{alone}[nodeshot]\nurl = 'sqlite:old.db'\n[schedule]\n");
    check(&format!("{source}sync = '0 0 25 * * *'"), "schedule.sync: ");
    check(&format!("{source}sync = '0 0 0 30 2 *'"), "never comes");
}

#[test]
fn the_unit_files_start_what_there_is() {
    let site = Site::empty();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    for (name, command) in [
        ("heirloom.service", "serve"),
        ("heirloom-sync.service", "sync"),
    ] {
        let unit = fs::read_to_string(folder.join(name)).expect(name);
        let start = unit
            .lines()
            .find_map(|line| line.strip_prefix("ExecStart=/usr/local/bin/heirloom "))
            .expect(name);
        assert!(start.starts_with(command), "{name}: {start}");
        let ended = site.run(&format!("{start} --help"));
        assert_eq!(ended.code, Some(0), "{name}: {ended:?}");
    }
    let timer = fs::read_to_string(folder.join("heirloom-sync.timer")).unwrap();
    assert!(timer.contains("\nUnit=heirloom-sync.service\n"));
}
