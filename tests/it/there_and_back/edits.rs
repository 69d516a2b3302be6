//! Edits in the store, an entity after the other: what was edited stays, what the source changes
//! beside it comes in, and where both changed one field it is told of once.

use std::fs;

use super::follow;
use super::network::{configure, network};
use super::picture::{Ids, Picture};

/// A field edited in the store, and what the source then does to the same row.
struct Edit {
    /// As findings name the row.
    row: &'static str,
    edit: &'static str,
    /// The source changes another field.
    beside: &'static str,
    /// The source changes the edited field, once and once more.
    same: [&'static str; 2],
    /// Both fields, with the edit and with the source's last word.
    seen: (&'static str, [&'static str; 2]),
}

const EDITS: &[Edit] = &[
    Edit {
        row: "nodes 1",
        edit: "UPDATE nodes SET name = 'mine' WHERE id = 1",
        beside: "UPDATE nodeshot_node SET description = 'theirs' WHERE id = 1",
        same: [
            "UPDATE nodeshot_node SET name = 'one' WHERE id = 1",
            "UPDATE nodeshot_node SET name = 'two' WHERE id = 1",
        ],
        seen: ("SELECT name, description FROM nodes WHERE id = 1", ["mine | theirs", "two | theirs"]),
    },
    Edit {
        row: "nodes 2",
        edit: "UPDATE nodes SET layer_id = 1 WHERE id = 2",
        beside: "UPDATE nodeshot_node SET alt = 5 WHERE id = 2",
        same: [
            "UPDATE nodeshot_node SET lng = 13.5 WHERE id = 2",
            "UPDATE nodeshot_node SET lng = 12.6 WHERE id = 2",
        ],
        seen: ("SELECT layer_id, elevation FROM nodes WHERE id = 2", ["1 | 5", "3 | 5"]),
    },
    Edit {
        row: "users 1",
        edit: "UPDATE users SET username = 'mine' WHERE id = 1",
        beside: "UPDATE auth_user SET first_name = 'theirs' WHERE id = 1",
        same: [
            "UPDATE auth_user SET username = 'one' WHERE id = 1",
            "UPDATE auth_user SET username = 'two' WHERE id = 1",
        ],
        seen: ("SELECT username, first_name FROM users WHERE id = 1", ["mine | theirs", "two | theirs"]),
    },
    Edit {
        row: "users person1@posta.example",
        edit: "UPDATE users SET last_name = 'mine' WHERE email = 'person1@posta.example'",
        beside: "UPDATE nodeshot_node SET added = '2009-01-01 00:00:00' WHERE id = 1",
        same: [
            "UPDATE nodeshot_node SET owner = 'Person one' WHERE id = 1",
            "UPDATE nodeshot_node SET owner = 'Person two' WHERE id = 1",
        ],
        seen: (
            "SELECT last_name, date_joined FROM users WHERE email = 'person1@posta.example'",
            ["mine | 2009-01-01 00:00:00", "two | 2009-01-01 00:00:00"],
        ),
    },
    Edit {
        row: "devices 1",
        edit: "UPDATE devices SET name = 'mine' WHERE id = 1",
        beside: "UPDATE nodeshot_device SET node_id = 2 WHERE id = 1",
        same: [
            "UPDATE nodeshot_device SET name = 'one' WHERE id = 1",
            "UPDATE nodeshot_device SET name = 'two' WHERE id = 1",
        ],
        seen: ("SELECT name, node_id FROM devices WHERE id = 1", ["mine | 2", "two | 2"]),
    },
    Edit {
        row: "interfaces 1",
        edit: "UPDATE interfaces SET channel = '2417' WHERE id = 1",
        beside: "UPDATE nodeshot_interface SET cname = 'theirs' WHERE id = 1",
        same: [
            "UPDATE nodeshot_interface SET wireless_channel = '2422' WHERE id = 1",
            "UPDATE nodeshot_interface SET wireless_channel = '2427' WHERE id = 1",
        ],
        seen: ("SELECT channel, name FROM interfaces WHERE id = 1", ["2417 | theirs", "2427 | theirs"]),
    },
    Edit {
        row: "ip_addresses 2/4",
        edit: "UPDATE ip_addresses SET address = '10.9.9.9' WHERE interface_id = 2",
        beside: "UPDATE nodeshot_interface SET ipv6_address = '2001:db8::2' WHERE id = 2",
        same: [
            "UPDATE nodeshot_interface SET ipv4_address = '10.0.0.21' WHERE id = 2",
            "UPDATE nodeshot_interface SET ipv4_address = '10.0.0.22' WHERE id = 2",
        ],
        seen: (
            "SELECT a.address, b.address FROM ip_addresses a JOIN ip_addresses b USING (interface_id)
             WHERE interface_id = 2 AND a.protocol = 'ipv4' AND b.protocol = 'ipv6'",
            ["10.9.9.9 | 2001:db8::2", "10.0.0.22 | 2001:db8::2"],
        ),
    },
    Edit {
        row: "vaps 1",
        edit: "UPDATE vaps SET essid = 'mine' WHERE interface_id = 1",
        beside: "UPDATE nodeshot_interface SET bssid = 'theirs' WHERE id = 1",
        same: [
            "UPDATE nodeshot_interface SET essid = 'one' WHERE id = 1",
            "UPDATE nodeshot_interface SET essid = 'two' WHERE id = 1",
        ],
        seen: ("SELECT essid, bssid FROM vaps WHERE interface_id = 1", ["mine | theirs", "two | theirs"]),
    },
    Edit {
        row: "links 1",
        edit: "UPDATE links SET dbm = -99 WHERE id = 1",
        beside: "UPDATE nodeshot_link SET hide = 1 WHERE id = 1",
        same: [
            "UPDATE nodeshot_link SET dbm = -71 WHERE id = 1",
            "UPDATE nodeshot_link SET dbm = -72 WHERE id = 1",
        ],
        seen: ("SELECT dbm, access_level FROM links WHERE id = 1", ["-99 | 3", "-72 | 3"]),
    },
    Edit {
        row: "routes 1",
        edit: "UPDATE routes SET destination = '10.99.0.0/16' WHERE id = 1",
        beside: "UPDATE nodeshot_hna SET device_id = 2 WHERE id = 1",
        same: [
            "UPDATE nodeshot_hna SET route = '10.8.0.0/16' WHERE id = 1",
            "UPDATE nodeshot_hna SET route = '10.7.0.0/16' WHERE id = 1",
        ],
        seen: (
            "SELECT destination, device_id FROM routes WHERE id = 1",
            ["10.99.0.0/16 | 2", "10.7.0.0/16 | 2"],
        ),
    },
    Edit {
        row: "contacts 1",
        edit: "UPDATE contacts SET message = 'mine' WHERE id = 1",
        beside: "UPDATE nodeshot_contact SET from_name = 'theirs' WHERE id = 1",
        same: [
            "UPDATE nodeshot_contact SET message = 'one' WHERE id = 1",
            "UPDATE nodeshot_contact SET message = 'two' WHERE id = 1",
        ],
        seen: ("SELECT message, from_name FROM contacts WHERE id = 1", ["mine | theirs", "two | theirs"]),
    },
    Edit {
        row: "statistics 1",
        edit: "UPDATE network_statistics SET links = 99 WHERE id = 1",
        beside: "UPDATE nodeshot_statistic SET km = 7.5 WHERE id = 1",
        same: [
            "UPDATE nodeshot_statistic SET links = 21 WHERE id = 1",
            "UPDATE nodeshot_statistic SET links = 22 WHERE id = 1",
        ],
        seen: (
            "SELECT links, kilometres FROM network_statistics WHERE id = 1",
            ["99 | 7.5", "22 | 7.5"],
        ),
    },
];

