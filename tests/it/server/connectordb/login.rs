//! Who one is.

use serde_json::json;

use super::{ADMIN, ALICE, As, HIDDEN, refused, world};
use crate::server::client::until;

#[test]
fn a_name_or_an_address_however_spelled_and_a_key() {
    let world = world();
    let this = |who: As| world.running.get("/api/v1/?q=this", who).is(200).text;
    assert_eq!(this(As::Nobody), "nobody");
    for name in ["alice", "Alice", "ALICE@LocalHost", "alice@localhost"] {
        assert_eq!(this(As::Password(name, "alice")), "alice/user", "{name}");
    }
    assert_eq!(this(world.lamp()), "alice/lamp");
    let by_address = format!("/api/v1/?q=this&apikey={}", world.lamp);
    let asked = world.running.get(&by_address, As::Nobody).is(200);
    assert_eq!(asked.text, "alice/lamp");
    // the header wins
    let both = world.running.get(&by_address, ALICE).is(200);
    assert_eq!(both.text, "alice/user");
    let user = world.get("alice/user", ALICE).is(200).json();
    let key = user["apikey"].as_str().unwrap();
    assert_eq!(this(As::Password("", key)), "alice/user");
}

#[test]
fn wrong_ones_are_refused_by_the_same_words() {
    let world = world();
    let token = world.running.token("admin");
    let session = world.running.session("admin");
    let ask = |who: As| world.running.get("/api/v1/?q=this", who);
    for who in [
        As::Password("alice", "wrong"),
        As::Password("nobody", "wrong"),
        As::Password("alice\0", "alice"),
    ] {
        let words = refused(&ask(who), 401);
        assert_eq!(words, "the name or the password is wrong");
    }
    for who in [
        As::Password("", "wrong"),
        As::Password("", ""),
        As::Password("", "\0"),
        As::Token(&token),
    ] {
        refused(&ask(who), 401);
    }
    for query in ["apikey=", "apikey=x", "apikey=%00"] {
        let path = format!("/api/v1/?q=this&{query}");
        refused(&world.running.get(&path, As::Nobody), 401);
    }
    // neither of the pages nor a token in the address
    assert_eq!(ask(As::Cookie(&session)).is(200).text, "nobody");
    let path = format!("/api/v1/?q=this&apiToken={token}");
    let nobody = world.running.get(&path, As::Nobody).is(200);
    assert_eq!(nobody.text, "nobody");
    // what opens this opens nothing else
    world.running.get("/api/account", world.lamp()).is(401);
}

#[test]
fn attempts_are_limited_however_the_name_is_spelled() {
    let world = world();
    for name in ["alice", "Alice", "aLice", "alice@localhost"] {
        for _ in 0..3 {
            world.get("alice", As::Password(name, "wrong"));
        }
    }
    let limited = world.get("alice", ALICE);
    refused(&limited, 429);
    assert!(limited.header("retry-after").is_some());
    world.get("alice", world.lamp()).is(404);
}

#[test]
fn an_account_that_is_switched_off_is_refused() {
    let world = world();
    // a device's flag is for whoever reads it: the client brings a disabled device's points in
    // as that device
    world
        .put("alice/lamp", ALICE, &json!({ "enabled": false }))
        .is(200);
    world.get("alice/lamp", world.lamp()).is(200);
    world
        .site
        .store
        .edit("UPDATE users SET is_active = FALSE WHERE username = 'alice'");
    refused(&world.get("alice/lamp", world.lamp()), 401);
    refused(&world.get("alice", ALICE), 401);
}

#[test]
fn an_account_without_devices_gets_its_own_and_may_go_on_with_its_password() {
    let world = world();
    world
        .site
        .store
        .edit("UPDATE users SET must_change_password = TRUE WHERE username = 'plain'");
    let devices = "SELECT name, nickname, icon, api_key IS NULL, is_enabled, is_public, role, \
         is_visible, is_user_editable FROM stream_devices \
         WHERE user_id = (SELECT id FROM users WHERE username = 'plain') ORDER BY name";
    assert!(world.site.store.lines(devices).is_empty());
    let plain = As::User("plain");
    let user = world.get("plain/user", plain).is(200).json();
    assert_eq!(user["role"], "user");
    assert_eq!(user["apikey"].as_str().map(str::len), Some(36));
    assert_eq!(
        world.site.store.lines(devices),
        [
            "meta |  | material:bug_report | 1 | 1 | 0 |  | 0 | 0",
            "user |  | material:person | 0 | 1 | 0 | user | 1 | 1",
        ]
    );
    until("the login is noted", || {
        world
            .site
            .ask::<i64>("SELECT count(last_login) FROM users WHERE username = 'plain'")
            == 1
    });
    // others' come when an admin asks for them
    let listed = world.get("staff?q=ls", ADMIN).is(200).json();
    assert_eq!(listed[0]["name"], "meta");
    assert_eq!(listed[1]["name"], "user");
    assert_eq!(refused(&world.get("staff", plain), 404), HIDDEN);
}
