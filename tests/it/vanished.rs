//! What vanished from the source goes from the store, and nothing else does.

mod guards;
mod reset;

use super::support::{Bench, row};

const NODES: &str = "SELECT id FROM nodes ORDER BY id";

/// Ten nodes with a radio each, linked in a row, imported.
fn ten() -> Bench {
    let bench = Bench::new();
    for id in 1..=10 {
        bench.node(id, vec![]).device(id, id, vec![]).interface(
            id,
            id,
            row! { ipv4_address: format!("10.0.0.{id}"), essid: "net" },
        );
    }
    for id in 1..10 {
        bench
            .link(id, id, id + 1, vec![])
            .route(id, id, "10.1.0.0/16");
        bench.contact(id, id, vec![]);
    }
    bench.statistic(1, vec![]);
    bench.import().exits(0);
    bench
}

/// Imports what was changed; deleting is allowed.
fn follow(bench: &Bench) -> super::support::Run {
    bench.follow(|bench, options| bench.import_with(&[&["--allow-deletes"], options].concat()))
}

#[test]
fn a_node_takes_all_that_hangs_on_it_along() {
    let bench = ten();
    bench.change(
        "DELETE FROM nodeshot_contact WHERE node_id = 3; DELETE FROM nodeshot_hna WHERE device_id = 3;
         DELETE FROM nodeshot_link WHERE id IN (2, 3); DELETE FROM nodeshot_interface WHERE id = 3;
         DELETE FROM nodeshot_device WHERE id = 3; DELETE FROM nodeshot_node WHERE id = 3",
    );
    let run = follow(&bench).exits(0);
    for (entity, deleted) in [
        ("nodes", 1),
        ("users", 1),
        ("devices", 1),
        ("interfaces", 1),
        ("ip_addresses", 1),
        ("vaps", 1),
        ("links", 2),
        ("routes", 1),
        ("contacts", 1),
        ("statistics", 0),
    ] {
        assert_eq!(run.count(entity, "deleted"), deleted, "{entity}");
    }
    for (table, rows) in [
        ("nodes", 9),
        ("users", 9),
        ("email_addresses", 9),
        ("devices", 9),
        ("device_routing_protocols", 9),
        ("routing_protocols", 1),
        ("interfaces", 9),
        ("ip_addresses", 9),
        ("links", 7),
        ("layers", 3),
        ("statuses", 3),
    ] {
        let count = format!("SELECT count(*) FROM {table}");
        assert_eq!(bench.one(&count), rows.to_string(), "{table}");
    }
    let images = "SELECT count(*) FROM before_images WHERE run = 2 AND image IS NOT NULL";
    assert!(
        bench
            .one(images)
            .parse::<u32>()
            .is_ok_and(|rows| rows >= 10)
    );
}

#[test]
fn what_is_withdrawn_or_left_out_goes_and_comes_back() {
    let bench = ten();
    let before = bench.see(NODES);
    for (away, back) in [
        ("status = 'u'", "status = 'a'"),
        ("lng = 20.0", "lng = 12.5"),
    ] {
        bench.change(&format!("UPDATE nodeshot_node SET {away} WHERE id = 4"));
        assert_eq!(follow(&bench).exits(0).count("nodes", "deleted"), 1);
        assert_eq!(bench.see(NODES).len(), 9);
        assert!(bench.see("SELECT id FROM devices WHERE id = 4").is_empty());
        bench.change(&format!("UPDATE nodeshot_node SET {back} WHERE id = 4"));
        let run = follow(&bench).exits(0);
        assert_eq!(
            (run.count("nodes", "created"), run.count("links", "created")),
            (1, 2)
        );
        assert_eq!(bench.see(NODES), before);
    }
}

#[test]
fn what_is_refused_keeps_its_last_good_state_and_what_hangs_on_it() {
    let bench = ten();
    let digest = bench.digest();
    bench.change("UPDATE nodeshot_node SET lat = 999 WHERE id = 5");
    let run = bench.import().exits(3);
    assert_eq!(run.found("kept-last-good"), ["nodes 5"]);
    assert_eq!(bench.digest(), digest);
    bench.change("UPDATE nodeshot_interface SET device_id = 777 WHERE id = 6");
    let run = bench.import().exits(3);
    assert_eq!(run.found("kept-last-good"), ["nodes 5", "interfaces 6"]);
    assert_eq!(bench.digest(), digest);
}