#[test]
fn an_edit_and_a_change_are_merged_field_by_field() {
    for Edit {
        row,
        edit,
        beside,
        same,
        seen: (seen, [mine, theirs]),
    } in EDITS
    {
        println!("{row}");
        let mut bench = network();
        let first = bench.digest();
        let source = fs::read(bench.legacy_path()).unwrap();
        let told = |bench: &crate::support::Bench, code: &str, shown: &str| {
            let run = follow(bench).exits(0);
            assert_eq!(bench.one(seen), *shown);
            // once: not by the run after it
            assert!(bench.import().found(code).is_empty());
            run.found(code)
        };
        bench.edit(edit).change(beside);
        assert_eq!(told(&bench, "edit-kept", mine), [""; 0]);
        bench.change(same[0]);
        assert_eq!(told(&bench, "edit-kept", mine), [*row]);
        configure(&mut bench, "on_conflict = \"legacy\"");
        bench.change(same[1]);
        assert_eq!(told(&bench, "edit-overwritten", theirs), [*row]);
        // nothing of the edit is left: the source as it was makes the store as it was
        configure(&mut bench, "");
        fs::write(bench.legacy_path(), source).unwrap();
        follow(&bench).exits(0);
        if !beside.contains("ipv6") {
            assert_eq!(bench.digest(), first);
        }
    }
}

