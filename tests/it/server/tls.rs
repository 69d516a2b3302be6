//! Certificates, ports, and what is refused before anybody is answered.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::client::{As, Running, home, site};
use crate::session::Site;

#[test]
fn the_certificate_is_made_once_and_kept_for_its_owner() {
    let site = site();
    let mut running = Running::start(&site);
    assert!(
        running.url.starts_with("https://127.0.0.1:"),
        "{}",
        running.url
    );
    running.get("/api/health", As::Nobody).is(200);
    let read = |name: &str| fs::read(home(&site).join(name)).unwrap();
    let before = (read("certificate.pem"), read("key.pem"));
    for name in ["certificate.pem", "key.pem"] {
        let file = fs::metadata(home(&site).join(name)).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600, "{name}");
    }
    let folder = fs::metadata(home(&site)).unwrap();
    assert_eq!(folder.permissions().mode() & 0o777, 0o700);
    assert_eq!(running.stop(), Some(0));
    let mut running = Running::start(&site);
    assert_eq!(before, (read("certificate.pem"), read("key.pem")));
    running.url = running.url.replace("127.0.0.1", "localhost");
    let health = running.get("/api/health", As::Nobody).is(200);
    assert_eq!(
        health.header("strict-transport-security"),
        Some("max-age=31536000")
    );
}

#[test]
fn without_tls_on_loopback() {
    let site = site();
    let running = Running::configured(&site, "tls = false");
    assert!(
        running.url.starts_with("http://127.0.0.1:"),
        "{}",
        running.url
    );
    let health = running.get("/api/health", As::Nobody).is(200);
    assert_eq!(health.header("strict-transport-security"), None);
    assert!(!running.session("admin").is_empty());
    assert!(!home(&site).join("key.pem").exists());
}

#[test]
fn own_files() {
    let site = site();
    drop(Running::start(&site));
    for name in ["certificate.pem", "key.pem"] {
        fs::copy(home(&site).join(name), site.path(name)).unwrap();
    }
    let own = "tls = { certificate = 'certificate.pem', key = 'key.pem' }";
    let running = Running::configured(&site, own);
    running.get("/api/health", As::Nobody).is(200);
}

fn ends(site: &Site, server: &str, code: i32, words: &str) {
    site.write("heirloom.toml", &format!("[server]\n{server}\n"));
    let ended = site.run("serve");
    assert_eq!(ended.code, Some(code), "{ended:?}");
    assert!(ended.err.contains(words), "{}", ended.err);
}

#[test]
fn what_cannot_be_served_says_so() {
    let site = Site::empty();
    site.write("no.pem", "no certificate");
    ends(
        &site,
        "tls = { certificate = 'no.pem', key = 'no.pem' }",
        2,
        "server.tls.certificate: no.pem",
    );
    ends(
        &site,
        "tls = { certificate = 'away.pem', key = 'no.pem' }",
        2,
        "server.tls.certificate: away.pem can't be read",
    );
    ends(
        &site,
        "tls = false\nlisten = '0.0.0.0:0'",
        2,
        "server.allow_plaintext",
    );
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    ends(
        &site,
        &format!("listen = '{address}'"),
        1,
        "server.listen: nobody can listen on",
    );
    ends(
        &site,
        "listen = 'no.such.host.invalid:80'",
        1,
        "server.listen",
    );
}

#[test]
fn a_key_of_another_certificate() {
    let (one, other) = (site(), site());
    drop(Running::start(&one));
    drop(Running::start(&other));
    fs::copy(home(&one).join("certificate.pem"), one.path("c.pem")).unwrap();
    fs::copy(home(&other).join("key.pem"), one.path("k.pem")).unwrap();
    ends(
        &one,
        "tls = { certificate = 'c.pem', key = 'k.pem' }",
        2,
        "do not belong together",
    );
    ends(
        &one,
        "tls = { certificate = 'c.pem', key = 'c.pem' }",
        2,
        "server.tls.key: c.pem",
    );
}
