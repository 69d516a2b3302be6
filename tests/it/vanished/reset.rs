//! A store emptied of what imports brought.

use super::super::support::{Bench, row};

fn bench() -> Bench {
    let bench = Bench::new();
    for id in 1..=3 {
        bench.radio(id);
    }
    bench.link(1, 1, 2, vec![]).account(1, vec![]);
    bench
}

#[test]
fn the_next_import_is_a_first_one() {
    let bench = bench();
    let first = bench.import().exits(0);
    let digest = bench.digest();
    bench.run(&["reset", "--noinput"]).exits(0);
    for table in [
        "nodes",
        "users",
        "devices",
        "interfaces",
        "links",
        "ledger",
        "before_images",
    ] {
        assert_eq!(
            bench.one(&format!("SELECT count(*) FROM {table}")),
            "0",
            "{table}"
        );
    }
    assert_eq!(bench.one("SELECT count(*) FROM layers"), "3");
    let again = bench.import().exits(0);
    assert_eq!(again.report["entities"], first.report["entities"]);
    // ids that were drawn anew are above those ever given; all else is the same
    let nodes = "SELECT id, slug, name FROM nodes ORDER BY id";
    assert_eq!(bench.see(nodes).len(), 3);
    assert_ne!(bench.digest(), digest);
    let runs = "SELECT mode FROM runs ORDER BY id";
    assert_eq!(bench.see(runs), ["import", "reset", "import"]);
}

#[test]
fn own_rows_and_what_they_hang_on_stay() {
    let bench = bench();
    bench.edit_before();
    bench.import().exits(0);
    bench.edit(
        "INSERT INTO interfaces (device_id, name) VALUES (2, 'own');
         UPDATE users SET last_login = '2026-01-01 00:00:00' WHERE email = 'person3@posta.example';
         UPDATE users SET is_staff = true WHERE email = 'person1@posta.example'",
    );
    let run = bench.run(&["reset", "--noinput"]).exits(0);
    assert!(
        run.out.contains("kept, because they are in use"),
        "{}",
        run.out
    );
    assert_eq!(bench.see("SELECT id FROM nodes ORDER BY id"), ["2"]);
    assert_eq!(bench.see("SELECT name FROM interfaces"), ["own"]);
    // the owner of the node that stays, who logged in, who was given rights; own
    assert_eq!(
        bench.see("SELECT email FROM users ORDER BY email"),
        [
            "own@posta.example",
            "person1@posta.example",
            "person2@posta.example",
            "person3@posta.example"
        ]
    );
}

#[test]
fn decisions_stay_unless_they_are_to_be_forgotten() {
    let bench = bench();
    bench.node(9, row! { lng: super::super::support::BOTH });
    std::fs::write(
        bench.path("answers.toml"),
        "[decisions.\"nodeshot.layer.9\"]\nanswer = \"rome\"\nfacts = \"{}\"\nanswered = \"\"\nby = \"me\"\n",
    )
    .unwrap();
    bench.import_with(&["--decisions", "answers.toml"]).exits(0);
    let listed = bench.run(&["decisions", "list"]).exits(0);
    assert!(
        listed.out.contains("nodeshot.layer.9  rome") && listed.out.contains("waits"),
        "{}",
        listed.out
    );
    bench.run(&["reset", "--noinput"]).exits(0);
    let count = "SELECT count(*) FROM decisions";
    assert_eq!(bench.one(count), "1");
    bench.import().exits(0);
    bench
        .run(&["decisions", "clear", "nodeshot.layer.8"])
        .exits(2);
    bench
        .run(&["decisions", "clear", "nodeshot.layer.9"])
        .exits(0);
    assert_eq!(bench.one(count), "0");
    bench.import_with(&["--decisions", "answers.toml"]).exits(0);
    bench
        .run(&["reset", "--noinput", "--forget-decisions"])
        .exits(0);
    assert_eq!(bench.one(count), "0");
}

#[test]
fn without_a_terminal_it_wants_to_be_told() {
    let bench = bench();
    bench.import().exits(0);
    let before = bench.digest();
    let run = bench.run(&["reset"]).exits(2);
    assert!(run.err.contains("--noinput"), "{}", run.err);
    assert_eq!(bench.digest(), before);
}

impl Bench {
    /// An account of the store's own.
    fn edit_before(&self) {
        self.run(&["layers", "list"]).exits(0);
        self.edit("INSERT INTO users (username, email) VALUES ('own', 'own@posta.example')");
    }
}
