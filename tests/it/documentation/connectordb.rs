//! The guide for those who come from ConnectorDB: its tables are what the program does.

use heirloom::legacy::connectordb::{DeviceMetadata, Metadata, StreamMetadata, UserMetadata};

use super::super::connectordb::{CLIENT, SERVER, with};
use super::markdown::{page, section, spans, table};
use super::{TYPED, are_registered, exists};

const KEYS: &str = "| key | where it goes | how |";

fn guide() -> String {
    page("docs/connectordb.md")
}

/// The keys that the importer takes out of one of the small files.
fn keys<T: Metadata>(example: &str) -> Vec<String> {
    let object: serde_json::Value = serde_json::from_str(example).unwrap();
    let metadata = T::from_object(object.as_object().unwrap().clone()).unwrap();
    let entries = metadata.entries();
    entries.iter().map(|entry| entry.key.to_string()).collect()
}

#[test]
fn every_key_of_an_export_is_in_a_table_with_columns_that_exist() {
    let (guide, site) = (guide(), with(SERVER));
    let read = |file: &str| site.read(&format!("{SERVER}/alice/{file}"));
    let points = ["t", "d", "o"].map(String::from).to_vec();
    for (heading, keys) in [
        ("### `user.json`", keys::<UserMetadata>(&read("user.json"))),
        (
            "### `device.json`",
            keys::<DeviceMetadata>(&read("phone/device.json")),
        ),
        (
            "### `stream.json`",
            keys::<StreamMetadata>(&read("phone/light/stream.json")),
        ),
        ("### `data.json` and `downlink.json`", points),
    ] {
        let rows = table(section(&guide, heading), KEYS);
        let written: Vec<String> = rows.iter().flat_map(|row| spans(&row[0])).collect();
        assert_eq!(written, keys, "{heading}");
        for row in rows {
            let columns = match row[1].strip_prefix("kept in `data` as ") {
                Some(name) => {
                    assert_eq!(name, row[0], "{heading}");
                    continue;
                }
                None => spans(&row[1]),
            };
            assert!(!columns.is_empty(), "{row:?}");
            assert!(columns.iter().all(|column| exists(column)), "{row:?}");
        }
    }
}

#[test]
fn every_finding_of_the_shipped_exports_is_registered() {
    for export in [SERVER, CLIENT] {
        let site = with(export);
        let ended = site.run(&format!(
            "import connectordb {export} --noinput --report r.json"
        ));
        assert_eq!(ended.code, Some(0), "{ended:?}");
        are_registered(&site.report("r.json"));
    }
}

/// One after the other, in a store that has an account and a device of its own.
#[test]
fn what_you_type_now_runs() {
    let site = with(SERVER);
    site.digest();
    site.store.edit(
        "INSERT INTO users (username, email) VALUES ('me', 'me@example.org');
         INSERT INTO stream_devices (user_id, name) VALUES (1, 'laptop')",
    );
    std::fs::create_dir(site.path("steps")).unwrap();
    site.write("steps/stream.json", r#"{"name": "steps"}"#);
    site.write("steps/data.json", r#"[{"t": 1481448617, "d": 12}]"#);
    let guide = guide();
    let rows = table(
        section(&guide, "## What you typed, what you type now"),
        TYPED,
    );
    assert!(rows.len() >= 10, "{rows:?}");
    let commands = rows.iter().flat_map(|row| spans(&row[1]));
    // an import comes first, so that there is something to export
    for command in commands {
        let line = command.strip_prefix("heirloom ").expect("a command");
        let line = match line.starts_with("import ") {
            true => format!("{line} --noinput"),
            false => line.to_string(),
        };
        let ended = site.run(&line);
        assert_eq!(ended.code, Some(0), "{command}: {ended:?}");
    }
}
