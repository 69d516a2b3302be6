//! Bodies that are too large or too slow, and a store that is taken.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::client::{As, Running, site};

#[test]
fn bodies_that_are_too_large() {
    let site = site();
    let running = Running::start(&site);
    let long = format!(
        r#"{{"username": "{}", "password": "x"}}"#,
        "x".repeat(100_000)
    );
    let refused = running.post("/api/login", As::Nobody, &long).is(413);
    assert_eq!(refused.code(), "too-large");
    let layer = format!(
        r#"{{"name": "x", "description": "{}"}}"#,
        "x".repeat(100_000)
    );
    running
        .post("/api/layers", As::User("admin"), &layer)
        .is(201);
    // nobody has to read what somebody may not send
    running
        .post("/api/layers", As::User("plain"), &layer)
        .is(403);
}

/// What comes back when a request stops halfway.
fn halfway(running: &Running, sent: &str) -> String {
    let address = running.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    stream.write_all(sent.as_bytes()).unwrap();
    let mut answer = Vec::new();
    // a server that hangs up has answered, or not
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8(answer).unwrap()
}

#[test]
fn requests_that_stop_halfway() {
    let site = site();
    let running = Running::configured(&site, "tls = false\ntimeout = '1s'");
    let begun = Instant::now();
    let body =
        "POST /api/login HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 100\r\n\r\n{";
    let answer = halfway(&running, body);
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("\"timeout\""), "{answer}");
    halfway(&running, "GET /api/health HTTP/1.1\r\nhost: ");
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
    running.get("/api/health", As::Nobody).is(200);
}

#[test]
fn a_store_that_is_being_written_is_busy() {
    let site = site();
    let running = Running::start(&site);
    let token = running.token("admin");
    running.get("/api/layers", As::Token(&token)).is(200);
    let mut writer = site.store.connect();
    writer.begin_writing().unwrap();
    {
        use diesel::connection::SimpleConnection as _;
        if crate::store::on_postgres() {
            writer
                .batch_execute("LOCK TABLE layers IN EXCLUSIVE MODE")
                .unwrap();
        }
    }
    running.get("/api/layers", As::Token(&token)).is(200);
    let busy = running
        .post("/api/layers", As::Token(&token), r#"{"name": "x"}"#)
        .is(503);
    assert_eq!(busy.code(), "busy");
    assert!(busy.header("retry-after").is_some());
    writer.roll_back().unwrap();
    running
        .post("/api/layers", As::Token(&token), r#"{"name": "x"}"#)
        .is(201);
}
