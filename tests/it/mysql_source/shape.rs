//! Tables and columns that are missing, or more than nodeshot has.

use crate::servers::{Desk, Mysql};

#[test]
fn optional_tables_may_be_missing_and_others_be_there() {
    let site = Mysql::with_nodes("InnoDB", 2);
    site.change(
        "DROP TABLE nodeshot_hna, nodeshot_statistic, nodeshot_contact, nodeshot_userprofile; \
         CREATE TABLE phpbb_posts (id integer); \
         CREATE VIEW nodes_on_the_map AS SELECT id FROM nodeshot_node; \
         ALTER TABLE nodeshot_node ADD COLUMN `a map?` VARCHAR(10) FIRST",
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
    assert_eq!(desk.one("SELECT count(*) FROM nodes"), "2");
    assert_eq!(desk.one("SELECT count(*) FROM contacts"), "0");
}

#[test]
fn without_a_required_table_or_column_nothing_is_read() {
    for table in ["auth_user", "nodeshot_node", "nodeshot_link"] {
        let site = Mysql::empty("MyISAM");
        site.change(&format!("DROP TABLE {table}"));
        let desk = Desk::new();
        let said = desk.import(site.url()).exits(2);
        said.tells(&["is not a nodeshot 0.9 database", table, "GRANT SELECT"]);
        assert!(!desk.path("store.sqlite3").exists());
    }
    let site = Mysql::empty("InnoDB");
    site.change("ALTER TABLE nodeshot_interface DROP COLUMN essid");
    let said = Desk::new().import(site.url()).exits(2);
    said.tells(&["the table nodeshot_interface has no column essid"]);
}
