//! The whole source, and the ways to follow it.

use std::fs;

use super::network::{configure, network};
use super::{Source, Turn, follow, take};
use crate::support::{Bench, Run};

/// Node 3 is withdrawn, with all that hangs on it.
const WITHDRAWN: &str = "UPDATE nodeshot_node SET status = 'u' WHERE id = 3";

#[test]
fn everything_goes_and_comes_back() {
    take(&[Turn {
        what: "every row of the source is deleted",
        there: Source(
            "DELETE FROM nodeshot_contact; DELETE FROM nodeshot_hna; DELETE FROM nodeshot_statistic;
             DELETE FROM nodeshot_link; DELETE FROM nodeshot_interface; DELETE FROM nodeshot_device;
             DELETE FROM nodeshot_node; DELETE FROM nodeshot_userprofile; DELETE FROM auth_user",
        ),
        does: "nodes -4, users -5, devices -5, interfaces -6, ip_addresses -4, vaps -3, links -4, \
               routes -2, contacts -2, statistics -2",
        // staff stays, and the store's own account
        seen: (
            "SELECT (SELECT count(*) FROM nodes) + (SELECT count(*) FROM users)
                  + (SELECT count(*) FROM interfaces)
                  + (SELECT count(*) FROM device_routing_protocols), (SELECT count(*) FROM layers)",
            &["2 | 3"],
        ),
        anew: &[
            "users",
            "email_addresses",
            "routing_protocols",
            "device_routing_protocols",
            "ip_addresses",
            "vaps",
        ],
    }]);
}

#[test]
fn what_vanished_stays_while_it_is_to_stay() {
    let mut bench = network();
    let before = bench.digest();
    let source = fs::read(bench.legacy_path()).unwrap();
    configure(&mut bench, "delete_vanished = false");
    bench.change(WITHDRAWN).change(
        "DELETE FROM nodeshot_statistic WHERE id = 2; DELETE FROM nodeshot_hna WHERE id = 2;
         DELETE FROM auth_user WHERE id = 1; DELETE FROM nodeshot_contact WHERE id = 1;
         UPDATE nodeshot_interface SET essid = NULL, ipv4_address = NULL WHERE id = 2",
    );
    assert!(follow(&bench).exits(0).changed_nothing());
    assert_eq!(bench.digest(), before);
    // the source has them again: they are the same rows still
    let changed = fs::read(bench.legacy_path()).unwrap();
    fs::write(bench.legacy_path(), source).unwrap();
    assert!(follow(&bench).exits(0).changed_nothing());
    assert_eq!(bench.digest(), before);
    // and when deleting is on again, what vanished meanwhile goes
    fs::write(bench.legacy_path(), changed).unwrap();
    follow(&bench).exits(0);
    configure(&mut bench, "");
    let run = follow(&bench).exits(0);
    for (entity, deleted) in [
        ("nodes", 1),
        ("users", 2),
        ("devices", 1),
        ("interfaces", 1),
        ("ip_addresses", 2),
        ("vaps", 1),
        ("links", 2),
        ("routes", 1),
        ("contacts", 1),
        ("statistics", 1),
    ] {
        assert_eq!(run.count(entity, "deleted"), deleted, "{entity}");
    }
}

/// As a timer follows the configured source.
fn sync(bench: &Bench, options: &[&str]) -> Run {
    let usual = ["sync", "--allow-deletes", "--report", "report.json"];
    bench.run(&[&usual, options].concat())
}

#[test]
fn a_sync_does_what_an_import_does() {
    let (one, other) = (network(), network());
    assert_eq!(one.digest(), other.digest());
    for change in [
        WITHDRAWN,
        "UPDATE nodeshot_interface SET type = 'eth', ipv4_address = '10.0.0.9' WHERE id = 1",
        "UPDATE nodeshot_node SET email = 'new@posta.example' WHERE id = 1",
        "UPDATE nodeshot_node SET status = 'a' WHERE id IN (3, 6)",
    ] {
        let import = follow(one.change(change)).exits(0);
        let sync = other.change(change).follow(sync).exits(0);
        assert_eq!(import.report["entities"], sync.report["entities"]);
        assert_eq!(import.plan(), sync.plan());
        assert_eq!(one.digest(), other.digest(), "{change}");
        let mode = "SELECT mode FROM runs ORDER BY id DESC LIMIT 1";
        assert_eq!([one.one(mode), other.one(mode)], ["import", "sync"]);
    }
}

#[test]
fn a_layer_redrawn_by_its_own_command_is_followed_by_the_next_sync() {
    let bench = network();
    let layers = fs::read_to_string(bench.path("layers.geojson")).unwrap();
    let narrow = layers.replace("[14, 4", "[13.1, 4");
    assert_ne!(narrow, layers);
    let seen = "SELECT id, layer_id FROM nodes ORDER BY id";
    let before = bench.see(seen);
    for (drawn, nodes) in [(&narrow, 3), (&layers, 4), (&narrow, 3), (&layers, 4)] {
        fs::write(bench.path("drawn.geojson"), drawn).unwrap();
        bench.run(&["layers", "import", "drawn.geojson"]).exits(0);
        // nothing of the source changed: the areas alone make the difference
        bench.follow(sync).exits(0);
        assert_eq!(bench.see(seen).len(), nodes);
    }
    assert_eq!(bench.see(seen), before);
}
