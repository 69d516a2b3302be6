//! What may be wrong with the legacy file, and what becomes of the store then.

use std::fs;
use std::path::Path;

use super::session::{Ended, IMPORT, IN_WEST, Site, finish};

/// The file is not what the command says it is: exit 2, a reason, and no store.
fn check_wrong(from: &str, prepare: impl FnOnce(&Site), expected: &str) {
    let site = Site::small(&[(1, "Alone", IN_WEST)]);
    prepare(&site);
    let line = format!("import nodeshot --from sqlite:{from} --layers layers.geojson --noinput");
    let ended = site.run(&line);
    assert_eq!(ended.code, Some(2), "{from}: {ended:?}");
    assert!(ended.err.contains(expected), "{expected:?} in {ended:?}");
    assert!(ended.err.contains(from), "{ended:?}");
    assert_eq!(ended.out, "");
    assert!(!site.store.exists(), "{from}");
    assert!(!site.exists("heirloom.sqlite3.lock"), "{from}");
}

#[test]
fn a_file_that_is_no_nodeshot_database() {
    check_wrong("nowhere.db", |_| {}, "does not exist");
    check_wrong("tmp", |_| {}, "is a folder");
    let empty = |site: &Site| site.write("empty.db", "");
    check_wrong("empty.db", empty, "the table auth_user is missing");
    check_wrong("layers.geojson", |_| {}, "is no SQLite database");
    let other = |site: &Site| {
        let db = rusqlite::Connection::open(site.path("other.db")).expect("a database");
        db.execute_batch("CREATE TABLE songs (id INTEGER PRIMARY KEY)")
            .expect("a table");
    };
    check_wrong("other.db", other, "the table auth_user is missing");
}

#[test]
fn a_required_table_or_column_is_missing() {
    let required = [
        ("auth_user", "is_superuser"),
        ("nodeshot_node", "lat"),
        ("nodeshot_device", "routing_protocol_version"),
        ("nodeshot_interface", "ipv4_address"),
        ("nodeshot_link", "hide"),
    ];
    for (table, column) in required {
        let alter = |change: String| {
            move |site: &Site| {
                let sql = format!("ALTER TABLE {table} RENAME {change}");
                site.legacy().execute_batch(&sql).expect("an alteration");
            }
        };
        let expected = format!("the table {table} is missing");
        check_wrong("old.db", alter("TO elsewhere".into()), &expected);
        let expected = format!("the table {table} has no column {column}");
        check_wrong(
            "old.db",
            alter(format!("COLUMN {column} TO other")),
            &expected,
        );
    }
    // an optional table that is there has all its columns too
    let half = |site: &Site| {
        let sql = "ALTER TABLE nodeshot_hna RENAME COLUMN route TO other";
        site.legacy().execute_batch(sql).expect("an alteration");
    };
    check_wrong("old.db", half, "the table nodeshot_hna has no column route");
}

#[test]
fn an_optional_table_may_be_missing() {
    let site = Site::small(&[(1, "Alone", IN_WEST)]);
    site.legacy()
        .execute_batch("DROP TABLE nodeshot_hna; DROP TABLE nodeshot_userprofile;")
        .unwrap();
    let ended = site.import("--report r.json");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(site.read("r.json").matches("table-missing").count(), 2);
}

/// Fails with exit 1 and what to do next; the store stays as it was.
fn check_fault(site: &Site, ended: &Ended, before: Option<&str>) {
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.err.starts_with("heirloom: "), "{ended:?}");
    assert_eq!(ended.out, "", "{ended:?}");
    match before {
        Some(before) => assert_eq!(site.contents(), before),
        None => assert!(!site.store.exists(), "a store was made"),
    }
    assert_eq!(site.left_over(), [""; 0]);
}

