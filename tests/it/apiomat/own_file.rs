//! Heirloom's own file: what it brings, and that an export is the same file again.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::{FILE, Json, TABLES, all_are, conference, exported, fixture, import, json, keep};
use crate::session::Site;

/// Without the two lines that say when and by which version it was written.
fn lines(file: &str) -> Vec<&str> {
    let says_when =
        |line: &&str| line.starts_with("  \"exported\": ") || line.starts_with("  \"heirloom\": ");
    let (when, rest): (Vec<&str>, Vec<&str>) = file.lines().partition(says_when);
    assert_eq!(when.len(), 2, "{when:?}");
    rest
}

#[test]
fn a_rehearsal_is_what_the_run_does_and_once_is_enough() {
    let site = conference();
    keep(&site, "--dry-run", 0);
    all_are(&site, "created");
    assert!(!site.store.exists(), "a rehearsal made a store");
    let rehearsed = site.report("r.json");
    let plan = rehearsed["plan"].as_str().unwrap();

    let ended = import(
        &site,
        &format!("{FILE} --reset-password true --expect {plan}"),
        5,
    );
    assert!(ended.err.contains("plan"), "{ended:?}");
    keep(&site, &format!("--expect {plan}"), 0);
    all_are(&site, "created");
    let report = site.report("r.json");
    assert_eq!(report["entities"], rehearsed["entities"]);
    assert_eq!(report["findings"], rehearsed["findings"]);
    assert_eq!(
        (&report["recipe"], &report["outcome"]),
        (&json!("apiomat"), &json!("committed"))
    );
    assert_eq!(report["source"]["kind"], "file");

    let (digest, contents) = (site.digest(), site.contents());
    keep(&site, "", 0);
    all_are(&site, "unchanged");
    assert_eq!(site.digest(), digest);
    keep(&site, "--dry-run", 0);
    assert_eq!(site.contents(), contents);
    // of no application but its own
    keep(&site, "--app ConferenceApp", 0);
    all_are(&site, "unchanged");
}

#[test]
fn the_counts_are_the_rows() {
    let site = conference();
    keep(&site, "", 0);
    let rows = TABLES.map(|table| site.ask::<i64>(&format!("SELECT count(*) FROM {table}")));
    assert_eq!(rows, [1, 1, 1, 3, 6, 15, 36, 3]);
    let paths = "SELECT m.system, m.name, c.name, c.parent, a.name, a.refers_to, a.is_collection \
        FROM attributes a JOIN classes c ON c.id = a.class_id JOIN modules m ON m.id = c.module_id \
        WHERE a.is_reference AND m.system = 'test' ORDER BY 3, 5";
    assert_eq!(
        site.store.lines(paths),
        [
            "test | ConferenceAppMain | Attendee | Basics$User | talks | ConferenceAppMain$Talk | 1",
            "test | ConferenceAppMain | Talk | - | room | ConferenceAppMain$Room | 0",
        ]
    );
}

#[test]
fn an_export_is_the_file_that_came_in() {
    let site = conference();
    keep(&site, "", 0);
    let ended = site.run("export apiomat ConferenceApp");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.out, "ConferenceApp.apiomat.json\n");
    let out = site.read("ConferenceApp.apiomat.json");
    assert_eq!(lines(&out), lines(&fixture()));
    let mode = fs::metadata(site.path("ConferenceApp.apiomat.json"))
        .unwrap()
        .permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);

    // it goes out again in place of what is there, which everybody could read
    site.write("other.json", "old");
    site.permit("other.json", 0o644);
    let ended = site.run("export apiomat ConferenceApp --out other.json");
    assert_eq!(
        (ended.code, &*ended.out),
        (Some(0), "other.json\n"),
        "{ended:?}"
    );
    assert_eq!(lines(&site.read("other.json")), lines(&fixture()));
    let mode = fs::metadata(site.path("other.json")).unwrap().permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
}

#[test]
fn an_export_that_cannot_be_written_leaves_nothing() {
    let site = conference();
    keep(&site, "", 0);
    let before = fs::read_dir(site.path("")).unwrap().count();
    let ended = site.run("export apiomat ConferenceApp --out missing/app.json");
    assert!(matches!(ended.code, Some(1 | 2)), "{ended:?}");
    assert!(ended.err.contains("missing/app.json"), "{ended:?}");
    assert_eq!(ended.out, "");
    assert_eq!(fs::read_dir(site.path("")).unwrap().count(), before);
}

#[test]
fn an_application_that_is_not_there_is_told_with_those_that_are() {
    let site = conference();
    let ended = site.run("export apiomat Nope");
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.err.contains("none at all"), "{ended:?}");
    keep(&site, "", 0);
    let ended = site.run("export apiomat conferenceapp");
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.err.contains("It has ConferenceApp."), "{ended:?}");
    assert_eq!(ended.out, "");
    assert!(!site.exists("conferenceapp.apiomat.json"));
}

#[test]
fn another_store_takes_the_export_and_gives_it_out_again() {
    let site = conference();
    keep(&site, "", 0);
    assert_eq!(
        site.run("export apiomat ConferenceApp --out out.json").code,
        Some(0)
    );
    let other = Site::empty();
    other.write(FILE, &site.read("out.json"));
    keep(&other, "", 0);
    all_are(&other, "created");
    assert_eq!(other.digest(), site.digest());
    assert_eq!(
        exported(&other, "ConferenceApp"),
        exported(&site, "ConferenceApp")
    );
    // and it is what the first store has
    site.write(FILE, &other.read("exported.json"));
    keep(&site, "", 0);
    all_are(&site, "unchanged");
}

#[test]
fn a_backup_keeps_it() {
    let site = conference();
    keep(&site, "", 0);
    assert_eq!(site.run("backup --out b.tar.gz").code, Some(0));
    let other = conference();
    fs::copy(site.path("b.tar.gz"), other.path("b.tar.gz")).unwrap();
    let ended = other.run("restore b.tar.gz --noinput");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(other.digest(), site.digest());
    assert_eq!(
        exported(&other, "ConferenceApp"),
        exported(&site, "ConferenceApp")
    );
    // the ledger came with it
    keep(&other, "", 0);
    all_are(&other, "unchanged");
}

#[test]
fn the_schema_accepts_what_goes_out() {
    let schema = include_str!("../../../docs/apiomat-application.schema.json");
    let schema: Json = serde_json::from_str(schema).unwrap();
    let schema = jsonschema::options().build(&schema).unwrap();
    for file in [fixture(), super::shop().to_string()] {
        let site = Site::empty();
        site.write(FILE, &file);
        keep(&site, "", 0);
        let app: Json = serde_json::from_str(&file).unwrap();
        let ended = site.run(&format!(
            "export apiomat {} --out out.json",
            app["application"]["name"].as_str().unwrap()
        ));
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let mut out: Json = serde_json::from_str(&site.read("out.json")).unwrap();
        let errors: Vec<_> = schema
            .iter_errors(&out)
            .map(|error| error.to_string())
            .collect();
        assert_eq!(errors, [""; 0]);
        out["modules"][0]["classes"][0]["isGlobal"] = json!("perhaps");
        assert!(!schema.is_valid(&out));
    }
}
