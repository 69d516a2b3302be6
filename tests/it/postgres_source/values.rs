//! What the types of PostgreSQL hold.

use crate::servers::{Desk, Postgres};

#[test]
fn addresses_are_read_whatever_they_are() {
    let site = Postgres::with_nodes(6);
    site.change(
        "UPDATE nodeshot_interface SET ipv4_address = '10.9.0.1/32', \
            ipv6_address = '2001:0DB8:0:0::1' WHERE id = 1; \
         UPDATE nodeshot_interface SET ipv4_address = '10.9.0.2/24' WHERE id = 2; \
         UPDATE nodeshot_interface SET ipv4_address = NULL, \
            ipv6_address = '::ffff:10.9.0.3' WHERE id = 3; \
         UPDATE nodeshot_interface SET ipv6_address = '2001:db8::4/64' WHERE id = 4; \
         UPDATE nodeshot_interface SET ipv4_address = '0.0.0.0', ipv6_address = '::' WHERE id = 5; \
         UPDATE nodeshot_contact SET ip = '2001:db8::c' WHERE id = 1; \
         UPDATE nodeshot_contact SET ip = '203.0.113.0/24' WHERE id = 2",
    );
    let desk = Desk::new();
    let said = desk.import(site.url()).exits(3);
    assert_eq!(
        desk.see("SELECT interface_id, address, protocol FROM ip_addresses ORDER BY 1, 3"),
        [
            "1 | 10.9.0.1 | ipv4",
            "1 | 2001:db8::1 | ipv6",
            "3 | ::ffff:10.9.0.3 | ipv6",
            "4 | 10.1.0.4 | ipv4",
            "5 | 0.0.0.0 | ipv4",
            "5 | :: | ipv6",
            "6 | 10.1.0.6 | ipv4",
        ]
    );
    // an address with a mask is no address: it is refused, and kept
    assert_eq!(
        desk.see(
            "SELECT id, data ->> '$.ipv4_address', data ->> '$.ipv6_address' FROM interfaces \
             WHERE id IN (2, 4) ORDER BY id"
        ),
        ["2 | 10.9.0.2/24 | -", "4 | - | 2001:db8::4/64"]
    );
    let refused = &said.report["entities"]["ip_addresses"]["refused"];
    assert_eq!(*refused, 2, "{:#?}", said.findings());
    assert_eq!(
        desk.see("SELECT ip, data ->> '$.ip' FROM contacts WHERE id < 4 ORDER BY id"),
        ["2001:db8::c | -", "- | 203.0.113.0/24", "203.0.113.5 | -"]
    );
}

#[test]
fn numbers_that_are_none_are_findings() {
    let site = Postgres::with_nodes(5);
    site.change(
        "UPDATE nodeshot_node SET lat = 'NaN' WHERE id = 1; \
         UPDATE nodeshot_node SET lng = 'Infinity' WHERE id = 2; \
         UPDATE nodeshot_node SET alt = '-Infinity' WHERE id = 3; \
         UPDATE nodeshot_link SET etx = 'NaN' WHERE id = 4; \
         UPDATE nodeshot_statistic SET km = 'Infinity' WHERE id = 1",
    );
    let desk = Desk::new();
    let said = desk.import(site.url()).exits(3);
    assert_eq!(
        desk.see("SELECT id, elevation FROM nodes ORDER BY id"),
        ["3 | -", "4 | 30.25", "5 | 30.25"]
    );
    assert_eq!(desk.one("SELECT metric_value FROM links WHERE id = 4"), "-");
    assert_eq!(
        desk.one("SELECT kilometres FROM network_statistics WHERE id = 1"),
        "-"
    );
    for row in ["nodes 3", "links 4", "statistics 1"] {
        said.has_found(&format!("not-a-number {row}"));
    }
    assert_eq!(said.report["entities"]["nodes"]["refused"], 2);
}

#[test]
fn columns_of_other_types_are_read_as_what_they_mean() {
    let site = Postgres::with_nodes(2);
    site.change(
        "ALTER TABLE nodeshot_node ALTER id TYPE bigint, ALTER lat TYPE numeric(9, 6), \
            ALTER lng TYPE real, ALTER status TYPE char(3), ALTER slug TYPE char(50), \
            ALTER notes TYPE bytea USING 'Città'::bytea, ALTER description TYPE bytea \
                USING '\\x4e69636f6cf2'::bytea; \
         CREATE TYPE kind AS ENUM ('wifi', 'eth'); \
         ALTER TABLE nodeshot_interface ALTER type TYPE kind USING type::kind, \
            ALTER mac_address TYPE macaddr USING mac_address::macaddr, \
            ALTER draw_link TYPE smallint USING 1; \
         ALTER TABLE nodeshot_link ALTER hide TYPE text USING 'true', ALTER etx TYPE numeric, \
            ALTER dbm TYPE smallint; \
         CREATE DOMAIN post_code AS varchar(10); \
         ALTER TABLE nodeshot_node ALTER postal_code TYPE post_code; \
         UPDATE nodeshot_node SET lat = 41.123456, lng = 12.3; \
         UPDATE nodeshot_link SET etx = 1.125",
    );
    let desk = Desk::new();
    let said = desk.import(site.url()).exits(0);
    assert_eq!(
        desk.see(
            "SELECT n.slug, latitude, longitude, notes, n.data ->> '$.postal_code', s.slug \
             FROM nodes n JOIN statuses s ON s.id = status_id ORDER BY n.id"
        ),
        [
            "node-1 | 41.123456 | 12.3 | Città | 00100 | active",
            "node-2 | 41.123456 | 12.3 | Città | 00100 | active",
        ]
    );
    assert_eq!(
        desk.see("SELECT type, mac FROM interfaces ORDER BY id"),
        [
            "wireless | 02:00:00:00:00:01",
            "wireless | 02:00:00:00:00:02"
        ]
    );
    assert_eq!(
        desk.one("SELECT metric_value, dbm, access_level FROM links"),
        "1.125 | -60 | 3"
    );
    said.has_found("not-text nodes 1");
}

#[test]
fn booleans_are_read_and_null_in_every_place_stops_nothing() {
    let site = Postgres::with_nodes(2);
    let columns = site.ask(
        "SELECT format('ALTER TABLE %I ALTER %I DROP NOT NULL;', table_name, column_name) \
         FROM information_schema.columns WHERE table_schema = 'public' AND column_name <> 'id' \
         AND is_nullable = 'NO' AND (table_name LIKE 'nodeshot%' OR table_name = 'auth_user')",
    );
    assert!(columns.len() > 30, "{columns:?}");
    let mut sql = columns.concat();
    for table in site.ask(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' \
         AND (tablename LIKE 'nodeshot%' OR tablename = 'auth_user')",
    ) {
        sql.push_str(&format!("INSERT INTO {table} (id) VALUES (77);"));
    }
    site.change(&sql);
    let desk = Desk::new();
    let said = desk.import(site.url()).exits(3);
    assert_eq!(said.report["entities"]["nodes"]["created"], 2);
    assert_eq!(
        desk.see(
            "SELECT is_staff, is_superuser, receives_notifications FROM users \
             WHERE id < 3 ORDER BY id"
        ),
        ["1 | 1 | 1", "1 | 0 | 0"]
    );
}
