//! The shipped world: what each of its oddities leads to.

mod table;

use std::collections::BTreeMap;

use rusqlite::{Connection, params_from_iter};
use serde_json::Value as Json;
use xtask::world::{ADMIN_PASSWORDS, Manifest};

use crate::support::{Bench, Run};
use table::{Expect, TABLE};

const WORLD: &str = "fixtures/nodeshot/world.sqlite3";

fn fixture(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn manifest() -> Manifest {
    let text = std::fs::read_to_string(fixture("fixtures/nodeshot/oddities.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn shipped(zone: &str) -> Bench {
    let mut bench = Bench::bare();
    bench.configure(&format!("time_zone = \"{zone}\""));
    std::fs::copy(fixture(WORLD), bench.legacy_path()).unwrap();
    let layers = fixture("fixtures/nodeshot/layers.geojson");
    std::fs::copy(layers, bench.path("layers.geojson")).unwrap();
    bench
}

#[test]
fn every_oddity_of_the_shipped_world_is_in_the_table() {
    let named: Vec<String> = manifest()
        .oddities
        .into_iter()
        .map(|odd| odd.name)
        .collect();
    let mut missing: Vec<&String> = named
        .iter()
        .filter(|name| !TABLE.iter().any(|(known, _)| known == name))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    // the generator may know more than a small world has
    let generated = xtask::world::oddities();
    let all: Vec<String> = generated.iter().map(|(name, _)| name.to_string()).collect();
    missing.extend(all.iter().filter(|name| !named.contains(name)));
    assert!(missing.is_empty(), "not in the shipped world: {missing:?}");
    for (index, (name, _)) in TABLE.iter().enumerate() {
        assert!(
            named.iter().any(|known| known == name),
            "{name} is no oddity"
        );
        assert!(
            TABLE[..index].iter().all(|(other, _)| other != name),
            "{name} twice"
        );
    }
}

#[test]
fn each_oddity_has_its_finding_or_its_effect() {
    let bench = shipped("Europe/Rome");
    let run = bench.import().exits(3);
    let store = bench.store.as_sqlite();
    let legacy = bench.legacy_path();
    store
        .execute("ATTACH ? AS old", [legacy.to_str().unwrap()])
        .unwrap();
    let mut wrong = Vec::new();
    for odd in manifest().oddities {
        let Some((_, expectations)) = TABLE.iter().find(|(name, _)| *name == odd.name) else {
            continue;
        };
        for (index, id) in odd.ids.iter().enumerate() {
            let partner = odd.partners.get(index).copied();
            for expect in *expectations {
                let met = match expect {
                    Expect::Found(code, row) => run
                        .found(code)
                        .contains(&row.replace("{}", &id.to_string())),
                    Expect::Holds(sql) => holds(&store, sql, *id, partner),
                };
                if !met {
                    wrong.push(format!("{} {id}: {expect:?}", odd.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn holds(store: &Connection, sql: &str, id: i64, partner: Option<i64>) -> bool {
    let answer = (|| {
        let mut statement = store.prepare(sql)?;
        let wanted = statement.parameter_count();
        let binds = [Some(id), partner].into_iter().take(wanted);
        let mut rows = statement.query(params_from_iter(binds))?;
        // no row is a no
        rows.next()?.map_or(Ok(None), |row| row.get(0))
    })();
    answer
        .unwrap_or_else(|error: rusqlite::Error| panic!("{sql}: {error}"))
        .unwrap_or(false)
}

#[test]
fn known_passwords_of_every_kind_still_log_in() {
    let bench = shipped("UTC");
    bench.import().exits(3);
    for (name, password) in ADMIN_PASSWORDS {
        let stored = bench.one(&format!(
            "SELECT password FROM users WHERE username = '{name}'"
        ));
        let check = heirloom::password::check(Some(&stored), password);
        assert_eq!(check, heirloom::password::Check::Outdated, "{name}");
        let check = heirloom::password::check(Some(&stored), "something else");
        assert!(!check.is_right(), "{name}");
    }
}

#[test]
fn a_default_layer_takes_what_lies_outside_or_in_several() {
    let bench = shipped("UTC");
    let run = bench.import_with(&["--default-layer", "italy"]).exits(3);
    let odd = manifest();
    let ids = |name: &str| {
        let ids = odd.ids(name).iter();
        ids.map(|id| format!("nodes {id}")).collect::<Vec<_>>()
    };
    assert_eq!(run.count("nodes", "discarded"), 0);
    assert_eq!(run.found("layer-undecided"), ids("in-two-layers"));
    let outside = [ids("outside-layers"), ids("coordinates-swapped")].concat();
    assert_eq!(run.found("outside-layers-default"), outside);
    assert_eq!(
        bench.one(
            "SELECT count(*) FROM nodes JOIN layers l ON l.id = layer_id WHERE l.slug = 'italy'"
        ),
        "3"
    );
}

#[test]
fn the_report_of_the_shipped_world() {
    let run = shipped("Europe/Rome").import().exits(3);
    insta::assert_snapshot!(in_short(&run));
}

/// A report's counts, and how many findings of each code it has on which entity.
fn in_short(run: &Run) -> String {
    let mut text = String::new();
    let entities = run.report["entities"].as_object().expect("entities");
    for (entity, counts) in entities {
        let counts = counts.as_object().expect("counts").iter();
        let counts: Vec<String> = counts
            .filter(|(_, count)| **count != 0)
            .map(|(outcome, count)| format!("{outcome} {count}"))
            .collect();
        text.push_str(&format!("{entity}: {}\n", counts.join(", ")));
    }
    let mut codes: BTreeMap<String, u64> = BTreeMap::new();
    for finding in run.findings() {
        let word = |name: &str| match &finding[name] {
            Json::String(word) => word.clone(),
            _ => "-".into(),
        };
        let kind = ["severity", "code", "stage", "entity"].map(word).join(" ");
        *codes.entry(kind).or_default() += 1;
    }
    for (kind, count) in codes {
        text.push_str(&format!("{count} {kind}\n"));
    }
    text
}
