//! Accounts that may read, that may read in part, and what is written: nothing.

use crate::servers::{Account, Desk, Mysql};

#[test]
fn select_alone_is_enough_and_nothing_is_written() {
    for engine in ["InnoDB", "MyISAM"] {
        let site = Mysql::with_nodes(engine, 3);
        let before = site.everything();
        assert!(before.len() > 20, "tables and their sums");
        let desk = Desk::new();
        desk.import(site.url()).exits(0);
        assert!(site.everything() == before, "root wrote into {engine}");

        let name = format!("{}_r", site.name());
        let account = Account::new(&name, "may-read");
        account.may("SELECT", &format!("{}.*", site.name()));
        let said = desk
            .import(&site.url_of(&format!("{name}:may-read"), ""))
            .exits(0);
        assert_eq!(said.report["entities"]["nodes"]["unchanged"], 3);
        assert!(site.everything() == before, "{engine}");
    }
}

#[test]
fn a_table_that_may_not_be_read_is_named_with_what_to_grant() {
    let site = Mysql::with_nodes("InnoDB", 1);
    let name = format!("{}_r", site.name());
    let account = Account::new(&name, "may-read");
    let url = site.url_of(&format!("{name}:may-read"), "");
    let desk = Desk::new();

    let said = desk.import(&url).exits(2);
    said.tells(&["denied", "GRANT SELECT"]);

    for table in site.ask("SHOW TABLES") {
        if table[0] != "nodeshot_link" {
            account.may("SELECT", &format!("{}.{}", site.name(), table[0]));
        }
    }
    let said = desk.import(&url).exits(2);
    said.tells(&["nodeshot_link", "GRANT SELECT ON"]);

    // it is seen now, and still not read
    account.may("INSERT", &format!("{}.nodeshot_link", site.name()));
    let said = desk.import(&url).exits(2);
    said.tells(&["nodeshot_link", "denied", "GRANT SELECT ON"]);

    let place = format!("{}.nodeshot_link", site.name());
    account.may("SELECT (id, from_interface_id)", &place);
    let said = desk.import(&url).exits(2);
    said.tells(&["nodeshot_link", "GRANT SELECT ON"]);
    assert!(!desk.path("store.sqlite3").exists());

    account.may("SELECT", &place);
    desk.import(&url).exits(0);
}
