//! ConnectorDB: out of an export folder into the store, and back out.

mod again;
mod bad_input;
mod conflicts;
mod folder;
mod parts;
mod passwords;
mod points;
mod proofs;
mod remote;
mod round_trip;

use std::fs;
use std::path::Path;

use crate::session::{Ended, Site};

/// An export of the Go server: two users, downlinks, logs.
pub const SERVER: &str = "server";
/// One of the Python client: one user, no password.
pub const CLIENT: &str = "client";

/// A site with one of the exports that come with the source code, under its own name.
pub fn with(export: &str) -> Site {
    let site = Site::empty();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/connectordb");
    copy(&fixture.join(export), &site.path(export));
    site
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// Imports a folder unattended, with a report in `r.json`, and must end with this code.
#[track_caller]
fn import(site: &Site, line: &str, code: i32) -> Ended {
    let ended = site.run(&format!(
        "import connectordb {line} --noinput --report r.json"
    ));
    assert_eq!(ended.code, Some(code), "{line}: {ended:?}");
    ended
}

/// The outcomes of an entity in the last report: `created 2, refused 1`.
pub fn outcomes(site: &Site, entity: &str) -> String {
    let report = site.report("r.json");
    let counts = report["entities"][entity].as_object().unwrap();
    let told = counts
        .iter()
        .filter(|(name, count)| *name != "retrieved" && count.as_u64() != Some(0));
    let told: Vec<String> = told
        .map(|(name, count)| format!("{name} {count}"))
        .collect();
    told.join(", ")
}

/// The codes of the last report's findings, each with the row that it is about.
pub fn findings(site: &Site) -> Vec<String> {
    let report = site.report("r.json");
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| {
            let text = |key: &str| finding[key].as_str().unwrap_or_default().to_string();
            format!("{} {}", text("code"), text("legacy_id"))
        })
        .collect()
}

/// Every file of a folder with its content, but for the version marker.
fn files(folder: &Path) -> Vec<(String, String)> {
    fn walk(root: &Path, folder: &Path, all: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, all);
            } else {
                let name = path.strip_prefix(root).unwrap().display().to_string();
                all.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut all = Vec::new();
    walk(folder, folder, &mut all);
    all.retain(|(name, _)| name != "connectordb.json");
    all.sort();
    all
}
