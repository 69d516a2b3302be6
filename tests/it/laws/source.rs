//! The keys of a legacy file, counted here by other means than the importer's.

use std::collections::{BTreeMap, HashSet};

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::support::Run;

/// How many keys each entity has.
pub fn count(db: &Connection) -> BTreeMap<&'static str, u64> {
    let rows = |table: &str| {
        db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
            row.get::<_, u32>(0).map(u64::from)
        })
        .expect("a count")
    };
    let emails: HashSet<String> = texts(db, "SELECT status, email FROM nodeshot_node")
        .into_iter()
        .filter(|fields| fields[0] != "u")
        .map(|fields| fields[1].trim().to_ascii_lowercase())
        .filter(|email| !email.is_empty())
        .collect();
    let addresses = texts(
        db,
        "SELECT ipv4_address, ipv6_address FROM nodeshot_interface",
    );
    let radios = texts(db, "SELECT type, essid, bssid FROM nodeshot_interface");
    let says = |text: &String| !text.trim().is_empty();
    BTreeMap::from([
        ("nodes", rows("nodeshot_node")),
        ("users", rows("auth_user") + emails.len() as u64),
        ("devices", rows("nodeshot_device")),
        ("interfaces", rows("nodeshot_interface")),
        ("links", rows("nodeshot_link")),
        ("routes", rows("nodeshot_hna")),
        ("contacts", rows("nodeshot_contact")),
        ("statistics", rows("nodeshot_statistic")),
        (
            "ip_addresses",
            addresses.iter().flatten().filter(|text| says(text)).count() as u64,
        ),
        (
            "vaps",
            radios
                .iter()
                .filter(|fields| fields[0] == "wifi" && fields[1..].iter().any(says))
                .count() as u64,
        ),
    ])
}

/// The report retrieved exactly these, and each has one outcome.
#[track_caller]
pub fn check(counts: &BTreeMap<&'static str, u64>, run: &Run) {
    let entities = run.report["entities"].as_object().expect("entities");
    let names: Vec<&str> = entities.keys().map(String::as_str).collect();
    assert_eq!(names, counts.keys().copied().collect::<Vec<_>>());
    for (entity, expected) in counts {
        let of = |outcome: &str| run.count(entity, outcome);
        let outcomes = [
            "created",
            "updated",
            "unchanged",
            "skipped",
            "discarded",
            "refused",
            "not_reached",
        ];
        assert_eq!(of("retrieved"), *expected, "{entity}");
        assert_eq!(
            outcomes.map(of).iter().sum::<u64>(),
            *expected,
            "{entity}: {:#}",
            entities[*entity]
        );
        assert_eq!(of("not_reached"), 0, "{entity}");
    }
}

/// Fields as text, NULL as an empty one, without NUL.
fn texts(db: &Connection, sql: &str) -> Vec<Vec<String>> {
    let mut statement = db.prepare(sql).expect(sql);
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| {
        (0..columns)
            .map(|column| {
                let text = match row.get_ref(column)? {
                    ValueRef::Null => String::new(),
                    ValueRef::Integer(number) => number.to_string(),
                    ValueRef::Real(number) => number.to_string(),
                    ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
                        String::from_utf8_lossy(bytes).into_owned()
                    }
                };
                Ok(text.replace('\0', ""))
            })
            .collect()
    });
    rows.and_then(Iterator::collect).expect(sql)
}
