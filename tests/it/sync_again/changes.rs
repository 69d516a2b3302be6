//! What the source changed.

use super::{LAYER_OF, imported};
use crate::support::{Bench, row};

#[test]
fn what_changed_in_the_source_is_updated() {
    let bench = imported();
    bench.change(
        "UPDATE nodeshot_node SET lng = 13.5, name = 'Moved' WHERE id = 1;
         UPDATE nodeshot_device SET type = 'other' WHERE id = 1;
         UPDATE nodeshot_interface SET type = 'eth', ipv4_address = '10.0.0.9' WHERE id = 1;
         UPDATE nodeshot_link SET etx = 3.5;
         UPDATE nodeshot_hna SET route = '10.9.0.0/16'",
    );
    let run = bench.import().exits(0);
    for entity in [
        "nodes",
        "devices",
        "interfaces",
        "ip_addresses",
        "links",
        "routes",
    ] {
        assert_eq!(run.count(entity, "updated"), 1, "{entity}");
        assert_eq!(run.count(entity, "created"), 0, "{entity}");
    }
    assert_eq!(bench.see(LAYER_OF), ["1 | lazio", "2 | rome"]);
    assert_eq!(
        bench.see("SELECT interface_id, address FROM ip_addresses ORDER BY 1"),
        ["1 | 10.0.0.9", "2 | 10.0.0.2"]
    );
    assert_eq!(
        bench.one(
            "SELECT n.name, d.data ->> 'model', i.type, l.type, l.metric_value, r.destination
             FROM nodes n, devices d, interfaces i, links l, routes r
             WHERE n.id = 1 AND d.id = 1 AND i.id = 1"
        ),
        "Moved | other | ethernet | ethernet | 3.5 | 10.9.0.0/16"
    );
    assert!(bench.import().exits(0).changed_nothing());
}

#[test]
fn what_is_new_in_the_source_is_added() {
    let bench = imported();
    bench
        .radio(3)
        .link(2, 2, 3, vec![])
        .contact(2, 3, vec![])
        .account(1, vec![]);
    let run = bench.import().exits(0);
    for (entity, created) in [
        ("nodes", 1),
        ("users", 2),
        ("devices", 1),
        ("interfaces", 1),
        ("links", 1),
        ("contacts", 1),
    ] {
        assert_eq!(run.count(entity, "created"), created, "{entity}");
        assert_eq!(run.count(entity, "updated"), 0, "{entity}");
    }
    assert!(bench.import().exits(0).changed_nothing());
}

#[test]
fn before_images_keep_what_an_update_took() {
    let bench = imported();
    assert_eq!(bench.one("SELECT count(*) FROM before_images"), "0");
    bench.change("UPDATE nodeshot_node SET name = 'Other', alt = 12 WHERE id = 2");
    bench.import().exits(0);
    assert_eq!(
        bench.one(
            "SELECT run, (SELECT table_name FROM ledger_kinds WHERE id = kind), store_id, number, text, image ->> 'name', image ->> 'elevation',
             image ->> 'slug', changed_run, length(fingerprint) > 0 FROM before_images"
        ),
        "2 | nodes | 2 | 2 |  | Node 2 | - | node-2 | 1 | 1"
    );
    assert_eq!(
        bench.one(
            "SELECT created_run, changed_run FROM ledger JOIN ledger_kinds ON ledger_kinds.id = kind WHERE table_name = 'nodes' AND number = 2"
        ),
        "1 | 2"
    );
    // a run that changes nothing leaves none
    bench.import().exits(0);
    assert_eq!(bench.one("SELECT count(*) FROM before_images"), "1");
}

#[test]
fn findings_are_stored_once_and_closed_when_gone() {
    let bench = imported();
    bench.node(3, row! { lat: 95.0 });
    assert_eq!(bench.import().exits(3).count("nodes", "refused"), 1);
    // known by now, but not to be overlooked with --strict
    bench.import().exits(0);
    bench.import_with(&["--strict"]).exits(3);
    let stored = "SELECT first_run, last_run FROM findings WHERE code = 'bad-coordinates'";
    assert_eq!(bench.one(stored), "2 | -");
    bench.change("UPDATE nodeshot_node SET lat = 41.5 WHERE id = 3");
    bench.import().exits(0);
    assert_eq!(bench.one(stored), "2 | 4");
}

