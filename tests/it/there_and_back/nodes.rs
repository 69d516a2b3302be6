//! Nodes, and the devices on them.

use super::{Source, Turn, take};

const LAYERS: &str =
    "SELECT n.id, l.slug FROM nodes n JOIN layers l ON l.id = layer_id ORDER BY n.id";

#[test]
fn nodes() {
    take(&[
        Turn {
            what: "a node moves into another layer",
            there: Source("UPDATE nodeshot_node SET lng = 13.5 WHERE id = 1"),
            does: "nodes ~1",
            seen: (LAYERS, &["1 | lazio", "2 | rome", "3 | lazio", "4 | rome"]),
            anew: &[],
        },
        Turn {
            what: "a node moves to where two layers are: it stays in its own",
            there: Source("UPDATE nodeshot_node SET lng = 12.9 WHERE id = 3"),
            does: "nodes ~1",
            seen: (LAYERS, &["1 | rome", "2 | rome", "3 | lazio", "4 | rome"]),
            anew: &[],
        },
        Turn {
            what: "a node moves out of all layers, and takes what hangs on it along",
            there: Source("UPDATE nodeshot_node SET lng = 20 WHERE id = 1"),
            does: "nodes -1, devices -2, interfaces -3, ip_addresses -2, vaps -2, \
                   links -2, routes -1, contacts -2",
            seen: (LAYERS, &["2 | rome", "3 | lazio", "4 | rome"]),
            anew: &["device_routing_protocols", "ip_addresses", "vaps"],
        },
        Turn {
            what: "a node that was outside of all layers comes in",
            there: Source("UPDATE nodeshot_node SET lng = 12.5 WHERE id = 5"),
            does: "nodes +1",
            seen: (LAYERS, &["1 | rome", "2 | rome", "3 | lazio", "4 | rome", "5 | rome"]),
            anew: &[],
        },
        Turn {
            what: "a node is withdrawn",
            there: Source("UPDATE nodeshot_node SET status = 'u' WHERE id = 3"),
            does: "nodes -1, users -1, devices -1, interfaces -1, ip_addresses -1, \
                   links -2, contacts ~1",
            seen: ("SELECT id, user_id FROM contacts ORDER BY id", &["1 | 4", "2 | -"]),
            anew: &["users", "email_addresses", "device_routing_protocols", "ip_addresses"],
        },
        Turn {
            what: "a node is confirmed",
            there: Source("UPDATE nodeshot_node SET status = 'a' WHERE id = 6"),
            does: "nodes +1, users +1",
            seen: (
                "SELECT n.id, username FROM nodes n JOIN users u ON u.id = user_id WHERE n.id = 6",
                &["6 | person-6"],
            ),
            anew: &[],
        },
        Turn {
            what: "a node changes status and is a hotspot",
            there: Source("UPDATE nodeshot_node SET status = 'ah' WHERE id = 2"),
            does: "nodes ~1",
            seen: (
                "SELECT s.slug, CAST(data ->> 'is_hotspot' AS TEXT) IN ('1', 'true') FROM nodes n JOIN statuses s ON s.id = status_id WHERE n.id = 2",
                &["active | 1"],
            ),
            anew: &[],
        },
        Turn {
            what: "a node changes all it says of itself",
            there: Source(
                "UPDATE nodeshot_node SET name = 'Other', slug = 'other', description = 'd',
                     postal_code = '00100', lat = 41.6, alt = 7, notes = 'n',
                     updated = '2013-01-01 00:00:00' WHERE id = 2",
            ),
            does: "nodes ~1",
            seen: (
                "SELECT name, slug, description, elevation, notes, data ->> 'postal_code' FROM nodes WHERE id = 2",
                &["Other | other | d | 7 | n | 00100"],
            ),
            anew: &[],
        },
        Turn {
            what: "a node is deleted with all that hangs on it",
            there: Source("DELETE FROM nodeshot_device WHERE node_id = 3; DELETE FROM nodeshot_interface WHERE id = 3;
                 DELETE FROM nodeshot_link WHERE id IN (2, 3); DELETE FROM nodeshot_node WHERE id = 3"),
            does: "nodes -1, users -1, devices -1, interfaces -1, ip_addresses -1, \
                   links -2, contacts ~1",
            seen: (LAYERS, &["1 | rome", "2 | rome", "4 | rome"]),
            anew: &["users", "email_addresses", "device_routing_protocols", "ip_addresses"],
        },
        Turn {
            what: "two nodes swap their slugs",
            there: Source(
                "UPDATE nodeshot_node SET slug = 'parked' WHERE id = 1;
                 UPDATE nodeshot_node SET slug = 'node-1' WHERE id = 2;
                 UPDATE nodeshot_node SET slug = 'node-2' WHERE id = 1",
            ),
            does: "nodes ~2",
            seen: ("SELECT id, slug FROM nodes WHERE id < 3 ORDER BY id", &["1 | node-2", "2 | node-1"]),
            anew: &[],
        },
    ]);
}

#[test]
fn devices() {
    take(&[
        Turn {
            what: "a device changes node: contacts, routes and links stay where they are",
            there: Source("UPDATE nodeshot_device SET node_id = 3 WHERE id = 1"),
            does: "devices ~1",
            seen: (
                "SELECT d.node_id, i.device_id, l.id, r.id, (SELECT count(*) FROM contacts WHERE node_id = 1)
                 FROM devices d, interfaces i, links l, routes r
                 WHERE d.id = 1 AND i.device_id = d.id AND interface_a_id = i.id AND r.device_id = d.id",
                &["3 | 1 | 1 | 1 | 2"],
            ),
            anew: &[],
        },
        Turn {
            what: "a device changes node while its own goes",
            there: Source(
                "UPDATE nodeshot_device SET node_id = 2 WHERE id = 3;
                 DELETE FROM nodeshot_node WHERE id = 3",
            ),
            does: "nodes -1, users -1, devices ~1, contacts ~1",
            seen: (
                "SELECT node_id, count(*) FROM devices d JOIN interfaces i ON d.id = device_id
                 WHERE d.id = 3 GROUP BY node_id",
                &["2 | 1"],
            ),
            anew: &["users", "email_addresses"],
        },
        Turn {
            what: "a device changes all it says of itself",
            there: Source(
                "UPDATE nodeshot_device SET name = 'other', cname = 'c', description = 'd',
                     type = 'Nanostation', routing_protocol = 'batman', routing_protocol_version = '1.0'
                 WHERE id = 2",
            ),
            does: "devices ~1",
            seen: (
                "SELECT d.name, d.description, data ->> 'model', data ->> 'cname', p.name, p.version
                 FROM devices d JOIN device_routing_protocols ON device_id = d.id
                 JOIN routing_protocols p ON p.id = routing_protocol_id WHERE d.id = 2",
                &["other | d | Nanostation | c | batman | 1.0"],
            ),
            anew: &[],
        },
        Turn {
            what: "a device is deleted",
            there: Source(
                "DELETE FROM nodeshot_link WHERE id = 4; DELETE FROM nodeshot_interface WHERE device_id = 5;
                 DELETE FROM nodeshot_device WHERE id = 5",
            ),
            does: "devices -1, interfaces -2, vaps -1, links -1",
            seen: ("SELECT id FROM devices ORDER BY id", &["1", "2", "3", "4"]),
            anew: &["device_routing_protocols", "vaps"],
        },
    ]);
}
