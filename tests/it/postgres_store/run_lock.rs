//! One run at a time: the lock is that of a session, and gone with it.

use rexpect::process::Signal;

use super::site;
use crate::session::{IMPORT, IN_WEST};

#[test]
fn a_second_import_while_one_asks_is_told_so() {
    let site = site();
    assert_eq!(site.import("").code, Some(0));
    site.add_node(2, "New", IN_WEST);
    let before = site.contents();
    let mut first = site.attended(IMPORT);
    first.expect("(y/n): ");
    for option in ["", "--dry-run", "--nodelete --credentials passwords.csv"] {
        let ended = site.import(option);
        assert_eq!(ended.code, Some(6), "{option}: {ended:?}");
        assert!(
            ended.err.contains("another run holds the lock"),
            "{ended:?}"
        );
        assert_eq!(ended.out, "", "nothing is read");
    }
    assert_eq!(site.contents(), before);
    assert!(!site.exists("passwords.csv"));
    assert_eq!(site.run("digest").code, Some(0), "reading needs no lock");
    first.say("y");
    assert_eq!(first.end().0, 0);
    assert_eq!(site.ask::<i64>("SELECT count(*) FROM nodes"), 2);
}

#[test]
fn the_lock_of_a_killed_import_is_free() {
    let site = site();
    assert_eq!(site.import("").code, Some(0));
    site.add_node(2, "New", IN_WEST);
    let mut first = site.attended(IMPORT);
    first.expect("(y/n): ");
    assert_eq!(site.import("").code, Some(6));
    first.signal(Signal::SIGKILL);
    assert!(site.store.is_unlocked());
    let ended = site.import("");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(site.ask::<i64>("SELECT count(*) FROM nodes"), 2);
    assert_eq!(site.outcomes(), "committed skipped committed");
}