#[test]
fn an_owner_who_changes_email_gets_an_account_of_the_new_one() {
    let bench = imported();
    bench.change("UPDATE nodeshot_node SET email = 'new@posta.example' WHERE id = 1");
    let run = bench.import().exits(0);
    assert_eq!(
        (run.count("users", "created"), run.count("nodes", "updated")),
        (1, 1)
    );
    assert_eq!(
        bench.see(
            "SELECT u.email, u.username FROM nodes n JOIN users u ON u.id = user_id ORDER BY n.id"
        ),
        [
            "new@posta.example | person-1",
            "person2@posta.example | person-2"
        ]
    );
    // the old account was nobody's any more, and its name is free
    assert_eq!(run.count("users", "deleted"), 1);
    let old = "SELECT id FROM users WHERE email = 'person1@posta.example'";
    assert!(bench.see(old).is_empty());
}

#[test]
fn an_old_account_may_take_the_email_of_an_owner() {
    let bench = imported();
    bench.account(5, row! { email: "boss@posta.example" });
    bench.import().exits(0);
    bench.change("UPDATE auth_user SET email = 'person1@posta.example'");
    for round in 0..2 {
        let run = bench.import().exits(0);
        assert_eq!(run.found("email-shared"), ["users 5"], "{round}");
        assert_eq!(
            bench.one("SELECT email, data ->> 'email' FROM users WHERE username = 'admin5'"),
            "- | person1@posta.example"
        );
    }
    let owner = "SELECT u.email FROM nodes n JOIN users u ON u.id = user_id WHERE n.id = 1";
    assert_eq!(bench.one(owner), "person1@posta.example");
}

#[test]
fn old_accounts_may_swap_their_emails() {
    let bench = Bench::new();
    bench.account(1, row! { email: "a@posta.example" });
    bench.account(2, row! { email: "b@posta.example" });
    bench.import().exits(0);
    bench.change(
        "UPDATE auth_user SET email = CASE id WHEN 1 THEN 'b@posta.example' ELSE 'a@posta.example' END",
    );
    // each address is held by the other: they may need a second run, but never fail
    bench.import().exits(0);
    bench.import().exits(0);
    assert_eq!(
        bench.see("SELECT id, email FROM users ORDER BY id"),
        ["1 | b@posta.example", "2 | a@posta.example"]
    );
}

#[test]
fn an_old_accounts_new_email_may_be_an_extra_one_of_its_node() {
    let bench = Bench::new();
    bench.account(1, row! { email: "a@posta.example" });
    bench.node(1, row! { email: "a@posta.example" });
    bench.import().exits(0);
    bench.change(
        "UPDATE auth_user SET email = 'b@posta.example';
         UPDATE nodeshot_node SET email2 = 'b@posta.example'",
    );
    bench.import().exits(0);
    assert_eq!(bench.one("SELECT email FROM users"), "b@posta.example");
    assert_eq!(
        bench.one("SELECT count(*) FROM email_addresses WHERE email = 'b@posta.example'"),
        "1"
    );
}

#[test]
fn numbers_behind_names_stay_where_they_are() {
    let bench = Bench::new();
    bench.run(&["digest"]).exits(0);
    bench.edit(
        "INSERT INTO layers (id, slug, name) VALUES (1, 'own', 'Own');
         INSERT INTO users (id, username) VALUES (70, 'mario-rossi');
         INSERT INTO nodes (id, slug, name, layer_id, status_id, longitude, latitude)
             VALUES (70, 'roof', 'Own', 1, 1, 0, 0)",
    );
    bench
        .node(1, row! { owner: "Mario Rossi", slug: "roof" })
        .node(2, row! { owner: "Mario Rossi", slug: "roof-2" });
    let first = bench.import().exits(0);
    assert_eq!(first.found("store-not-clean").len(), 1);
    let names =
        "SELECT n.slug, u.username FROM nodes n JOIN users u ON u.id = user_id ORDER BY n.id";
    let expected = ["roof2 | mario-rossi2", "roof-2 | mario-rossi3"];
    assert_eq!(bench.see(names), expected);
    // the plain ones become free, an older namesake appears
    bench.edit("DELETE FROM nodes WHERE id = 70; DELETE FROM users WHERE id = 70");
    bench.node(
        3,
        row! { owner: "Mario Rossi", added: "2001-01-01 00:00:00" },
    );
    bench.change("UPDATE nodeshot_node SET description = 'changed' WHERE id = 1");
    let run = bench.import().exits(0);
    assert_eq!(run.found("slug-taken"), ["nodes 1"]);
    assert_eq!(bench.see(names)[..2], expected);
    assert_eq!(bench.see(names)[2], "node-3 | mario-rossi");
    assert!(bench.import().exits(0).changed_nothing());
}
