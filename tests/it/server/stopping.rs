//! Being told to stop.

use std::time::{Duration, Instant};

use super::client::{As, Running, prepare, site, until};
use crate::session::Site;

#[test]
fn whoever_waits_for_news_is_let_go() {
    let site = site();
    let mut running = Running::configured(&site, "grace = '30s'");
    let token = running.token("staff");
    let events = std::process::Command::new("curl")
        .args(["-skN", "-H", &format!("Authorization: Bearer {token}")])
        .arg(format!("{}/api/events", running.url))
        .spawn();
    let mut events = events.expect("curl runs");
    std::thread::sleep(Duration::from_millis(500));
    let begun = Instant::now();
    assert_eq!(running.stop(), Some(0));
    assert!(
        begun.elapsed() < Duration::from_secs(15),
        "{:?}",
        begun.elapsed()
    );
    assert!(events.wait().unwrap().success());
    let out = site.read("out.txt");
    assert!(out.ends_with("stopped\n"), "{out}");
}

#[test]
fn who_never_ends_is_given_up() {
    let site = site();
    let mut running = Running::configured(&site, "tls = false\ngrace = '1s'\ntimeout = '60s'");
    let address = running.url.trim_start_matches("http://").to_owned();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let half = "POST /api/login HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{";
    std::io::Write::write_all(&mut stream, half.as_bytes()).unwrap();
    running.get("/api/health", As::Nobody).is(200);
    let begun = Instant::now();
    assert_eq!(running.stop(), Some(0));
    assert!(
        begun.elapsed() < Duration::from_secs(15),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn the_schedule_goes_on_beside_it() {
    let site = site();
    let mut running = Running::configured(&site, "[schedule]\nsync = '* * * * * *'");
    until("scheduled runs", || {
        running.get("/api/health", As::Nobody).is(200);
        site.store
            .value::<i64>("SELECT count(*) FROM runs WHERE outcome = 'committed'")
            >= Some(2)
    });
    assert_eq!(running.stop(), Some(0));
    let out = site.read("out.txt");
    assert!(out.contains("following sqlite:old.db"), "{out}");
}

#[test]
fn a_run_that_was_asked_for_is_taken_back() {
    let site = Site::plain(8_000);
    prepare(&site);
    let mut running = Running::configured(&site, "grace = '30s'");
    let token = running.token("staff");
    running.post("/api/runs", As::Token(&token), "{}").is(202);
    until("the run has begun", || {
        let jobs = running.get("/api/runs/jobs", As::Token(&token)).json();
        jobs[0]["state"] == "running" && jobs[0]["progress"].is_object()
    });
    assert_eq!(running.stop(), Some(0), "{}", site.read("err.txt"));
    assert_eq!(site.outcomes(), "cancelled");
    assert_eq!(site.ask::<i64>("SELECT count(*) FROM nodes"), 0);
    assert_eq!(site.left_over(), [""; 0]);
}
