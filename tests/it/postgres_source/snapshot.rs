//! Old sites that are written while they are read.

use crate::servers::{Desk, Postgres, Writer};

#[test]
fn the_source_is_read_in_one_state() {
    let site = Postgres::with_nodes(400);
    let writer = Writer::start(site.connection());
    for _ in 0..2 {
        let desk = Desk::new();
        let before = writer.written();
        let said = desk.import(site.url()).exits(0);
        assert!(writer.written() > before, "nobody wrote meanwhile");
        assert_eq!(said.findings(), [""; 0]);
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
