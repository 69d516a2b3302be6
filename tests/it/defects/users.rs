//! Defects of accounts: who becomes one, under which name, with which password.

use heirloom::password;
use rusqlite::types::Null;

use crate::support::{BOTH, Bench, row};

const OWNERS: &str = "SELECT n.id, u.username, u.first_name, u.last_name FROM nodes n \
                      LEFT JOIN users u ON u.id = n.user_id ORDER BY n.id";

#[test]
fn d01_a_null_owner_is_named_after_the_email() {
    let bench = Bench::new();
    bench.node(1, row! { owner: Null, email: "mario.rossi@posta.example" });
    bench.import().exits(0);
    assert_eq!(bench.one(OWNERS), "1 | mario-rossi | Mario | Rossi");
}

#[test]
fn d02_a_blank_owner_without_a_proper_email_comes_in_without_an_account() {
    let bench = Bench::new();
    bench
        .node(1, row! { owner: "", email: "mario" })
        .node(2, row! { owner: " ", email: "a@b@posta.example" })
        .node(3, row! { owner: "", email: "" });
    let run = bench.import().exits(3);
    assert_eq!(run.count("nodes", "created"), 3);
    assert_eq!(run.found("no-owner"), ["nodes 1", "nodes 2", "nodes 3"]);
    assert_eq!(run.count("users", "refused"), 2);
    assert_eq!(
        bench.see("SELECT user_id, data ->> 'email' FROM nodes ORDER BY id"),
        ["- | mario", "- | a@b@posta.example", "- | -"]
    );
}

#[test]
fn d03_no_name_is_too_long_or_too_foreign_for_an_account() {
    let bench = Bench::new();
    let long = "anna.maria.di.un.nome.che.non.finisce.mai@posta.example";
    bench
        .node(1, row! { owner: "Жора", email: "zhora@posta.example" })
        .node(2, row! { owner: "", email: long })
        .node(3, row! { owner: "X".repeat(50), email: "x@posta.example" });
    let run = bench.import().exits(0);
    assert_eq!(run.count("users", "created"), 3);
    assert_eq!(
        bench.see(OWNERS),
        [
            "1 | zhora | Жора | ".into(),
            "2 | anna-maria-di-un-nome-che-non-finisce-mai | Anna | \
             Maria Di Un Nome Che Non Finisce Mai"
                .into(),
            format!("3 | {} | {} | ", "x".repeat(50), "X".repeat(50)),
        ]
    );
}

#[test]
fn d04_an_odd_old_account_does_not_stop_the_others() {
    let bench = Bench::new();
    bench
        .account(
            1,
            row! { username: "white space!", password: "", email: "no address" },
        )
        .account(2, row! { username: "", email: "second@posta.example" })
        .account(3, vec![]);
    let run = bench.import().exits(0);
    assert_eq!(run.count("users", "created"), 3);
    assert_eq!(run.found("email-malformed"), ["users 1"]);
    assert_eq!(
        bench.see("SELECT id, username, email, password, data ->> 'email' FROM users ORDER BY id"),
        [
            "1 | white space! | - | - | no address",
            "2 | second | second@posta.example | ! | -",
            "3 | admin3 | admin3@posta.example | ! | -",
        ]
    );
}

#[test]
fn d05_accounts_with_blank_or_equal_emails_stay_apart() {
    let bench = Bench::new();
    bench
        .account(1, row! { email: "" })
        .account(2, row! { email: " " })
        .account(3, row! { email: "Same@posta.example" })
        .account(4, row! { email: "same@posta.example" });
    let run = bench.import().exits(0);
    assert_eq!(run.found("email-shared"), ["users 4"]);
    assert_eq!(
        bench.see("SELECT id, email, data ->> 'email' FROM users ORDER BY id"),
        [
            "1 | - | -",
            "2 | - | -",
            "3 | Same@posta.example | -",
            "4 | - | same@posta.example"
        ]
    );
}

