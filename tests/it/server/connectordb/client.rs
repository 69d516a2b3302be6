//! The Python client of ConnectorDB, the real one, against two servers.

use std::path::Path;
use std::process::Command;

use xtask::python::connectordb_client;

use crate::server::client::{PASSWORD, Running, site};
use crate::session::Site;

#[test]
fn what_the_client_exports_here_it_imports_there() {
    let python = connectordb_client().expect("the client");
    let (one, other) = (site(), site());
    let plain = "tls = false";
    let (first, second) = (
        Running::configured(&one, plain),
        Running::configured(&other, plain),
    );
    let script =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/server/connectordb/client.py");
    let ended = Command::new(python)
        .arg(script)
        .args([&first.url, &second.url, PASSWORD])
        .arg(one.path("tmp"))
        .output()
        .expect("Python runs");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(
        ended.status.success(),
        "{said}\n{}\n{}",
        one.read("err.txt"),
        other.read("err.txt")
    );
    for table in [USERS, DEVICES, STREAMS] {
        let rows = one.store.lines(table);
        assert!(rows.len() > 1, "{table}");
        assert_eq!(rows, other.store.lines(table));
    }
    let (sent, came) = (points(&one, "alice/user"), points(&other, "admin/user"));
    // three of the lamp's streams hold data, and one what was sent to it
    assert_eq!(sent.len(), 1 + 9 + 2 + 2 + 4999 + 3 + 3);
    assert_eq!(sent, came);
}

const USERS: &str = "SELECT username, email, is_active, is_staff, is_superuser, \
    must_change_password, data FROM users WHERE username IN ('alice', 'bob') ORDER BY 1";

/// The keys of devices that were not brought in are each server's own.
const DEVICES: &str = "SELECT username, d.name, d.nickname, description, icon, is_enabled, \
    is_public, role, is_visible, is_user_editable, \
    CASE WHEN username = 'alice' OR d.name IN ('sensor', 'clock') THEN api_key END \
    FROM stream_devices d JOIN users ON users.id = user_id \
    WHERE username IN ('alice', 'bob') AND d.name <> 'archive' ORDER BY 1, 2";

const STREAMS: &str = "SELECT username, d.name, s.name, s.nickname, s.description, s.icon, schema, \
    datatype, is_ephemeral, has_downlink FROM streams s \
    JOIN stream_devices d ON d.id = stream_device_id JOIN users ON users.id = user_id \
    WHERE d.name <> 'archive' ORDER BY 1, 2, 3";

/// All datapoints, but for who sent those of downlinks: that the client cannot keep, so it has to
/// be this one everywhere.
fn points(site: &Site, sender: &str) -> Vec<String> {
    let senders = site
        .store
        .lines("SELECT DISTINCT sender FROM datapoints WHERE is_downlink");
    assert_eq!(senders, [sender]);
    let others = "SELECT count(sender) FROM datapoints WHERE NOT is_downlink";
    assert_eq!(site.ask::<i64>(others), 0);
    site.store.lines(
        "SELECT d.name, s.name, is_downlink, position, time, value FROM datapoints p \
         JOIN streams s ON s.id = stream_id JOIN stream_devices d ON d.id = stream_device_id \
         WHERE d.name <> 'archive' ORDER BY 1, 2, 3, 4",
    )
}
