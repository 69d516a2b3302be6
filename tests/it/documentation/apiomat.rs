//! The guide for those who come from ApiOmat: its tables are what the program does.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use heirloom::recipes::{apiomat, apiomat_data};
use serde_json::Value;

use super::super::connectordb::copy;
use super::super::session::Site;
use super::markdown::{block, code, page, section, spans, table};
use super::{TYPED, are_registered, columns, exists, registered};

const KEYS: &str = "| key | REST | where it goes | how |";
const IN_THE_DUMP: &str = "| in the dump | where it goes | how |";

/// What the store has of ApiOmat.
const TABLES: [&str; 9] = [
    "customers",
    "applications",
    "application_systems",
    "modules",
    "classes",
    "attributes",
    "servercode",
    "collections",
    "documents",
];

fn guide() -> String {
    page("docs/apiomat.md")
}

/// A site with the application that comes with the source code.
fn shipped() -> Site {
    let site = Site::empty();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/apiomat");
    let metadata = "ConferenceApp.apiomat.json";
    fs::copy(fixture.join(metadata), site.path(metadata)).unwrap();
    copy(&fixture.join("dump"), &site.path("dump"));
    site
}

#[test]
fn every_key_of_the_file_is_in_a_table_with_columns_that_exist() {
    let guide = guide();
    let schema = page("docs/apiomat-application.schema.json");
    let schema: Value = serde_json::from_str(&schema).unwrap();
    for (heading, name) in [
        ("### `application`", "application"),
        ("### `customer`", "customer"),
        ("### `systems`", "systemSettings"),
        ("### `modules`", "module"),
        ("### `classes`", "class"),
        ("### `attributes`", "attribute"),
        ("### `servercode`", "servercode"),
    ] {
        let rows = table(section(&guide, heading), KEYS);
        let written: BTreeSet<String> = rows.iter().flat_map(|row| spans(&row[0])).collect();
        let keys = schema["$defs"][name]["properties"].as_object().unwrap();
        let keys: BTreeSet<String> = keys.keys().cloned().collect();
        assert_eq!(
            (written, rows.len()),
            (keys.clone(), keys.len()),
            "{heading}"
        );
        for row in rows {
            let columns = spans(&row[2]);
            assert!(!columns.is_empty(), "{row:?}");
            assert!(columns.iter().all(|column| exists(column)), "{row:?}");
        }
    }
    for row in table(section(&guide, "### The data"), IN_THE_DUMP) {
        let columns = spans(&row[1]);
        assert_eq!(columns.is_empty(), row[1] == "left out", "{row:?}");
        assert!(columns.iter().all(|column| exists(column)), "{row:?}");
    }
}

#[test]
fn every_column_that_the_store_has_of_it_is_in_the_guide() {
    let written: BTreeSet<String> = code(&guide()).into_iter().collect();
    for table in TABLES {
        let columns = columns(table);
        assert!(!columns.is_empty(), "{table}");
        for column in columns {
            let name = format!("{table}.{column}");
            assert!(written.contains(&name), "{name}");
        }
    }
}

#[test]
fn every_finding_is_in_the_guide_and_every_one_there_is_registered() {
    let guide = guide();
    let text = section(&guide, "## What the findings say");
    let mut written = BTreeSet::new();
    for header in [
        "| what is wrong | findings of metadata |",
        "| what is wrong | findings of data |",
    ] {
        let rows = table(text, header);
        written.extend(rows.iter().flat_map(|row| spans(&row[1])));
    }
    let explained = table(
        section(&guide, "## What both halves tell together"),
        "| finding | what it means | what to do |",
    );
    written.extend(explained.iter().flat_map(|row| spans(&row[0])));
    let known: BTreeSet<&str> = registered().iter().map(|code| code.code).collect();
    let unknown: Vec<_> = written
        .iter()
        .filter(|code| !known.contains(code.as_str()))
        .collect();
    assert!(unknown.is_empty(), "not registered: {unknown:?}");
    for code in apiomat::codes::CODES
        .iter()
        .chain(apiomat_data::codes::CODES)
    {
        assert!(written.contains(code.code), "{}", code.code);
    }
}

#[test]
fn every_finding_of_the_shipped_application_is_registered() {
    let site = shipped();
    for line in [
        "import apiomat ConferenceApp.apiomat.json --reset-password true",
        "import apiomat-data dump --app ConferenceApp --system live",
    ] {
        let ended = site.run(&format!("{line} --noinput --report r.json"));
        assert_eq!(ended.code, Some(0), "{ended:?}");
        are_registered(&site.report("r.json"));
    }
}

#[test]
fn the_files_in_the_guide_are_understood() {
    let guide = guide();
    let site = shipped();
    site.write(
        "mine.json",
        block(&guide, "### Heirloom's own file", "json"),
    );
    let ended = site.run("import apiomat mine.json --reset-password true --noinput --strict");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for heading in ["### A dump of the global database", "## The dump"] {
        let config = block(&guide, heading, "toml");
        heirloom::config::from_text(config, []).unwrap();
    }
}

/// One after the other: imports come first, so that there is something to export.
#[test]
fn what_you_type_now_runs() {
    let site = shipped();
    let guide = guide();
    let rows = table(
        section(&guide, "## What you typed, what you type now"),
        TYPED,
    );
    assert!(rows.len() >= 10, "{rows:?}");
    let commands = rows.iter().flat_map(|row| spans(&row[1]));
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
