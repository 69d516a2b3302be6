//! Old sites that are written while they are read.

use crate::servers::{Desk, Mysql, Writer};

#[test]
fn transactional_tables_are_read_in_one_state() {
    let site = Mysql::with_nodes("InnoDB", 400);
    let writer = Writer::start(site.connection());
    for _ in 0..2 {
        let desk = Desk::new();
        let before = writer.written();
        let said = desk.import(site.url()).exits(0);
        assert!(writer.written() > before, "nobody wrote meanwhile");
        let found = said.findings();
        assert!(
            found.iter().all(|one| one.starts_with("time-zone-assumed")),
            "{found:#?}"
        );
        let counts = desk.one(
            "SELECT (SELECT count(*) FROM nodes), (SELECT count(*) FROM devices), \
             (SELECT count(*) FROM interfaces), (SELECT count(*) FROM contacts), \
             (SELECT count(*) FROM network_statistics)",
        );
        let counts: Vec<&str> = counts.split(" | ").collect();
        assert!(counts.iter().all(|one| one == &counts[0]), "{counts:?}");
        let number: i64 = counts[0].parse().expect("a number");
        assert!((420..=421).contains(&number), "{number}");
    }
}

#[test]
fn tables_without_transactions_that_never_rest_are_given_up() {
    let site = Mysql::with_nodes("MyISAM", 400);
    let desk = Desk::new();
    let quiet = desk.import(site.url()).exits(0);
    let message = quiet.message("no-snapshot");
    assert!(message.contains("nodeshot_node"), "{message}");
    assert!(message.contains("stop the old site"), "{message}");
    let before = desk.digest();

    let writer = Writer::start(site.connection());
    let said = desk.import(site.url()).exits(1);
    drop(writer);
    said.tells(&[
        "changed while it was read, 3 times in a row",
        "stop the old site",
        "LOCK TABLES",
        "mysqldump",
    ]);
    assert_eq!(desk.digest(), before);
    assert_eq!(
        desk.see("SELECT outcome FROM runs ORDER BY id"),
        ["committed", "failed"]
    );
    desk.import(site.url()).exits(0);
}