#[test]
fn a_file_that_cannot_be_read() {
    let site = Site::small(&[(1, "Alone", IN_WEST)]);
    let inside = site.run("import nodeshot --from sqlite:layers.geojson/old.db --noinput");
    check_fault(&site, &inside, None);

    site.permit("old.db", 0o000);
    let words: Vec<&str> = IMPORT.split_whitespace().collect();
    let locked = finish(site.powerless(&[&words[..], &["--noinput"]].concat()));
    check_fault(&site, &locked, None);
    assert!(locked.err.contains("may read the file"), "{locked:?}");
}

#[test]
fn a_file_that_was_cut_off() {
    let site = Site::shipped();
    assert_eq!(site.import("").code, Some(3));
    let before = site.contents();
    let whole = fs::read(site.path("old.db")).unwrap();
    for length in [5_000, 4096 * 40, whole.len() / 2, whole.len() - 100] {
        fs::write(site.path("old.db"), &whole[..length]).unwrap();
        for option in ["", "--nodelete"] {
            let ended = site.import(option);
            check_fault(&site, &ended, Some(&before));
            assert!(ended.err.contains("copy it again"), "{ended:?}");
        }
        assert!(
            fs::read(site.path("old.db")).unwrap() == whole[..length],
            "it is only read"
        );
    }
}

/// The pages of a table that hold its rows, found from its root.
fn leaves(file: &[u8], root: usize) -> Vec<usize> {
    const INTERIOR: u8 = 5;
    let page = &file[(root - 1) * 4096..root * 4096];
    if page[0] != INTERIOR {
        return vec![root];
    }
    let short = |at: usize| usize::from(u16::from_be_bytes([page[at], page[at + 1]]));
    let long = |at: usize| {
        let bytes = [page[at], page[at + 1], page[at + 2], page[at + 3]];
        u32::from_be_bytes(bytes) as usize
    };
    let cells = (0..short(3)).map(|cell| long(short(12 + 2 * cell)));
    cells
        .chain([long(8)])
        .flat_map(|child| leaves(file, child))
        .collect()
}

fn overwrite(file: &Path, page: usize) {
    let mut bytes = fs::read(file).expect("a file");
    bytes[(page - 1) * 4096..page * 4096].fill(0x5a);
    fs::write(file, bytes).expect("a file");
}

/// Destroys a page in the middle of a table.
fn damage(site: &Site, table: &str) {
    let sql = "SELECT rootpage FROM sqlite_master WHERE name = ?";
    let root: i64 = site
        .legacy()
        .query_row(sql, [table], |row| row.get(0))
        .expect("a table");
    let bytes = fs::read(site.path("old.db")).expect("a file");
    let leaves = leaves(&bytes, root as usize);
    assert!(leaves.len() > 2, "{table} has {} pages", leaves.len());
    overwrite(&site.path("old.db"), leaves[leaves.len() / 2]);
}

#[test]
fn a_damaged_page_leaves_the_store_as_it_was() {
    for table in ["nodeshot_node", "nodeshot_device", "nodeshot_contact"] {
        let site = Site::shipped();
        assert_eq!(site.import("").code, Some(3));
        let before = site.contents();
        damage(&site, table);
        let ended = site.import("--report r.json");
        check_fault(&site, &ended, Some(&before));
        assert!(
            ended.err.contains(&format!("reading {table} of ")),
            "{ended:?}"
        );
        assert!(ended.err.contains("copy it again"), "{ended:?}");
        assert_eq!(site.outcomes(), "committed failed");
        let report = site.report("r.json");
        assert_eq!(report["outcome"], "failed");
        assert_eq!(report["run"], 2);
        assert!(report["plan"].is_null(), "there is no complete plan");
        assert!(site.read("r.json").contains("source-fault"));
    }
}

/// The stages that a report says were complete.
fn stages(report: &serde_json::Value) -> Vec<&str> {
    let stages = report["stages"].as_array().expect("stages");
    stages
        .iter()
        .map(|stage| stage["stage"].as_str().expect("a name"))
        .collect()
}

