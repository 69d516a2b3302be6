//! What must hold for any legacy database, held against random ones.

mod hostile;
mod source;

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, RngSeed};
use rusqlite::Connection;
use xtask::world::{Oddities, Spec, layers_geojson, sqlite};

use crate::store::on_postgres;
use crate::support::{Bench, Run, lines};

/// The same cases every time, so that a check that fails can be repeated; fewer on the server,
/// where each case takes a database or two of its own. `PROPTEST_CASES` asks for as many others.
pub fn config(cases: u32) -> ProptestConfig {
    let mut config = ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..ProptestConfig::default()
    };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = if on_postgres() { cases / 3 } else { cases };
        config.rng_seed = RngSeed::Fixed(2026);
    }
    config
}

fn specs() -> impl Strategy<Value = Spec> {
    (20..60_usize, any::<u64>(), any::<bool>()).prop_map(|(nodes, seed, woven)| Spec {
        nodes,
        seed,
        oddities: if woven {
            Oddities::Woven
        } else {
            Oddities::LeftOut
        },
    })
}

/// A bench with a generated world and its layers.
fn world(spec: Spec) -> Bench {
    let bench = Bench::bare();
    sqlite::build(spec, &bench.legacy_path()).expect("a world");
    std::fs::write(bench.path("layers.geojson"), layers_geojson()).expect("a layers file");
    bench
}

/// Done, with or without refused rows.
#[track_caller]
fn import(bench: &Bench, options: &[&str]) -> Run {
    let run = bench.import_with(options);
    assert!(matches!(run.code, Some(0 | 3)), "{run:?}");
    run
}

/// The tables of a store but for the lines that a run adds about itself.
fn data(bench: &Bench) -> BTreeMap<String, Vec<String>> {
    let mut tables = bench.store.dump();
    for own in ["runs", "sqlite_sequence"] {
        tables.remove(own);
    }
    tables
}

fn runs(bench: &Bench) -> usize {
    bench.see("SELECT id FROM runs").len()
}

/// Whatever is imported: rows are accounted for, once is enough, and the source is only read.
fn obeys_the_laws(bench: &Bench, options: &[&str]) {
    let legacy = std::fs::read(bench.legacy_path()).unwrap();
    let counts = source::count(&bench.legacy());

    let rehearsal = bench.import_with(&[options, &["--dry-run"]].concat());
    assert!(!bench.store.exists(), "a rehearsal made a store");
    let first = bench.import_with(options);
    assert_eq!(rehearsal.code, first.code, "{}", first.err);
    if first.code == Some(5) {
        assert!(first.err.contains("--default-layer"), "{}", first.err);
        return;
    }
    assert!(matches!(first.code, Some(0 | 3)), "{first:?}");
    assert_eq!(rehearsal.plan(), first.plan());
    assert_eq!(rehearsal.report["entities"], first.report["entities"]);
    assert_eq!(rehearsal.report["findings"], first.report["findings"]);
    source::check(&counts, &first);

    let (before, digest) = (data(bench), bench.digest());
    let second = import(bench, options);
    assert_eq!(
        second.code,
        Some(0),
        "nothing is refused for the first time"
    );
    assert!(second.changed_nothing(), "{:#}", second.report["entities"]);
    source::check(&counts, &second);
    assert_eq!(second.report["findings"], first.report["findings"]);
    assert_eq!(bench.digest(), digest);
    assert!(data(bench) == before, "the second import wrote something");
    assert_eq!(runs(bench), 2);

    assert!(
        std::fs::read(bench.legacy_path()).unwrap() == legacy,
        "the source was written to"
    );
}

proptest! {
    #![proptest_config(config(6))]

    #[test]
    fn generated_worlds_obey_the_laws(spec in specs(), default in any::<bool>()) {
        let options: &[&str] = if default { &["--default-layer", "italy"] } else { &[] };
        obeys_the_laws(&world(spec), options);
    }

    #[test]
    fn a_rehearsal_on_a_store_leaves_its_bytes(spec in specs()) {
        let bench = world(spec);
        import(&bench, &[]);
        bench.change(
            "UPDATE nodeshot_node SET description = 'new', owner = 'Somebody Else' WHERE id % 3 = 0;
             DELETE FROM nodeshot_link WHERE id % 4 = 0",
        );
        let before = bench.store.imprint();
        let rehearsal = import(&bench, &["--dry-run", "--allow-deletes"]);
        prop_assert!(rehearsal.count("nodes", "updated") > 0);
        prop_assert!(bench.store.imprint() == before);
        let journal = std::fs::metadata(bench.path("store.sqlite3-wal"));
        prop_assert!(journal.is_err() || journal.is_ok_and(|file| file.len() == 0));
        let run = import(&bench, &["--allow-deletes"]);
        prop_assert_eq!(rehearsal.plan(), run.plan());
        prop_assert_eq!(&rehearsal.report["findings"], &run.report["findings"]);
    }

    #[test]
    fn the_order_of_legacy_rows_does_not_matter(spec in specs()) {
        let (bench, other) = (world(spec), Bench::bare());
        std::fs::write(other.path("layers.geojson"), layers_geojson()).unwrap();
        shuffle(&bench, &other);
        let (one, two) = (import(&bench, &[]), import(&other, &[]));
        prop_assert_eq!(one.plan(), two.plan());
        prop_assert_eq!(&one.report["findings"], &two.report["findings"]);
        prop_assert_eq!(bench.digest(), other.digest());
    }

    #[test]
    fn two_stores_of_one_source_differ_in_passwords_alone(spec in specs()) {
        let (bench, other) = (world(spec), Bench::bare());
        std::fs::write(other.path("layers.geojson"), layers_geojson()).unwrap();
        std::fs::copy(bench.legacy_path(), other.legacy_path()).unwrap();
        import(&bench, &[]);
        import(&other, &[]);
        prop_assert_eq!(bench.digest(), other.digest());
        let made = "SELECT password FROM users WHERE password_generated ORDER BY password";
        let (ours, theirs) = (bench.see(made), other.see(made));
        prop_assert!(!ours.is_empty() && ours.len() == theirs.len());
        prop_assert!(ours.iter().all(|hash| hash.starts_with("$argon2id$")), "{:?}", ours);
        prop_assert!(ours.iter().all(|hash| !theirs.contains(hash)));
        bench.edit("UPDATE users SET first_name = 'Z' WHERE id = (SELECT min(id) FROM users)");
        prop_assert!(bench.digest() != other.digest(), "the digest sees data");
    }
}

