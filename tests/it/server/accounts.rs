//! Logging in, tokens, passwords.

use serde_json::json;

use super::client::{As, PASSWORD, Running, site, until};

#[test]
fn tokens_are_listed_used_and_ended() {
    let site = site();
    let mut running = Running::start(&site);
    let login = json!({
        "username": "plain", "password": PASSWORD, "label": "<script>", "expireTimeInHours": 99999,
    });
    let given = running
        .post("/api/login", As::Nobody, &login.to_string())
        .is(200)
        .json();
    let token = given["token"].as_str().unwrap().to_owned();
    assert_eq!(token.len(), 64);
    let who = running
        .get("/api/account", As::Token(&token))
        .is(200)
        .json();
    assert_eq!(
        (&who["username"], &who["is_staff"]),
        (&json!("plain"), &json!(false))
    );
    running
        .get(&format!("/api/account?apiToken={token}"), As::Nobody)
        .is(200);
    let bare = [("authorization", &*token)];
    running
        .ask("GET", "/api/account", As::Nobody, &bare, "")
        .is(200);

    until("the token is written", || {
        site.ask::<i64>("SELECT count(*) FROM tokens") == 1
    });
    let stored = site.store.lines("SELECT * FROM tokens").concat();
    assert!(!stored.contains(&token), "{stored}");
    assert_eq!(running.stop(), Some(0));
    let running = Running::start(&site);
    let listed = running.get("/api/tokens", As::Token(&token)).is(200).json();
    assert_eq!(listed[0]["label"], "<script>");
    let id = listed[0]["id"].as_str().unwrap();
    let path = format!("/api/tokens/{id}");
    // somebody else's
    running
        .ask("DELETE", &path, As::User("admin"), &[], "")
        .is(404);
    running
        .ask("DELETE", &path, As::Token(&token), &[], "")
        .is(204);
    running.get("/api/account", As::Token(&token)).is(401);

    let token = running.token("plain");
    running.post("/api/logout", As::Token(&token), "").is(204);
    running.get("/api/account", As::Token(&token)).is(401);
}

#[test]
fn tokens_end_by_themselves_and_with_their_account() {
    let site = site();
    let running = Running::start(&site);
    let (one, other) = (running.token("plain"), running.token("staff"));
    until("both are written", || {
        site.ask::<i64>("SELECT count(*) FROM tokens") == 2
    });
    site.store.edit(
        "UPDATE tokens SET expires = '2020-01-01 00:00:00' \
        WHERE user_id = (SELECT id FROM users WHERE username = 'plain')",
    );
    site.store
        .edit("UPDATE users SET is_active = FALSE WHERE username = 'staff'");
    running.get("/api/account", As::Token(&one)).is(401);
    running.get("/api/account", As::Token(&other)).is(401);
    running.get("/api/account", As::User("staff")).is(401);
    let wrong = |body: &str| running.post("/api/login", As::Nobody, body).is(400).code();
    assert_eq!(wrong("{}"), "bad-request");
    let hours =
        format!(r#"{{"username": "plain", "password": "{PASSWORD}", "expireTimeInHours": -1}}"#);
    assert_eq!(wrong(&hours), "bad-request");
}

#[test]
fn attempts_are_limited_by_account_and_every_refusal_reads_the_same() {
    let site = site();
    let running = Running::start(&site);
    let unknown = running.get("/api/account", As::User("nobody")).is(401);
    let mut last = None;
    for _ in 0..10 {
        let refused = running
            .get("/api/account", As::Password("plain", "wrong"))
            .is(401);
        assert_eq!(refused.text, unknown.text);
        last = Some(refused);
    }
    assert!(last.is_some());
    let limited = running.get("/api/account", As::User("plain")).is(429);
    assert_eq!(limited.code(), "too-many-attempts");
    let wait: u64 = limited.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=301).contains(&wait), "{wait}");
    // others are none the worse
    running.get("/api/account", As::User("admin")).is(200);
}

