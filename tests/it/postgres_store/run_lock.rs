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
    site.is_told_that_another_run_holds_the_lock();
    assert_eq!(site.contents(), before);
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
