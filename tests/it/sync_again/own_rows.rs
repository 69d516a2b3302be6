//! Rows that the import did not create.

use super::imported;
use crate::support::{Bench, row};

#[test]
fn rows_of_the_store_are_never_touched() {
    let bench = Bench::new();
    bench.run(&["digest"]).exits(0);
    bench.edit(
        "INSERT INTO layers (id, slug, name) VALUES (1, 'own', 'Own');
         INSERT INTO users (id, username, email, first_name, password)
             VALUES (1, 'person-1', 'Person1@Posta.example', 'Own', 'x'), (2, 'person-2', NULL, 'Own', 'x');
         INSERT INTO nodes (id, slug, name, layer_id, status_id, longitude, latitude)
             VALUES (1, 'node-2', 'Own', 1, 1, 0, 0);
         INSERT INTO devices (id, node_id, name) VALUES (1, 1, 'own');
         INSERT INTO interfaces (id, device_id, name) VALUES (1, 1, 'own');
         INSERT INTO ip_addresses (id, interface_id, address) VALUES (1, 1, '10.0.0.1')",
    );
    let own =
        "SELECT u.id, u.username, u.email, u.first_name, u.password, v.username, v.first_name,
               n.slug, n.name, d.name, i.name, a.address, a.interface_id
               FROM users u, users v, nodes n, devices d, interfaces i, ip_addresses a
               WHERE u.id = 1 AND v.id = 2 AND n.id = 1 AND d.id = 1 AND i.id = 1 AND a.id = 1";
    let before = bench.one(own);
    for id in 1..3 {
        bench.node(id, vec![]).device(id, id, vec![]);
        bench.interface(id, id, row! { ipv4_address: format!("10.0.0.{id}") });
    }
    let run = bench.import().exits(3);
    assert_eq!(run.found("address-taken"), ["ip_addresses 1/4"]);
    assert_eq!(run.found("slug-taken"), ["nodes 2"]);
    assert_eq!(run.found("username-taken"), ["users person2@posta.example"]);
    bench.change("UPDATE nodeshot_node SET owner = 'Changed', description = 'x'");
    let again = bench.import().exits(0);
    assert_eq!(bench.one(own), before);
    assert_eq!(
        again.count("users", "unchanged"),
        1,
        "matched by email, followed, left alone"
    );
    // what is told of the same row is told in the same words
    assert_eq!(run.message("address-taken"), again.message("address-taken"));
    let owner = "SELECT user_id FROM nodes WHERE name = 'Node 1'";
    assert_eq!(bench.one(owner), "1");
}

#[test]
fn a_row_added_beside_imported_ones_stays_as_it_is() {
    let bench = imported();
    bench.edit(
        "INSERT INTO devices (node_id, name) VALUES (1, 'own');
         INSERT INTO email_addresses (user_id, email) SELECT user_id, 'own@posta.example' FROM nodes WHERE id = 1",
    );
    let digest = bench.digest();
    assert!(bench.import().exits(0).changed_nothing());
    assert_eq!(bench.digest(), digest);
    // a later legacy row with that id gets another
    bench.device(3, 1, vec![]);
    bench.import().exits(0);
    assert_eq!(
        bench.see("SELECT id, name FROM devices ORDER BY id"),
        ["1 | device 1", "2 | device 2", "3 | own", "4 | device 3"]
    );
}

#[test]
fn an_address_refused_on_an_interface_with_a_new_id_is_told_in_the_same_words() {
    let bench = Bench::new();
    bench.run(&["digest"]).exits(0);
    bench.edit(
        "INSERT INTO layers (id, slug, name) VALUES (1, 'own', 'Own');
         INSERT INTO nodes (id, slug, name, layer_id, status_id, longitude, latitude)
             VALUES (9, 'own', 'Own', 1, 1, 0, 0);
         INSERT INTO devices (id, node_id, name) VALUES (9, 9, 'own');
         INSERT INTO interfaces (id, device_id, name) VALUES (1, 9, 'own')",
    );
    bench.node(1, vec![]).device(1, 1, vec![]);
    bench.interface(1, 1, row! { ipv4_address: "10.0.0.1" });
    bench.interface(2, 1, row! { ipv4_address: "010.0.0.1" });
    let first = bench.import().exits(3);
    let second = bench.import().exits(0);
    assert_eq!(
        first.message("address-taken"),
        second.message("address-taken")
    );
    assert_eq!(
        bench.one("SELECT count(*), count(last_run) FROM findings WHERE code = 'address-taken'"),
        "1 | 0"
    );
}