proptest! {
    #![proptest_config(config(40))]

    #[test]
    fn hostile_rows_obey_the_laws(world in hostile::world(), default in any::<bool>()) {
        let bench = Bench::new();
        hostile::fill(&bench.legacy(), &world);
        let options: &[&str] = if default { &["--default-layer", "italy"] } else { &[] };
        obeys_the_laws(&bench, options);
    }

    #[test]
    fn a_changed_source_comes_in_and_comes_to_rest(
        world in hostile::world(), updates in hostile::updates(), edits in any::<bool>()
    ) {
        let bench = Bench::new();
        hostile::fill(&bench.legacy(), &world);
        let options = ["--default-layer", "italy"];
        import(&bench, &options);
        if edits {
            bench.edit(
                "UPDATE nodes SET slug = 'edited', name = 'edited' WHERE id = (SELECT min(id) FROM nodes);
                 UPDATE users SET email = 'c@posta.example' WHERE id = (SELECT max(id) FROM users)
                    AND NOT EXISTS (SELECT 1 FROM users WHERE email = 'c@posta.example');
                 UPDATE users SET username = 'b' WHERE id = (SELECT min(id) FROM users)
                    AND NOT EXISTS (SELECT 1 FROM users WHERE username = 'b');
                 UPDATE ip_addresses SET address = '10.0.0.3' WHERE id = (SELECT min(id) FROM ip_addresses)
                    AND NOT EXISTS (SELECT 1 FROM ip_addresses WHERE address = '10.0.0.3');
                 DELETE FROM vaps; DELETE FROM links WHERE id % 2 = 0",
            );
        }
        hostile::update(&bench.legacy(), &updates);
        let through = [&options[..], &["--allow-deletes", "--accept-source"]].concat();
        source::check(&source::count(&bench.legacy()), &import(&bench, &through));
        let digest = bench.digest();
        prop_assert!(import(&bench, &options).changed_nothing());
        prop_assert_eq!(bench.digest(), digest);
    }
}

#[test]
fn a_world_of_several_batches_obeys_the_laws() {
    obeys_the_laws(
        &world(Spec {
            nodes: 2_100,
            seed: 7,
            oddities: Oddities::Woven,
        }),
        &["--default-layer", "italy"],
    );
}

/// Copies a legacy file so that its rows, and the columns of some tables, stand in another order.
fn shuffle(from: &Bench, to: &Bench) {
    // without a primary key SQLite keeps rows in the order in which they came
    let ddl = sqlite::DDL.replace("integer NOT NULL PRIMARY KEY", "integer NOT NULL UNIQUE");
    let db = to.legacy();
    db.execute_batch(&ddl).unwrap();
    let path = from.legacy_path();
    db.execute("ATTACH ? AS old", [path.to_str().unwrap()])
        .unwrap();
    let tables = "SELECT name FROM main.sqlite_master WHERE type = 'table'";
    let mut moved = 0;
    for table in lines(&db, tables) {
        db.execute_batch(&format!(
            "INSERT INTO main.\"{table}\" SELECT * FROM old.\"{table}\" ORDER BY random()"
        ))
        .unwrap();
        moved += out_of_order(&db, &table);
    }
    assert!(moved > 0, "nothing was shuffled");
}

fn out_of_order(db: &Connection, table: &str) -> usize {
    let ids = lines(
        db,
        &format!("SELECT id FROM main.\"{table}\" ORDER BY rowid"),
    );
    let ids: Vec<i64> = ids.iter().map(|id| id.parse().unwrap()).collect();
    ids.windows(2).filter(|pair| pair[0] > pair[1]).count()
}
