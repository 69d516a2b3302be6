//! Runs that look like an accident are held.

use super::super::support::{Bench, Run, row};

/// Thirty nodes, imported.
fn thirty() -> Bench {
    let bench = Bench::new();
    for id in 1..=30 {
        bench.node(id, row! { email: "one@posta.example" });
    }
    bench.account(1, vec![]);
    bench.import().exits(0);
    bench
}

/// Held with this code and as it was; one more option lets it through.
fn held(bench: &Bench, code: &str, option: &str) {
    let before = bench.digest();
    let mode = |options: &[&str]| -> Run { bench.import_with(options) };
    let run = mode(&[]).exits(5);
    assert!(run.err.contains(option), "{}", run.err);
    assert_eq!(run.found(code).len(), 1, "{:#}", run.report["findings"]);
    assert_eq!(run.report["outcome"], "held");
    mode(&["--dry-run"]).exits(5);
    assert_eq!(bench.digest(), before);
    let last = "SELECT outcome FROM runs ORDER BY id DESC LIMIT 1";
    assert_eq!(bench.one(last), "held");
    mode(&[option]).exits(0);
    assert!(mode(&[]).exits(0).changed_nothing());
}

#[test]
fn more_than_a_fifth_of_an_entity() {
    let bench = thirty();
    bench.change("DELETE FROM nodeshot_node WHERE id > 24");
    bench.import().exits(0);
    let bench = thirty();
    bench.change("DELETE FROM nodeshot_node WHERE id > 23");
    held(&bench, "too-many-deletes", "--allow-deletes");
}

#[test]
fn the_guard_can_be_set() {
    let mut bench = thirty();
    bench.configure("delete_guard = 0.5");
    bench.change("DELETE FROM nodeshot_node WHERE id > 15");
    bench.import().exits(0);
    bench.configure("delete_guard = 0");
    bench.change("DELETE FROM nodeshot_node WHERE id = 15");
    bench.import().exits(5);
}

#[test]
fn a_table_that_was_not_empty_and_is_now() {
    let bench = thirty();
    bench.change("DELETE FROM auth_user");
    held(&bench, "table-emptied", "--allow-deletes");
}

#[test]
fn another_source() {
    let bench = thirty();
    let digest = bench.digest();
    bench.change("UPDATE nodeshot_node SET added = '2015-05-05 05:05:05' WHERE id > 15");
    bench.import().exits(0);
    bench.change("UPDATE nodeshot_node SET added = '2016-06-06 06:06:06' WHERE id > 14");
    held(&bench, "another-source", "--accept-source");
    assert_ne!(bench.digest(), digest);
}

#[test]
fn another_time_zone_is_no_other_source() {
    let mut bench = thirty();
    bench.configure("time_zone = \"Europe/Rome\"");
    assert_eq!(bench.import().exits(0).count("nodes", "updated"), 30);
    bench.configure("time_zone = \"Asia/Tokyo\"");
    assert_eq!(bench.import().exits(0).count("nodes", "updated"), 30);
}
