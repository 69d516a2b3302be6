//! Passwords stay valid, and go out as they came until somebody logs in.

use super::{CLIENT, SERVER, files, findings, import, with};
use crate::session::{Ended, Site, finish};

/// What `users check` says of a password.
fn check(site: &Site, name: &str, password: &str) -> Ended {
    site.write("typed", &format!("{password}\n"));
    finish(site.shell(&format!("heirloom users check {name} < typed")))
}

#[test]
fn a_bcrypt_password_opens_and_is_upgraded() {
    let site = with(SERVER);
    import(&site, SERVER, 0);
    assert_ne!(check(&site, "alice", "wrong").code, Some(0));
    let ended = check(&site, "alice", "demo");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let stored: String = site.ask("SELECT password FROM users WHERE username = 'alice'");
    assert!(stored.starts_with("$argon2id$"), "{stored}");
    assert_eq!(check(&site, "alice", "demo").code, Some(0));
    // the old server will not know it, and the program says so
    let ended = site.run("export connectordb out");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(
        ended
            .err
            .contains("password-not-for-connectordb users alice"),
        "{ended:?}"
    );
    assert!(!ended.err.contains("$argon2"), "{ended:?}");
    assert!(
        site.read("out/alice/user.json")
            .contains("\"password_scheme\": \"argon2id\"")
    );
    // a later import leaves the new password alone
    import(&site, SERVER, 0);
    let later: String = site.ask("SELECT password FROM users WHERE username = 'alice'");
    assert_eq!(later, stored);
    let there = files(&site.path(SERVER));
    let out = files(&site.path("out"));
    let differ = there.iter().zip(&out).filter(|(a, b)| a != b);
    assert_eq!(differ.count(), 1, "nothing else changed");
}

#[test]
fn without_a_password_the_account_opens_with_its_name_and_must_change_it() {
    let site = with(CLIENT);
    let ended = import(&site, CLIENT, 0);
    assert!(findings(&site).contains(&"password-is-username carol".into()));
    assert!(
        ended.out.contains("their own username as password"),
        "{ended:?}"
    );
    assert_eq!(
        site.ask::<i64>("SELECT count(*) FROM users WHERE must_change_password"),
        1
    );
    assert_eq!(check(&site, "carol", "carol").code, Some(0));
}

#[test]
fn or_gets_a_random_one_that_is_handed_out() {
    let site = with(CLIENT);
    import(
        &site,
        &format!("{CLIENT} --random-passwords --credentials new.csv"),
        0,
    );
    assert!(!findings(&site).contains(&"password-is-username carol".into()));
    let handed = site.read("new.csv");
    let line = handed.lines().nth(1).unwrap();
    let password = line.rsplit(',').next().unwrap().trim_matches('"');
    assert_ne!(check(&site, "carol", "carol").code, Some(0));
    assert_eq!(check(&site, "carol", password).code, Some(0));
}

#[test]
fn a_scheme_that_nobody_knows_opens_nothing() {
    let site = with(SERVER);
    let file = format!("{SERVER}/alice/user.json");
    site.write(&file, &site.read(&file).replace("\"bcrypt\"", "\"md5\""));
    import(&site, SERVER, 0);
    assert!(findings(&site).contains(&"password-unusable alice".into()));
    assert_ne!(check(&site, "alice", "demo").code, Some(0));
}

#[test]
fn no_secret_stands_in_what_is_said() {
    let site = with(SERVER);
    let ended = import(&site, &format!("{SERVER} --verbosity 3"), 0);
    let told = format!("{}{}{}", ended.out, ended.err, site.read("r.json"));
    for (name, text) in files(&site.path(SERVER)) {
        let Ok(json) = serde_json::from_str::<serde_json::Value>(&text) else {
            continue;
        };
        for key in ["apikey", "password", "password_salt"] {
            let secret = json
                .get(key)
                .and_then(|secret| secret.as_str())
                .unwrap_or_default();
            assert!(secret.is_empty() || !told.contains(secret), "{name}: {key}");
        }
    }
}

#[test]
fn what_was_upgraded_comes_back_from_an_export() {
    let site = with(SERVER);
    import(&site, SERVER, 0);
    assert_eq!(check(&site, "alice", "demo").code, Some(0));
    assert_eq!(site.run("export connectordb out").code, Some(0));
    let other = Site::empty();
    super::copy(&site.path("out"), &other.path("out"));
    import(&other, "out", 0);
    assert_eq!(check(&other, "alice", "demo").code, Some(0));
    // an older export takes nothing from who has a password that works
    let file = format!("{SERVER}/bob/user.json");
    site.write(&file, &site.read(&file).replace("\"SHA512\"", "\"rot13\""));
    let before: String = site.ask("SELECT password FROM users WHERE username = 'bob'");
    import(&site, SERVER, 0);
    let after: String = site.ask("SELECT password FROM users WHERE username = 'bob'");
    assert_eq!(after, before);
}

#[test]
fn an_account_without_a_password_is_none_that_opens_with_its_name() {
    let site = with(SERVER);
    import(&site, SERVER, 0);
    site.store
        .edit("UPDATE users SET password = NULL WHERE username = 'alice'");
    assert_eq!(site.run("export connectordb out").code, Some(0));
    let other = Site::empty();
    super::copy(&site.path("out"), &other.path("out"));
    import(&other, "out", 0);
    assert!(findings(&other).contains(&"password-unusable alice".into()));
    assert_ne!(check(&other, "alice", "alice").code, Some(0));
}

#[test]
fn the_duty_to_change_stays_with_the_password() {
    let site = with(SERVER);
    import(&site, SERVER, 0);
    assert_eq!(
        site.run("export connectordb client --no-passwords").code,
        Some(0)
    );
    let other = Site::empty();
    super::copy(&site.path("client"), &other.path("client"));
    super::copy(&site.path(SERVER), &other.path(SERVER));
    import(&other, "client", 0);
    assert_eq!(check(&other, "bob", "bob").code, Some(0));
    import(&other, SERVER, 0);
    let duty = "SELECT count(*) FROM users WHERE must_change_password AND username = ";
    assert_eq!(other.ask::<i64>(&format!("{duty}'bob'")), 1);
    // who never came gets the password of the old server
    assert_eq!(other.ask::<i64>(&format!("{duty}'alice'")), 0);
    assert_eq!(check(&other, "alice", "demo").code, Some(0));
}

#[test]
fn unclaimed_accounts_get_another_password_than_their_name() {
    let site = with(CLIENT);
    import(&site, CLIENT, 0);
    let ended = site.run("users password --unclaimed --credentials new.csv");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_ne!(check(&site, "carol", "carol").code, Some(0));
    let handed = site.read("new.csv");
    let password = handed.lines().nth(1).unwrap().rsplit(',').next().unwrap();
    assert_eq!(
        check(&site, "carol", password.trim_matches('"')).code,
        Some(0)
    );
}
