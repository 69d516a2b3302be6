//! Dates that are none, and clocks.

use diesel::MysqlConnection;
use diesel::connection::{Connection as _, SimpleConnection as _};
use xtask::servers::start_mysql;
use xtask::world::mysql::DDL;

use crate::servers::{Desk, Mysql, rows};

const ZEROS: &str = "UPDATE nodeshot_node SET added = '0000-00-00 00:00:00' WHERE id = 1; \
    UPDATE nodeshot_node SET updated = '2012-00-10' WHERE id = 2; \
    UPDATE nodeshot_device SET added = '2012-05-00 10:00:00' WHERE id = 3; \
    UPDATE auth_user SET date_joined = '0000-00-00' WHERE id = 1; \
    UPDATE nodeshot_contact SET date = '0000-00-00 00:00:00' WHERE id = 2";

#[test]
fn zero_dates_become_null_whatever_the_tables_were_made_with() {
    let mut digests = Vec::new();
    for settings in [
        "default_storage_engine = InnoDB, sql_mode = 'TRADITIONAL'",
        "default_storage_engine = InnoDB, sql_mode = ''",
        "default_storage_engine = MyISAM, sql_mode = 'TRADITIONAL'",
        "default_storage_engine = MyISAM, sql_mode = ''",
    ] {
        let site = Mysql::made_with(settings, "utf8mb4");
        site.change(&rows(3)).change(ZEROS);
        let desk = Desk::new();
        let said = desk.import(site.url()).exits(0);
        has_the_zeros(&desk);
        for row in ["nodes 1", "nodes 2", "devices 3", "users 1", "contacts 2"] {
            said.has_found(&format!("zero-time {row}"));
        }
        let moves = said.findings().contains(&"no-snapshot - -".to_string());
        assert_eq!(moves, settings.contains("MyISAM"), "{settings}");
        digests.push(desk.digest());
    }
    digests.dedup();
    assert_eq!(digests.len(), 1);
}

fn has_the_zeros(desk: &Desk) {
    let times = desk.see("SELECT added, updated FROM nodes ORDER BY id");
    assert_eq!(
        times,
        [
            "- | 2012-07-02 12:00:00",
            "2012-07-01 12:00:00 | -",
            "2012-07-01 12:00:00 | 2012-07-02 12:00:00",
        ]
    );
    assert_eq!(desk.one("SELECT added FROM devices WHERE id = 3"), "-");
    assert_eq!(desk.one("SELECT added FROM contacts WHERE id = 2"), "-");
    assert_eq!(desk.one("SELECT date_joined FROM users WHERE id = 1"), "-");
}

#[test]
fn no_mode_of_the_server_changes_what_is_read() {
    let server = start_mysql().expect("a server of the test's own");
    let mut admin = MysqlConnection::establish(server.url()).expect("the server answers");
    admin
        .batch_execute(&format!(
            "SET NAMES utf8mb4; SET SESSION sql_mode = ''; {DDL} {}; {ZEROS}",
            rows(3)
        ))
        .expect("an old site");
    let mut digests = Vec::new();
    for mode in [
        "",
        "TRADITIONAL",
        "ANSI",
        "ORACLE",
        "NO_BACKSLASH_ESCAPES",
        "PAD_CHAR_TO_FULL_LENGTH",
    ] {
        admin
            .batch_execute(&format!(
                "SET GLOBAL sql_mode = '{mode}'; SET GLOBAL time_zone = '-07:00'; \
                 SET GLOBAL character_set_server = 'latin1'"
            ))
            .expect("a mode");
        let desk = Desk::new();
        desk.import(server.url()).exits(0);
        has_the_zeros(&desk);
        digests.push((mode, desk.digest()));
    }
    let (_, first) = &digests[0];
    assert!(digests.iter().all(|(_, one)| one == first), "{digests:#?}");
}

#[test]
fn a_timestamp_is_a_moment_and_a_datetime_what_the_clock_showed() {
    let site = Mysql::with_nodes("InnoDB", 2);
    site.change(
        "ALTER TABLE nodeshot_node MODIFY updated TIMESTAMP NULL; \
         UPDATE nodeshot_node SET updated = '2012-07-02 12:00:00' WHERE id = 1; \
         UPDATE nodeshot_node SET updated = 0 WHERE id = 2",
    );
    let desk = Desk::new();
    desk.configure("time_zone = \"Europe/Rome\"");
    let said = desk.import(site.url()).exits(0);
    assert_eq!(
        desk.see("SELECT added, updated FROM nodes ORDER BY id"),
        [
            "2012-07-01 10:00:00 | 2012-07-02 12:00:00",
            "2012-07-01 10:00:00 | -"
        ]
    );
    said.has_found("zero-time nodes 2");
}

#[test]
fn only_where_every_time_is_a_moment_no_zone_is_assumed() {
    let site = Mysql::with_nodes("InnoDB", 1);
    let desk = Desk::new();
    desk.import(site.url())
        .exits(0)
        .has_found("time-zone-assumed - -");
    for column in site.ask(
        "SELECT table_name, column_name FROM information_schema.columns \
         WHERE table_schema = database() AND data_type = 'datetime'",
    ) {
        let [table, column] = &column[..] else {
            panic!("{column:?}")
        };
        site.change(&format!(
            "ALTER TABLE {table} MODIFY {column} TIMESTAMP NULL"
        ));
    }
    let said = desk.import(site.url()).exits(0);
    assert_eq!(said.findings(), [""; 0]);
    assert_eq!(said.report["entities"]["nodes"]["unchanged"], 1);
}

#[test]
fn fractions_of_seconds_and_dates_alone_are_read() {
    let site = Mysql::with_nodes("InnoDB", 1);
    site.change(
        "ALTER TABLE nodeshot_node MODIFY added DATETIME(6) NOT NULL, MODIFY updated DATE NOT NULL; \
         UPDATE nodeshot_node SET added = '2012-07-01 12:00:00.25', updated = '2012-07-02'",
    );
    let desk = Desk::new();
    desk.import(site.url()).exits(0);
    assert_eq!(
        desk.one("SELECT added, updated FROM nodes"),
        "2012-07-01 12:00:00.250000 | 2012-07-02 00:00:00"
    );
}
