//! Devices.

use serde_json::{Value as Json, json};

use super::{ADMIN, ALICE, As, HIDDEN, keys, refused, world};

fn names(list: &Json) -> Vec<&str> {
    let list = list.as_array().unwrap().iter();
    list.map(|item| item["name"].as_str().unwrap()).collect()
}

#[test]
fn what_is_read_of_a_device() {
    let world = world();
    let lamp = world.get("alice/lamp", world.lamp()).is(200).text;
    assert_eq!(
        lamp,
        format!(
            r#"{{"apikey":"{}","description":"","enabled":true,"icon":"","name":"lamp","nickname":"","public":false,"role":"","user_editable":true,"visible":true}}"#,
            world.lamp
        )
    );
    assert_eq!(world.get("alice/lamp", ALICE).is(200).text, lamp);
    let listed = world.get("alice?q=ls", ALICE).is(200).json();
    assert_eq!(names(&listed), ["lamp", "meta", "user"]);
    assert_eq!(listed[1]["apikey"], "");
    assert_eq!(world.get("alice?q=devices", ALICE).json(), listed);
    // a device of no role knows only itself
    assert_eq!(refused(&world.get("alice?q=ls", world.lamp()), 404), HIDDEN);
    assert_eq!(refused(&world.get("alice/user", world.lamp()), 404), HIDDEN);
    for who in [As::User("plain"), As::Nobody] {
        assert_eq!(refused(&world.get("alice/lamp", who), 404), HIDDEN);
    }
    let plain = As::User("plain");
    let listed = world.get("alice?q=ls", plain).is(200).json();
    assert_eq!(listed, json!([]));
    refused(&world.get("alice?q=ls", As::Nobody), 404);
    world
        .put("alice/lamp", ALICE, &json!({ "public": true }))
        .is(200);
    let guest = world.get("alice/lamp", plain).is(200).json();
    let seen = [
        "description",
        "enabled",
        "icon",
        "name",
        "nickname",
        "public",
        "visible",
    ];
    assert_eq!(keys(&guest), seen);
    let listed = world.get("alice?q=ls", plain).is(200).json();
    assert_eq!(names(&listed), ["lamp"]);
    assert_eq!(refused(&world.get("alice/lamp", As::Nobody), 404), HIDDEN);
    refused(&world.put("alice", ALICE, &json!({ "public": false })), 403);
    refused(&world.get("alice/lamp?q=nix", ALICE), 400);
}

#[test]
fn devices_are_added_with_what_their_maker_gives_them() {
    let world = world();
    let made = world.post("alice/one", ALICE, &json!({})).is(200).json();
    assert_eq!(made["role"], "");
    assert_eq!(
        (
            &made["enabled"],
            &made["visible"],
            &made["user_editable"],
            &made["public"]
        ),
        (&json!(true), &json!(true), &json!(true), &json!(false))
    );
    let made = world
        .post("alice/two", ADMIN, &json!({ "apikey": "" }))
        .is(200)
        .json();
    assert_eq!(made["role"], "none");
    assert_eq!(made["apikey"].as_str().map(str::len), Some(36));
    let all = json!({ "nickname": "N", "description": "D", "icon": "material:x",
        "apikey": "mine", "enabled": false, "public": true, "role": "reader", "visible": false,
        "user_editable": false, "streams": { "s": {} } });
    let made = world.post("alice/three", ALICE, &all).is(200).json();
    for (key, value) in all.as_object().unwrap() {
        assert!(key == "streams" || made[key] == *value, "{key}: {made}");
    }
    world.get("alice/three/s", ALICE).is(200);
    let taken = "Device with this name already exists";
    let again = world.post("alice/three", ALICE, &json!({}));
    assert_eq!(refused(&again, 403), taken);
    let key = world.post("alice/four", ALICE, &json!({ "apikey": "mine" }));
    assert_eq!(refused(&key, 403), taken);
    for (name, who) in [
        ("alice/x", world.lamp()),
        ("alice/x", As::User("plain")),
        ("nix/x", ADMIN),
    ] {
        refused(&world.post(name, who, &json!({})), 403);
    }
    for name in ["alice/9", "alice/a.b", "alice/%C3%A0"] {
        refused(&world.post(name, ALICE, &json!({})), 400);
    }
    refused(&world.post("alice/x", ALICE, &json!({ "enabled": 1 })), 400);
    refused(
        &world.post("alice/x", ALICE, &json!({ "role": "king" })),
        403,
    );
}

#[test]
fn changing_devices() {
    let world = world();
    let fields = json!({ "nickname": "L", "role": "writer", "visible": false });
    let now = world.put("alice/lamp", ALICE, &fields).is(200).json();
    assert_eq!(
        (&now["nickname"], &now["role"]),
        (&json!("L"), &json!("writer"))
    );
    let new = world.put("alice/lamp", world.lamp(), &json!({ "apikey": "" }));
    let key = new.is(200).json()["apikey"].as_str().unwrap().to_owned();
    assert_eq!(key.len(), 36);
    refused(&world.get("alice/lamp", world.lamp()), 401);
    world.get("alice/lamp", As::Password("", &key)).is(200);
    let fixed = json!({ "user_editable": false });
    refused(&world.put("alice/lamp", ALICE, &fixed), 403);
    world.put("alice/lamp", ADMIN, &fixed).is(200);
    refused(
        &world.put("alice/lamp", ALICE, &json!({ "nickname": "x" })),
        403,
    );
    refused(
        &world.put("alice/meta", ALICE, &json!({ "nickname": "x" })),
        403,
    );
    for wrong in [
        json!({ "role": "king" }),
        json!({ "name": "x" }),
        json!({ "key": "x" }),
        json!({ "enabled": "x" }),
        json!({ "nickname": null }),
    ] {
        refused(&world.put("alice/user", ALICE, &wrong), 403);
    }
    // a writer writes others of its account, but no keys
    let writer = As::Password("", &key);
    let own = world.get("alice/user", writer).is(200).json();
    assert_eq!(own["apikey"], Json::Null);
    world
        .put("alice/user", writer, &json!({ "icon": "fa:x" }))
        .is(200);
    refused(
        &world.put("alice/user", writer, &json!({ "apikey": "x" })),
        403,
    );
    refused(&world.delete("alice/user", writer), 403);
}

#[test]
fn deleting_devices() {
    let world = world();
    let point = json!([{ "d": true }]);
    world
        .post("alice/lamp/light/data", world.lamp(), &point)
        .is(200);
    refused(&world.delete("alice/lamp", As::User("plain")), 403);
    for own in ["alice/user", "alice/meta"] {
        refused(&world.delete(own, ADMIN), 403);
    }
    assert_eq!(world.delete("alice/lamp", ALICE).is(200).text, "ok");
    refused(&world.get("alice/lamp", ALICE), 404);
    refused(&world.get("alice/lamp", world.lamp()), 401);
    let left = "SELECT count(*) FROM datapoints UNION ALL SELECT count(*) FROM streams";
    assert_eq!(world.site.store.lines(left), ["0", "0"]);
}
