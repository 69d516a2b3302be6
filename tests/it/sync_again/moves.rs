//! Unique values that one row gives up and another takes between two imports.

use crate::support::{Bench, row};

const SLUGS: &str = "SELECT id, slug FROM nodes ORDER BY id";
const ADDRESSES: &str = "SELECT interface_id, address FROM ip_addresses ORDER BY interface_id";
const USERNAMES: &str = "SELECT id, username FROM users ORDER BY id";
const EMAILS: &str = "SELECT id, email FROM users ORDER BY id";
const PRIMARY: &str =
    "SELECT user_id, email FROM email_addresses WHERE is_primary ORDER BY user_id, email";

/// Three old accounts, three interfaces of a node each; all nodes have one owner.
fn three() -> Bench {
    let bench = Bench::new();
    for id in 1..4 {
        bench
            .account(id, vec![])
            .node(id, row! { email: "owner@posta.example" })
            .device(id, id, vec![])
            .interface(id, id, row! { ipv4_address: format!("10.0.0.{id}") });
    }
    bench.import().exits(0);
    bench
}

/// What a new store has after one import of the same source.
fn fresh(bench: &Bench, seen: &str) -> Vec<String> {
    let other = Bench::new();
    std::fs::copy(bench.legacy_path(), other.legacy_path()).unwrap();
    other.import().exits(0);
    other.see(seen)
}

#[track_caller]
fn moves_at_once(bench: &Bench, seen: &[&str]) {
    let rehearsal = bench.import_with(&["--dry-run"]).exits(0);
    let run = bench.import().exits(0);
    assert_eq!(rehearsal.plan(), run.plan());
    for seen in seen {
        assert_eq!(bench.see(seen), fresh(bench, seen));
    }
    let digest = bench.digest();
    assert!(bench.import().exits(0).changed_nothing());
    assert_eq!(bench.digest(), digest);
}

/// SQL that gives a column of the rows 1, 2, 3 the values that these rows had.
fn turn(table: &str, column: &str, order: [i64; 3]) -> String {
    let whens: String = (1..)
        .zip(order)
        .map(|(id, from)| format!(" WHEN {id} THEN (SELECT v FROM old WHERE id = {from})"))
        .collect();
    format!(
        "CREATE TEMP TABLE old AS SELECT id, {column} AS v FROM {table};
         UPDATE {table} SET {column} = 'parked' || id;
         UPDATE {table} SET {column} = CASE id{whens} END;
         DROP TABLE old;"
    )
}

const COLUMNS: [(&str, &str, &[&str]); 4] = [
    ("nodeshot_node", "slug", &[SLUGS]),
    ("nodeshot_interface", "ipv4_address", &[ADDRESSES]),
    ("auth_user", "username", &[USERNAMES]),
    ("auth_user", "email", &[EMAILS, PRIMARY]),
];

#[test]
fn two_rows_swap() {
    for (table, column, seen) in COLUMNS {
        let bench = three();
        bench.change(&turn(table, column, [2, 1, 3]));
        moves_at_once(&bench, seen);
        bench.change(&turn(table, column, [1, 3, 2]));
        moves_at_once(&bench, seen);
    }
}

#[test]
fn three_rows_turn_in_a_ring() {
    for (table, column, seen) in COLUMNS {
        for order in [[2, 3, 1], [3, 1, 2]] {
            let bench = three();
            bench.change(&turn(table, column, order));
            moves_at_once(&bench, seen);
        }
    }
}

#[test]
fn a_ring_may_be_longer_than_a_batch() {
    let bench = Bench::new();
    bench.account(1, vec![]);
    bench.change(
        "WITH RECURSIVE ids (id) AS (SELECT 2 UNION ALL SELECT id + 1 FROM ids WHERE id < 2100)
         INSERT INTO auth_user SELECT ids.id, 'admin' || ids.id, first_name, last_name,
            'admin' || ids.id || '@posta.example', password, is_staff, is_active, is_superuser,
            last_login, date_joined FROM ids, auth_user WHERE auth_user.id = 1",
    );
    bench.import().exits(0);
    bench.change(
        "UPDATE auth_user SET username = 'parked' || id;
         UPDATE auth_user SET username = 'admin' || (id % 2100 + 1),
            email = 'admin' || (id % 2100 + 1) || '@posta.example'",
    );
    moves_at_once(&bench, &[USERNAMES, EMAILS, PRIMARY]);
}

