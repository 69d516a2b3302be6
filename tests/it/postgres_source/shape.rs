//! Schemas, and tables and columns that are missing or more than nodeshot has.

use xtask::world::postgres::DDL;

use crate::servers::{Desk, Postgres, rows};

#[test]
fn a_schema_is_named_in_the_url() {
    let site = Postgres::bare();
    site.change(&format!(
        "CREATE SCHEMA \"Old site\"; SET search_path = \"Old site\"; {DDL} {}",
        rows(2)
    ));
    let desk = Desk::new();
    let said = desk.import(site.url()).exits(2);
    said.tells(&["the table auth_user is missing", "?search_path=SCHEMA"]);

    let url = format!("{}?search_path=%22Old%20site%22", site.url());
    let said = desk.import(&url).exits(0);
    assert_eq!(said.report["entities"]["nodes"]["created"], 2);
    assert_eq!(said.findings(), [""; 0]);

    // the first that has a table is taken
    site.change(&format!("{DDL} {}", rows(1)));
    let url = format!("{}?search_path=public,%22Old%20site%22", site.url());
    let said = Desk::new().import(&url).exits(0);
    assert_eq!(said.report["entities"]["nodes"]["created"], 1);
}

#[test]
fn optional_tables_may_be_missing_and_others_be_there() {
    let site = Postgres::with_nodes(2);
    site.change(
        "DROP TABLE nodeshot_hna, nodeshot_statistic, nodeshot_contact, nodeshot_userprofile; \
         CREATE TABLE phpbb_posts (id integer); \
         CREATE VIEW nodes_on_the_map AS SELECT id FROM nodeshot_node; \
         ALTER TABLE nodeshot_node ADD COLUMN \"a map?\" text, ADD COLUMN gone text; \
         ALTER TABLE nodeshot_node DROP COLUMN gone",
    );
    let desk = Desk::new();
    let said = desk.import(site.url()).exits(0);
    let found = said.findings();
    let count = |code: &str| found.iter().filter(|one| one.starts_with(code)).count();
    assert_eq!(count("table-missing"), 4);
    assert_eq!(count("unknown-table"), 2);
    assert_eq!(count("unknown-column"), 1);
    let message = said.message("unknown-column");
    assert!(message.contains("a map? of nodeshot_node"), "{message}");
}

#[test]
fn without_a_required_table_or_column_nothing_is_read() {
    let site = Postgres::empty();
    site.change("ALTER TABLE nodeshot_interface DROP COLUMN essid");
    let desk = Desk::new();
    let said = desk.import(site.url()).exits(2);
    said.tells(&["the table nodeshot_interface has no column essid"]);
    site.change("DROP TABLE nodeshot_link");
    let said = desk.import(site.url()).exits(2);
    said.tells(&["is not a nodeshot 0.9 database", "nodeshot_"]);
    assert!(!desk.path("store.sqlite3").exists());
}
