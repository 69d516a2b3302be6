//! Every kind of legacy database into every kind of store: the same rows, the same plan.

mod schema;
mod tables;

use serde_json::Value as Json;
use tempfile::TempDir;
use xtask::servers::{ScratchDatabase, scratch_mysql, scratch_postgres};
use xtask::world::{Oddities, SMALL, Spec, layers_geojson, mysql, postgres, sqlite};

use crate::servers::{Desk, Said};

/// One world in a database of each engine.
struct Copies {
    folder: TempDir,
    mysql: ScratchDatabase,
    postgres: ScratchDatabase,
}

impl Copies {
    fn of(nodes: usize, seed: u64) -> Self {
        let spec = Spec {
            nodes,
            seed,
            oddities: Oddities::Portable,
        };
        let copies = Copies {
            folder: tempfile::tempdir().expect("a folder"),
            mysql: scratch_mysql(),
            postgres: scratch_postgres(),
        };
        sqlite::build(spec, &copies.folder.path().join("old.db")).expect("a world");
        mysql::build(spec, copies.mysql.url()).expect("a world");
        postgres::build(spec, copies.postgres.url()).expect("a world");
        copies
    }

    fn urls(&self) -> [String; 3] {
        let file = self.folder.path().join("old.db");
        [
            format!("sqlite:{}", file.display()),
            self.mysql.url().to_owned(),
            self.postgres.url().to_owned(),
        ]
    }
}

fn desk(store: &str) -> Desk {
    let desk = Desk::with_store(store);
    desk.write("layers.geojson", &layers_geojson());
    desk
}

/// What of a report is the same whatever the engine: all but the run, its times, its source,
/// and the finding that a clock's zone was assumed.
fn in_common(said: &Said) -> Json {
    let mut report = said.report.clone();
    for field in [
        "run",
        "mode",
        "outcome",
        "started",
        "finished",
        "source",
        "lock_seconds",
    ] {
        report[field] = Json::Null;
    }
    for stage in report["stages"].as_array_mut().expect("stages") {
        stage["seconds"] = Json::Null;
    }
    let findings = report["findings"].as_array_mut().expect("findings");
    findings.retain(|finding| finding["code"] != "time-zone-assumed");
    report
}

fn assumes_a_zone(said: &Said) -> bool {
    said.findings()
        .iter()
        .any(|one| one.starts_with("time-zone-assumed"))
}

#[test]
fn three_engines_into_two_kinds_of_store_are_one_digest_one_plan_and_one_report() {
    let copies = Copies::of(SMALL, 11);
    let mut first: Option<(String, String, Json)> = None;
    for from in copies.urls() {
        for on_a_server in [false, true] {
            let database = on_a_server.then(scratch_postgres);
            let store = database.as_ref();
            let desk = desk(store.map_or("sqlite:store.sqlite3", |store| store.url()));
            let said = desk.import(&from).exits(3);
            let place = format!("{from} into a store on a server: {on_a_server}");
            let moments = from.starts_with("postgres");
            assert_eq!(assumes_a_zone(&said), !moments, "{place}");
            let kind = said.report["source"]["kind"].as_str();
            assert!(from.starts_with(kind.expect("a kind")), "{place}");
            assert_eq!(said.report["outcome"], "committed", "{place}");
            let this = (desk.digest(), said.plan(), in_common(&said));
            let first = first.get_or_insert_with(|| this.clone());
            assert_eq!(this.0, first.0, "digest: {place}");
            assert_eq!(this.1, first.1, "plan: {place}");
            assert!(
                this.2 == first.2,
                "report: {place}:\n{}",
                apart(&this.2, &first.2)
            );
        }
    }
}

/// The lines in which two reports differ.
fn apart(one: &Json, other: &Json) -> String {
    let text = |report| serde_json::to_string_pretty(report).expect("JSON");
    let (one, other) = (text(one), text(other));
    let lines = one.lines().zip(other.lines());
    let apart = lines.filter(|(one, other)| one != other).take(20);
    apart
        .map(|(one, other)| format!("{one}\n{other}\n"))
        .collect()
}

#[test]
fn another_engines_copy_changes_nothing() {
    let copies = Copies::of(SMALL, 12);
    let database = scratch_postgres();
    for store in ["sqlite:store.sqlite3", database.url()] {
        let desk = desk(store);
        let mut digest = None;
        for from in copies.urls() {
            let again = digest.is_some();
            // what is refused is known from the first time
            let said = desk.import(&from).exits(if again { 0 } else { 3 });
            let digest = digest.get_or_insert_with(|| desk.digest());
            assert_eq!(*digest, desk.digest(), "{from} into {store}");
            if again {
                let entities = said.report["entities"].as_object().expect("entities");
                for (entity, counts) in entities {
                    for outcome in ["created", "updated", "deleted", "not_reached"] {
                        assert_eq!(counts[outcome], 0, "{entity} {outcome}: {from}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_rehearsal_on_a_server_plans_what_the_run_does_and_leaves_nothing() {
    let copies = Copies::of(SMALL, 13);
    for from in copies.urls() {
        let database = scratch_postgres();
        let desk = desk(database.url());
        desk.finish(desk.program(&["statuses", "list"])).exits(0);
        let before = desk.digest();
        let rehearsed = desk.import_with(&from, &["--dry-run"]).exits(3);
        assert_eq!(rehearsed.report["outcome"], "rehearsed");
        assert_eq!(desk.digest(), before);
        let plan = rehearsed.plan();
        let done = desk.import_with(&from, &["--expect", &plan]).exits(3);
        assert_eq!(done.plan(), plan);
        let (rehearsed, done) = (in_common(&rehearsed), in_common(&done));
        assert!(rehearsed == done, "{}", apart(&rehearsed, &done));
        assert_ne!(desk.digest(), before);
    }
}