#[test]
fn an_old_hash_is_renewed_at_login_even_while_somebody_writes() {
    let site = site();
    // of Django: "correct horse" with the salt "a"
    let old = "sha1$a$";
    let digest = old_sha1();
    site.store.edit(&format!(
        "UPDATE users SET password = '{old}{digest}' WHERE username = 'plain'"
    ));
    let running = Running::start(&site);
    let writer = site.store.connect();
    let mut writer = writer;
    writer.begin_writing().unwrap();
    running.get("/api/account", As::User("plain")).is(200);
    let token = running.token("plain");
    running.get("/api/account", As::Token(&token)).is(200);
    writer.roll_back().unwrap();
    until("the hash is renewed", || {
        site.ask::<String>("SELECT password FROM users WHERE username = 'plain'")
            .starts_with("$argon2id$")
    });
    until("the login is noted", || {
        site.ask::<i64>("SELECT count(last_login) FROM users WHERE username = 'plain'") == 1
    });
    running.get("/api/account", As::User("plain")).is(200);
}

/// `printf 'acorrect horse' | sha1sum`
fn old_sha1() -> String {
    let script = "printf 'acorrect horse' | sha1sum";
    let output = std::process::Command::new("sh")
        .args(["-c", script])
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()[..40].to_owned()
}

#[test]
fn a_new_password_ends_the_other_tokens() {
    let site = site();
    let running = Running::start(&site);
    let (mine, other) = (running.token("plain"), running.token("plain"));
    let set = |who, current: &str, password: &str| {
        let body = json!({ "current": current, "password": password }).to_string();
        running.ask("PUT", "/api/account/password", who, &[], &body)
    };
    assert_eq!(
        set(As::Token(&mine), PASSWORD, "short").is(422).code(),
        "password"
    );
    assert_eq!(
        set(As::Token(&mine), PASSWORD, PASSWORD).is(422).code(),
        "password"
    );
    set(As::Token(&mine), "wrong", "battery staple").is(401);
    set(As::Token(&mine), PASSWORD, "battery staple").is(204);
    running.get("/api/account", As::Token(&mine)).is(200);
    running.get("/api/account", As::Token(&other)).is(401);
    running.get("/api/account", As::User("plain")).is(401);
    running
        .get("/api/account", As::Password("plain", "battery staple"))
        .is(200);
}

#[test]
fn who_must_change_the_password_can_do_nothing_else() {
    let site = site();
    site.store
        .edit("UPDATE users SET must_change_password = TRUE WHERE username = 'admin'");
    let running = Running::start(&site);
    let refused = running.get("/api/runs", As::User("admin")).is(403);
    assert_eq!(refused.code(), "password-change-required");
    let body = json!({ "current": PASSWORD, "password": "battery staple" }).to_string();
    running
        .ask(
            "PUT",
            "/api/account/password",
            As::User("admin"),
            &[],
            &body,
        )
        .is(204);
    running
        .get("/api/runs", As::Password("admin", "battery staple"))
        .is(200);
}

/// What a restore does to tokens, in one transaction; one that is not written yet is no exception.
#[test]
fn no_token_survives_a_restore() {
    let site = site();
    let running = Running::start(&site);
    for round in 0..3 {
        let token = running.token("staff");
        running.get("/api/account", As::Token(&token)).is(200);
        site.store.edit(&format!(
            "BEGIN; DELETE FROM tokens; DELETE FROM maintenance WHERE kind = 'restored'; \
             INSERT INTO maintenance (kind, message, started) \
             VALUES ('restored', 'OK', '2026-11-21 03:00:0{round}'); COMMIT"
        ));
        running.get("/api/account", As::Token(&token)).is(401);
    }
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert_eq!(site.ask::<i64>("SELECT count(*) FROM tokens"), 0);
    let token = running.token("staff");
    running.get("/api/account", As::Token(&token)).is(200);
}
