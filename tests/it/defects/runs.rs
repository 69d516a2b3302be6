//! Defects of the run itself: what it left behind, and what it said.

use std::collections::BTreeMap;

use crate::support::{Bench, row};

/// Every table but the engine's lists of attempts and findings.
fn as_it_was(bench: &Bench) -> BTreeMap<String, Vec<String>> {
    let mut tables = bench.store.dump();
    for own in ["runs", "findings", "sqlite_sequence"] {
        tables.remove(own);
    }
    tables
}

/// Spoils the last page of the legacy file that a table has, so that reading stops there.
fn damage(bench: &Bench) {
    let root: u32 = bench
        .legacy()
        .query_row(
            "SELECT rootpage FROM sqlite_master WHERE name = 'nodeshot_interface'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let root = root as usize;
    let mut file = std::fs::read(bench.legacy_path()).unwrap();
    let size = usize::from(u16::from_be_bytes([file[16], file[17]]));
    file[(root - 1) * size..root * size].fill(0xff);
    std::fs::write(bench.legacy_path(), file).unwrap();
}

#[test]
fn d17_rows_inserted_by_hand_get_ids_above_the_imported_ones() {
    let bench = Bench::new();
    bench
        .radio(40)
        .radio(41)
        .link(70, 40, 41, vec![])
        .contact(80, 40, vec![]);
    bench
        .route(90, 40, "10.0.0.0/8")
        .statistic(95, vec![])
        .account(60, vec![]);
    bench.import().exits(0);
    for (table, columns, values, highest) in [
        ("users", "username", "'own'", 62),
        (
            "nodes",
            "slug, name, layer_id, status_id, longitude, latitude",
            "'own', 'Own', 1, 1, 0, 0",
            41,
        ),
        ("devices", "node_id, name", "40, 'own'", 41),
        ("interfaces", "device_id, name", "40, 'own'", 41),
        ("links", "interface_a_id, interface_b_id", "40, 41", 70),
        ("contacts", "node_id", "40", 80),
        ("routes", "device_id", "40", 90),
        ("network_statistics", "links", "1", 95),
    ] {
        bench.edit(&format!(
            "INSERT INTO {table} ({columns}) VALUES ({values})"
        ));
        let ids = format!("SELECT max(id), count(*) FROM {table} WHERE id >= {highest}");
        assert_eq!(bench.one(&ids), format!("{} | 2", highest + 1), "{table}");
    }
}

#[test]
fn d27_an_empty_source_deletes_nothing() {
    let bench = Bench::new();
    bench.radio(1).radio(2);
    bench.import().exits(0);
    let before = as_it_was(&bench);
    bench.change(
        "DELETE FROM nodeshot_node; DELETE FROM nodeshot_device; DELETE FROM nodeshot_interface",
    );
    let run = bench.import();
    assert!(matches!(run.code, Some(0 | 5)), "{}", run.err);
    assert!(as_it_was(&bench) == before);
}

#[test]
fn d42_a_fault_in_the_middle_leaves_nothing_behind() {
    let bench = Bench::new();
    bench.radio(1).radio(2);
    damage(&bench);
    let run = bench.import().exits(1);
    assert_eq!(run.report["outcome"], "failed");
    assert!(run.err.contains("The store is as it was"), "{}", run.err);
    for table in ["nodes", "users", "devices", "layers", "ledger"] {
        assert_eq!(
            bench.one(&format!("SELECT count(*) FROM {table}")),
            "0",
            "{table}"
        );
    }
    assert_eq!(bench.one("SELECT outcome FROM runs"), "failed");
}

#[test]
fn d43_a_fault_takes_nothing_that_was_there_before() {
    let bench = Bench::new();
    bench.radio(1).radio(2).account(1, vec![]);
    bench.import().exits(0);
    bench.edit("INSERT INTO users (username) VALUES ('own')");
    let before = as_it_was(&bench);
    bench.change("UPDATE nodeshot_node SET name = 'New' WHERE id = 1; DELETE FROM nodeshot_node WHERE id = 2");
    damage(&bench);
    bench.import().exits(1);
    assert!(as_it_was(&bench) == before);
}

#[test]
fn d44_without_a_terminal_and_without_noinput_nothing_is_begun() {
    let bench = Bench::new();
    bench.node(1, vec![]);
    let from = format!("sqlite:{}", bench.legacy_path().display());
    let arguments = [
        "import",
        "nodeshot",
        "--from",
        &from,
        "--layers",
        "layers.geojson",
    ];
    let run = bench.run(&arguments).exits(2);
    assert!(run.err.contains("--noinput"), "{}", run.err);
    assert!(!bench.store.exists());
    // nor does it touch what an earlier one brought
    bench.import().exits(0);
    let before = bench.store.imprint();
    bench.run(&arguments).exits(2);
    assert!(bench.store.imprint() == before);
}

#[test]
fn d46_the_exit_code_the_streams_and_the_verbosity_say_what_they_should() {
    let bench = Bench::new();
    bench.node(1, vec![]).node(2, row! { lat: 95.0 });
    let silent = bench
        .import_with(&["--dry-run", "--verbosity", "0"])
        .exits(3);
    assert_eq!((silent.out.as_str(), silent.err.as_str()), ("", ""));
    let mut before = 0;
    for verbosity in ["1", "2", "3"] {
        let run = bench
            .import_with(&["--dry-run", "--verbosity", verbosity])
            .exits(3);
        let said = run.out.lines().count() + run.err.lines().count();
        assert!(said > before, "{verbosity} says less than the one before");
        assert!(
            !run.out.contains('\r') && !run.out.contains("\n\n\n"),
            "{}",
            run.out
        );
        before = said;
    }
    damage(&bench);
    let run = bench.import_with(&["--verbosity", "0"]).exits(1);
    assert_eq!(run.out, "");
    assert!(run.err.contains("nodeshot_interface"), "{}", run.err);
}

#[test]
fn d50_a_wrong_configuration_is_told_before_a_row_is_read() {
    let bench = Bench::configured("status_mapping = { a = \"missing\", default = \"potential\" }");
    bench.node(1, vec![]);
    damage(&bench);
    let run = bench.import().exits(2);
    assert!(run.err.contains("nodeshot.status_mapping.a"), "{}", run.err);
    assert!(!run.err.to_lowercase().contains("delet"), "{}", run.err);
    assert!(!run.out.to_lowercase().contains("delet"), "{}", run.out);
}

#[test]
fn d52_any_text_can_be_complained_about() {
    let mut bench = Bench::new();
    bench.node(
        1,
        row! { name: "Città", owner: "Ünlü", email: "ü at ö", lat: "перша" },
    );
    let run = bench.import_with(&["--verbosity", "2"]).exits(3);
    assert!(run.message("bad-coordinates").contains("перша"));
    bench.configure("default_layer = \"Città \u{202e}\"");
    let run = bench.import().exits(2);
    assert!(run.err.contains("Città \\u{202e}"), "{}", run.err);
}