#[test]
fn a_chain_moves_up_and_down() {
    let fresh_values = ["free", "10.0.0.99", "free", "free@posta.example"];
    for ((table, column, seen), value) in COLUMNS.into_iter().zip(fresh_values) {
        for (order, last) in [([1, 1, 2], 1), ([2, 3, 3], 3)] {
            let bench = three();
            // two rows have one value for a moment: the last one's is new
            let sql = turn(table, column, order).replace(
                &format!("WHEN {last} THEN (SELECT v FROM old WHERE id = {last})"),
                &format!("WHEN {last} THEN '{value}'"),
            );
            bench.change(&sql);
            moves_at_once(&bench, seen);
        }
    }
}

#[test]
fn a_new_row_takes_what_an_old_one_gave_up() {
    let bench = three();
    bench
        .change(
            "UPDATE nodeshot_node SET slug = 'other' WHERE id = 3;
             UPDATE nodeshot_interface SET ipv4_address = '10.0.0.99' WHERE id = 3;
             UPDATE auth_user SET username = 'other', email = 'other@posta.example' WHERE id = 3",
        )
        .account(
            9,
            row! { username: "admin3", email: "admin3@posta.example" },
        )
        .node(9, row! { slug: "node-3", email: "owner@posta.example" })
        .device(9, 9, vec![])
        .interface(9, 9, row! { ipv4_address: "10.0.0.3" });
    let run = bench.import_with(&["--dry-run"]).exits(0);
    assert!(run.found("slug-taken").is_empty() && run.found("username-taken").is_empty());
    // the owner's account has another id in a store that begins with four old accounts
    let old = ["username", "email"].map(|column| {
        format!("SELECT id, {column} FROM users WHERE NOT password_generated ORDER BY id")
    });
    bench.import().exits(0);
    for seen in [SLUGS, ADDRESSES, &old[0], &old[1]] {
        let values = |rows: Vec<String>| -> Vec<String> {
            rows.iter()
                .filter_map(|row| row.split(" | ").nth(1).map(str::to_string))
                .collect()
        };
        let (mut ours, mut theirs) = (values(bench.see(seen)), values(fresh(&bench, seen)));
        ours.sort();
        theirs.sort();
        assert_eq!(ours, theirs);
    }
    assert_eq!(bench.one("SELECT slug FROM nodes WHERE id = 9"), "node-3");
    let digest = bench.digest();
    assert!(bench.import().exits(0).changed_nothing());
    assert_eq!(bench.digest(), digest);
}

#[test]
fn an_owner_gets_an_account_with_an_email_that_an_old_account_gave_up() {
    let bench = three();
    bench
        .change("UPDATE auth_user SET email = 'other@posta.example' WHERE id = 3")
        .node(9, row! { email: "admin3@posta.example" });
    bench.import().exits(0);
    assert_eq!(
        bench.one("SELECT email FROM users WHERE id = (SELECT user_id FROM nodes WHERE id = 9)"),
        "admin3@posta.example"
    );
    assert_eq!(
        bench.one("SELECT email FROM users WHERE id = 3"),
        "other@posta.example"
    );
    assert!(bench.import().exits(0).changed_nothing());
}

#[test]
fn owners_swap_their_usernames() {
    let bench = Bench::new();
    bench.node(1, vec![]).node(2, vec![]);
    bench.import().exits(0);
    bench.change(&turn("nodeshot_node", "owner", [2, 1, 1]));
    let seen = "SELECT email, username FROM users ORDER BY email";
    moves_at_once(&bench, &[seen]);
}

