//! What is refused now and came in before.

use super::imported;

#[test]
fn what_is_refused_now_keeps_its_last_good_state_and_its_dependants() {
    let bench = imported();
    let digest = bench.digest();
    bench.change(
        "UPDATE nodeshot_node SET lat = 95, name = 'Changed' WHERE id = 1;
         UPDATE nodeshot_link SET to_interface_id = from_interface_id;
         UPDATE nodeshot_hna SET route = 'banana'",
    );
    let run = bench.import().exits(3);
    assert_eq!(
        run.found("kept-last-good"),
        ["nodes 1", "links 1", "routes 1"]
    );
    assert_eq!(run.count("devices", "unchanged"), 2);
    assert_eq!(run.count("interfaces", "unchanged"), 2);
    assert_eq!(run.count("contacts", "unchanged"), 1);
    assert_eq!(bench.digest(), digest);
    // not news any more
    let run = bench.import().exits(0);
    assert_eq!(run.found("kept-last-good").len(), 3);
    bench.change("UPDATE nodeshot_node SET lat = 41.5");
    assert_eq!(bench.import().exits(0).count("nodes", "updated"), 1);
}

#[test]
fn a_kept_node_still_takes_new_rows() {
    let bench = imported();
    bench.change("UPDATE nodeshot_node SET lng = 999 WHERE id = 1");
    bench.device(3, 1, vec![]);
    let run = bench.import().exits(3);
    assert_eq!(run.count("devices", "created"), 1);
    assert_eq!(bench.one("SELECT node_id FROM devices WHERE id = 3"), "1");
}

#[test]
fn an_address_that_is_none_any_more_stays_as_it_was() {
    let bench = imported();
    bench.change("UPDATE nodeshot_interface SET ipv4_address = '10.0.0.999' WHERE id = 1");
    let run = bench.import().exits(3);
    assert_eq!(run.found("kept-last-good"), ["ip_addresses 1/4"]);
    assert_eq!(
        bench.one(
            "SELECT a.address, i.data ->> 'ipv4_address' FROM ip_addresses a
             JOIN interfaces i ON i.id = a.interface_id WHERE i.id = 1"
        ),
        "10.0.0.1 | 10.0.0.999"
    );
}

#[test]
fn rows_whose_parent_is_gone_keep_their_place() {
    let bench = imported();
    let digest = bench.digest();
    bench.change(
        "UPDATE nodeshot_device SET node_id = 999 WHERE id = 1;
         UPDATE nodeshot_interface SET device_id = 999 WHERE id = 2;
         UPDATE nodeshot_contact SET node_id = 999",
    );
    let run = bench.import().exits(3);
    assert_eq!(
        run.found("kept-last-good"),
        ["devices 1", "interfaces 2", "contacts 1"]
    );
    assert_eq!(run.count("links", "unchanged"), 1);
    assert_eq!(run.count("routes", "unchanged"), 1);
    assert_eq!(bench.digest(), digest);
}
