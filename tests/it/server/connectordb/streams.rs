//! Streams.

use serde_json::json;

use super::{ALICE, As, HIDDEN, refused, world};

#[test]
fn what_is_read_of_a_stream() {
    let world = world();
    let light = world.get("alice/lamp/light", ALICE).is(200).text;
    assert_eq!(
        light,
        r#"{"datatype":"","description":"","downlink":true,"ephemeral":false,"icon":"","name":"light","nickname":"","schema":"{\"type\":\"boolean\"}"}"#
    );
    let listed = world.get("alice/lamp?q=ls", ALICE).is(200).json();
    assert_eq!(listed[0].to_string(), light);
    assert_eq!(listed[1]["name"], "log");
    assert_eq!(
        world.get("alice/lamp?q=streams", world.lamp()).json(),
        listed
    );
    let of_user = |query: &str| {
        let all = world
            .get(&format!("alice?q=streams{query}"), ALICE)
            .is(200)
            .json();
        let names = all.as_array().unwrap().iter();
        names
            .map(|stream| {
                format!(
                    "{}/{}",
                    stream["device"].as_str().unwrap(),
                    stream["name"].as_str().unwrap()
                )
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(of_user(""), ["lamp/light", "lamp/log"]);
    assert_eq!(
        of_user("&downlink=true&visible=true&public=false"),
        ["lamp/light"]
    );
    assert_eq!(of_user("&public=true"), [""; 0]);
    world
        .put("alice/lamp", ALICE, &json!({ "visible": false }))
        .is(200);
    assert_eq!(of_user("&visible=true"), [""; 0]);
    refused(&world.get("alice?q=streams&visible=x", ALICE), 400);
    refused(&world.get("alice/lamp/light?q=ls", ALICE), 400);
    for (path, who) in [
        ("alice/lamp/nix", ALICE),
        ("alice/lamp/log", As::User("plain")),
        ("alice/lamp/log", As::Nobody),
        ("alice/lamp/l%00", ALICE),
    ] {
        assert_eq!(refused(&world.get(path, who), 404), HIDDEN, "{path}");
    }
}

#[test]
fn adding_changing_and_deleting_streams() {
    let world = world();
    let all = json!({ "nickname": "N", "description": "D", "icon": "I", "datatype": "x.y",
        "schema": "{\"type\": \"string\"}", "ephemeral": true, "downlink": true });
    let made = world
        .post("alice/lamp/new", world.lamp(), &all)
        .is(200)
        .json();
    for (key, value) in all.as_object().unwrap() {
        assert_eq!(made[key], *value, "{key}");
    }
    let taken = world.post("alice/lamp/new", ALICE, &json!({}));
    assert_eq!(refused(&taken, 403), "Stream with this name already exists");
    refused(&world.post("alice/lamp/9", ALICE, &json!({})), 400);
    refused(
        &world.post("alice/lamp/x", ALICE, &json!({ "schema": {} })),
        400,
    );
    refused(
        &world.post("alice/lamp/x", As::User("plain"), &json!({})),
        403,
    );
    refused(&world.post("alice/nix/x", ALICE, &json!({})), 403);
    let words = "The provided schema is not a valid JSONSchema";
    for schema in [
        "",
        "x",
        "[]",
        r#"{"type": "nix"}"#,
        r#"{"$ref": "file:///etc/passwd"}"#,
    ] {
        let schema = json!({ "schema": schema });
        assert_eq!(
            refused(&world.post("alice/lamp/x", ALICE, &schema), 403),
            words
        );
        assert_eq!(
            refused(&world.put("alice/lamp/new", ALICE, &schema), 403),
            words
        );
    }
    let changed = json!({ "schema": "{}", "ephemeral": false, "nickname": "M" });
    let now = world
        .put("alice/lamp/new", world.lamp(), &changed)
        .is(200)
        .json();
    assert_eq!(
        (&now["schema"], &now["nickname"]),
        (&json!("{}"), &json!("M"))
    );
    for wrong in [
        json!({ "name": "x" }),
        json!({ "stream": "x" }),
        json!({ "ephemeral": "x" }),
        json!({ "schema": {} }),
    ] {
        refused(&world.put("alice/lamp/new", ALICE, &wrong), 403);
    }
    refused(
        &world.put("alice/lamp/new", As::User("plain"), &changed),
        403,
    );
    refused(&world.delete("alice/lamp/new", As::User("plain")), 403);
    assert_eq!(world.delete("alice/lamp/new", ALICE).is(200).text, "ok");
    refused(&world.get("alice/lamp/new", ALICE), 404);
    refused(&world.delete("alice/lamp/new", ALICE), 403);
}

#[test]
fn a_stream_that_is_no_downlink_any_more_loses_what_was_sent_to_it() {
    let world = world();
    let point = json!([{ "d": true }]);
    world.post("alice/lamp/light/data", ALICE, &point).is(200);
    world
        .post("alice/lamp/light/data", world.lamp(), &point)
        .is(200);
    let length = |query: &str| {
        let path = format!("alice/lamp/light/data?q=length{query}");
        world.get(&path, ALICE).is(200).text
    };
    assert_eq!(
        (length(""), length("&downlink=True")),
        ("1".into(), "1".into())
    );
    world
        .put("alice/lamp/light", ALICE, &json!({ "downlink": false }))
        .is(200);
    assert_eq!(
        (length(""), length("&downlink=True")),
        ("1".into(), "0".into())
    );
}

/// As an import may bring one: the old server took it, or it was written by hand.
#[test]
fn a_schema_that_is_none_lets_its_data_be_read() {
    let world = world();
    let point = json!([{ "t": 1, "d": "x" }]);
    world
        .post("alice/lamp/log/data", world.lamp(), &point)
        .is(200);
    for schema in ["'not JSON'", r#"'{"pattern": "(?=x)"}'"#] {
        world.site.store.edit(&format!(
            "UPDATE streams SET schema = {schema} WHERE name = 'log'"
        ));
        let read = world.get("alice/lamp/log/data?i1=0", world.lamp()).is(200);
        assert_eq!(read.text, r#"[{"t":1,"d":"x"}]"#);
        world.get("alice/lamp/log", ALICE).is(200);
        world.get("alice/lamp?q=ls", ALICE).is(200);
        refused(
            &world.post("alice/lamp/log/data", world.lamp(), &json!([{ "d": 1 }])),
            403,
        );
    }
    world
        .put("alice/lamp/log", ALICE, &json!({ "nickname": "x" }))
        .is(200);
    world
        .put("alice/lamp/log", ALICE, &json!({ "schema": "{}" }))
        .is(200);
    world
        .post("alice/lamp/log/data", world.lamp(), &json!([{ "d": 1 }]))
        .is(200);
}
