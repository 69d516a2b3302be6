//! Writing data.

use std::thread;

use serde_json::{Value as Json, json};

use super::{ADMIN, ALICE, Answer, As, World, refused, world};

const LOG: &str = "alice/lamp/log/data";

impl World {
    fn sent(&self, method: &str, points: &Json) -> Answer {
        self.ask(method, LOG, self.lamp(), &points.to_string())
    }

    /// Times and values of the log.
    fn log(&self) -> String {
        self.get(&format!("{LOG}?i1=0&i2=0"), self.lamp())
            .is(200)
            .text
    }
}

#[test]
fn points_are_stored_in_their_order_or_not_at_all() {
    let world = world();
    assert_eq!(world.sent("POST", &json!([])).is(200).text, "ok");
    assert_eq!(world.sent("POST", &json!(null)).is(200).text, "ok");
    let negative = json!([{ "t": -1, "d": 1 }]);
    let words = "Greater timestamp already exists for the stream. Insert Failed.";
    assert_eq!(refused(&world.sent("POST", &negative), 403), words);
    world
        .sent("POST", &json!([{ "t": 5, "d": 1 }, { "t": 5, "d": 2 }]))
        .is(200);
    world.sent("POST", &json!([{ "t": 5, "d": 3 }])).is(200);
    assert_eq!(
        refused(&world.sent("POST", &json!([{ "t": 4.9 }])), 403),
        words
    );
    let down = json!([{ "t": 7, "d": 1 }, { "t": 6, "d": 2 }]);
    for method in ["POST", "PUT"] {
        let words = refused(&world.sent(method, &down), 403);
        assert_eq!(words, "Timestamps are not ordered!");
    }
    let stored = r#"[{"t":5,"d":1},{"t":5,"d":2},{"t":5,"d":3}]"#;
    assert_eq!(world.log(), stored);
    for broken in [
        "",
        "{}",
        "[1]",
        r#"[{"t":"1"}]"#,
        r#"[{"t":1e999}]"#,
        r#"[{"d":1}"#,
    ] {
        refused(&world.ask("POST", LOG, world.lamp(), broken), 400);
    }
    let deep = format!(r#"[{{"t":6,"d":{}{}}}]"#, "[".repeat(500), "]".repeat(500));
    refused(&world.ask("POST", LOG, world.lamp(), &deep), 400);
    refused(
        &world.ask("POST", LOG, world.lamp(), r#"[{"t":6,"d":"\ud800"}]"#),
        400,
    );
    assert_eq!(world.log(), stored);
}

#[test]
fn without_a_time_it_is_now() {
    let world = world();
    let before = chrono::Utc::now().timestamp() as f64;
    world
        .sent(
            "POST",
            &json!([{ "d": 1 }, { "t": 0, "d": 2 }, { "t": null, "d": 3 }]),
        )
        .is(200);
    let after = chrono::Utc::now().timestamp() as f64 + 1.0;
    let read: Json = serde_json::from_str(&world.log()).unwrap();
    for point in read.as_array().unwrap() {
        let time = point["t"].as_f64().unwrap();
        assert!((before..=after).contains(&time), "{time}");
    }
    // now is not in order before what was at the end of time
    let mixed = json!([{ "t": 4e9, "d": 1 }, { "d": 2 }]);
    refused(&world.sent("POST", &mixed), 403);
}

#[test]
fn restamped_points_are_as_late_as_they_have_to_be() {
    let world = world();
    world
        .sent("PUT", &json!([{ "t": -5, "d": 0 }, { "t": 5, "d": 1 }]))
        .is(200);
    world
        .sent(
            "PUT",
            &json!([{ "t": 1, "d": 2 }, { "t": 5, "d": 3 }, { "t": 6.5, "d": 4 }]),
        )
        .is(200);
    world.sent("PUT", &json!([{ "t": 2, "d": 5 }])).is(200);
    assert_eq!(
        world.log(),
        concat!(
            r#"[{"t":0.00001,"d":0},{"t":5,"d":1},{"t":5.00001,"d":2},{"t":5.00001,"d":3},"#,
            r#"{"t":6.5,"d":4},{"t":6.5,"d":5}]"#
        )
    );
}

#[test]
fn values_are_as_the_schema_has_it() {
    let world = world();
    let light = |points: Json| world.post("alice/lamp/light/data", world.lamp(), &points);
    light(json!([{ "d": true }, { "d": false }])).is(200);
    let words = "At least one datapoint did not conform to the stream's schema";
    for wrong in [
        json!([{ "d": true }, { "d": 1 }]),
        json!([{}]),
        json!([{ "d": null }]),
    ] {
        assert_eq!(refused(&light(wrong), 403), words);
    }
    let length = world.get("alice/lamp/light/data?q=length", ALICE);
    assert_eq!(length.text, "2");
    // what is in stays, whatever the schema becomes
    let schema = json!({ "schema": r#"{"type":"number"}"# });
    world.put("alice/lamp/light", ALICE, &schema).is(200);
    world.get("alice/lamp/light/data?i1=0", ALICE).is(200);
    light(json!([{ "d": 1 }])).is(200);
}

#[test]
fn only_the_device_writes_its_streams_and_others_write_to_downlinks() {
    let world = world();
    let forged = json!([{ "t": 1, "d": true, "o": "admin/user" }]);
    for who in [ALICE, ADMIN] {
        let words = refused(&world.post(LOG, who, &forged), 403);
        assert_eq!(words, "Write access to stream data denied.");
    }
    for who in [As::User("plain"), As::Nobody] {
        let words = refused(&world.post(LOG, who, &forged), 403);
        assert_eq!(words, super::HIDDEN);
    }
    world.post("alice/lamp/light/data", ALICE, &forged).is(200);
    world.post("alice/lamp/light/data", ADMIN, &forged).is(200);
    world
        .post("alice/lamp/light/data", world.lamp(), &forged)
        .is(200);
    refused(
        &world.post("alice/lamp/light/data", As::User("plain"), &forged),
        403,
    );
    let read = |query: &str| {
        let path = format!("alice/lamp/light/data?i1=0&i2=0{query}");
        world.get(&path, world.lamp()).is(200).text
    };
    assert_eq!(read(""), r#"[{"t":1,"d":true}]"#);
    assert_eq!(
        read("&downlink=True"),
        r#"[{"t":1,"d":true,"o":"alice/user"},{"t":1,"d":true,"o":"admin/user"}]"#
    );
    // what is public is read by others, and not written
    world
        .put("alice/lamp", ALICE, &json!({ "public": true }))
        .is(200);
    let plain = As::User("plain");
    world.get("alice/lamp/light/data?i1=0", plain).is(200);
    let words = refused(&world.post("alice/lamp/light/data", plain, &forged), 403);
    assert_eq!(words, "Write access to stream downlink denied.");
}

#[test]
fn an_ephemeral_stream_takes_and_keeps_nothing() {
    let world = world();
    world.sent("POST", &json!([{ "t": 1, "d": 1 }])).is(200);
    world
        .put("alice/lamp/log", ALICE, &json!({ "ephemeral": true }))
        .is(200);
    world.sent("POST", &json!([{ "t": 2, "d": 2 }])).is(200);
    assert_eq!(world.log(), r#"[{"t":1,"d":1}]"#);
    refused(&world.sent("POST", &json!([{ "t": "x" }])), 400);
}

#[test]
fn a_body_over_ten_mebibytes_is_refused_and_one_of_that_size_is_not() {
    let world = world();
    let sized = |size: usize| {
        let frame = r#"[{"t":1,"d":""}]"#.len();
        format!(r#"[{{"t":1,"d":"{}"}}]"#, "x".repeat(size - frame))
    };
    const LARGEST: usize = 10 * 1024 * 1024;
    refused(
        &world.ask("POST", LOG, world.lamp(), &sized(LARGEST + 1)),
        400,
    );
    refused(
        &world.ask("POST", LOG, world.lamp(), &sized(3 * LARGEST)),
        400,
    );
    assert_eq!(world.log(), "[]");
    world
        .ask("POST", LOG, world.lamp(), &sized(LARGEST))
        .is(200);
    let length = "SELECT length(value) FROM datapoints";
    let stored = world.site.ask::<i64>(length) as usize;
    assert_eq!(stored, LARGEST - r#"[{"t":1,"d":}]"#.len());
}

#[test]
fn many_at_once_leave_no_gap() {
    let world = world();
    thread::scope(|scope| {
        for writer in 0..4 {
            let world = &world;
            scope.spawn(move || {
                for number in 0..10 {
                    let points =
                        json!([{ "t": number, "d": writer }, { "t": number, "d": writer }]);
                    world.sent("PUT", &points).is(200);
                }
            });
        }
    });
    let stored = "SELECT count(*), count(DISTINCT position), min(position), max(position), \
         count(run) FROM datapoints";
    assert_eq!(world.site.store.lines(stored), ["80 | 80 | 0 | 79 | 0"]);
    let back = "SELECT count(*) FROM datapoints a JOIN datapoints b \
         ON b.position = a.position + 1 AND b.time < a.time";
    assert_eq!(world.site.ask::<i64>(back), 0);
}
