//! Links, routes, contacts and statistics.

use super::{Source, Turn, take};

const LINKS: &str = "SELECT id, interface_a_id, interface_b_id, type FROM links ORDER BY id";

#[test]
fn links() {
    take(&[
        Turn {
            what: "a link changes its ends, and so its type",
            there: Source(
                "UPDATE nodeshot_link SET from_interface_id = 3, to_interface_id = 5 WHERE id = 1",
            ),
            does: "links ~1",
            seen: (
                LINKS,
                &[
                    "1 | 3 | 5 | ethernet",
                    "2 | 2 | 3 | ethernet",
                    "3 | 3 | 4 | virtual",
                    "4 | 5 | 2 | radio",
                ],
            ),
            anew: &[],
        },
        Turn {
            what: "a link is turned round",
            there: Source(
                "UPDATE nodeshot_link SET from_interface_id = 2, to_interface_id = 1 WHERE id = 1",
            ),
            does: "links ~1",
            seen: (
                LINKS,
                &[
                    "1 | 2 | 1 | radio",
                    "2 | 2 | 3 | ethernet",
                    "3 | 3 | 4 | virtual",
                    "4 | 5 | 2 | radio",
                ],
            ),
            anew: &[],
        },
        Turn {
            what: "a link moves away from an interface that goes",
            there: Source(
                "UPDATE nodeshot_link SET from_interface_id = 6 WHERE id = 4;
                 DELETE FROM nodeshot_interface WHERE id = 5",
            ),
            does: "interfaces -1, vaps -1, links ~1",
            seen: (
                "SELECT interface_a_id, type FROM links WHERE id = 4",
                &["6 | ethernet"],
            ),
            anew: &["vaps"],
        },
        Turn {
            what: "a link is hidden",
            there: Source("UPDATE nodeshot_link SET hide = 1 WHERE id = 1"),
            does: "links ~1",
            seen: (
                "SELECT access_level FROM links ORDER BY id",
                &["3", "0", "0", "0"],
            ),
            anew: &[],
        },
        Turn {
            what: "a link's values change, some to unknown",
            there: Source(
                "UPDATE nodeshot_link SET etx = 0, dbm = -70, sync_tx = 0, sync_rx = 54 WHERE id = 1",
            ),
            does: "links ~1",
            seen: (
                "SELECT metric_value, dbm, min_rate, max_rate FROM links WHERE id = 1",
                &["- | -70 | 54 | 54"],
            ),
            anew: &[],
        },
        Turn {
            what: "a link is deleted",
            there: Source("DELETE FROM nodeshot_link WHERE id = 4"),
            does: "links -1",
            seen: ("SELECT id FROM links ORDER BY id", &["1", "2", "3"]),
            anew: &[],
        },
    ]);
}

#[test]
fn routes() {
    const ROUTES: &str = "SELECT id, device_id, destination FROM routes ORDER BY id";
    take(&[
        Turn {
            what: "a route leads elsewhere",
            there: Source("UPDATE nodeshot_hna SET route = '10.9.0.0/16' WHERE id = 1"),
            does: "routes ~1",
            seen: (ROUTES, &["1 | 1 | 10.9.0.0/16", "2 | 4 | 10.2.0.0/16"]),
            anew: &[],
        },
        Turn {
            what: "another device announces it",
            there: Source("UPDATE nodeshot_hna SET device_id = 5 WHERE id = 1"),
            does: "routes ~1",
            seen: (ROUTES, &["1 | 5 | 10.1.0.0/16", "2 | 4 | 10.2.0.0/16"]),
            anew: &[],
        },
        Turn {
            what: "a route is deleted",
            there: Source("DELETE FROM nodeshot_hna WHERE id = 2"),
            does: "routes -1",
            seen: (ROUTES, &["1 | 1 | 10.1.0.0/16"]),
            anew: &[],
        },
        Turn {
            what: "the table is gone",
            there: Source("DROP TABLE nodeshot_hna"),
            does: "routes -2",
            seen: (ROUTES, &[]),
            anew: &[],
        },
    ]);
}

#[test]
fn contacts() {
    const CONTACTS: &str = "SELECT c.id, node_id, username FROM contacts c
        LEFT JOIN users u ON u.id = c.user_id ORDER BY c.id";
    take(&[
        Turn {
            what: "a contact changes all it says",
            there: Source(
                "UPDATE nodeshot_contact SET from_name = 'x', message = 'y', ip = '203.0.113.9',
                     user_agent = 'u', http_referer = 'r', accept_language = 'de' WHERE id = 1",
            ),
            does: "contacts ~1",
            seen: (
                "SELECT from_name, message, ip, user_agent, http_referer, accept_language FROM contacts WHERE id = 1",
                &["x | y | 203.0.113.9 | u | r | de"],
            ),
            anew: &[],
        },
        Turn {
            what: "somebody else wrote it",
            there: Source(
                "UPDATE nodeshot_contact SET from_email = 'Admin1@posta.example' WHERE id = 1",
            ),
            does: "contacts ~1",
            seen: (CONTACTS, &["1 | 1 | admin1", "2 | 1 | person-3"]),
            anew: &[],
        },
        Turn {
            what: "somebody without an account wrote it",
            there: Source(
                "UPDATE nodeshot_contact SET from_email = 'nobody@posta.example' WHERE id = 1",
            ),
            does: "contacts ~1",
            seen: (CONTACTS, &["1 | 1 | -", "2 | 1 | person-3"]),
            anew: &[],
        },
        Turn {
            what: "it is about another node",
            there: Source("UPDATE nodeshot_contact SET node_id = 4 WHERE id = 2"),
            does: "contacts ~1",
            seen: (CONTACTS, &["1 | 1 | person-2", "2 | 4 | person-3"]),
            anew: &[],
        },
        Turn {
            what: "a contact is deleted",
            there: Source("DELETE FROM nodeshot_contact WHERE id = 1"),
            does: "contacts -1",
            seen: (CONTACTS, &["2 | 1 | person-3"]),
            anew: &[],
        },
    ]);
}

#[test]
fn statistics() {
    const STATISTICS: &str = "SELECT id, active_nodes, potential_nodes, hotspots, links, kilometres
        FROM network_statistics ORDER BY id";
    take(&[
        Turn {
            what: "a statistic changes",
            there: Source(
                "UPDATE nodeshot_statistic SET active_nodes = 11, potential_nodes = 12, hotspots = 13,
                     links = 14, km = 15.5, date = '2012-02-02 00:00:00' WHERE id = 1",
            ),
            does: "statistics ~1",
            seen: (STATISTICS, &["1 | 11 | 12 | 13 | 14 | 15.5", "2 | 1 | 2 | 3 | 9 | 5.5"]),
            anew: &[],
        },
        Turn {
            what: "a statistic is deleted",
            there: Source("DELETE FROM nodeshot_statistic WHERE id = 2"),
            does: "statistics -1",
            seen: (STATISTICS, &["1 | 1 | 2 | 3 | 4 | 5.5"]),
            anew: &[],
        },
    ]);
}
