//! Moments, clocks, and times beyond all calendars.

use crate::servers::{Desk, Postgres};

#[test]
fn a_timestamptz_is_a_moment_whatever_zone_anybody_says() {
    let site = Postgres::with_nodes(1);
    site.change(&format!(
        "UPDATE nodeshot_node SET added = '2012-07-01 12:00:00.25+05:30'; \
         ALTER DATABASE {} SET TimeZone = 'Asia/Kolkata'; \
         ALTER DATABASE {} SET DateStyle = 'German'",
        site.name(),
        site.name()
    ));
    for zone in ["", "time_zone = \"Europe/Rome\""] {
        let desk = Desk::new();
        desk.configure(zone);
        let said = desk.import(site.url()).exits(0);
        assert_eq!(said.findings(), [""; 0]);
        assert_eq!(
            desk.one("SELECT added, updated FROM nodes"),
            "2012-07-01 06:30:00.250000 | 2012-07-02 12:00:00"
        );
    }
}

#[test]
fn a_timestamp_without_zone_is_what_the_clock_showed() {
    let site = Postgres::with_nodes(1);
    site.change(
        "ALTER TABLE nodeshot_node ALTER updated TYPE timestamp; \
         ALTER TABLE nodeshot_device ALTER added TYPE date; \
         UPDATE nodeshot_node SET updated = '2012-07-02 12:00:00.5'",
    );
    let desk = Desk::new();
    desk.configure("time_zone = \"Europe/Rome\"");
    let said = desk.import(site.url()).exits(0);
    assert_eq!(said.findings(), [""; 0]);
    assert_eq!(
        desk.one("SELECT added, updated FROM nodes"),
        "2012-07-01 12:00:00 | 2012-07-02 10:00:00.500000"
    );
    assert_eq!(desk.one("SELECT added FROM devices"), "2012-06-30 22:00:00");

    let said = Desk::new().import(site.url()).exits(0);
    assert_eq!(said.findings(), ["time-zone-assumed - -"]);
}

#[test]
fn times_that_no_store_holds_become_null_and_their_text_is_kept() {
    let site = Postgres::with_nodes(7);
    let times = [
        "infinity",
        "-infinity",
        "0044-03-15 12:00:00+00 BC",
        "4713-01-01 00:00:00+00 BC",
        "20001-01-01 00:00:00+00",
        "294276-12-31 23:59:59+00",
    ];
    let mut sql = String::new();
    for (index, time) in times.iter().enumerate() {
        let id = index + 1;
        sql.push_str(&format!(
            "UPDATE nodeshot_node SET added = '{time}' WHERE id = {id};"
        ));
    }
    sql.push_str("UPDATE nodeshot_node SET added = '9999-12-31 23:59:59.999999+00' WHERE id = 7");
    site.change(&sql);
    for local in [false, true] {
        if local {
            site.change("ALTER TABLE nodeshot_node ALTER added TYPE timestamp");
        }
        let desk = Desk::new();
        let said = desk.import(site.url()).exits(0);
        let rows = desk.see("SELECT added, data ->> '$.added' FROM nodes ORDER BY id");
        for (index, row) in rows[..6].iter().enumerate() {
            said.has_found(&format!("unreadable-time nodes {}", index + 1));
            assert!(row.starts_with("- | ") && row != "- | -", "{row}");
        }
        assert_eq!(rows[0], "- | infinity");
        assert_eq!(rows[1], "- | -infinity");
        assert_eq!(rows[6], "9999-12-31 23:59:59.999999 | -");
    }
}
