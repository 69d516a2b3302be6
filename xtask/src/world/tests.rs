//! Laws of the generated worlds, and that the shipped one is what the generator makes.

mod servers;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::*;

/// What the shipped world was built from, and how.
const SHIPPED: Spec = Spec {
    nodes: 300,
    seed: 2009,
    oddities: Oddities::Woven,
};

const REBUILD: &str = "the generator has changed; delete fixtures/nodeshot/world.sqlite3 and rebuild it: \
    cargo xtask world --nodes 300 --seed 2009 --into sqlite:fixtures/nodeshot/world.sqlite3 \
    --layers fixtures/nodeshot/layers.geojson --manifest fixtures/nodeshot/oddities.json";

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fixtures/nodeshot")
        .join(name)
}

fn build(spec: Spec) -> (tempfile::TempDir, PathBuf, Manifest) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.sqlite3");
    let manifest = sqlite::build(spec, &path).unwrap();
    (folder, path, manifest)
}

fn open(path: &Path) -> Connection {
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
}

/// Every table's rows in key order; text as its bytes, as it need not be UTF-8.
fn dump(path: &Path) -> BTreeMap<String, Vec<String>> {
    let db = open(path);
    let mut tables = db
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
        .unwrap();
    let names = tables.query_map([], |row| row.get::<_, String>(0)).unwrap();
    names
        .map(|name| {
            let name = name.unwrap();
            let mut rows = db
                .prepare(&format!("SELECT * FROM \"{name}\" ORDER BY 1"))
                .unwrap();
            let columns = rows.column_count();
            let text = |row: &rusqlite::Row<'_>| {
                let values: rusqlite::Result<Vec<_>> =
                    (0..columns).map(|column| row.get_ref(column)).collect();
                values.map(|values| format!("{values:?}"))
            };
            let rows = rows
                .query_map([], text)
                .unwrap()
                .map(Result::unwrap)
                .collect();
            (name, rows)
        })
        .collect()
}

fn count(path: &Path, query: &str) -> i64 {
    open(path).query_row(query, [], |row| row.get(0)).unwrap()
}

#[derive(Default)]
struct Counts(RefCell<BTreeMap<String, usize>>);

impl Sink for Counts {
    fn open(&self, table: &str, _: &[&str]) -> Result<Put<'_>> {
        let table = table.to_owned();
        Ok(Box::new(move |_| {
            *self.0.borrow_mut().entry(table.clone()).or_default() += 1;
            Ok(())
        }))
    }
}

#[test]
fn the_shipped_world_is_what_the_generator_makes() {
    let (_folder, path, manifest) = build(SHIPPED);
    assert!(dump(&path) == dump(&fixture("world.sqlite3")), "{REBUILD}");
    let shipped = fs::read_to_string(fixture("oddities.json")).unwrap();
    assert_eq!(
        serde_json::from_str::<Manifest>(&shipped).unwrap(),
        manifest,
        "{REBUILD}"
    );
    assert_eq!(
        fs::read_to_string(fixture("layers.geojson")).unwrap(),
        layers_geojson(),
        "{REBUILD}"
    );
}

#[test]
fn the_same_spec_gives_the_same_bytes_and_another_seed_others() {
    let spec = Spec {
        nodes: 120,
        seed: 7,
        oddities: Oddities::Woven,
    };
    let (_one, first, _) = build(spec);
    let (_two, second, _) = build(spec);
    let (_three, other, _) = build(Spec { seed: 8, ..spec });
    assert_eq!(fs::read(&first).unwrap(), fs::read(&second).unwrap());
    assert_ne!(fs::read(&first).unwrap(), fs::read(&other).unwrap());
}

#[test]
fn a_small_world_has_every_oddity_whatever_the_seed() {
    for seed in (0..8).chain([SHIPPED.seed]) {
        let spec = Spec {
            nodes: SMALL,
            seed,
            oddities: Oddities::Woven,
        };
        let manifest = generate(spec, &Counts::default()).unwrap();
        for (name, table) in oddities() {
            let placed = manifest.oddities.iter().find(|placed| placed.name == name);
            let placed = placed.unwrap_or_else(|| panic!("seed {seed} has no {name}"));
            assert_eq!(placed.table, table);
        }
    }
}