#[test]
fn d05_an_account_of_the_store_is_not_taken_over() {
    let bench = Bench::new();
    bench.run(&["digest"]).exits(0);
    bench.edit(
        "INSERT INTO users (id, username, email, password) VALUES
         (1, 'admin1', NULL, 'own'), (7, 'boss', 'admin2@posta.example', 'own')",
    );
    bench
        .account(1, row! { is_superuser: true })
        .account(2, row! { is_superuser: true, first_name: "Old" });
    let run = bench.import().exits(0);
    assert_eq!(run.count("users", "unchanged"), 1, "matched by email");
    assert_eq!(
        bench.see("SELECT id, username, password, is_superuser, first_name FROM users ORDER BY id"),
        [
            "1 | admin1 | own | 0 | -",
            "7 | boss | own | 0 | -",
            "8 | admin12 | ! | 1 | "
        ]
    );
}

#[test]
fn d06_no_old_account_is_missing_without_a_word() {
    let bench = Bench::new();
    bench.run(&["digest"]).exits(0);
    // one has the name, another the email
    bench.edit(
        "INSERT INTO users (id, username, email) VALUES
         (5, 'admin1', 'x@posta.example'), (6, 'other', 'admin1@posta.example')",
    );
    bench
        .account(1, vec![])
        .node(1, row! { email: "admin1@posta.example" });
    let run = bench.import().exits(0);
    assert_eq!(run.count("users", "unchanged"), 2);
    assert_eq!(bench.one("SELECT user_id FROM nodes"), "6");
}

#[test]
fn d07_an_unusable_password_lets_nobody_in() {
    let bench = Bench::new();
    bench
        .account(1, row! { password: "!" })
        .account(2, row! { password: "unknown$salt$hash" });
    for _ in 0..2 {
        bench.import().exits(0);
        let stored = bench.see("SELECT password FROM users ORDER BY id");
        assert_eq!(stored, ["!", "unknown$salt$hash"]);
        for hash in &stored {
            assert!(!password::check(Some(hash), hash).is_right(), "{hash}");
            assert!(!password::check(Some(hash), "").is_right(), "{hash}");
        }
    }
}

#[test]
fn d08_an_unconfirmed_node_makes_no_account_and_verifies_nothing() {
    let bench = Bench::new();
    bench
        .node(1, row! { status: "u", email: "spam@posta.example" })
        .node(
            2,
            row! { email: "a@posta.example", email2: "b@posta.example" },
        )
        .node(
            3,
            row! { status: "u", email: "a@posta.example", email2: "c@posta.example" },
        );
    let run = bench.import().exits(0);
    assert_eq!(run.found("unconfirmed"), ["nodes 1", "nodes 3"]);
    assert_eq!(
        bench.see("SELECT email, is_verified, is_primary FROM email_addresses ORDER BY email"),
        ["a@posta.example | 1 | 1", "b@posta.example | 0 | 0"]
    );
    assert_eq!(bench.one("SELECT email FROM users"), "a@posta.example");
}

#[test]
fn d09_names_lose_no_part_and_no_capital() {
    let bench = Bench::new();
    let names = [
        "Maria de Luca Rossi",
        "  Ronald  McDonald ",
        "anna verdi",
        "Mario",
        "JOHN DOE",
    ];
    for (id, name) in (1..).zip(names) {
        bench.node(id, row! { owner: name });
    }
    bench.import().exits(0);
    assert_eq!(
        bench.see("SELECT first_name, last_name FROM users ORDER BY email"),
        [
            "Maria | de Luca Rossi",
            "Ronald | McDonald",
            "Anna | Verdi",
            "Mario | ",
            "JOHN | DOE"
        ]
    );
}

