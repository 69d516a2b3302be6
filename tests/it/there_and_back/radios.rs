//! Interfaces with their addresses and access points.

use super::{Source, Turn, take};

const LINKS: &str = "SELECT id, type FROM links ORDER BY id";
const VAPS: &str = "SELECT interface_id, essid, bssid FROM vaps ORDER BY interface_id";
const ADDRESSES: &str = "SELECT interface_id, address FROM ip_addresses ORDER BY 1, 2";

#[test]
fn interfaces() {
    take(&[
        Turn {
            what: "wifi becomes eth: its access point goes, its links are cables, mode and channel are leftovers",
            there: Source("UPDATE nodeshot_interface SET type = 'eth' WHERE id = 1"),
            does: "interfaces ~1, vaps -1, links ~1",
            seen: (
                "SELECT i.type, mode, channel, i.data ->> 'wireless_mode', i.data ->> 'wireless_channel',
                     i.data ->> 'essid', l.type FROM interfaces i, links l WHERE i.id = 1 AND l.id = 1",
                &["ethernet | - | - | ap | 2412 | net | ethernet"],
            ),
            anew: &["vaps"],
        },
        Turn {
            what: "wifi becomes vpn: its links are virtual",
            there: Source("UPDATE nodeshot_interface SET type = 'vpn' WHERE id = 2"),
            does: "interfaces ~1, vaps -1, links ~3",
            seen: (LINKS, &["1 | virtual", "2 | virtual", "3 | virtual", "4 | virtual"]),
            anew: &["vaps"],
        },
        Turn {
            what: "eth becomes wifi with an access point",
            there: Source("UPDATE nodeshot_interface SET type = 'wifi', essid = 'new' WHERE id = 3"),
            does: "interfaces ~1, vaps +1, links ~1",
            seen: (LINKS, &["1 | radio", "2 | radio", "3 | virtual", "4 | radio"]),
            anew: &[],
        },
        Turn {
            what: "vpn becomes a type that nobody knows",
            there: Source("UPDATE nodeshot_interface SET type = 'wormhole' WHERE id = 4"),
            does: "interfaces ~1",
            seen: ("SELECT type, data ->> 'type' FROM interfaces WHERE id = 4", &["virtual | wormhole"]),
            anew: &[],
        },
        Turn {
            what: "vpn becomes a bridge: its link is a cable",
            there: Source("UPDATE nodeshot_interface SET type = 'bridge' WHERE id = 4"),
            does: "interfaces ~1, links ~1",
            seen: (LINKS, &["1 | radio", "2 | ethernet", "3 | ethernet", "4 | radio"]),
            anew: &[],
        },
        Turn {
            what: "an interface changes device, with all it has",
            there: Source("UPDATE nodeshot_interface SET device_id = 2 WHERE id = 1"),
            does: "interfaces ~1",
            seen: (
                "SELECT i.device_id, a.address, essid, l.id FROM interfaces i, ip_addresses a, vaps v, links l
                 WHERE i.id = 1 AND a.interface_id = 1 AND v.interface_id = 1 AND interface_a_id = 1
                 AND protocol = 'ipv4'",
                &["2 | 10.0.0.1 | net | 1"],
            ),
            anew: &[],
        },
        Turn {
            what: "an interface changes device while its own goes",
            there: Source(
                "UPDATE nodeshot_interface SET device_id = 1 WHERE device_id = 5;
                 DELETE FROM nodeshot_device WHERE id = 5",
            ),
            does: "devices -1, interfaces ~2",
            seen: ("SELECT id FROM interfaces WHERE device_id = 1 ORDER BY id", &["1", "5", "6"]),
            anew: &["device_routing_protocols"],
        },
        Turn {
            what: "an interface changes all it says of itself",
            there: Source(
                "UPDATE nodeshot_interface SET cname = 'other', mac_address = '00:11:22:33:44:99',
                     wireless_mode = 'sta', wireless_channel = '5180', wireless_polarity = 'v',
                     draw_link = 0, status = 'u' WHERE id = 1",
            ),
            does: "interfaces ~1",
            seen: (
                "SELECT name, mac, mode, channel, data ->> 'wireless_polarity', data ->> 'status'
                 FROM interfaces WHERE id = 1",
                &["other | 00:11:22:33:44:99 | sta | 5180 | v | u"],
            ),
            anew: &[],
        },
        Turn {
            what: "a MAC becomes none",
            there: Source("UPDATE nodeshot_interface SET mac_address = 'banana' WHERE id = 1"),
            does: "interfaces ~1",
            seen: (
                "SELECT mac, data ->> 'mac_address' FROM interfaces WHERE id = 1",
                &["- | banana"],
            ),
            anew: &[],
        },
        Turn {
            what: "an interface is deleted",
            there: Source(
                "DELETE FROM nodeshot_link WHERE id = 1; DELETE FROM nodeshot_interface WHERE id = 1",
            ),
            does: "interfaces -1, ip_addresses -2, vaps -1, links -1",
            seen: ("SELECT id FROM interfaces ORDER BY id", &["2", "3", "4", "5", "6"]),
            anew: &["ip_addresses", "vaps"],
        },
    ]);
}

