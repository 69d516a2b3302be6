//! A small network with every entity in it.

use crate::support::{Bench, LAZIO, NOWHERE, row};

/// Imported. Four nodes in layers, one outside of all, one never confirmed; two old accounts, the
/// second of which is staff and owns node 4; persons 2 and 3 wrote to node 1.
/// The store has an account of its own beside them.
///
/// ```text
/// device    1 on node 1    2 on node 2    3 on node 3    4 on node 4    5 on node 1
/// interface 1 wifi         2 wifi         3 eth          4 vpn          5 wifi, 6 eth on device 5
/// link      1: 1 to 2, radio      2: 2 to 3, ethernet      3: 3 to 4, virtual      4: 5 to 2, radio
/// ```
pub fn network() -> Bench {
    let mut bench = Bench::new();
    configure(&mut bench, "");
    bench.account(1, row! { is_staff: false }).account(
        2,
        row! { password: "sha1$abc$0123456789012345678901234567890123456789" },
    );
    bench
        .node(1, row! { email2: "extra1@posta.example" })
        .node(2, row! { status: "p" })
        .node(3, row! { lng: LAZIO, status: "h" })
        .node(4, row! { email: "admin2@posta.example" })
        .node(5, row! { lng: NOWHERE })
        .node(6, row! { status: "u" });
    for (id, node) in [(1, 1), (2, 2), (3, 3), (4, 4), (5, 1)] {
        bench.device(id, node, row! { cname: format!("d{id}") });
    }
    bench
        .interface(
            1,
            1,
            row! { ipv4_address: "10.0.0.1", ipv6_address: "2001:db8::1", essid: "net",
            bssid: "00:11:22:33:44:55", wireless_mode: "ap", wireless_channel: "2412",
            mac_address: "00:11:22:33:44:01" },
        )
        .interface(2, 2, row! { ipv4_address: "10.0.0.2", essid: "net" })
        .interface(3, 3, row! { ipv4_address: "10.0.0.3", type: "eth" })
        .interface(4, 4, row! { type: "vpn" })
        .interface(5, 5, row! { essid: "other" })
        .interface(6, 5, row! { type: "eth" });
    bench
        .link(1, 1, 2, row! { sync_tx: 10, sync_rx: 20 })
        .link(2, 2, 3, vec![])
        .link(3, 3, 4, vec![])
        .link(4, 5, 2, vec![]);
    bench.route(1, 1, "10.1.0.0/16").route(2, 4, "10.2.0.0/16");
    for (id, writer) in [(1, 2), (2, 3)] {
        bench.contact(
            id,
            1,
            row! { from_email: format!("person{writer}@posta.example") },
        );
    }
    bench.statistic(1, vec![]).statistic(2, row! { links: 9 });
    bench.change("INSERT INTO nodeshot_userprofile VALUES (1, 1, 1)");
    bench.import().exits(0);
    bench.edit(
        "INSERT INTO users (username, email) VALUES ('own', 'own@posta.example');
         INSERT INTO email_addresses (user_id, email, is_primary)
             SELECT id, email, true FROM users WHERE username = 'own'",
    );
    bench
}

/// The source as `sync` finds it, and further lines.
pub fn configure(bench: &mut Bench, lines: &str) {
    let url = bench.legacy_path();
    bench.configure(&format!("url = \"sqlite:{}\"\n{lines}", url.display()));
}
