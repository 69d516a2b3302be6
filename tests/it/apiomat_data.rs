//! ApiOmat's documents: out of a dump of mongodump into the store, and back out.

mod again;
mod archives;
mod broken_files;
mod checks;
mod cut;
mod damage;
mod drop;
mod dumps;
mod edges;
mod folders;
mod hands;
mod laws;
mod limits;
mod names;
mod round_trip;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use heirloom::sql::Cell;

use crate::connectordb::{copy, findings, outcomes};
use crate::session::{Ended, Site};

/// What most dumps here are of.
const APP: &str = "--app App --system live";

/// A site with the dump that comes with the source code, `dump`.
fn shipped() -> Site {
    let site = Site::empty();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/apiomat/dump");
    copy(&fixture, &site.path("dump"));
    site
}

/// Imports a dump unattended, with a report in `r.json`, and must end with this code.
#[track_caller]
fn import(site: &Site, line: &str, code: i32) -> Ended {
    let ended = site.run(&format!(
        "import apiomat-data {line} --noinput --report r.json"
    ));
    assert_eq!(ended.code, Some(code), "{line}: {ended:?}");
    ended
}

/// The live data of `App` in the folder `dump`.
#[track_caller]
fn import_app(site: &Site, more: &str, code: i32) -> Ended {
    import(site, &format!("dump {APP} {more}"), code)
}

/// The command names the wrong thing: it ends with 2, and makes no store.
#[track_caller]
fn is_wrong(site: &Site, line: &str, parts: &[&str]) {
    let ended = import(site, line, 2);
    for part in parts {
        assert!(ended.err.contains(part), "{line}: no {part:?} in {ended:?}");
    }
    assert!(!site.store.exists(), "{line}: no store is made");
}

/// Writes a folder with a dump of the documents, and must end with 0.
#[track_caller]
fn export(site: &Site, line: &str, out: &str) -> Ended {
    let ended = site.run(&format!("export apiomat-data {line} --out {out}"));
    assert_eq!(ended.code, Some(0), "{line}: {ended:?}");
    ended
}

/// Every file of a folder, by its name.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    entries
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect()
}

/// The documents that a collection has now, one behind the other.
fn stored(site: &Site, collection: &str) -> Vec<Box<[u8]>> {
    let rows = site.store.rows(&format!(
        "SELECT document FROM documents JOIN collections ON collections.id = collection_id \
         AND collections.generation = documents.generation \
         WHERE name = '{collection}' ORDER BY collection_id, position"
    ));
    let document = |row: Vec<Cell>| match row.into_iter().next() {
        Some(Cell::Bytes(bytes)) => bytes,
        other => panic!("no document: {other:?}"),
    };
    rows.into_iter().map(document).collect()
}

/// The same, as short as [`dumps::doc`] is told it: `1a 2b`.
fn short(site: &Site, collection: &str) -> String {
    let documents = stored(site, collection);
    let documents: Vec<String> = documents.iter().map(|bytes| dumps::short(bytes)).collect();
    documents.join(" ")
}

/// The last report's findings of this code, as messages.
fn messages(site: &Site, code: &str) -> Vec<String> {
    let report = site.report("r.json");
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .filter(|finding| finding["code"] == code)
        .map(|finding| finding["message"].as_str().unwrap().to_string())
        .collect()
}

/// The last report's findings, as codes with rows, but for those that these small worlds always
/// have: nothing is known of their classes.
fn told(site: &Site) -> Vec<String> {
    let mut told = findings(site);
    told.retain(|finding| !finding.starts_with("app-without-metadata"));
    told
}

/// Keys that were read, and keys that were accounted for, are as many.
#[track_caller]
fn balances(site: &Site) {
    let report = site.report("r.json");
    for (entity, counts) in report["entities"].as_object().unwrap() {
        let counts = counts.as_object().unwrap();
        let count = |name: &str| counts[name].as_u64().unwrap();
        // what a collection loses is no key of the dump
        let outcomes = counts
            .keys()
            .filter(|name| !["retrieved", "deleted"].contains(&&***name));
        let sum: u64 = outcomes.map(|name| count(name)).sum();
        assert_eq!(sum, count("retrieved"), "{entity}: {counts:?}");
    }
}
