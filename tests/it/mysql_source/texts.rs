//! Texts in the character sets of those years, and bytes that are no text.

use crate::servers::{Desk, Mysql, rows};

#[test]
fn every_character_set_comes_out_as_utf8() {
    for engine in ["InnoDB", "MyISAM"] {
        for (charset, name) in [
            ("latin1", "Città von Köln, 5 €"),
            ("utf8", "Città von Köln, 5 €, Жора, 日本"),
            ("utf8mb4", "Città von Köln, 5 €, Жора, 日本 🎉"),
            ("cp1251", "Жора"),
            ("ucs2", "Città, Жора"),
        ] {
            let settings = format!("default_storage_engine = {engine}");
            let site = Mysql::made_with(&settings, charset);
            site.change(&rows(1));
            site.change(&format!(
                "UPDATE nodeshot_node SET name = '{name}', notes = '{name}'"
            ));
            let desk = Desk::new();
            desk.import(site.url()).exits(0);
            let held = desk.one("SELECT name, notes FROM nodes");
            assert_eq!(held, format!("{name} | {name}"), "{engine} {charset}");
        }
    }
}

#[test]
fn tables_of_several_character_sets_are_one_site() {
    let site = Mysql::made_with("default_storage_engine = InnoDB", "utf8mb4");
    site.change(
        "SET foreign_key_checks = 0; \
         ALTER TABLE nodeshot_node CONVERT TO CHARACTER SET latin1; \
         ALTER TABLE nodeshot_device CONVERT TO CHARACTER SET utf8",
    );
    site.change(&rows(1)).change(
        "UPDATE nodeshot_node SET name = 'Köln €'; \
         UPDATE nodeshot_device SET name = 'Жора'; \
         UPDATE nodeshot_interface SET essid = 'festa 🎉'",
    );
    let desk = Desk::new();
    desk.import(site.url()).exits(0);
    assert_eq!(desk.one("SELECT name FROM nodes"), "Köln €");
    assert_eq!(desk.one("SELECT name FROM devices"), "Жора");
    assert_eq!(desk.one("SELECT essid FROM vaps"), "festa 🎉");
}

#[test]
fn bytes_that_are_no_text_are_a_finding_and_the_row_goes_on() {
    let site = Mysql::with_nodes("InnoDB", 2);
    // as it is done to rescue what a wrong character set spoilt
    site.change(
        "ALTER TABLE nodeshot_node MODIFY description VARBINARY(200), MODIFY notes LONGBLOB; \
         UPDATE nodeshot_node SET description = X'4E69636F6CF2', notes = 'Città' WHERE id = 1; \
         UPDATE nodeshot_node SET description = 'Köln', notes = X'6100F09F8E89' WHERE id = 2",
    );
    let desk = Desk::new();
    let said = desk.import(site.url()).exits(0);
    assert_eq!(
        desk.see("SELECT description, notes FROM nodes ORDER BY id"),
        ["Nicol\u{fffd} | Città", "Köln | a🎉"]
    );
    let kept = desk.one("SELECT data ->> '$.description' FROM nodes WHERE id = 1");
    assert_eq!(kept.to_lowercase(), "4e69636f6cf2");
    let found = said.findings();
    let about = |code: &str| {
        let all = found.iter().filter(|one| one.starts_with(code));
        all.cloned().collect::<Vec<_>>()
    };
    assert_eq!(about("not-text"), ["not-text nodes 1"]);
    assert_eq!(about("nul-removed"), ["nul-removed nodes 2"]);
}
