//! Accounts.

use serde_json::json;

use super::{ADMIN, ALICE, As, HIDDEN, keys, refused, world};

#[test]
fn what_is_read_of_an_account() {
    let world = world();
    let own = world.get("alice", ALICE).is(200);
    assert_eq!(
        own.text,
        r#"{"description":"","email":"alice@localhost","icon":"","name":"alice","nickname":"Alice","public":true,"role":"user"}"#
    );
    let guest = world.get("alice", As::User("plain")).is(200).json();
    assert_eq!(keys(&guest), ["description", "icon", "name", "nickname"]);
    for hidden in ["alice", "plain", "nix", "al%00ice", "Alice"] {
        assert_eq!(refused(&world.get(hidden, As::Nobody), 404), HIDDEN);
    }
    refused(&world.get("alice?q=nix", ALICE), 400);
    let all = world.get("?q=ls", ADMIN).is(200).json();
    let names: Vec<&str> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|user| user["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["admin", "alice", "plain", "staff"]);
    assert_eq!(all[0]["role"], "admin");
    assert!(!world.get("?q=ls", ADMIN).text.contains("argon2"));
    assert_eq!(refused(&world.get("?q=ls", ALICE), 404), HIDDEN);
    assert_eq!(refused(&world.get("?q=ls", As::User("staff")), 404), HIDDEN);
}

#[test]
fn adding_accounts_is_for_admins_and_by_the_rules() {
    let world = world();
    let bob = json!({ "email": "root@localhost", "password": "b", "role": "admin", "public": false,
        "description": "B\u{0}", "streams": { "mood": { "datatype": "rating.stars" } } });
    refused(&world.post("bob", ALICE, &bob), 403);
    refused(&world.post("bob", As::Nobody, &bob), 403);
    let made = world.post("bob", ADMIN, &bob).is(200).json();
    assert_eq!(made["role"], "admin");
    assert_eq!(made["description"], "B");
    let bobs = As::Password("bob", "b");
    world.get("bob/user/mood", bobs).is(200);
    world.get("?q=ls", bobs).is(200);
    assert_eq!(
        world.site.store.lines(
            "SELECT email, is_superuser, is_staff, must_change_password, password_generated, \
             data FROM users WHERE username = 'bob'"
        ),
        [r#"root@localhost | 1 | 1 | 0 | 0 | {"description":"B"}"#]
    );
    let taken = "User with this email or username already exists";
    assert_eq!(refused(&world.post("bob", ADMIN, &bob), 403), taken);
    let same = json!({ "email": "ROOT@localhost", "password": "c" });
    assert_eq!(refused(&world.post("carl", ADMIN, &same), 403), taken);
    for name in ["admin", "root", "9a", "a.b", "a%20b", &"a".repeat(30)] {
        refused(&world.post(name, ADMIN, &bob), 400);
    }
    for wrong in [
        json!({ "password": "c", "role": "user" }),
        json!({ "email": "no address", "password": "c" }),
        json!({ "email": "c@localhost", "password": "" }),
        json!({ "email": "c@localhost" }),
        json!({ "email": "c@localhost", "password": "c", "role": "emperor" }),
        json!({ "email": "c@localhost", "password": "c", "streams": { "s": { "schema": "x" } } }),
        // a private account cannot have a public device
        json!({ "email": "c@localhost", "password": "c", "devices": { "d": { "public": true } } }),
    ] {
        refused(&world.post("carl", ADMIN, &wrong), 403);
    }
    for wrong in [json!([]), json!({ "email": 1 }), json!(null)] {
        refused(&world.post("carl", ADMIN, &wrong), 400);
    }
    let nested = json!({ "email": "c@localhost", "password": "c", "devices": { "9": {} } });
    refused(&world.post("carl", ADMIN, &nested), 400);
    // none of these left anything behind
    let left = "SELECT count(*) FROM users WHERE username = 'carl'";
    assert_eq!(world.site.ask::<i64>(left), 0);
}

#[test]
fn changing_accounts() {
    let world = world();
    let changed = json!({ "nickname": "A", "icon": "fa:star", "description": "", "public": false,
        "email": "a@example.org" });
    let now = world.put("alice", ALICE, &changed).is(200).json();
    assert_eq!(now["email"], "a@example.org");
    assert_eq!(now["public"], false);
    let stored = "SELECT users.email, a.email, is_primary, data FROM users JOIN email_addresses a \
         ON user_id = users.id WHERE username = 'alice'";
    assert_eq!(
        world.site.store.lines(stored),
        [r#"a@example.org | a@example.org | 1 | {"icon":"fa:star","nickname":"A"}"#]
    );
    world
        .get("alice", As::Password("a@EXAMPLE.org", "alice"))
        .is(200);
    let refusals = [
        (
            json!({ "name": "b" }),
            "This device does not have permissions to write name",
        ),
        (
            json!({ "role": "admin" }),
            "This device does not have permissions to write role",
        ),
        (json!({ "x": 1 }), "Unrecognized field 'x'"),
        (
            json!({ "nickname": 1 }),
            "The field 'nickname' has to be a string",
        ),
        (
            json!({ "public": "yes" }),
            "The field 'public' has to be true or false",
        ),
        (json!({ "email": "x" }), "Invalid Email"),
        (json!({ "password": "" }), "A password can't be empty."),
    ];
    for (changes, words) in refusals {
        assert_eq!(refused(&world.put("alice", ALICE, &changes), 403), words);
    }
    let words = refused(&world.put("alice", As::User("plain"), &changed), 403);
    assert_eq!(words, HIDDEN);
    refused(&world.put("nix", ADMIN, &changed), 403);
    refused(&world.put("alice", ALICE, &json!([])), 400);
    let taken = json!({ "email": "A@EXAMPLE.ORG" });
    refused(&world.put("plain", ADMIN, &taken), 403);
    world
        .put("alice", ADMIN, &json!({ "role": "admin" }))
        .is(200);
    world.get("?q=ls", ALICE).is(200);
    world
        .put("alice", ADMIN, &json!({ "role": "user" }))
        .is(200);
    refused(&world.get("?q=ls", ALICE), 404);
}

#[test]
fn a_new_password_ends_the_tokens() {
    let world = world();
    let token = world.running.token("plain");
    world.running.get("/api/account", As::Token(&token)).is(200);
    let new = json!({ "password": "n" });
    world.put("plain", As::User("plain"), &new).is(200);
    refused(&world.get("plain", As::User("plain")), 401);
    world.get("plain", As::Password("plain", "n")).is(200);
    world.running.get("/api/account", As::Token(&token)).is(401);
}

#[test]
fn deleting_accounts_takes_what_hangs_on_them() {
    let world = world();
    let point = json!([{ "d": true }]);
    world
        .post("alice/lamp/light/data", world.lamp(), &point)
        .is(200);
    world.post("alice/lamp/light/data", ALICE, &point).is(200);
    refused(&world.delete("alice", ALICE), 403);
    refused(&world.delete("alice", As::Nobody), 403);
    assert_eq!(world.delete("alice", ADMIN).is(200).text, "ok");
    refused(&world.delete("alice", ADMIN), 403);
    refused(&world.get("alice", ALICE), 401);
    let left = "SELECT count(*) FROM datapoints UNION ALL SELECT count(*) FROM streams \
         UNION ALL SELECT count(*) FROM users WHERE username = 'alice' \
         UNION ALL SELECT count(*) FROM email_addresses WHERE email = 'alice@localhost'";
    assert_eq!(world.site.store.lines(left), ["0", "0", "0", "0"]);
    world.site.store.edit(
        "INSERT INTO nodes (slug, name, user_id, layer_id, status_id, longitude, latitude) \
         SELECT 'n', 'n', users.id, (SELECT min(id) FROM layers), (SELECT min(id) FROM statuses), \
         1, 1 FROM users WHERE username = 'plain'",
    );
    refused(&world.delete("plain", ADMIN), 403);
    world.get("plain", As::User("plain")).is(200);
}