#[test]
fn a_row_stays_on_which_own_rows_hang() {
    let bench = ten();
    bench.edit("INSERT INTO devices (node_id, name) VALUES (7, 'own')");
    bench.change(
        "DELETE FROM nodeshot_contact WHERE node_id = 7; DELETE FROM nodeshot_hna WHERE device_id = 7;
         DELETE FROM nodeshot_link WHERE id IN (6, 7); DELETE FROM nodeshot_interface WHERE id = 7;
         DELETE FROM nodeshot_device WHERE id = 7; DELETE FROM nodeshot_node WHERE id = 7",
    );
    let run = follow(&bench).exits(0);
    // the account is the node's, which stays
    assert_eq!(
        run.found("kept-for-own-rows"),
        ["nodes 7", "users person7@posta.example"]
    );
    assert_eq!(
        bench.see("SELECT name FROM devices WHERE node_id = 7"),
        ["own"]
    );
    // it follows the source no longer: the same id in the source is another node by now
    bench.node(7, row! { name: "Another" });
    bench.import().exits(0);
    assert_eq!(bench.one("SELECT name FROM nodes WHERE id = 7"), "Node 7");
    assert_eq!(
        bench.one("SELECT count(*) FROM nodes WHERE name = 'Another'"),
        "1"
    );
}

#[test]
fn an_account_in_use_stays() {
    let bench = ten();
    bench.edit(
        "UPDATE users SET last_login = '2026-01-01 00:00:00' WHERE email = 'person8@posta.example';
         UPDATE users SET is_staff = true WHERE email = 'person9@posta.example'",
    );
    bench.change("UPDATE nodeshot_node SET email = 'one@posta.example' WHERE id IN (8, 9, 10)");
    let run = follow(&bench).exits(0);
    assert_eq!(run.count("users", "deleted"), 1);
    assert_eq!(
        run.found("kept-account"),
        ["users person8@posta.example", "users person9@posta.example"]
    );
    let owner =
        "SELECT DISTINCT email FROM nodes JOIN users ON users.id = user_id WHERE nodes.id > 7";
    assert_eq!(bench.see(owner), ["one@posta.example"]);
    // with their addresses
    let addresses = "SELECT email FROM email_addresses WHERE email > 'person8' ORDER BY email";
    assert_eq!(
        bench.see(addresses),
        ["person8@posta.example", "person9@posta.example"]
    );
}

#[test]
fn own_rows_are_never_touched_and_delete_vanished_can_be_off() {
    let mut bench = ten();
    bench.edit(
        "INSERT INTO nodes (id, slug, name, layer_id, status_id, longitude, latitude)
         VALUES (500, 'own', 'Own', 1, 1, 12.5, 41.5)",
    );
    bench.change("DELETE FROM nodeshot_statistic");
    bench.node(500, row! { name: "Legacy", slug: "legacy" });
    bench.configure("delete_vanished = false");
    let run = bench.import_with(&["--allow-deletes"]).exits(0);
    assert_eq!(run.count("statistics", "deleted"), 0);
    assert_eq!(bench.one("SELECT count(*) FROM network_statistics"), "1");
    assert_eq!(bench.one("SELECT name FROM nodes WHERE id = 500"), "Own");
    bench.configure("");
    assert_eq!(follow(&bench).exits(0).count("statistics", "deleted"), 1);
    assert_eq!(bench.one("SELECT name FROM nodes WHERE id = 500"), "Own");
}

#[test]
fn a_row_that_was_deleted_in_the_store_stays_deleted_and_nothing_follows_it() {
    let bench = ten();
    bench.edit(
        "UPDATE devices SET node_id = 1 WHERE id = 2;
         DELETE FROM contacts WHERE node_id = 2; DELETE FROM nodes WHERE id = 2",
    );
    let run = bench.import().exits(0);
    assert_eq!(run.found("deleted-in-store"), ["nodes 2"]);
    assert_eq!(bench.one("SELECT node_id FROM devices WHERE id = 2"), "1");
    assert_eq!(run.count("devices", "deleted"), 0);
    assert!(bench.import().exits(0).changed_nothing());
}

#[test]
fn new_rows_take_at_once_what_vanished_rows_held() {
    let bench = ten();
    bench.change(
        "DELETE FROM nodeshot_link WHERE id = 9; DELETE FROM nodeshot_interface WHERE id = 10;
         DELETE FROM nodeshot_device WHERE id = 10; DELETE FROM nodeshot_node WHERE id = 10",
    );
    bench
        .node(
            20,
            row! { slug: "node-10", owner: "Person 10", email: "p10@posta.example" },
        )
        .device(20, 20, vec![])
        .interface(20, 20, row! { ipv4_address: "10.0.0.10" });
    follow(&bench).exits(0);
    assert_eq!(
        bench.one("SELECT id FROM nodes WHERE slug = 'node-10'"),
        "20"
    );
    let address = "SELECT interface_id FROM ip_addresses WHERE address = '10.0.0.10'";
    assert_eq!(bench.one(address), "20");
    let name = "SELECT username FROM users WHERE email = 'p10@posta.example'";
    assert_eq!(bench.one(name), "person-10");
}

#[test]
fn an_edited_row_that_goes_is_told_of() {
    let bench = ten();
    bench.edit("UPDATE network_statistics SET links = 99");
    bench.change("DELETE FROM nodeshot_statistic");
    let run = bench.import_with(&["--allow-deletes"]).exits(0);
    assert_eq!(run.found("edit-deleted"), ["statistics 1"]);
}
