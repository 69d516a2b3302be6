//! Defects of devices and interfaces: their protocols, names, addresses and radios.

use rusqlite::types::Null;

use crate::support::{Bench, row};

#[test]
fn d29_dates_of_devices_and_interfaces_are_the_old_ones() {
    let bench = Bench::new();
    bench.radio(1).radio(2).link(1, 1, 2, vec![]);
    let dates =
        "SELECT added, updated FROM devices UNION ALL SELECT added, updated FROM interfaces";
    for _ in 0..2 {
        bench.import().exits(0);
        assert_eq!(
            bench.see(dates),
            ["2012-01-01 12:00:00 | 2012-01-02 12:00:00"; 4]
        );
    }
}

#[test]
fn d30_protocols_are_matched_exactly_with_their_versions() {
    let bench = Bench::new();
    bench.run(&["digest"]).exits(0);
    bench.edit("INSERT INTO routing_protocols (id, name) VALUES (90, 'batman-adv'), (91, 'olsr')");
    bench
        .node(1, vec![])
        .device(1, 1, row! { routing_protocol: "batman" })
        .device(2, 1, row! { routing_protocol: "olsr" })
        .device(
            3,
            1,
            row! { routing_protocol: "olsr", routing_protocol_version: "0.6" },
        )
        .device(
            4,
            1,
            row! { routing_protocol: "OLSR", routing_protocol_version: "0.6" },
        )
        .device(
            5,
            1,
            row! { routing_protocol: "", routing_protocol_version: "0.6" },
        );
    let spoken = "SELECT d.device_id, p.name, p.version FROM device_routing_protocols d
                  JOIN routing_protocols p ON p.id = d.routing_protocol_id ORDER BY 1";
    let expected = [
        "1 | batman | -",
        "2 | olsr | -",
        "3 | olsr | 0.6",
        "4 | OLSR | 0.6",
    ];
    bench.import().exits(0);
    assert_eq!(bench.see(spoken), expected);
    assert_eq!(bench.one("SELECT count(*) FROM routing_protocols"), "5");
    // a changed protocol replaces the old one
    bench.change("UPDATE nodeshot_device SET routing_protocol = 'ospf' WHERE id = 1");
    bench.import().exits(0);
    assert_eq!(bench.see(spoken)[0], "1 | ospf | -");
    assert_eq!(bench.see(spoken)[1..], expected[1..]);
}

#[test]
fn d31_an_interface_without_a_cname_is_called_as_its_type() {
    let bench = Bench::new();
    bench.node(1, vec![]).device(1, 1, row! { cname: Null });
    bench
        .interface(1, 1, row! { cname: Null, type: "eth" })
        .interface(2, 1, row! { cname: Null, type: "eth" })
        .interface(3, 1, row! { cname: "a name of more than ten letters" });
    let run = bench.import().exits(0);
    assert_eq!(
        run.found("no-cname"),
        ["devices 1", "interfaces 1", "interfaces 2"]
    );
    assert_eq!(
        bench.see("SELECT name FROM interfaces ORDER BY id"),
        ["eth", "eth", "a name of more than ten letters"]
    );
}

#[test]
fn d32_addresses_are_read_strictly_and_a_bad_one_falls_alone() {
    let bench = Bench::new();
    bench.node(1, vec![]).device(1, 1, vec![]);
    let bad = ["10.0.0.300", "10.0.0.1/24", "10", "1.2.3", "fe80::1"];
    for (id, address) in (1..).zip(bad) {
        bench.interface(
            id,
            1,
            row! { ipv4_address: address, ipv6_address: format!("2001:db8::{id}") },
        );
    }
    bench
        .interface(
            7,
            1,
            row! { ipv4_address: "010.040.000.001", ipv6_address: "fe80::1%eth0" },
        )
        .interface(
            8,
            1,
            row! { ipv4_address: " 10.0.0.8 ", ipv6_address: "2001:DB8:0::8" },
        );
    let run = bench.import().exits(3);
    assert_eq!(run.count("interfaces", "created"), 7);
    assert_eq!(
        run.found("bad-address"),
        ["1/4", "2/4", "3/4", "4/4", "7/6"].map(|key| format!("ip_addresses {key}"))
    );
    assert_eq!(run.found("address-zero-padded"), ["ip_addresses 7/4"]);
    assert_eq!(
        bench.see("SELECT data ->> 'ipv4_address' FROM interfaces WHERE id < 5 ORDER BY id"),
        bad[..4]
    );
    assert_eq!(
        bench.see("SELECT address FROM ip_addresses WHERE interface_id > 4 ORDER BY interface_id, protocol"),
        ["fe80::1", "2001:db8::5", "10.40.0.1", "10.0.0.8", "2001:db8::8"]
    );
}

#[test]
fn d33_equal_or_missing_essids_are_many_access_points() {
    let bench = Bench::new();
    bench.node(1, vec![]).device(1, 1, vec![]);
    bench
        .interface(1, 1, row! { essid: "net", bssid: "x" })
        .interface(2, 1, row! { essid: "net" })
        .interface(3, 1, row! { bssid: "x" })
        .interface(4, 1, row! { essid: "", bssid: "" })
        .interface(5, 1, row! { essid: "net", type: "eth" });
    let vaps = "SELECT interface_id, essid, bssid FROM vaps ORDER BY 1";
    for _ in 0..2 {
        let run = bench.import().exits(0);
        assert_eq!(run.count("vaps", "retrieved"), 3);
        assert_eq!(bench.see(vaps), ["1 | net | x", "2 | net | -", "3 | - | x"]);
    }
    assert_eq!(
        bench.one("SELECT data ->> 'essid' FROM interfaces WHERE id = 5"),
        "net"
    );
}