#[test]
fn odd_points_lie_where_their_names_say() {
    let (_folder, path, manifest) = build(SHIPPED);
    let db = open(&path);
    let point = |name: &str| -> (f64, f64) {
        let query = "SELECT lat, lng FROM nodeshot_node WHERE id = ?";
        let id = manifest.ids(name)[0];
        db.query_row(query, [id], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
    };
    let areas = |(lat, lng): (f64, f64)| layers::areas_at(lat, lng).len();
    assert_eq!(areas(point("in-two-layers")), 2);
    assert_eq!(areas(point("outside-layers")), 0);
    let (lat, lng) = point("coordinates-swapped");
    assert_eq!((areas((lat, lng)), areas((lng, lat))), (0, 1));
    let (lat, lng) = point("on-border-vertex");
    let corners = layers::AREAS.iter().flat_map(|area| area.rings().concat());
    assert!(corners.into_iter().any(|corner| corner == [lng, lat]));
    let edge = point("on-border-edge");
    assert!(
        layers::AREAS
            .iter()
            .any(|&area| layers::level_edge(area) == Some(edge))
    );
}

#[test]
fn names_of_oddities_are_unique() {
    let names: HashSet<&str> = oddities().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), oddities().len());
}

#[test]
fn a_clean_world_has_no_oddity_and_only_rows_that_hold_together() {
    let (_folder, path, manifest) = build(Spec {
        nodes: 2000,
        seed: 3,
        oddities: Oddities::LeftOut,
    });
    assert_eq!(manifest.oddities, []);
    let broken = open(&path)
        .prepare("PRAGMA foreign_key_check")
        .unwrap()
        .exists([])
        .unwrap();
    assert!(!broken);
    for query in [
        "SELECT count(*) FROM nodeshot_node WHERE typeof(lat) <> 'real' OR email NOT LIKE '%_@_%'",
        "SELECT count(*) FROM nodeshot_node WHERE added > updated OR length(name) > 50 OR slug = ''",
        "SELECT count(*) FROM nodeshot_device WHERE length(cname) > 30 OR length(name) > 50",
        "SELECT count(*) FROM nodeshot_interface WHERE length(ipv6_address) > 39
            OR coalesce(ipv4_address, ipv6_address, mac_address) IS NULL",
        "SELECT count(*) FROM nodeshot_link a JOIN nodeshot_link b
            ON a.from_interface_id = b.to_interface_id AND a.to_interface_id = b.from_interface_id",
        "SELECT count(*) - count(DISTINCT from_interface_id || '-' || to_interface_id)
            FROM nodeshot_link",
    ] {
        assert_eq!(count(&path, query), 0, "{query}");
    }
}

#[test]
fn a_large_world_has_the_ratios_of_a_real_one() {
    let spec = Spec {
        nodes: 20_000,
        seed: 1,
        oddities: Oddities::Woven,
    };
    let sink = Counts::default();
    let manifest = generate(spec, &sink).unwrap();
    let counts = sink.0.into_inner();
    for (table, expected) in [
        ("nodeshot_node", 20_000),
        ("nodeshot_device", 30_000),
        ("nodeshot_interface", 60_000),
        ("nodeshot_link", 20_000),
        ("nodeshot_contact", 2000),
        ("nodeshot_hna", 1500),
        ("nodeshot_statistic", 1500),
        ("auth_user", 20),
        ("nodeshot_userprofile", 20),
    ] {
        assert_eq!(counts[table], expected, "{table}");
    }
    let odd: usize = manifest
        .oddities
        .iter()
        .map(|placed| placed.ids.len())
        .sum();
    let share = odd as f64 / counts.values().sum::<usize>() as f64;
    assert!((0.01..0.02).contains(&share), "{share}");
}

#[test]
fn one_node_in_twenty_is_unconfirmed_and_its_password_readable() {
    let (_folder, path, _) = build(Spec {
        nodes: 4000,
        seed: 2,
        oddities: Oddities::LeftOut,
    });
    let unconfirmed = "SELECT count(*) FROM nodeshot_node WHERE status = 'u'";
    assert!((150..250).contains(&count(&path, unconfirmed)));
    let readable = "SELECT count(*) FROM nodeshot_node
        WHERE (status = 'u') <> (password LIKE 'segreta-%' AND length(activation_key) = 40)";
    assert_eq!(count(&path, readable), 0);
    let owners = "SELECT count(DISTINCT email) FROM nodeshot_node";
    assert_eq!(count(&path, owners), 3200);
}

#[test]
fn known_passwords_open_the_accounts() {
    let (_folder, path, _) = build(Spec {
        nodes: 20,
        seed: 2,
        oddities: Oddities::Woven,
    });
    for (username, password) in ADMIN_PASSWORDS {
        let hash: String = open(&path)
            .query_row(
                "SELECT password FROM auth_user WHERE username = ?",
                [username],
                |row| row.get(0),
            )
            .unwrap();
        assert!(
            djangohashers::check_password(password, &hash).unwrap(),
            "{username}: {hash}"
        );
    }
}
