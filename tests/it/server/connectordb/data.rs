//! Reading data.

use serde_json::{Value as Json, json};

use super::{ALICE, As, HIDDEN, World, refused, world};

/// The log holds the points 1, 2, 2, 3, 5 at these times, by their place.
fn filled() -> World {
    let world = world();
    let points = json!([
        { "t": 1, "d": 0 }, { "t": 2, "d": 1 }, { "t": 2, "d": 2 }, { "t": 3.5, "d": 3 },
        { "t": 5, "d": 4 },
    ]);
    world
        .post("alice/lamp/log/data", world.lamp(), &points)
        .is(200);
    world
}

impl World {
    fn data(&self, query: &str) -> String {
        let path = format!("alice/lamp/log/data?{query}");
        let answer = self.get(&path, self.lamp());
        if answer.status != 200 {
            return format!("{} {}", answer.status, refused(&answer, answer.status));
        }
        let json_type = Some("application/json; charset=utf-8");
        assert_eq!(answer.header("content-type"), json_type);
        let values: Vec<String> = answer
            .json()
            .as_array()
            .unwrap()
            .iter()
            .map(|point| point["d"].to_string())
            .collect();
        values.concat()
    }
}

#[test]
fn by_index() {
    let world = filled();
    let invalid = "403 Invalid index range.";
    for (query, expected) in [
        ("i1=0&i2=0", "01234"),
        ("i1=0", "01234"),
        ("i2=2", "01"),
        ("i1=1&i2=3", "12"),
        ("i1=-2", "34"),
        ("i1=-9&i2=-4", "0"),
        ("i1=0x1&i2=0b11", "12"),
        ("i1=04&i2=99", "4"),
        ("i1=5&i2=5000", ""),
        // an index wins over a time
        ("i1=4&i2=0&t1=1&t2=2", "4"),
        ("i1=3&i2=1", invalid),
        ("i1=6&i2=10", invalid),
        ("i1=0&i2=-6", invalid),
        ("i1=x", "400 Could not parse i1 parameter"),
        ("i2=1.5", "400 Could not parse i2 parameter"),
        ("i1=9223372036854775808", "400 Could not parse i1 parameter"),
    ] {
        assert_eq!(world.data(query), expected, "{query}");
    }
    let light = |query: &str| world.get(&format!("alice/lamp/light/data?{query}"), ALICE);
    assert_eq!(light("i1=0&i2=0").is(200).text, "[]");
    assert_eq!(light("i1=-5").is(200).text, "[]");
    assert_eq!(refused(&light("i1=1"), 403), "Invalid index range.");
}

#[test]
fn by_time() {
    let world = filled();
    for (query, expected) in [
        ("t1=1&t2=3.5", "123"),
        ("t1=0.5", "01234"),
        ("t1=2", "34"),
        ("t1=1.999&t2=2", "12"),
        ("t2=2", "012"),
        ("t1=2&t2=0", "34"),
        ("t1=2&t2=-1", "34"),
        ("t1=1&limit=2", "12"),
        ("t1=1&limit=0", "1234"),
        ("t1=9", ""),
        ("t1=4&t2=2", ""),
        ("t1=x", "400 Could not parse t1 parameter"),
        ("t1=1&t2=NaN", "400 Could not parse t2 parameter"),
        ("t1=1&limit=-1", "400 Could not parse limit parameter"),
        (
            "t1=1&transform=if+last",
            "403 Transforms are not supported.",
        ),
    ] {
        assert_eq!(world.data(query), expected, "{query}");
    }
    for nothing in ["", "limit=5", "i1=&t1="] {
        assert!(
            world.data(nothing).starts_with("400 A range needs"),
            "{nothing}"
        );
    }
}

