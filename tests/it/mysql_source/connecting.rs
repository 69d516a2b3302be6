//! Addresses that lead nowhere, and ways that do.

use std::net::TcpListener;

use diesel::connection::SimpleConnection as _;
use xtask::servers::mysql_url;

use crate::servers::{Account, Desk, Mysql, mysql_connection, mysql_place, rows};

#[test]
fn what_is_wrong_is_told_with_what_to_do() {
    let site = Mysql::empty("InnoDB");
    let name = format!("{}_r", site.name());
    let _account = Account::new(&name, "right");
    let wrong = site.url_of(&format!("{name}:wrong-word"), "");
    let nowhere = format!("{}_not", site.url());
    let port = closed_port();
    let refused = format!("mysql://root@127.0.0.1:{port}/old");
    for (url, code, words) in [
        (&*wrong, 2, ["Access denied", "password"]),
        (&nowhere, 2, ["Unknown database", "SHOW DATABASES"]),
        (&refused, 1, ["refused", "Check that the server runs"]),
        (
            &format!("{}?charset=latin1", site.url()),
            2,
            ["charset", "unix_socket, ssl_mode"],
        ),
        (
            &format!("{}?ssl_mode=perhaps", site.url()),
            2,
            ["ssl_mode", "required"],
        ),
        (
            &format!("{}?ssl_mode=verify_identity", site.url()),
            2,
            ["TLS", "host's name"],
        ),
        (
            "mysql://root@no-such-host.invalid/old",
            1,
            ["no-such-host.invalid", "host"],
        ),
        (
            "mysql://root@localhost/old?unix_socket=/no/such.sock",
            1,
            ["/no/such.sock", "socket"],
        ),
    ] {
        let desk = Desk::new();
        let said = desk.import(url);
        assert_eq!(said.code, Some(code), "{url}: {}", said.err);
        for word in words {
            assert!(said.err.contains(word), "{url}: no {word:?}: {}", said.err);
        }
        assert!(!said.err.contains("wrong-word"), "{}", said.err);
        assert!(!desk.path("store.sqlite3").exists(), "{url}");
    }
}

/// A port of this machine at which nobody listens.
fn closed_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("its address").port()
}

#[test]
fn where_tls_is_asked_for_a_connection_in_the_clear_is_refused() {
    let site = Mysql::empty("InnoDB");
    for mode in ["required", "REQUIRED", "verify_ca"] {
        let url = format!("{}?ssl_mode={mode}", site.url());
        let said = Desk::new().import(&url).exits(2);
        said.tells(&["TLS", "in the clear", "ssl_ca=FILE"]);
    }
    let url = format!("{}?ssl_mode=preferred", site.url());
    Desk::new().import(&url).exits(0);
}

#[test]
fn the_servers_socket_is_a_way_in() {
    let site = Mysql::with_nodes("InnoDB", 2);
    let socket = site.ask("SELECT @@socket").remove(0).remove(0);
    let url = format!(
        "mysql://root@localhost/{}?unix_socket={socket}",
        site.name()
    );
    let desk = Desk::new();
    let said = desk.import(&url).exits(0);
    assert_eq!(said.report["entities"]["nodes"]["created"], 2);

    desk.configure(&format!(
        "engine = \"mysql\"\nname = \"{}\"\nuser = \"root\"\nsocket = \"{socket}\"",
        site.name()
    ));
    let said = desk.import("").exits(0);
    assert_eq!(said.report["entities"]["nodes"]["unchanged"], 2);
}

#[test]
fn a_databases_name_may_have_odd_signs() {
    let site = Mysql::empty("InnoDB");
    let name = format!("my-db 1 `{}", site.name());
    let mut admin = mysql_connection(&mysql_url());
    let quoted = format!("`{}`", name.replace('`', "``"));
    admin
        .batch_execute(&format!("CREATE DATABASE {quoted} CHARACTER SET utf8mb4"))
        .expect("a database");
    let desk = Desk::new();
    let by_url = {
        let encoded = name.replace(' ', "%20").replace('`', "%60");
        admin
            .batch_execute(&format!(
                "USE {quoted}; {} {}",
                xtask::world::mysql::DDL,
                rows(2)
            ))
            .expect("an old site");
        desk.import(&format!("mysql://root@{}/{encoded}", mysql_place()))
    };
    let (host, port) = host_and_port();
    desk.configure(&format!(
        "engine = \"mysql\"\nname = '{name}'\nuser = \"root\"\nhost = \"{host}\"\nport = {port}"
    ));
    let by_parts = desk.import("");
    admin
        .batch_execute(&format!("DROP DATABASE {quoted}"))
        .expect("it goes");
    assert_eq!(by_url.exits(0).report["entities"]["nodes"]["created"], 2);
    let counts = &by_parts.exits(0).report["entities"]["nodes"];
    assert_eq!(counts["unchanged"], 2);
}

fn host_and_port() -> (String, String) {
    let place = mysql_place();
    let (host, port) = place.split_once(':').unwrap_or((&place, "3306"));
    (host.to_owned(), port.to_owned())
}
