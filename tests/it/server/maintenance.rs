//! Backup and restore with the calls of Connectware's maintenance API, as its page prints them.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::client::{As, PASSWORD, Running, home, site, until};
use crate::session::Site;

const STATUS: &str = "/api/maintenance/db";

impl Running {
    fn status(&self) -> Value {
        self.get(STATUS, As::User("admin")).is(200).json()
    }

    /// The status once nothing goes on.
    fn settled(&self) -> Value {
        until("it is over", || self.status()["running"] == json!(false));
        self.status()
    }

    /// `curl` against the maintenance API; the code it got, and the body.
    fn curl(&self, call: &str, options: &[&str]) -> (u16, String) {
        let out = Command::new("curl")
            .args([
                "-sk",
                "-u",
                &format!("admin:{PASSWORD}"),
                "-w",
                "\n%{http_code}",
            ])
            .args(options)
            .arg(format!("{}{STATUS}{call}", self.url))
            .output()
            .expect("curl runs");
        let text = String::from_utf8_lossy(&out.stdout).into_owned();
        let (body, code) = text.rsplit_once('\n').expect("a code");
        (code.parse().expect("a number"), body.into())
    }

    fn restore(&self, site: &Site, file: &str) -> (u16, String) {
        let part = format!("file=@{}", site.path(file).display());
        self.curl("/restore", &["-X", "POST", "-F", &part])
    }

    /// Backs up and downloads; the backup's id.
    fn backed_up(&self, site: &Site, file: &str) -> String {
        let (code, _) = self.curl("/backup", &["-X", "POST"]);
        assert_eq!(code, 202);
        let status = self.settled();
        assert_eq!(status["backup"]["succeded"], true, "{status}");
        let path = site.path(file);
        let (code, _) = self.curl("/backup", &["-o", path.to_str().unwrap()]);
        assert_eq!(code, 200);
        status["backup"]["id"].as_str().unwrap().into()
    }
}

fn imported() -> Site {
    let site = site();
    let run = site.run("import nodeshot --from sqlite:old.db --noinput --default-layer west");
    assert_eq!(run.code, Some(0), "{}", run.err);
    site
}

#[test]
fn a_backup_moves_to_another_machine() {
    let site = imported();
    let running = Running::start(&site);
    let before = running.status();
    assert_eq!(before["running"], false);
    assert_eq!(before["backup"]["succeded"], Value::Null);
    assert_eq!(running.curl("/backup", &[]).0, 404);
    let id = running.backed_up(&site, "backup.tgz");
    let status = running.status();
    let keys: Vec<&String> = status["backup"].as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        ["endDate", "id", "startDate", "statusMessage", "succeded"]
    );
    assert_eq!(status["backup"]["statusMessage"], "OK");
    let start = status["backup"]["startDate"].as_str().unwrap();
    assert!(start.ends_with('Z') && start.len() == 24, "{start}");
    let version = format!("{}_20", env!("CARGO_PKG_VERSION"));
    assert!(id.starts_with(&version), "{id}");

    let other = site_with_token();
    let (there, token) = (&other.1, &other.2);
    there.get("/api/account", As::Token(token)).is(200);
    std::fs::copy(site.path("backup.tgz"), other.0.path("backup.tgz")).unwrap();
    let (code, body) = there.restore(&other.0, "backup.tgz");
    assert_eq!(code, 202, "{body}");
    let status = there.settled();
    assert_eq!(status["restore"]["succeded"], true, "{status}");
    assert_eq!(status["restore"]["id"], *id);
    assert_eq!(status["backup"]["id"], Value::Null);
    assert_eq!(data(&site), data(&other.0));
    there.get("/api/account", As::Token(token)).is(401);
    assert_eq!(other.0.ask::<i64>("SELECT count(*) FROM tokens"), 0);
    // what came in goes on as if nothing had happened
    let sync = other.0.run("sync");
    assert_eq!(sync.code, Some(0), "{}", sync.err);
    assert_eq!(data(&site), data(&other.0), "nothing is brought twice");
}

/// Everything but what logins and this installation write.
fn data(site: &Site) -> Vec<String> {
    let contents = site.contents();
    let others = ["users ", "tokens ", "maintenance ", "__diesel_"];
    let lines = contents.lines();
    lines
        .filter(|line| !others.iter().any(|other| line.starts_with(other)))
        .map(Into::into)
        .collect()
}

fn site_with_token() -> (Site, Running, String) {
    let site = site();
    let running = Running::start(&site);
    let token = running.token("admin");
    (site, running, token)
}