#[test]
fn addresses() {
    take(&[
        Turn {
            what: "an address changes",
            there: Source("UPDATE nodeshot_interface SET ipv4_address = '10.0.0.9' WHERE id = 2"),
            does: "ip_addresses ~1",
            seen: (
                ADDRESSES,
                &[
                    "1 | 10.0.0.1",
                    "1 | 2001:db8::1",
                    "2 | 10.0.0.9",
                    "3 | 10.0.0.3",
                ],
            ),
            anew: &[],
        },
        Turn {
            what: "an address is blanked",
            there: Source("UPDATE nodeshot_interface SET ipv4_address = '' WHERE id = 2"),
            does: "ip_addresses -1",
            seen: (
                ADDRESSES,
                &["1 | 10.0.0.1", "1 | 2001:db8::1", "3 | 10.0.0.3"],
            ),
            anew: &["ip_addresses"],
        },
        Turn {
            what: "both addresses are null",
            there: Source(
                "UPDATE nodeshot_interface SET ipv4_address = NULL, ipv6_address = NULL WHERE id = 1",
            ),
            does: "ip_addresses -2",
            seen: (ADDRESSES, &["2 | 10.0.0.2", "3 | 10.0.0.3"]),
            anew: &["ip_addresses"],
        },
        Turn {
            what: "an address is added",
            there: Source(
                "UPDATE nodeshot_interface SET ipv6_address = '2001:db8::4' WHERE id = 4",
            ),
            does: "ip_addresses +1",
            seen: (
                ADDRESSES,
                &[
                    "1 | 10.0.0.1",
                    "1 | 2001:db8::1",
                    "2 | 10.0.0.2",
                    "3 | 10.0.0.3",
                    "4 | 2001:db8::4",
                ],
            ),
            anew: &[],
        },
        Turn {
            what: "two interfaces swap theirs",
            there: Source(
                "UPDATE nodeshot_interface SET ipv4_address = NULL WHERE id = 2;
                 UPDATE nodeshot_interface SET ipv4_address = '10.0.0.2' WHERE id = 3;
                 UPDATE nodeshot_interface SET ipv4_address = '10.0.0.3' WHERE id = 2",
            ),
            does: "ip_addresses ~2",
            seen: (
                ADDRESSES,
                &[
                    "1 | 10.0.0.1",
                    "1 | 2001:db8::1",
                    "2 | 10.0.0.3",
                    "3 | 10.0.0.2",
                ],
            ),
            anew: &[],
        },
        Turn {
            what: "the two columns are each other's",
            there: Source(
                "UPDATE nodeshot_interface SET ipv4_address = '2001:db8::1', ipv6_address = '10.0.0.1'
                 WHERE id = 1",
            ),
            does: "ip_addresses ~2",
            seen: (
                "SELECT address, protocol FROM ip_addresses WHERE interface_id = 1 ORDER BY id",
                &["2001:db8::1 | ipv6", "10.0.0.1 | ipv4"],
            ),
            anew: &[],
        },
        Turn {
            what: "an address passes to another interface",
            there: Source(
                "UPDATE nodeshot_interface SET ipv4_address = NULL WHERE id = 2;
                 UPDATE nodeshot_interface SET ipv4_address = '10.0.0.2' WHERE id = 4",
            ),
            does: "ip_addresses +1 -1",
            seen: (
                ADDRESSES,
                &[
                    "1 | 10.0.0.1",
                    "1 | 2001:db8::1",
                    "3 | 10.0.0.3",
                    "4 | 10.0.0.2",
                ],
            ),
            anew: &["ip_addresses"],
        },
    ]);
}

#[test]
fn access_points() {
    take(&[
        Turn {
            what: "another essid",
            there: Source("UPDATE nodeshot_interface SET essid = 'new' WHERE id = 1"),
            does: "vaps ~1",
            seen: (
                VAPS,
                &[
                    "1 | new | 00:11:22:33:44:55",
                    "2 | net | -",
                    "5 | other | -",
                ],
            ),
            anew: &[],
        },
        Turn {
            what: "no essid, but a bssid",
            there: Source("UPDATE nodeshot_interface SET essid = NULL WHERE id = 1"),
            does: "vaps ~1",
            seen: (
                VAPS,
                &["1 | - | 00:11:22:33:44:55", "2 | net | -", "5 | other | -"],
            ),
            anew: &[],
        },
        Turn {
            what: "neither",
            there: Source("UPDATE nodeshot_interface SET essid = NULL, bssid = '' WHERE id = 1"),
            does: "vaps -1",
            seen: (VAPS, &["2 | net | -", "5 | other | -"]),
            anew: &["vaps"],
        },
    ]);
}