#[test]
fn with_nodelete_the_complete_stages_stay() {
    let site = Site::shipped();
    let direct = Site::shipped();
    assert_eq!(direct.import("").code, Some(3));
    damage(&site, "nodeshot_device");
    let ended = site.import("--nodelete --report r.json");
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.out.contains("after the stage statuses"), "{ended:?}");
    assert!(!ended.err.contains("as it was"), "{ended:?}");
    assert_eq!(site.outcomes(), "kept-partial");
    assert_eq!(site.left_over(), [""; 0]);

    let report = site.report("r.json");
    assert_eq!(report["outcome"], "kept-partial");
    assert_eq!(stages(&report), ["nodes", "users", "layers", "statuses"]);
    let entities = &report["entities"];
    assert_eq!(entities["nodes"]["created"], 281);
    assert_eq!(entities["nodes"]["not_reached"], 0);
    for entity in ["interfaces", "links", "routes", "contacts", "statistics"] {
        let counts = &entities[entity];
        assert!(counts["retrieved"].as_u64() > Some(0), "{entity}: {counts}");
        assert_eq!(counts["retrieved"], counts["not_reached"], "{entity}");
    }
    assert_eq!(site.ask::<i64>("SELECT count(*) FROM nodes"), 281);
    assert_eq!(site.ask::<i64>("SELECT count(*) FROM devices"), 0);

    fs::copy(direct.path("old.db"), site.path("old.db")).unwrap();
    assert_eq!(site.import("").code, Some(3));
    assert_eq!(site.digest(), direct.digest());
    assert_eq!(site.outcomes(), "kept-partial committed");
    assert_eq!(site.import("").code, Some(0), "nothing is newly refused");
}

/// Gives the last device a text that has a page of its own.
pub fn lengthen_last_device(site: &Site) {
    let long = "UPDATE nodeshot_device SET description = ? WHERE id = \
                (SELECT max(id) FROM nodeshot_device)";
    site.legacy().execute(long, ["~".repeat(30_000)]).unwrap();
}

/// Destroys that page: a fault behind rows of the same stage that can be read.
pub fn damage_last_device(site: &Site) {
    let bytes = fs::read(site.path("old.db")).unwrap();
    let overflow = bytes
        .chunks(4096)
        .position(|page| page[4..].iter().all(|byte| *byte == b'~'))
        .expect("a page with nothing but the long text");
    overwrite(&site.path("old.db"), overflow + 1);
}

#[test]
fn with_nodelete_a_stage_is_kept_whole_or_not_at_all() {
    let site = Site::plain(1_500);
    lengthen_last_device(&site);
    let direct = Site::empty();
    for file in ["old.db", "layers.geojson"] {
        fs::copy(site.path(file), direct.path(file)).unwrap();
    }
    assert_eq!(direct.import("").code, Some(0));
    damage_last_device(&site);

    let ended = site.import("--nodelete --report r.json");
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let report = site.report("r.json");
    assert_eq!(stages(&report), ["nodes", "users", "layers", "statuses"]);
    let devices = &report["entities"]["devices"];
    assert!(devices["retrieved"].as_u64() > Some(2_000), "{devices}");
    assert_eq!(devices["retrieved"], devices["not_reached"], "{devices}");
    assert_eq!(devices["created"], 0);
    assert_eq!(site.ask::<i64>("SELECT count(*) FROM devices"), 0);
    assert_eq!(
        site.ask::<i64>("SELECT count(*) FROM ledger JOIN ledger_kinds ON ledger_kinds.id = kind WHERE table_name = 'devices'"),
        0
    );

    fs::copy(direct.path("old.db"), site.path("old.db")).unwrap();
    assert_eq!(site.import("").code, Some(0));
    assert_eq!(site.digest(), direct.digest());
}

#[test]
fn with_nodelete_a_rehearsal_keeps_nothing() {
    let site = Site::shipped();
    assert_eq!(site.import("").code, Some(3));
    damage(&site, "nodeshot_device");
    let before = site.store.imprint();
    let ended = site.import("--nodelete --dry-run");
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(site.store.imprint() == before);
}