#[test]
fn the_status_survives_a_restart_and_a_kill() {
    let site = imported();
    let mut running = Running::start(&site);
    running.backed_up(&site, "backup.tgz");
    let before = running.status();
    assert_eq!(running.stop(), Some(0));
    site.store.edit(
        "INSERT INTO maintenance (kind, archive, message, started) \
         VALUES ('restore', 'one', 'loading nodes', '2026-11-21 03:00:00')",
    );
    let running = Running::start(&site);
    let after = running.status();
    assert_eq!(after["backup"], before["backup"]);
    assert_eq!(after["running"], false);
    let restore = &after["restore"];
    assert_eq!(restore["succeded"], false);
    assert_eq!(restore["startDate"], "2026-11-21T03:00:00.000Z");
    let message = restore["statusMessage"].as_str().unwrap();
    assert!(message.starts_with("the server was stopped"), "{message}");
    drop(running);
    let running = Running::start(&site);
    assert_eq!(running.status(), after, "what never ended has one end");
    assert_eq!(running.curl("/backup", &["-o", "/dev/null"]).0, 200);
}

#[test]
fn what_is_no_backup_changes_nothing_and_says_why() {
    let site = imported();
    let running = Running::start(&site);
    running.backed_up(&site, "whole.tgz");
    let before = data(&site);
    let whole = std::fs::read(site.path("whole.tgz")).unwrap();
    std::fs::write(site.path("cut.tgz"), &whole[..whole.len() / 2]).unwrap();
    site.write("text.tgz", "no archive");
    site.write("empty.tgz", "");
    std::fs::write(site.path("gzip.tgz"), [0x1f, 0x8b, 8, 0]).unwrap();
    for (file, code, reason) in [
        ("text.tgz", 400, "no gzip file"),
        ("empty.tgz", 400, "no gzip file"),
        ("gzip.tgz", 202, "backup"),
        ("cut.tgz", 202, "incomplete"),
    ] {
        let (answered, body) = running.restore(&site, file);
        assert_eq!(answered, code, "{file}: {body}");
        let status = running.settled();
        let restore = &status["restore"];
        assert_eq!(restore["succeded"], false, "{file}");
        let message = restore["statusMessage"].as_str().unwrap();
        assert!(message.contains(reason), "{file}: {message}");
        if code == 400 {
            assert_eq!(
                serde_json::from_str::<Value>(&body).unwrap()["error"]["message"],
                message
            );
        }
    }
    let path = site.path("whole.tgz").display().to_string();
    for options in [
        &["-X", "POST"][..],
        &["-X", "POST", "-F", "other=1"],
        &["-X", "POST", "-F", &format!("backup=@{path}")],
        &["-X", "POST", "--data-binary", &format!("@{path}")],
    ] {
        let (code, body) = running.curl("/restore", options);
        assert_eq!(code, 400, "{options:?}: {body}");
        assert!(body.contains("part named file"), "{body}");
        assert_eq!(running.status()["restore"]["succeded"], false);
    }
    assert_eq!(data(&site), before);
    assert_nothing_left(&site);
}

#[test]
fn an_upload_that_finds_no_room_leaves_nothing() {
    let site = imported();
    // no file may be larger than 4 MiB
    let running = Running::after(&site, "trap '' XFSZ; ulimit -f 8192");
    let before = data(&site);
    let mut large = vec![0; 6 << 20];
    large[..2].copy_from_slice(&[0x1f, 0x8b]);
    std::fs::write(site.path("large.tgz"), large).unwrap();
    let (code, body) = running.restore(&site, "large.tgz");
    assert_eq!(code, 507, "{body}");
    assert!(body.contains("make room"), "{body}");
    let status = running.status();
    assert_eq!(status["running"], false);
    assert_eq!(status["restore"]["succeded"], false);
    assert_nothing_left(&site);
    assert_eq!(data(&site), before);
}

/// No upload and no half-made backup lies in the server's folder.
#[track_caller]
fn assert_nothing_left(site: &Site) {
    let left: Vec<_> = std::fs::read_dir(home(site))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".part"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
}

#[test]
fn one_at_a_time_and_none_beside_a_run() {
    let site = imported();
    let running = Running::configured(&site, "timeout = '3s'");
    running.backed_up(&site, "whole.tgz");
    let before = running.status();

    let mut person = site.attended("import nodeshot --from sqlite:old.db");
    person.expect("Both");
    for (call, options) in [
        ("/backup", &["-X", "POST"][..]),
        ("/restore", &["-X", "POST", "-F", "file=x"]),
    ] {
        let (code, body) = running.curl(call, options);
        assert_eq!(code, 409, "{body}");
    }
    person.press('c');
    assert_eq!(person.end().0, 4);
    assert_eq!(running.status(), before);

    // an upload that stops is given up; until then there is no other
    let stuck = Upload::begin(&site, &running, &[0x1f, 0x8b, 8]);
    let (code, body) = running.restore(&site, "whole.tgz");
    assert_eq!(code, 409, "{body}");
    let status = running.settled();
    assert_eq!(status["restore"]["succeded"], false);
    assert_nothing_left(&site);
    drop(stuck);
    let (code, body) = running.restore(&site, "whole.tgz");
    assert_eq!(code, 202, "{body}");
    assert_eq!(running.settled()["restore"]["succeded"], true);
}

