//! The same with the server of this program, over TLS.

use serde_json::Value as Json;

use super::super::{CLIENT, SERVER, files, with};
use super::{Ended, Site, finish};
use crate::server::client::{PASSWORD, Running, home};

/// A site with its server, and an admin of it.
fn served(site: &Site) -> Running {
    let add = format!("echo '{PASSWORD}' | heirloom users add master --admin");
    assert!(site.shell(&add).output().unwrap().status.success());
    Running::start(site)
}

/// Runs a command line on one site against the server of another, as its admin.
fn run(site: &Site, of: &Site, server: &Running, line: &str) -> Ended {
    let line = line.replace("URL", &server.url);
    let words: Vec<&str> = line
        .split_whitespace()
        .chain(["--user", "master"])
        .collect();
    let mut program = site.program(&words);
    program
        .env("HEIRLOOM_CONNECTORDB_PASSWORD", PASSWORD)
        .env("SSL_CERT_FILE", home(of).join("certificate.pem"));
    finish(program)
}

/// What a folder says, however it is spelled; without the server's admin.
fn said(site: &Site, folder: &str) -> Vec<(String, Json)> {
    let files = files(&site.path(folder)).into_iter();
    files
        .filter(|(name, _)| !name.starts_with("master/"))
        .map(|(name, text)| (name, serde_json::from_str(&text).unwrap()))
        .collect()
}

#[test]
fn a_download_is_the_export_of_its_store() {
    let site = with(SERVER);
    assert_eq!(
        site.run("import connectordb server --noinput").code,
        Some(0)
    );
    let server = served(&site);
    let ended = run(&site, &site, &server, "export connectordb down --from URL");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(
        site.run("export connectordb out --no-passwords").code,
        Some(0)
    );
    assert_eq!(said(&site, "down"), said(&site, "out"));
    // as one of its users
    site.write("password", "builder\n");
    let line = format!(
        "export connectordb bob --from {} --user bob@example.org --password-file password",
        server.url
    );
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut program = site.program(&words);
    program.env("SSL_CERT_FILE", home(&site).join("certificate.pem"));
    let ended = finish(program);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let mut alone = said(&site, "out");
    alone.retain(|(name, _)| name.starts_with("bob/"));
    assert_eq!(said(&site, "bob"), alone);
}

#[test]
fn a_certificate_that_nobody_trusts_ends_it() {
    let site = with(SERVER);
    let server = served(&site);
    let line = format!(
        "export connectordb down --from {} --user master",
        server.url
    );
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut program = site.program(&words);
    program.env("HEIRLOOM_CONNECTORDB_PASSWORD", PASSWORD);
    let ended = finish(program);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.err.contains("SSL_CERT_FILE"), "{ended:?}");
}

#[test]
fn a_store_comes_into_another_server() {
    let site = with(SERVER);
    assert_eq!(
        site.run("import connectordb server --noinput").code,
        Some(0)
    );
    let other = with(CLIENT);
    assert_eq!(
        other.run("import connectordb client --noinput").code,
        Some(0)
    );
    let server = served(&other);
    let ended = run(&site, &other, &server, "export connectordb --to URL");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(
        ended
            .err
            .contains("2 users have their own names as passwords now"),
        "{ended:?}"
    );
    assert!(
        ended
            .err
            .contains("2 users' logs (device meta) are left out"),
        "{ended:?}"
    );
    assert_eq!(site.left_over(), [""; 0]);

    assert_eq!(
        site.run("export connectordb ours --no-passwords").code,
        Some(0)
    );
    let ended = run(
        &site,
        &other,
        &server,
        "export connectordb theirs --from URL",
    );
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let users = |folder: &str| {
        let mut said = said(&site, folder);
        said.retain(|(name, _)| !name.starts_with("carol/") && !name.contains("/meta/"));
        said
    };
    let (ours, theirs) = (users("ours"), users("theirs"));
    let names = |said: &[(String, Json)]| {
        said.iter()
            .map(|(name, _)| name.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&ours), names(&theirs));
    for ((name, ours), (_, theirs)) in ours.into_iter().zip(theirs) {
        assert_eq!(as_it_arrives(&name, ours), theirs, "{name}");
    }
    // nothing is merged
    let ended = run(&site, &other, &server, "export connectordb --to URL");
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(
        ended.err.contains("the server has a user alice already"),
        "{ended:?}"
    );
}

/// Without senders, and with another one in downlinks; without points of no time.
fn as_it_arrives(name: &str, mut said: Json) -> Json {
    let Json::Array(points) = &mut said else {
        return said;
    };
    points.retain(|point| point.get("t").is_some());
    for point in points {
        let point = point.as_object_mut().unwrap();
        point.remove("o");
        if name.ends_with("downlink.json") {
            point.insert("o".into(), "master/user".into());
        }
    }
    said
}
