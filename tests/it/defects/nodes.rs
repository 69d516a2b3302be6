//! Defects of nodes: their ids, slugs, layers and statuses.

use crate::support::{BOTH, Bench, LAZIO, NOWHERE, row};

#[test]
fn d14_a_mapping_without_default_is_enough() {
    let bench = Bench::configured("status_mapping = { a = \"active\" }");
    bench.node(1, vec![]).node(2, row! { status: "p" });
    let run = bench.import().exits(0);
    assert_eq!(run.found("status-unmapped"), ["nodes 2"]);
    assert_eq!(
        bench
            .see("SELECT n.id, s.slug FROM nodes n JOIN statuses s ON s.id = status_id ORDER BY 1"),
        ["1 | active", "2 | potential"]
    );
}

#[test]
fn d15_a_status_that_is_gone_is_called_by_its_slug() {
    let bench = Bench::configured("status_mapping = { a = \"up\", default = \"potential\" }");
    bench.node(1, vec![]);
    bench.run(&["digest"]).exits(0);
    bench.edit("INSERT INTO statuses (slug, name) VALUES ('up', 'Up')");
    bench.import().exits(0);
    bench.edit("UPDATE nodes SET status_id = 1; DELETE FROM statuses WHERE slug = 'up'");
    let run = bench.import().exits(2);
    assert!(run.err.contains("nodeshot.status_mapping.a"), "{}", run.err);
    assert!(run.err.contains("\"up\""), "{}", run.err);
    // made again it has another id, and the mapping finds it
    bench.edit("INSERT INTO statuses (slug, name) VALUES ('up', 'Up')");
    bench.import().exits(0);
}

#[test]
fn d16_rows_of_the_store_are_not_overwritten_by_equal_ids() {
    let bench = Bench::new();
    bench.run(&["digest"]).exits(0);
    bench.edit(
        "INSERT INTO layers (id, slug, name) VALUES (1, 'own', 'Own');
         INSERT INTO nodes (id, slug, name, layer_id, status_id, longitude, latitude)
             VALUES (1, 'own', 'Own', 1, 1, 0, 0);
         INSERT INTO devices (id, node_id, name) VALUES (1, 1, 'own');
         INSERT INTO interfaces (id, device_id, name) VALUES (1, 1, 'own'), (2, 1, 'own');
         INSERT INTO links (id, interface_a_id, interface_b_id) VALUES (1, 1, 2);
         INSERT INTO contacts (id, node_id, message) VALUES (1, 1, 'own');
         INSERT INTO routes (id, device_id, destination) VALUES (1, 1, 'own');
         INSERT INTO network_statistics (id, links) VALUES (1, 99)",
    );
    bench.radio(1).radio(2).link(1, 1, 2, vec![]);
    bench
        .contact(1, 1, vec![])
        .route(1, 1, "10.0.0.0/8")
        .statistic(1, vec![]);
    let own = "SELECT n.name, d.name, i.name, c.message, r.destination, s.links, l.interface_b_id
         FROM nodes n, devices d, interfaces i, contacts c, routes r, network_statistics s, links l
         WHERE n.id = 1 AND d.id = 1 AND i.id = 1 AND c.id = 1 AND r.id = 1 AND s.id = 1 AND l.id = 1";
    for _ in 0..2 {
        bench.import().exits(0);
        assert_eq!(bench.one(own), "Own | own | own | own | own | 99 | 2");
    }
    // what could not keep its id hangs together under its new one
    assert_eq!(
        bench.one(
            "SELECT n.id, d.id, i.id, l.id, c.id, r.id, s.id FROM nodes n
             JOIN devices d ON d.node_id = n.id JOIN interfaces i ON i.device_id = d.id
             JOIN links l ON l.interface_a_id = i.id JOIN contacts c ON c.node_id = n.id
             JOIN routes r ON r.device_id = d.id JOIN network_statistics s ON s.links = 4
             WHERE n.name = 'Node 1'"
        ),
        "3 | 3 | 3 | 2 | 2 | 2 | 2"
    );
}

#[test]
fn d18_slugs_are_kept_and_equal_ones_get_a_number() {
    let bench = Bench::new();
    bench.run(&["digest"]).exits(0);
    bench.edit(
        "INSERT INTO layers (id, slug, name) VALUES (1, 'own', 'Own');
         INSERT INTO nodes (id, slug, name, layer_id, status_id, longitude, latitude)
             VALUES (50, 'taken', 'Own', 1, 1, 0, 0)",
    );
    bench
        .node(1, row! { name: "Node A", slug: "old-address" })
        .node(2, row! { name: "Узел", slug: "" })
        .node(3, row! { name: "node-a", slug: "taken" })
        .node(4, row! { name: "node a", slug: "taken2" });
    let run = bench.import().exits(0);
    assert_eq!(run.count("nodes", "created"), 4);
    assert_eq!(run.found("slug-taken"), ["nodes 3", "nodes 4"]);
    assert_eq!(
        bench.see("SELECT slug FROM nodes WHERE id < 50 ORDER BY id"),
        ["old-address", "uzel", "taken2", "taken22"]
    );
}

