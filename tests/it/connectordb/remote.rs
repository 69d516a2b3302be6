//! From and to a server of ConnectorDB.

mod broken_off;
mod commands;
mod download;
mod hostile;
mod played;
mod served;
mod uploads;

use super::{findings, outcomes};
use crate::session::{Ended, Site, finish};
use played::Played;

const PASSWORD: &str = "wrong horse battery";

/// Runs a command line against a server as alice, with her password in a file.
fn run(site: &Site, server: &Played, line: &str) -> Ended {
    site.write("password", &format!("{PASSWORD}\n"));
    let line = line.replace("URL", &server.url());
    let line = format!("{line} --user alice --password-file password");
    let words: Vec<&str> = line.split_whitespace().collect();
    let ended = finish(site.program(&words));
    keeps_secrets(&format!("{ended:?}"));
    if site.exists("r.json") {
        keeps_secrets(&site.read("r.json"));
    }
    ended
}

#[track_caller]
fn keeps_secrets(text: &str) {
    for secret in [PASSWORD, played::KEY, played::PHONE_KEY] {
        assert!(!text.contains(secret), "{text}");
    }
    assert!(
        !text.contains(&played::authorization("alice", PASSWORD)),
        "{text}"
    );
}

/// The download into `out`, whatever comes of it.
fn export(site: &Site, server: &Played) -> Ended {
    run(site, server, "export connectordb out --from URL")
}