/// A row as findings name it, how a person deletes it with what hangs on it, and how the source
/// goes on with it.
const DELETED: &[(&str, &str, &str)] = &[
    (
        "devices 5",
        "DELETE FROM links WHERE id = 4; DELETE FROM vaps WHERE interface_id = 5;
         DELETE FROM interfaces WHERE device_id = 5;
         DELETE FROM device_routing_protocols WHERE device_id = 5; DELETE FROM devices WHERE id = 5",
        "UPDATE nodeshot_device SET description = 'x' WHERE id = 5",
    ),
    (
        "interfaces 5",
        "DELETE FROM links WHERE id = 4; DELETE FROM vaps WHERE interface_id = 5;
         DELETE FROM interfaces WHERE id = 5",
        "UPDATE nodeshot_interface SET cname = 'x' WHERE id = 5",
    ),
    (
        "ip_addresses 2/4",
        "DELETE FROM ip_addresses WHERE interface_id = 2",
        "UPDATE nodeshot_interface SET ipv4_address = '10.0.0.77' WHERE id = 2",
    ),
    (
        "vaps 2",
        "DELETE FROM vaps WHERE interface_id = 2",
        "UPDATE nodeshot_interface SET essid = 'x' WHERE id = 2",
    ),
    (
        "links 1",
        "DELETE FROM links WHERE id = 1",
        "UPDATE nodeshot_link SET dbm = -77 WHERE id = 1",
    ),
    (
        "routes 1",
        "DELETE FROM routes WHERE id = 1",
        "UPDATE nodeshot_hna SET route = '10.77.0.0/16' WHERE id = 1",
    ),
    (
        "contacts 2",
        "DELETE FROM contacts WHERE id = 2",
        "UPDATE nodeshot_contact SET message = 'x' WHERE id = 2",
    ),
    (
        "statistics 2",
        "DELETE FROM network_statistics WHERE id = 2",
        "UPDATE nodeshot_statistic SET links = 77 WHERE id = 2",
    ),
    (
        "users 1",
        "DELETE FROM email_addresses WHERE user_id = 1; DELETE FROM users WHERE id = 1",
        "UPDATE auth_user SET first_name = 'x' WHERE id = 1",
    ),
];

#[test]
fn a_row_deleted_by_hand_stays_deleted_until_the_source_may_win() {
    for (row, delete, change) in DELETED {
        println!("{row}");
        let mut bench = network();
        let first = Picture::of(&bench);
        let source = fs::read(bench.legacy_path()).unwrap();
        bench.edit(delete);
        let without = bench.digest();
        for sql in ["", change] {
            let run = follow(bench.change(sql)).exits(0);
            assert_eq!(run.found("deleted-in-store"), [*row]);
        }
        fs::write(bench.legacy_path(), source).unwrap();
        follow(&bench).exits(0);
        assert_eq!(bench.digest(), without, "{row}");
        configure(&mut bench, "on_conflict = \"legacy\"");
        follow(&bench).exits(0);
        Picture::of(&bench).is_like(&first, Ids::Anew(&[]));
    }
}

/// What a person takes from a row that he deletes, and what it must still be after a sync.
#[test]
fn what_was_moved_away_from_a_deleted_row_stays_where_it_was_put() {
    let bench = network();
    bench.edit(
        "UPDATE devices SET node_id = 2 WHERE node_id = 3; DELETE FROM nodes WHERE id = 3;
         UPDATE email_addresses SET user_id = 2 WHERE user_id = 1; DELETE FROM users WHERE id = 1;
         UPDATE email_addresses SET user_id = 2, is_primary = false
             WHERE email LIKE '%1@posta.example';
         UPDATE nodes SET user_id = 2 WHERE id = 1;
         DELETE FROM users WHERE email = 'person1@posta.example'",
    );
    let run = follow(&bench).exits(0);
    assert_eq!(
        run.found("deleted-in-store"),
        ["users 1", "users person1@posta.example", "nodes 3"]
    );
    let addresses = "SELECT email FROM email_addresses WHERE user_id = 2 ORDER BY email";
    assert_eq!(
        bench.see(addresses),
        [
            "admin1@posta.example",
            "admin2@posta.example",
            "extra1@posta.example",
            "person1@posta.example"
        ]
    );
    let speaks = "SELECT count(*) FROM device_routing_protocols WHERE device_id = 3";
    assert_eq!(bench.one(speaks), "1");
}