#[test]
fn lengths_and_indexes() {
    let world = filled();
    let text = |query: &str| {
        let path = format!("alice/lamp/log/data?{query}");
        world.get(&path, world.lamp()).is(200).text
    };
    for downlink in ["False", "0", "f", "false"] {
        assert_eq!(text(&format!("q=length&downlink={downlink}")), "5");
    }
    for downlink in ["True", "1", "t", "TRUE"] {
        assert_eq!(text(&format!("q=length&downlink={downlink}")), "0");
    }
    for (time, index) in [
        ("0", "0"),
        ("1", "1"),
        ("2", "3"),
        ("3", "3"),
        ("5", "5"),
        ("1e9", "5"),
    ] {
        assert_eq!(text(&format!("q=time2index&t={time}")), index, "{time}");
    }
    refused(
        &world.get("alice/lamp/log/data?q=time2index", world.lamp()),
        403,
    );
    refused(&world.get("alice/lamp/log/data?q=nix", world.lamp()), 400);
    refused(
        &world.get("alice/lamp/log/data?q=length&downlink=yes", world.lamp()),
        400,
    );
}

#[test]
fn who_may_not_read_finds_nothing() {
    let world = filled();
    for query in ["i1=0", "q=length", "q=time2index&t=1", "t1=1"] {
        for who in [As::Nobody, As::User("plain")] {
            let path = format!("alice/lamp/log/data?{query}");
            assert_eq!(refused(&world.get(&path, who), 404), HIDDEN, "{query}");
        }
        let path = format!("alice/lamp/nix/data?{query}");
        assert_eq!(refused(&world.get(&path, ALICE), 404), HIDDEN);
    }
}

#[test]
fn a_long_stream_comes_whole_and_as_it_was_written() {
    let world = world();
    let count = 12_345;
    // of every size: pieces and pages end anywhere
    let value = |place: usize| json!({ "n": place, "text": "é\u{1}".repeat(place % 50) });
    let points: Vec<Json> = (0..count)
        .map(|place| json!({ "t": 1_400_000_000.25 + place as f64, "d": value(place) }))
        .collect();
    world
        .post("alice/lamp/log/data", world.lamp(), &json!(points))
        .is(200);
    let read = world
        .get("alice/lamp/log/data?i1=0&i2=0", ALICE)
        .is(200)
        .json();
    assert_eq!(read.as_array().unwrap().len(), count);
    assert_eq!(read, json!(points));
    let mut paged = Vec::new();
    loop {
        let path = format!(
            "alice/lamp/log/data?i1={0}&i2={1}",
            paged.len(),
            paged.len() + 5000
        );
        let page = world.get(&path, ALICE).is(200).json();
        match page.as_array().unwrap().as_slice() {
            [] => break,
            page => paged.extend_from_slice(page),
        }
    }
    assert_eq!(paged, points);
}

#[test]
fn what_says_nothing_is_left_out_and_numbers_stay_as_they_were() {
    let world = world();
    let body = r#"[{"t":1e9,"d":false},{"t":1000000000.5,"d":0},{"t":1.5e9,"d":""},{"t":1.5e9,"d":null},
        {"t":1.5e9,"d":21.0},{"t":1500000001,"d":12345678901234567890},{"t":1500000002,"d":{"b" : [1.50],"a":"\u00e9"}}]"#;
    world
        .ask("POST", "alice/lamp/log/data", world.lamp(), body)
        .is(200);
    let read = world
        .get("alice/lamp/log/data?i1=0", world.lamp())
        .is(200)
        .text;
    assert_eq!(
        read,
        concat!(
            r#"[{"t":1000000000,"d":false},{"t":1000000000.5,"d":0},{"t":1500000000,"d":""},"#,
            r#"{"t":1500000000},{"t":1500000000,"d":21.0},{"t":1500000001,"d":12345678901234567890},"#,
            r#"{"t":1500000002,"d":{"b" : [1.50],"a":"\u00e9"}}]"#
        )
    );
    // as an import may bring it
    world
        .site
        .store
        .edit("UPDATE datapoints SET time = 0, sender = 'bob/\"x' WHERE position = 0");
    let first = world
        .get("alice/lamp/log/data?i1=0&i2=1", world.lamp())
        .text;
    assert_eq!(first, r#"[{"d":false,"o":"bob/\"x"}]"#);
}
