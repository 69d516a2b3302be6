//! The customer's account: a new one, or one that is there; and that no secret is said.

use std::process::Command;

use super::{FILE, TABLES, changed, does_not_open, exported, fixture};
use super::{findings, import, json, keep, messages, opens, outcomes, shop, with};
use crate::session::{Site, finish};

const EMAIL: &str = "/customer/email";

fn users(site: &Site) -> Vec<String> {
    site.store.lines("SELECT * FROM users ORDER BY id")
}

/// An account of the store's own, with the password `battery staple`.
fn add(site: &Site, name: &str, email: &str) {
    let add = format!("echo 'battery staple' | heirloom users add {name} {email}");
    let ended = finish(site.shell(&add));
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

/// The username of the customer's account.
fn customer(site: &Site) -> String {
    site.ask("SELECT username FROM users WHERE id = (SELECT user_id FROM customers)")
}

#[test]
fn a_new_account_is_the_customers() {
    let site = with(&shop());
    keep(&site, "", 0);
    let columns = "SELECT username, email, first_name, last_name, is_active, is_staff, \
                   is_superuser, must_change_password FROM users";
    let row = "jo-doe | jo@shop.example | Jo | Doe | 1 | 0 | 0 | 0";
    assert_eq!(site.store.lines(columns), [row]);
    let addresses = "SELECT email, is_verified, is_primary FROM email_addresses";
    assert_eq!(site.store.lines(addresses), ["jo@shop.example | 1 | 1"]);
}

#[test]
fn an_account_with_the_same_email_is_followed_and_stays_as_it_is() {
    for answer in ["true", "false"] {
        let site = with(&shop());
        add(&site, "boss", "--email Jo@Shop.example --admin");
        let before = users(&site);
        import(&site, &format!("{FILE} --reset-password {answer}"), 0);
        let told = findings(&site);
        assert_eq!(told, ["account-followed jo@shop.example"]);
        assert_eq!(users(&site), before);
        assert_eq!(customer(&site), "boss");
        let addresses = site.ask::<i64>("SELECT count(*) FROM email_addresses");
        // none but the account's own
        assert!(addresses <= 1, "{addresses}");
        opens(&site, "boss", "battery staple");
        does_not_open(&site, "boss", "secret");
        let after = users(&site);
        import(&site, &format!("{FILE} --reset-password {answer}"), 0);
        assert_eq!(users(&site), after);
        assert_eq!(outcomes(&site, "customers"), "unchanged 1");
        // by its own name, and with the account's address
        let out = exported(&site, "Shop");
        assert_eq!(out["customer"]["name"], "Jo Doe");
        assert_eq!(out["customer"]["email"], "Jo@Shop.example");
    }
}

#[test]
fn an_account_that_an_earlier_run_brought_keeps_its_password() {
    let site = with(&shop());
    keep(&site, "", 0);
    let before = users(&site);
    import(&site, &format!("{FILE} --reset-password true"), 0);
    assert_eq!(users(&site), before);
    let other = changed(shop(), "/customer/password", json!("!other"));
    site.write(FILE, &other.to_string());
    keep(&site, "", 0);
    assert_eq!(users(&site), before);
    opens(&site, "jo-doe", "correct horse");

    // the customer of another application
    let second = changed(shop(), "/application/name", json!("Second"));
    site.write(FILE, &second.to_string());
    let before = users(&site);
    import(&site, &format!("{FILE} --reset-password true"), 0);
    assert_eq!(users(&site), before);
    assert_eq!(outcomes(&site, "customers"), "unchanged 1");
    assert_eq!(outcomes(&site, "applications"), "created 1");
    let owners = "SELECT count(DISTINCT customer_id) FROM applications";
    assert_eq!(site.ask::<i64>(owners), 1);
}

#[test]
fn a_username_that_is_taken_gets_a_number() {
    let site = with(&shop());
    add(&site, "jo-doe", "--email other@shop.example");
    let before = users(&site);
    import(&site, &format!("{FILE} --reset-password true"), 0);
    assert!(findings(&site).contains(&"username-taken jo@shop.example".into()));
    assert!(messages(&site, "username-taken")[0].contains("\"jo-doe2\""));
    assert_eq!(users(&site)[..1], before);
    assert_eq!(customer(&site), "jo-doe2");
    opens(&site, "jo-doe2", "secret");
    does_not_open(&site, "jo-doe", "secret");
    let digest = site.digest();
    keep(&site, "", 0);
    assert_eq!(site.digest(), digest);
}

#[test]
fn a_customer_may_have_no_email() {
    for email in [json!(null), json!(""), json!("  ")] {
        let site = with(&changed(shop(), EMAIL, email.clone()));
        keep(&site, "", 0);
        assert_eq!(findings(&site), [""; 0], "{email}");
        assert_eq!(
            site.store.lines("SELECT username, email, data FROM users"),
            ["jo-doe | - | {}"]
        );
        assert_eq!(site.ask::<i64>("SELECT count(*) FROM email_addresses"), 0);
        opens(&site, "jo-doe", "correct horse");
        assert_eq!(exported(&site, "Shop")["customer"]["email"], json!(null));
        keep(&site, "", 0);
        assert_eq!(outcomes(&site, "customers"), "unchanged 1");
    }
}

#[test]
fn what_is_no_email_is_told_and_goes_out_again() {
    for email in ["jo at shop", "@", "jo@shop.example\u{0}@", "a b@c.example"] {
        let site = with(&changed(shop(), EMAIL, json!(email)));
        keep(&site, "", 0);
        assert_eq!(
            messages(&site, "bad-email").len(),
            1,
            "{email}: {:?}",
            findings(&site)
        );
        assert_eq!(
            site.ask::<i64>("SELECT count(*) FROM users WHERE email IS NULL"),
            1
        );
        assert_eq!(site.ask::<i64>("SELECT count(*) FROM email_addresses"), 0);
        let out = exported(&site, "Shop");
        assert_eq!(out["customer"]["email"], email.replace('\u{0}', ""));
        keep(&site, "", 0);
        assert_eq!(outcomes(&site, "customers"), "unchanged 1");
    }
}

#[test]
fn names_of_all_kinds_become_accounts() {
    for (name, username) in [
        ("Łukasz Żółć", "lukasz-zolc"),
        ("株式会社", "zhu-shi-hui-she"),
        ("???", "jo"),
    ] {
        let site = with(&changed(shop(), "/customer/name", json!(name)));
        let ended = keep(&site, "--verbosity 2", 0);
        assert!(!ended.out.contains('\u{1b}'), "{ended:?}");
        assert_eq!(customer(&site), username, "{name:?}");
        let out = exported(&site, "Shop");
        assert_eq!(out["customer"]["name"], name.replace('\u{0}', ""));
        // and where nothing but the name tells who it is
        let file = changed(shop(), "/customer/name", json!(name));
        let site = with(&changed(file, EMAIL, json!(null)));
        keep(&site, "", 0);
        keep(&site, "", 0);
        assert_eq!(outcomes(&site, "customers"), "unchanged 1", "{name:?}");
    }
    for name in [" ", "a\u{1b}[31m"] {
        let site = with(&changed(shop(), "/customer/name", json!(name)));
        let ended = keep(&site, "--verbosity 2", 3);
        assert!(!ended.out.contains('\u{1b}'), "{ended:?}");
        assert_eq!(outcomes(&site, "customers"), "refused 1");
    }
    let site = with(&changed(shop(), "/customer/name", json!(" ")));
    keep(&site, "", 3);
    assert_eq!(outcomes(&site, "applications"), "created 1");
    assert_eq!(site.ask::<i64>("SELECT count(*) FROM users"), 0);
}

#[test]
fn an_application_may_have_no_customer() {
    for customer in [json!(null), json!(7)] {
        let site = with(&changed(shop(), "/customer", customer));
        // then there is nothing to say of a password
        import(&site, FILE, 0);
        let owner = "SELECT count(*) FROM applications WHERE customer_id IS NULL";
        assert_eq!(site.ask::<i64>(owner), 1);
        assert_eq!(exported(&site, "Shop")["customer"], json!(null));
    }
}

#[test]
fn no_secret_is_said() {
    let site = Site::empty();
    let hash = "$2a$10$00tLl/yGX3yMm7hq2XBSsesBaA3ViIPfdJy2Xud9rums2OHBvJ7Dq";
    let key = "6174918281283641000";
    let file = fixture();
    assert!(file.contains(hash) && file.contains(key));
    // with what makes findings of them
    let file = file.replace("\"name\": \"Room\"", "\"name\": \"Ro/om\"");
    site.write(FILE, &file);
    let mut told = String::new();
    for more in ["--dry-run --verbosity 3", "--verbosity 3", "--verbosity 2"] {
        let line = format!("import apiomat {FILE} --reset-password false --noinput {more}");
        let mut command: Command = site.program(&line.split_whitespace().collect::<Vec<_>>());
        command
            .args(["--report", "r.json"])
            .env("RUST_LOG", "trace");
        let ended = finish(command);
        assert!(ended.out.len() > 1000, "{ended:?}");
        told += &[ended.out, ended.err, site.read("r.json")].concat();
    }
    for line in [
        "runs list",
        "runs show 1",
        "runs show 1 --format json",
        "users list",
    ] {
        let ended = site.run(line);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        told += &[ended.out, ended.err].concat();
    }
    assert!(
        told.contains("name-impossible") && told.contains("legacy bcrypt"),
        "{told}"
    );
    for (table, rows) in site.store.dump() {
        let holds = ["users", "application_systems"].contains(&&*table);
        assert!(!holds || TABLES.contains(&&*table));
        if !holds {
            told += &rows.concat();
        }
    }
    for secret in [hash, "Xud9rums2OHBvJ7Dq", key] {
        let at = told.find(secret);
        assert_eq!(
            at,
            None,
            "{:?}",
            at.map(|at| &told[at.saturating_sub(200)..at])
        );
    }
}
