//! Defects of links and messages, and of what was left behind.

use crate::support::{Bench, row};

/// Interfaces of these types, numbered from 1.
fn with_interfaces(types: &[&str]) -> Bench {
    let bench = Bench::new();
    bench.node(1, vec![]).device(1, 1, vec![]);
    for (id, kind) in (1..).zip(types) {
        bench.interface(id, 1, row! { type: *kind });
    }
    bench
}

#[test]
fn d38_a_link_never_changes_its_interfaces() {
    let bench = with_interfaces(&["eth", "bridge", "vpn", "wifi"]);
    bench.link(1, 1, 2, vec![]).link(2, 3, 4, vec![]);
    let types = "SELECT type FROM interfaces ORDER BY id";
    for round in 0..2 {
        let run = bench.import().exits(0);
        assert_eq!(
            bench.see(types),
            ["ethernet", "bridge", "tunnel", "wireless"]
        );
        assert_eq!(run.changed_nothing(), round == 1);
    }
}

#[test]
fn d39_unknown_values_are_null_and_types_follow_the_ends() {
    let bench = with_interfaces(&["wifi", "wifi", "eth", "vpn", "batman"]);
    let unknown = || row! { etx: 0.0, dbm: 0, sync_tx: 0, sync_rx: 0 };
    bench
        .link(1, 1, 2, unknown())
        .link(2, 1, 3, row! { sync_tx: 54, sync_rx: 11 })
        .link(3, 1, 4, row! { sync_rx: 11 })
        .link(4, 3, 5, unknown())
        .link(5, 2, 3, row! { etx: 1.042 });
    bench.import().exits(0);
    assert_eq!(
        bench.see(
            "SELECT type, metric_type, metric_value, dbm, min_rate, max_rate FROM links ORDER BY id"
        ),
        [
            "radio | etx | - | - | - | -",
            "ethernet | etx | 1.5 | -60 | 11 | 54",
            "virtual | etx | 1.5 | -60 | 11 | 11",
            "virtual | etx | - | - | - | -",
            "ethernet | etx | 1.042 | -60 | - | -",
        ]
    );
}

#[test]
fn d40_hidden_doubled_and_circular_links() {
    let bench = with_interfaces(&["wifi", "wifi"]);
    bench
        .link(1, 1, 2, row! { hide: true })
        .link(2, 2, 1, vec![])
        .link(3, 1, 2, vec![])
        .link(4, 1, 1, vec![]);
    let run = bench.import().exits(3);
    assert_eq!(run.found("link-both-directions"), ["links 2", "links 3"]);
    assert_eq!(run.found("self-link"), ["links 4"]);
    assert_eq!(
        bench.see("SELECT id, interface_a_id, access_level, status FROM links ORDER BY id"),
        [
            "1 | 1 | 3 | active",
            "2 | 2 | 0 | active",
            "3 | 1 | 0 | active"
        ]
    );
}

#[test]
fn d41_messages_keep_their_senders_words() {
    let bench = Bench::new();
    bench
        .account(1, row! { email: "" })
        .account(2, row! { first_name: "Official" });
    bench
        .node(1, row! { email: "" })
        .contact(1, 1, row! { from_email: "", message: "Hi" })
        .contact(
            2,
            1,
            row! { from_email: "ADMIN2@posta.example", from_name: "Gigi" },
        )
        .contact(
            3,
            1,
            row! { from_email: "stranger@posta.example", ip: "unknown" },
        );
    let run = bench.import().exits(0);
    assert_eq!(run.count("contacts", "created"), 3);
    assert_eq!(
        bench.see(
            "SELECT user_id, from_name, from_email, message, ip, data FROM contacts ORDER BY id"
        ),
        [
            "- | Somebody |  | Hi | 203.0.113.5 | {}",
            "2 | Gigi | ADMIN2@posta.example | Hello, may I join the network from here? | 203.0.113.5 | {}",
            "- | Somebody | stranger@posta.example | Hello, may I join the network from here? | - | {\"ip\":\"unknown\"}",
        ]
    );
}

#[test]
fn d49_no_column_is_lost_in_silence() {
    let bench = Bench::new();
    bench
        .account(1, row! { email: "mail1@posta.example" })
        .node(
            1,
            row! { email2: "mail2@posta.example", email3: "mail3@posta.example", alt: 55.5,
            postal_code: "zip", notes: "notes", description: "words",
            password: "secret-of-a-node", activation_key: "secret-key" },
        )
        .device(
            1,
            1,
            row! { type: "model", routing_protocol: "olsr", routing_protocol_version: "0.6.3",
            description: "device words" },
        )
        .route(1, 1, "10.1.0.0/16")
        .interface(
            1,
            1,
            row! { wireless_mode: "sta", wireless_channel: "5180", wireless_polarity: "h",
            status: "u", draw_link: false },
        )
        .statistic(1, vec![])
        .contact(
            1,
            1,
            row! { http_referer: "http://from.example/", user_agent: "browser" },
        );
    bench.change("INSERT INTO nodeshot_userprofile VALUES (1, 1, 0)");
    bench.import().exits(0);
    for (expected, sql) in [
        (
            "0 | 2012-05-01 12:00:00",
            "SELECT receives_notifications, data ->> 'last_login' FROM users WHERE id = 1",
        ),
        (
            "2",
            "SELECT count(*) FROM email_addresses WHERE email IN ('mail2@posta.example', 'mail3@posta.example')",
        ),
        (
            "55.5 | zip | notes | words",
            "SELECT elevation, data ->> 'postal_code', notes, description FROM nodes",
        ),
        (
            "model | device-1 | device words",
            "SELECT data ->> 'model', data ->> 'cname', description FROM devices",
        ),
        (
            "olsr | 0.6.3",
            "SELECT name, version FROM routing_protocols",
        ),
        (
            "1 | 10.1.0.0/16",
            "SELECT device_id, destination FROM routes",
        ),
        (
            "sta | 5180 | h | u | false",
            "SELECT mode, channel, data ->> 'wireless_polarity', data ->> 'status', data -> 'draw_link' FROM interfaces",
        ),
        (
            "1 | 2 | 3 | 4 | 5.5 | 2012-01-01 23:55:00",
            "SELECT active_nodes, potential_nodes, hotspots, links, kilometres, added FROM network_statistics",
        ),
        (
            "http://from.example/ | browser | it",
            "SELECT http_referer, user_agent, accept_language FROM contacts",
        ),
    ] {
        assert_eq!(bench.one(sql), expected, "{sql}");
    }
    // secrets of nodes are left out on purpose, everywhere
    let store = bench.store.imprint();
    for secret in ["secret-of-a-node", "secret-key"] {
        assert!(
            !store
                .windows(secret.len())
                .any(|bytes| bytes == secret.as_bytes())
        );
    }
}