#[test]
fn an_edited_field_is_not_taken_away() {
    let bench = three();
    bench.edit(
        "UPDATE nodes SET slug = 'mine' WHERE id = 1;
         UPDATE ip_addresses SET address = '10.9.9.9' WHERE interface_id = 1;
         UPDATE users SET username = 'mine', email = 'mine@posta.example' WHERE id = 1",
    );
    // the edited rows change in the source too; others wish for what was written by hand
    bench.change(
        "UPDATE nodeshot_node SET slug = 'new' WHERE id = 1;
         UPDATE nodeshot_node SET slug = 'mine' WHERE id = 2;
         UPDATE nodeshot_node SET slug = 'node-2' WHERE id = 3;
         UPDATE nodeshot_interface SET ipv4_address = '10.0.0.50' WHERE id = 1;
         UPDATE nodeshot_interface SET ipv4_address = '10.9.9.9' WHERE id = 2;
         UPDATE nodeshot_interface SET ipv4_address = '10.0.0.2' WHERE id = 3;
         UPDATE auth_user SET username = 'new', email = 'new@posta.example' WHERE id = 1;
         UPDATE auth_user SET username = 'mine', email = 'mine@posta.example' WHERE id = 2",
    );
    let run = bench.import().exits(3);
    assert_eq!(bench.see(SLUGS), ["1 | mine", "2 | mine2", "3 | node-2"]);
    // interface 2 is refused and keeps its last address, so that interface 3 keeps its own
    assert_eq!(
        run.found("address-taken"),
        ["ip_addresses 2/4", "ip_addresses 3/4"]
    );
    assert_eq!(
        bench.see(ADDRESSES),
        ["1 | 10.9.9.9", "2 | 10.0.0.2", "3 | 10.0.0.3"]
    );
    let old = "SELECT username, email FROM users WHERE id < 3 ORDER BY id";
    assert_eq!(bench.see(old), ["mine | mine@posta.example", "mine2 | -"]);
    let digest = bench.digest();
    assert!(bench.import().exits(0).changed_nothing());
    assert_eq!(bench.digest(), digest);
}

#[test]
fn an_address_is_free_as_soon_as_its_interface_goes() {
    let bench = three();
    bench.change(
        "UPDATE nodeshot_node SET status = 'u' WHERE id = 1;
         UPDATE nodeshot_interface SET ipv4_address = '10.0.0.77' WHERE id = 1;
         UPDATE nodeshot_interface SET ipv4_address = '10.0.0.1' WHERE id = 2",
    );
    let rehearsal = bench
        .import_with(&["--dry-run", "--allow-deletes"])
        .exits(0);
    let run = bench.import_with(&["--allow-deletes"]).exits(0);
    assert_eq!(rehearsal.plan(), run.plan());
    assert_eq!(bench.see(ADDRESSES), ["2 | 10.0.0.1", "3 | 10.0.0.3"]);
    assert!(bench.import().exits(0).changed_nothing());
}

#[test]
fn a_former_email_goes() {
    let bench = three();
    let seen = "SELECT email, is_primary FROM email_addresses WHERE user_id = 1 ORDER BY email";
    bench.change("UPDATE auth_user SET email = 'z@posta.example' WHERE id = 1");
    moves_at_once(&bench, &[EMAILS, PRIMARY]);
    assert_eq!(bench.see(seen), ["z@posta.example | 1"]);
    bench.change("UPDATE auth_user SET email = 'admin1@posta.example' WHERE id = 1");
    moves_at_once(&bench, &[EMAILS, PRIMARY]);
    assert_eq!(bench.see(seen), ["admin1@posta.example | 1"]);
    bench.change("UPDATE auth_user SET email = '' WHERE id = 1");
    moves_at_once(&bench, &[EMAILS, PRIMARY]);
}

#[test]
fn an_adopted_account_has_one_primary_address() {
    let bench = Bench::new();
    bench.node(1, vec![]);
    bench.import().exits(0);
    bench.edit(
        "INSERT INTO users (id, username, email) VALUES (70, 'own', 'own@posta.example');
         INSERT INTO email_addresses (user_id, email, is_primary) VALUES (70, 'first@posta.example', true)",
    );
    let seen = "SELECT email FROM email_addresses WHERE user_id = 70 AND is_primary";
    bench.account(1, row! { email: "own@posta.example" });
    bench.import().exits(0);
    assert_eq!(bench.see(seen), ["first@posta.example"]);
    bench.change("UPDATE auth_user SET email = 'later@posta.example' WHERE id = 1");
    bench.import().exits(0);
    assert_eq!(bench.see(seen), ["first@posta.example"]);
    assert!(bench.import().exits(0).changed_nothing());
}
