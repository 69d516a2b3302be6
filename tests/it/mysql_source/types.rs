//! Columns that somebody made of another type, and NULL where none should be.

use crate::servers::{Desk, Mysql};

#[test]
fn numbers_of_other_types_are_read_as_what_they_mean() {
    let site = Mysql::with_nodes("MyISAM", 2);
    site.change(
        "ALTER TABLE nodeshot_node MODIFY id BIGINT UNSIGNED AUTO_INCREMENT, \
            MODIFY lat DECIMAL(9,6) NOT NULL, MODIFY lng FLOAT NOT NULL, MODIFY alt DECIMAL(8,2); \
         ALTER TABLE nodeshot_device MODIFY node_id INT UNSIGNED NOT NULL; \
         ALTER TABLE nodeshot_link MODIFY etx DECIMAL(6,3), MODIFY dbm TINYINT, \
            MODIFY sync_tx MEDIUMINT UNSIGNED, MODIFY sync_rx SMALLINT, MODIFY hide BIT(1); \
         ALTER TABLE nodeshot_interface MODIFY draw_link BIT(1); \
         ALTER TABLE nodeshot_statistic MODIFY id BIGINT UNSIGNED AUTO_INCREMENT, \
            MODIFY active_nodes INT UNSIGNED, MODIFY potential_nodes DOUBLE, \
            MODIFY links BIGINT UNSIGNED, MODIFY km FLOAT; \
         UPDATE nodeshot_node SET lat = 41.123456, lng = 12.3, alt = 30.25; \
         UPDATE nodeshot_link SET etx = 1.125, dbm = -90, hide = b'1'; \
         UPDATE nodeshot_statistic SET active_nodes = 4000000000, potential_nodes = 7, km = 12.3; \
         UPDATE nodeshot_statistic SET links = 18446744073709551615 WHERE id = 2",
    );
    let desk = Desk::new();
    let said = desk.import(site.url()).exits(0);
    assert_eq!(
        desk.see("SELECT id, latitude, longitude, elevation FROM nodes ORDER BY id"),
        [
            "1 | 41.123456 | 12.3 | 30.25",
            "2 | 41.123456 | 12.3 | 30.25"
        ]
    );
    assert_eq!(
        desk.one("SELECT metric_value, dbm, min_rate, max_rate, access_level FROM links"),
        "1.125 | -90 | 48 | 54 | 3"
    );
    assert_eq!(
        desk.see(
            "SELECT active_nodes, potential_nodes, links, kilometres, data ->> '$.links' \
             FROM network_statistics ORDER BY id"
        ),
        [
            "4000000000 | 7 | 4 | 12.3 | -",
            "4000000000 | 7 | - | 12.3 | 18446744073709551615"
        ]
    );
    said.has_found("not-a-number statistics 2");
}

#[test]
fn texts_of_other_types_are_read_as_they_are_shown() {
    let site = Mysql::with_nodes("InnoDB", 2);
    site.change(
        "ALTER TABLE nodeshot_node MODIFY status ENUM('a', 'p', 'h', 'ah', 'u') NOT NULL, \
            MODIFY postal_code INT NOT NULL, MODIFY owner TINYTEXT; \
         ALTER TABLE nodeshot_interface MODIFY type ENUM('eth', 'wifi', 'bridge', 'vpn') NOT NULL, \
            MODIFY wireless_mode SET('ap', 'sta'), MODIFY ipv6_address INET6; \
         ALTER TABLE auth_user MODIFY is_staff ENUM('false', 'true') NOT NULL; \
         UPDATE nodeshot_node SET status = 'ah' WHERE id = 2; \
         UPDATE nodeshot_interface SET type = 'eth' WHERE id = 2; \
         UPDATE nodeshot_interface SET wireless_mode = 'sta', ipv6_address = '2001:db8::1' WHERE id = 1; \
         UPDATE auth_user SET is_staff = 'true' WHERE id = 1; \
         UPDATE auth_user SET is_staff = 'false' WHERE id = 2",
    );
    let desk = Desk::new();
    desk.import(site.url()).exits(0);
    assert_eq!(
        desk.see(
            "SELECT s.slug, n.data ->> '$.postal_code', n.data ->> '$.is_hotspot' FROM nodes n \
             JOIN statuses s ON s.id = n.status_id ORDER BY n.id"
        ),
        ["active | 100 | -", "active | 100 | 1"]
    );
    assert_eq!(
        desk.see("SELECT type, mode FROM interfaces ORDER BY id"),
        ["wireless | sta", "ethernet | -"]
    );
    assert_eq!(
        desk.one("SELECT address FROM ip_addresses WHERE protocol = 'ipv6'"),
        "2001:db8::1"
    );
    assert_eq!(
        desk.see("SELECT is_staff FROM users WHERE id < 3 ORDER BY id"),
        ["1", "0"]
    );
}

#[test]
fn null_in_every_place_stops_nothing() {
    for engine in ["InnoDB", "MyISAM"] {
        let site = Mysql::with_nodes(engine, 2);
        let columns = site.ask(
            "SELECT table_name, column_name, column_type FROM information_schema.columns \
             WHERE table_schema = database() AND column_name <> 'id' AND is_nullable = 'NO' \
             AND (table_name LIKE 'nodeshot%' OR table_name = 'auth_user')",
        );
        assert!(columns.len() > 30, "{columns:?}");
        let mut sql = String::from("SET foreign_key_checks = 0;");
        for column in columns {
            let [table, column, kind] = &column[..] else {
                panic!("{column:?}")
            };
            sql.push_str(&format!(
                "ALTER TABLE {table} MODIFY `{column}` {kind} NULL;"
            ));
        }
        for table in site.ask("SHOW TABLES") {
            if table[0].starts_with("nodeshot") || table[0] == "auth_user" {
                sql.push_str(&format!("INSERT INTO {} (id) VALUES (77);", table[0]));
            }
        }
        site.change(&sql);
        let desk = Desk::new();
        let said = desk.import(site.url()).exits(3);
        assert_eq!(said.report["entities"]["nodes"]["created"], 2, "{engine}");
        for entity in ["nodes", "devices", "interfaces", "links", "contacts"] {
            let counts = &said.report["entities"][entity];
            let out = counts["refused"].as_u64().zip(counts["skipped"].as_u64());
            assert_eq!(out.map(|(one, other)| one + other), Some(1), "{entity}");
        }
    }
}