#[test]
fn d10_the_namesake_with_the_older_node_gets_the_plain_username() {
    let bench = Bench::new();
    bench
        .node(
            1,
            row! { owner: "Mario Rossi", added: "2012-03-01 00:00:00" },
        )
        .node(
            2,
            row! { owner: "Mario Rossi", added: "2011-03-01 00:00:00" },
        )
        .node(
            3,
            row! { owner: "mario-rossi", added: "2013-03-01 00:00:00" },
        );
    let run = bench.import().exits(0);
    let names = "SELECT email, username FROM users ORDER BY email";
    let expected = [
        "person1@posta.example | mario-rossi2",
        "person2@posta.example | mario-rossi",
        "person3@posta.example | mario-rossi3",
    ];
    assert_eq!(bench.see(names), expected);
    assert_eq!(run.found("username-taken").len(), 2);
    bench.import().exits(0);
    assert_eq!(bench.see(names), expected);
}

#[test]
fn d11_an_email_is_one_person_however_it_is_spelt() {
    let bench = Bench::new();
    bench
        .node(1, row! { email: "Foo@posta.example" })
        .node(2, row! { email: " foo@POSTA.example" });
    bench.import().exits(0);
    assert_eq!(bench.one("SELECT count(DISTINCT user_id) FROM nodes"), "1");
    // who changes the email on the new site stays the same person
    bench.edit("UPDATE users SET email = 'new@posta.example'");
    let run = bench.import().exits(0);
    assert!(run.changed_nothing());
    assert_eq!(bench.one("SELECT email FROM users"), "new@posta.example");
}

#[test]
fn d12_edits_of_an_account_outlive_the_next_import() {
    let bench = Bench::new();
    bench
        .account(1, vec![])
        .node(1, row! { email: "admin1@posta.example" });
    bench.node(2, vec![]);
    bench.import().exits(0);
    bench.edit("UPDATE users SET first_name = 'New', date_joined = '2001-01-01 00:00:00'");
    bench.change("UPDATE nodeshot_node SET owner = 'Person 2 Again' WHERE id = 2");
    bench.import().exits(0);
    assert_eq!(
        bench.see("SELECT first_name, last_name, date_joined FROM users ORDER BY id"),
        [
            "New |  | 2001-01-01 00:00:00",
            "New | 2 Again | 2001-01-01 00:00:00"
        ]
    );
}

#[test]
fn d13_generated_passwords_are_handed_out_and_work() {
    let bench = Bench::new();
    bench.node(1, vec![]).node(2, vec![]).account(1, vec![]);
    bench.import_with(&["--credentials", "new.csv"]).exits(0);
    let file = std::fs::read_to_string(bench.path("new.csv")).unwrap();
    let lines: Vec<&str> = file.lines().collect();
    assert_eq!(lines[0], "username,email,password");
    assert_eq!(lines.len(), 3, "one for each account that the import made");
    let mut seen = std::collections::HashSet::new();
    for line in &lines[1..] {
        let fields: Vec<&str> = line
            .split(',')
            .map(|field| field.trim_matches('"'))
            .collect();
        let stored = bench.one(&format!(
            "SELECT password FROM users WHERE username = '{}' AND email = '{}'",
            fields[0], fields[1]
        ));
        assert!(stored.starts_with("$argon2id$"), "{stored}");
        assert!(password::check(Some(&stored), fields[2]).is_right());
        assert!(
            fields[2].len() >= 16,
            "no weak one: {} signs",
            fields[2].len()
        );
        assert!(seen.insert(fields[2].to_string()));
    }
}

#[test]
fn d51_nodes_without_an_email_have_no_owner_in_common() {
    let bench = Bench::new();
    bench.run(&["digest"]).exits(0);
    bench.edit("INSERT INTO users (username, email) VALUES ('blank', '')");
    bench.account(1, row! { email: "" });
    bench
        .node(1, row! { email: "", owner: "One" })
        .node(2, row! { email: " ", owner: "Two", lng: BOTH });
    bench.import_with(&["--default-layer", "rome"]).exits(0);
    assert_eq!(
        bench.see("SELECT id, user_id, data ->> 'owner' FROM nodes ORDER BY id"),
        ["1 | - | One", "2 | - | Two"]
    );
}