#[test]
fn d34_both_names_of_an_access_point_may_change() {
    let bench = Bench::new();
    bench.node(1, vec![]).device(1, 1, vec![]);
    bench.interface(1, 1, row! { essid: "net", bssid: "x" });
    bench.import().exits(0);
    bench.change("UPDATE nodeshot_interface SET essid = 'other', bssid = 'y'");
    let run = bench.import().exits(0);
    assert_eq!(run.count("vaps", "updated"), 1);
    assert_eq!(bench.one("SELECT essid, bssid FROM vaps"), "other | y");
}

#[test]
fn d35_any_channel_and_a_bad_mac_do_not_lose_the_interface() {
    let bench = Bench::new();
    bench.node(1, vec![]).device(1, 1, vec![]);
    for (id, channel) in (1..).zip(["2432", "5865", "auto", "2412"]) {
        bench.interface(
            id,
            1,
            row! { wireless_channel: channel, ipv4_address: format!("10.0.0.{id}"), essid: "net" },
        );
    }
    bench
        .interface(
            5,
            1,
            row! { mac_address: "00:11:22:ff:fe:33:44:55", ipv4_address: "10.0.0.5" },
        )
        .interface(6, 1, row! { mac_address: "00-11-22-AA-BB-CC" })
        .interface(7, 1, row! { mac_address: "0011.22aa.bbcc" });
    let run = bench.import().exits(0);
    assert_eq!(
        run.found("channel-off-list"),
        ["interfaces 1", "interfaces 2", "interfaces 3"]
    );
    assert_eq!(run.found("bad-mac"), ["interfaces 5"]);
    assert_eq!(
        bench.see("SELECT channel FROM interfaces WHERE id < 5 ORDER BY id"),
        ["2432", "5865", "auto", "2412"]
    );
    assert_eq!(
        bench.see("SELECT mac, data ->> 'mac_address' FROM interfaces WHERE id > 4 ORDER BY id"),
        [
            "- | 00:11:22:ff:fe:33:44:55",
            "00:11:22:aa:bb:cc | -",
            "00:11:22:aa:bb:cc | -"
        ]
    );
    assert_eq!(
        (
            run.count("ip_addresses", "created"),
            run.count("vaps", "created")
        ),
        (5, 4)
    );
}

#[test]
fn d36_an_interface_may_change_its_type() {
    let bench = Bench::new();
    bench.node(1, vec![]).device(1, 1, vec![]);
    bench.interface(
        1,
        1,
        row! { mac_address: "00:11:22:aa:bb:cc", wireless_mode: "ap", wireless_channel: "2412" },
    );
    bench.import().exits(0);
    let seen = "SELECT type, mac, mode, channel, data ->> 'wireless_mode', data ->> 'type' FROM interfaces";
    assert_eq!(
        bench.one(seen),
        "wireless | 00:11:22:aa:bb:cc | ap | 2412 | - | -"
    );
    for (old, expected) in [
        ("eth", "ethernet | 00:11:22:aa:bb:cc | - | - | ap | -"),
        (
            "batman",
            "virtual | 00:11:22:aa:bb:cc | - | - | ap | batman",
        ),
        ("wifi", "wireless | 00:11:22:aa:bb:cc | ap | 2412 | - | -"),
    ] {
        bench.change(&format!("UPDATE nodeshot_interface SET type = '{old}'"));
        let run = bench.import().exits(0);
        assert_eq!(run.count("interfaces", "updated"), 1, "{old}");
        assert_eq!(bench.one(seen), expected);
    }
}

#[test]
fn d37_what_the_store_adds_to_a_row_outlives_the_next_import() {
    let bench = Bench::new();
    bench
        .radio(1)
        .radio(2)
        .link(1, 1, 2, vec![])
        .contact(1, 1, vec![]);
    bench.import().exits(0);
    bench.edit(
        "UPDATE links SET access_level = 2, data = '{\"noise\":-90}';
         UPDATE contacts SET from_name = 'Edited';
         UPDATE interfaces SET data = '{\"mtu\":1400}' WHERE id = 1",
    );
    // other fields of the same rows change
    bench.change(
        "UPDATE nodeshot_link SET etx = 2.5; UPDATE nodeshot_contact SET message = 'changed';
         UPDATE nodeshot_interface SET cname = 'wlan9' WHERE id = 1",
    );
    let run = bench.import().exits(0);
    assert!(run.found("edit-kept").is_empty());
    assert_eq!(
        bench.one("SELECT metric_value, access_level, data FROM links"),
        "2.5 | 2 | {\"noise\":-90}"
    );
    assert_eq!(
        bench.one("SELECT message, from_name FROM contacts"),
        "changed | Edited"
    );
    assert_eq!(
        bench.one("SELECT name, data FROM interfaces WHERE id = 1"),
        "wlan9 | {\"mtu\":1400}"
    );
}
