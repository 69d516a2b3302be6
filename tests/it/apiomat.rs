//! ApiOmat's metadata: one application out of what there is of it into the store, and back out.

mod accounts;
mod again;
mod bad_input;
mod edits;
mod global;
mod laws;
mod own_file;
mod owners;
mod passwords;
mod sdk_and_rest;

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use heirloom::password;
use serde_json::{Value as Json, json};

use crate::connectordb::{findings, outcomes};
use crate::session::{Ended, Site, finish};

/// The application that comes with the source code, as its export.
const FILE: &str = "app.json";

/// How many rows of each entity are in it.
const FIXTURE: [(&str, u64); 7] = [
    ("customers", 1),
    ("applications", 1),
    ("systems", 3),
    ("modules", 6),
    ("classes", 15),
    ("attributes", 36),
    ("servercode", 3),
];

/// All tables that metadata go to.
const TABLES: [&str; 8] = [
    "users",
    "customers",
    "applications",
    "application_systems",
    "modules",
    "classes",
    "attributes",
    "servercode",
];

fn fixture() -> String {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/apiomat");
    fs::read_to_string(fixtures.join("ConferenceApp.apiomat.json")).unwrap()
}

/// A site with the fixture.
fn conference() -> Site {
    let site = Site::empty();
    site.write(FILE, &fixture());
    site
}

/// A site with this as its file.
fn with(file: &Json) -> Site {
    let site = Site::empty();
    site.write(FILE, &file.to_string());
    site
}

/// A small application: a module, two classes, three attributes, a piece of servercode.
fn shop() -> Json {
    let attribute = |name: &str, kind: &str| json!({"name": name, "type": kind});
    json!({
        "format": "heirloom-apiomat",
        "version": 1,
        "application": {"name": "Shop", "displayName": "The shop"},
        "customer": {"name": "Jo Doe", "email": "jo@shop.example", "password": argon2()},
        "systems": [{"system": "live", "status": "ACTIVE", "apiKey": "1231231231231231231"}],
        "modules": [{
            "system": "live", "name": "Main", "version": "1.0.0", "type": "DYNAMIC",
            "classes": [
                {
                    "name": "Car",
                    "isGlobal": true,
                    "attributes": [attribute("color", "String"), attribute("seats", "Long")],
                    "servercode": [{"name": "beforePost", "code": "f()"}]
                },
                {"name": "Wheel", "attributes": [attribute("size", "Double")]}
            ]
        }]
    })
}

const CARS: &str = "/modules/0/classes/0";

/// The same with something else at a place.
fn changed(mut file: Json, place: &str, value: Json) -> Json {
    *file.pointer_mut(place).unwrap() = value;
    file
}

/// A hash of `correct horse` as Heirloom itself makes it, the same each time.
fn argon2() -> String {
    static HASH: LazyLock<String> = LazyLock::new(|| password::hash("correct horse").unwrap());
    HASH.clone()
}

/// Runs an import unattended, with a report in `r.json`; it must end with this code, and every
/// row must be accounted for.
#[track_caller]
fn import(site: &Site, line: &str, code: i32) -> Ended {
    let _ = fs::remove_file(site.path("r.json"));
    let ended = site.run(&format!("import apiomat {line} --noinput --report r.json"));
    assert_eq!(ended.code, Some(code), "{line}: {ended:?}");
    let report = site.report("r.json");
    for (entity, counts) in report["entities"].as_object().unwrap() {
        let counts = counts.as_object().unwrap();
        let sum = |pick: fn(&str) -> bool| -> u64 {
            let picked = counts.iter().filter(|(name, _)| pick(name));
            picked.filter_map(|(_, count)| count.as_u64()).sum()
        };
        let others = sum(|name| !["retrieved", "deleted"].contains(&name));
        assert_eq!(
            sum(|name| name == "retrieved"),
            others,
            "{entity}: {counts:?}"
        );
    }
    ended
}

/// Imports the file and keeps the password that it has.
#[track_caller]
fn keep(site: &Site, more: &str, code: i32) -> Ended {
    import(site, &format!("{FILE} --reset-password false {more}"), code)
}

/// Ends with this code before anything is read into the store, which is not even made; what the
/// person is told.
#[track_caller]
fn stops(site: &Site, line: &str, code: i32) -> String {
    let ended = site.run(&format!("import apiomat {line}"));
    assert_eq!(ended.code, Some(code), "{line}: {ended:?}");
    assert_eq!(ended.out, "", "{line}");
    assert!(!site.store.exists(), "{line}");
    ended.err
}

/// Exports an application and reads it, without what is different each time.
#[track_caller]
fn exported(site: &Site, app: &str) -> Json {
    let ended = site.run(&format!("export apiomat {app} --out exported.json"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let mut file: Json = serde_json::from_str(&site.read("exported.json")).unwrap();
    file.as_object_mut().unwrap().remove("exported").unwrap();
    file
}

/// The rows of entities that came in, as `created` of each entity, or whichever outcome.
#[track_caller]
fn all_are(site: &Site, outcome: &str) {
    for (entity, count) in FIXTURE {
        assert_eq!(
            outcomes(site, entity),
            format!("{outcome} {count}"),
            "{entity}"
        );
    }
}

/// The messages of the last report's findings with this code.
fn messages(site: &Site, code: &str) -> Vec<String> {
    let report = site.report("r.json");
    let findings = report["findings"].as_array().unwrap().iter();
    let of_code = findings.filter(|finding| finding["code"] == code);
    of_code
        .map(|finding| finding["message"].as_str().unwrap().into())
        .collect()
}

/// What `users check` says of a password.
fn check(site: &Site, name: &str, password: &str) -> Ended {
    site.write("typed", &format!("{password}\n"));
    finish(site.shell(&format!("heirloom users check {name} < typed")))
}

#[track_caller]
fn opens(site: &Site, name: &str, password: &str) {
    let ended = check(site, name, password);
    assert_eq!(ended.code, Some(0), "{name}: {ended:?}");
}

#[track_caller]
fn does_not_open(site: &Site, name: &str, password: &str) {
    let ended = check(site, name, password);
    assert_eq!(ended.code, Some(2), "{name}: {ended:?}");
}