/// A backup on its way, whose end comes when the test wants it.
struct Upload {
    curl: Child,
    pipe: File,
}

impl Upload {
    fn begin(site: &Site, running: &Running, first: &[u8]) -> Self {
        let path = site.path("pipe");
        let made = Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        let curl = Command::new("curl")
            .args(["-sk", "-u", &format!("admin:{PASSWORD}"), "-X", "POST"])
            .args(["-F", &format!("file=@{};filename=b.tgz", path.display())])
            .args(["-w", "%{http_code}", "-o", "/dev/null"])
            .arg(format!("{}{STATUS}/restore", running.url))
            .stdout(Stdio::piped())
            .spawn()
            .expect("curl runs");
        let mut pipe = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
        pipe.write_all(first).unwrap();
        std::fs::remove_file(path).unwrap();
        until("the upload has begun", || {
            running.status()["running"] == json!(true)
        });
        Upload { curl, pipe }
    }

    /// Sends the rest; the code that it is answered with.
    fn end(mut self, rest: &[u8]) -> String {
        self.pipe.write_all(rest).unwrap();
        self.pipe = File::open("/dev/null").unwrap();
        let mut code = String::new();
        let mut out = self.curl.stdout.take().unwrap();
        out.read_to_string(&mut code).unwrap();
        code
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        let _ = self.curl.kill();
        let _ = self.curl.wait();
    }
}

#[test]
fn a_run_that_begins_while_an_upload_arrives_comes_first_and_none_comes_later() {
    let site = imported();
    let running = Running::start(&site);
    running.backed_up(&site, "whole.tgz");
    let before = running.status();
    let whole = std::fs::read(site.path("whole.tgz")).unwrap();
    let (first, rest) = whole.split_at(whole.len() / 2);
    let upload = Upload::begin(&site, &running, first);
    let mut person = site.attended("import nodeshot --from sqlite:old.db");
    person.expect("Answer: ");
    assert_eq!(upload.end(rest), "409");
    assert_eq!(running.status(), before);
    assert_nothing_left(&site);
    person.press('c');
    assert_eq!(person.end().0, 4);

    let upload = Upload::begin(&site, &running, first);
    assert_eq!(upload.end(rest), "202");
    // whatever it comes to, it does not push the restore out
    site.run("sync");
    let status = running.settled();
    assert_eq!(status["restore"]["succeded"], true, "{status}");
    assert!(site.store.is_unlocked());
}

#[test]
fn a_backup_by_the_schedule_takes_its_turn() {
    let site = imported();
    let running = Running::configured(&site, "[schedule]\nbackup = '* * * * * *'");
    let upload = Upload::begin(&site, &running, &[0x1f, 0x8b, 8]);
    until("one is put off", || {
        let log = site.read("err.txt");
        log.contains("backup: a backup or a restore over HTTP is under way")
    });
    drop(upload);
    until("one is made", || {
        site.read("out.txt").contains("in a drill")
    });
    until("it keeps others out", || {
        running.curl("/backup", &["-X", "POST"]).0 == 409
    });
    assert_eq!(running.settled()["drill"]["proven"], true);
}

#[test]
fn what_is_refused_is_told_by_its_own_id() {
    let site = imported();
    let running = Running::start(&site);
    let id = running.backed_up(&site, "whole.tgz");
    let whole = std::fs::read(site.path("whole.tgz")).unwrap();
    std::fs::write(site.path("cut.tgz"), &whole[..whole.len() - 100]).unwrap();
    for name in ["too-old.tar.gz", "too-new.tar.gz"] {
        std::fs::copy(crate::archive::fixture(name), site.path(name)).unwrap();
    }
    for (file, begins, reason) in [
        ("too-old.tar.gz", "0.0.3_", "0.0.9"),
        ("too-new.tar.gz", "9.9.9_", "newer"),
        ("cut.tgz", &*id, "incomplete"),
    ] {
        assert_eq!(running.restore(&site, file).0, 202);
        let restore = &running.settled()["restore"];
        assert_eq!(restore["succeded"], false, "{file}");
        let shown = restore["id"].as_str().unwrap_or_default();
        assert!(shown.starts_with(begins), "{file}: {restore}");
        let message = restore["statusMessage"].as_str().unwrap();
        assert!(message.contains(reason), "{file}: {message}");
    }
    std::fs::write(site.path("none.tgz"), [0x1f, 0x8b, 8, 0]).unwrap();
    assert_eq!(running.restore(&site, "none.tgz").0, 202);
    assert_eq!(running.settled()["restore"]["id"], Value::Null);
}