#[test]
fn d19_without_a_default_layer_outside_nodes_are_discarded_in_one_line() {
    let bench = Bench::new();
    bench.node(1, vec![]).node(2, row! { lng: NOWHERE });
    let run = bench.import().exits(0);
    assert_eq!(run.count("nodes", "discarded"), 1);
    assert_eq!(run.found("outside-layers"), ["nodes 2"]);
    assert_eq!(
        run.findings()
            .iter()
            .filter(|one| one["legacy_id"] == "2")
            .count(),
        1
    );
    // a default layer takes it, its area notwithstanding
    let run = bench.import_with(&["--default-layer", "rome"]).exits(0);
    assert_eq!(run.count("nodes", "created"), 1);
    let run = bench.import_with(&["--default-layer", "1999"]).exits(2);
    assert!(run.err.contains("nodeshot.default_layer"), "{}", run.err);
}

#[test]
fn d20_unattended_nothing_is_asked_and_any_name_can_be_printed() {
    let bench = Bench::new();
    bench.node(1, row! { name: "Città 🚀 \u{1b}[31m\u{202e}", lng: BOTH });
    let run = bench
        .import_with(&["--default-layer", "italy", "--verbosity", "2"])
        .exits(0);
    assert!(
        !(run.out.clone() + &run.err).contains("Which one"),
        "{}",
        run.err
    );
    assert!(
        run.out.contains("Città 🚀 \\x1b[31m\\u{202e}"),
        "{}",
        run.out
    );
    assert!(!run.out.contains('\u{1b}'), "{}", run.out);
}

#[test]
fn d21_a_node_in_several_layers_is_not_lost_in_a_default_elsewhere() {
    let bench = Bench::configured("default_layer = \"italy\"");
    bench.node(1, row! { lng: BOTH });
    let run = bench.import().exits(0);
    assert_eq!(run.found("layer-undecided"), ["nodes 1"]);
    let layer = "SELECT l.slug FROM nodes n JOIN layers l ON l.id = layer_id";
    assert_eq!(bench.one(layer), "italy");
}

#[test]
fn d22_neighbours_come_in_however_near() {
    let bench = Bench::new();
    bench.node(1, vec![]).node(2, vec![]);
    let run = bench.import().exits(0);
    assert_eq!(run.count("nodes", "created"), 2);
}

#[test]
fn d23_what_hangs_on_an_unconfirmed_node_is_skipped_with_its_cause() {
    let bench = Bench::new();
    bench
        .radio(1)
        .radio(2)
        .link(1, 1, 2, vec![])
        .contact(1, 1, vec![]);
    bench.change("UPDATE nodeshot_node SET status = 'u' WHERE id = 1");
    let run = bench.import().exits(0);
    assert_eq!(run.found("unconfirmed"), ["nodes 1"]);
    assert_eq!(
        run.found("parent-left-out"),
        ["devices 1", "interfaces 1", "links 1", "contacts 1"]
    );
    for finding in run
        .findings()
        .iter()
        .filter(|one| one["code"] == "parent-left-out")
    {
        let cause = &finding["cause"];
        assert_eq!(
            (&cause["entity"], &cause["legacy_id"], &cause["code"]),
            (&"nodes".into(), &"1".into(), &"unconfirmed".into())
        );
    }
    assert_eq!(run.out.matches("parent-left-out").count(), 1, "{}", run.out);
}

#[test]
fn d24_a_leftover_goes_when_the_old_value_does() {
    let bench = Bench::new();
    bench.node(1, row! { status: "ah", postal_code: "00100" });
    bench.import().exits(0);
    let data = "SELECT data -> 'is_hotspot', data ->> 'postal_code' FROM nodes";
    assert_eq!(bench.one(data), "true | 00100");
    bench.change("UPDATE nodeshot_node SET status = 'a', postal_code = ''");
    let run = bench.import().exits(0);
    assert_eq!(run.count("nodes", "updated"), 1);
    assert_eq!(bench.one(data), "- | -");
}

#[test]
fn d25_what_is_saved_is_counted_as_saved() {
    let bench = Bench::configured("status_mapping = false");
    bench.node(1, vec![]);
    for verbosity in ["0", "1", "2", "3"] {
        let run = bench
            .import_with(&["--dry-run", "--verbosity", verbosity])
            .exits(0);
        assert_eq!(run.count("nodes", "created"), 1);
    }
    bench.import().exits(0);
    assert_eq!(
        bench.one("SELECT status_id = (SELECT id FROM statuses WHERE is_default) FROM nodes"),
        "1"
    );
    // a store without a default status says so instead
    bench.edit("UPDATE statuses SET is_default = false");
    let run = bench.import().exits(2);
    assert!(run.err.contains("default status"), "{}", run.err);
}

#[test]
fn d48_local_times_are_those_of_the_old_servers_clock() {
    let bench = Bench::configured("time_zone = \"Europe/Rome\"");
    bench.node(
        1,
        row! { added: "2012-01-15 12:00:00", updated: "2012-07-15 12:00:00.25" },
    );
    let run = bench.import().exits(0);
    assert!(run.found("time-zone-assumed").is_empty());
    let times = "SELECT added, updated FROM nodes";
    assert_eq!(
        bench.one(times),
        "2012-01-15 11:00:00 | 2012-07-15 10:00:00.250000"
    );
    let bench = Bench::new();
    bench.node(1, row! { added: "2012-01-15 12:00:00", lng: LAZIO });
    let run = bench.import().exits(0);
    assert!(run.message("time-zone-assumed").contains("time_zone"));
    assert_eq!(bench.one("SELECT added FROM nodes"), "2012-01-15 12:00:00");
}
