//! Addresses that lead nowhere, and ways that do.

use std::net::TcpListener;

use crate::servers::{Desk, Postgres, Relay, postgres_place};

#[test]
fn what_is_wrong_is_told_with_what_to_do() {
    let site = Postgres::empty();
    let nowhere = format!("{}_not", site.url());
    let nobody = site.url_of("nobody_of_this_name", "");
    let port = closed_port();
    let refused = format!("postgres://postgres@127.0.0.1:{port}/old");
    let with = |parameter: &str| format!("{}?{parameter}", site.url());
    for (url, code, words) in [
        (nowhere, 2, ["does not exist", "createdb"]),
        (nobody, 2, ["nobody_of_this_name", "createuser"]),
        (refused, 1, ["refused", "Check that the server runs"]),
        (with("sslmode=perhaps"), 2, ["sslmode", "verify-full"]),
        (with("charset=utf8"), 2, ["charset", "parameters of libpq"]),
        (
            "postgres://postgres@no-such-host.invalid/old".into(),
            1,
            ["no-such-host.invalid", "Check the host's name"],
        ),
        (
            "postgres://postgres@localhost/old?host=/no/such/folder".into(),
            1,
            ["/no/such/folder", "socket"],
        ),
    ] {
        let desk = Desk::new();
        let said = desk.import(&url);
        assert_eq!(said.code, Some(code), "{url}: {}", said.err);
        for word in words {
            assert!(said.err.contains(word), "{url}: no {word:?}: {}", said.err);
        }
        assert!(!desk.path("store.sqlite3").exists(), "{url}");
    }
}

/// A port of this machine at which nobody listens.
fn closed_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("its address").port()
}

#[test]
fn tls_is_had_or_the_connection_refused() {
    let site = Postgres::empty();
    let with = |mode: &str| Desk::new().import(&format!("{}?sslmode={mode}", site.url()));
    let none = ["does not support SSL", "TLS"];
    let (required, verified) = (with("require"), with("verify-full").exits(2));
    match site.ask("SHOW ssl").concat().as_str() {
        "on" => {
            required.exits(0);
            // nobody said who signed the server's certificate
            verified.tells(&["certificate", "sslrootcert"]);
        }
        _ => {
            required.exits(2).tells(&none);
            verified.tells(&none);
        }
    }
}

#[test]
fn a_socket_is_a_way_in() {
    let site = Postgres::with_nodes(2);
    let relay = Relay::start();
    let folder = relay.folder().display();
    let name = site.name();
    for url in [
        format!("postgres://postgres@localhost/{name}?host={folder}"),
        format!("postgres://postgres@/{name}?host={folder}"),
    ] {
        let said = Desk::new().import(&url).exits(0);
        assert_eq!(said.report["entities"]["nodes"]["created"], 2);
    }
    for key in ["socket", "host"] {
        let desk = Desk::new();
        desk.configure(&format!(
            "engine = \"postgres\"\nname = \"{name}\"\nuser = \"postgres\"\n{key} = \"{folder}\""
        ));
        let said = desk.import("").exits(0);
        assert_eq!(said.report["entities"]["nodes"]["created"], 2);
    }
}

#[test]
fn the_parts_of_an_address_may_have_odd_signs() {
    let site = Postgres::with_nodes(1);
    let place = postgres_place();
    let (host, port) = place.split_once(':').expect("a port");
    let odd = format!("my-db '1 {}", site.name());
    site_renamed(&site, site.name(), &odd);
    let desk = Desk::new();
    desk.configure(&format!(
        "engine = \"postgres\"\nname = \"{odd}\"\nuser = \"postgres\"\nhost = \"{host}\"\n\
         port = {port}\npassword = \"any: @/?%#' will do\""
    ));
    let by_parts = desk.import_with("", &["--verbosity", "3"]);
    let encoded = odd.replace(' ', "%20").replace('\'', "%27");
    let by_url = desk.import(&format!("postgres://postgres@{place}/{encoded}"));
    site_renamed(&site, &odd, site.name());
    let by_parts = by_parts.exits(0);
    assert_eq!(by_parts.report["entities"]["nodes"]["created"], 1);
    for text in [&by_parts.out, &by_parts.err] {
        assert!(!text.contains("will do"), "{text}");
    }
    assert_eq!(by_url.exits(0).report["entities"]["nodes"]["unchanged"], 1);
}

/// A scratch database drops itself by its own name.
fn site_renamed(site: &Postgres, from: &str, to: &str) {
    let other = Postgres::bare();
    other.change(&format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{0}'; \
         ALTER DATABASE \"{1}\" RENAME TO \"{2}\"",
        from.replace('\'', "''"),
        from,
        to
    ));
    assert!(site.name() == from || site.name() == to);
}
