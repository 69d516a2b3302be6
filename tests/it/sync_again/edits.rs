//! What was edited in the store by hand.

use super::imported;

#[test]
fn a_conflict_keeps_the_edit_and_is_told_once() {
    let bench = imported();
    bench.edit("UPDATE nodes SET name = 'Edited' WHERE id = 1");
    bench.change("UPDATE nodeshot_node SET name = 'Source', description = 'new' WHERE id = 1");
    let run = bench.import().exits(0);
    assert_eq!(run.found("edit-kept"), ["nodes 1"]);
    assert!(run.message("edit-kept").starts_with("name of node 1 "));
    let seen = "SELECT name, description FROM nodes WHERE id = 1";
    assert_eq!(bench.one(seen), "Edited | new", "field by field");
    let run = bench.import().exits(0);
    assert!(run.found("edit-kept").is_empty());
    assert!(run.changed_nothing());
    // the base has moved: a further change of the source is a further conflict
    bench.change("UPDATE nodeshot_node SET name = 'Again' WHERE id = 1");
    assert_eq!(bench.import().exits(0).found("edit-kept"), ["nodes 1"]);
    assert_eq!(bench.one(seen), "Edited | new");
}

#[test]
fn the_source_wins_where_it_is_configured_to() {
    let mut bench = imported();
    bench.configure("on_conflict = \"legacy\"");
    bench.edit("UPDATE nodes SET name = 'Edited', notes = 'mine' WHERE id = 1");
    bench.change("UPDATE nodeshot_node SET name = 'Source' WHERE id = 1");
    let run = bench.import().exits(0);
    assert_eq!(run.found("edit-overwritten"), ["nodes 1"]);
    assert_eq!(
        bench.one("SELECT name, notes FROM nodes WHERE id = 1"),
        "Source | mine"
    );
}

#[test]
fn an_edit_without_a_change_in_the_source_stays_in_silence() {
    let bench = imported();
    bench.edit(
        "UPDATE nodes SET name = 'Edited', layer_id = 3 WHERE id = 1;
         UPDATE ip_addresses SET address = '10.9.9.9' WHERE interface_id = 1;
         UPDATE users SET username = 'edited' WHERE email = 'person1@posta.example'",
    );
    let digest = bench.digest();
    let run = bench.import().exits(0);
    assert!(run.changed_nothing());
    assert_eq!(run.found("edit-kept"), [""; 0]);
    assert_eq!(bench.digest(), digest);
}

#[test]
fn an_edit_that_the_source_follows_is_no_conflict() {
    let bench = imported();
    bench.edit("UPDATE nodes SET name = 'Same' WHERE id = 1");
    bench.change("UPDATE nodeshot_node SET name = 'Same' WHERE id = 1");
    let run = bench.import().exits(0);
    assert!(run.found("edit-kept").is_empty());
    // and from then on it is the import's again
    bench.change("UPDATE nodeshot_node SET name = 'Next' WHERE id = 1");
    bench.import().exits(0);
    assert_eq!(bench.one("SELECT name FROM nodes WHERE id = 1"), "Next");
}

const DELETE_NODE_1: &str = "DELETE FROM contacts; DELETE FROM links; DELETE FROM routes;
    DELETE FROM vaps WHERE interface_id = 1; DELETE FROM ip_addresses WHERE interface_id = 1;
    DELETE FROM interfaces WHERE id = 1; DELETE FROM device_routing_protocols WHERE device_id = 1;
    DELETE FROM devices WHERE id = 1; DELETE FROM nodes WHERE id = 1";

#[test]
fn a_row_deleted_by_hand_stays_deleted_with_its_dependants() {
    let bench = imported();
    bench.edit(DELETE_NODE_1);
    bench.change("UPDATE nodeshot_node SET name = 'Changed' WHERE id = 1");
    for _ in 0..2 {
        let run = bench.import().exits(0);
        assert_eq!(run.found("deleted-in-store"), ["nodes 1"]);
        for entity in [
            "nodes",
            "devices",
            "interfaces",
            "ip_addresses",
            "vaps",
            "links",
            "routes",
            "contacts",
        ] {
            assert_eq!(run.count(entity, "skipped"), 1, "{entity}");
            assert_eq!(run.count(entity, "created"), 0, "{entity}");
        }
        assert_eq!(bench.see("SELECT id FROM nodes"), ["2"]);
    }
}

#[test]
fn a_row_deleted_by_hand_comes_back_where_it_is_configured_to() {
    let mut bench = imported();
    let before = bench.digest();
    bench.edit(DELETE_NODE_1);
    assert_ne!(bench.digest(), before);
    bench.configure("on_conflict = \"legacy\"");
    let run = bench.import().exits(0);
    assert_eq!(run.count("nodes", "created"), 1);
    assert_eq!(bench.digest(), before);
    assert!(bench.import().exits(0).changed_nothing());
}

#[test]
fn an_account_deleted_by_hand_stays_deleted_and_its_node_ownerless() {
    let bench = imported();
    bench.edit(
        "UPDATE nodes SET user_id = NULL WHERE id = 1;
         DELETE FROM email_addresses WHERE user_id = (SELECT id FROM users WHERE username = 'person-1');
         DELETE FROM users WHERE username = 'person-1'",
    );
    for _ in 0..2 {
        let run = bench.import().exits(0);
        assert_eq!(run.count("users", "skipped"), 1);
        assert_eq!(bench.one("SELECT user_id FROM nodes WHERE id = 1"), "-");
        assert_eq!(bench.one("SELECT count(*) FROM users"), "1");
    }
}
