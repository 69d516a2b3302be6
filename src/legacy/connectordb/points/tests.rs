use std::io::Write as _;

use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, RngSeed};

use super::*;

/// All items of a file with these bytes, after making sure that the count agrees.
#[track_caller]
fn read(bytes: &[u8]) -> (Vec<Result<Point, Flaw>>, u64) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let points = open(file.path()).unwrap();
    let out_of_place = points.out_of_place();
    let items: Vec<_> = points.collect();
    let broken = items.iter().find_map(|item| match item {
        Err(Flaw::Broken(broken)) => Some(*broken),
        _ => None,
    });
    if broken.is_some() {
        assert!(matches!(items.last(), Some(Err(Flaw::Broken(_)))));
    }
    let count = scan(file.path()).unwrap();
    assert_eq!(count.broken, broken);
    let elements = items.len() - usize::from(broken.is_some());
    assert_eq!(count.elements, elements as u64);
    (items, out_of_place)
}

/// Each item on a line, as short as it can be said.
fn told(bytes: &[u8]) -> Vec<String> {
    let (items, _) = read(bytes);
    items.iter().map(tell).collect()
}

fn tell(item: &Result<Point, Flaw>) -> String {
    match item {
        Ok(point) => {
            let value = point.value.as_deref().unwrap_or("-");
            let sender = point.sender.as_deref().unwrap_or("-");
            let mut told = format!("{} {} {value} {sender}", point.index, point.time);
            for key in &point.unknown {
                told.push_str(&format!(" +{key}"));
            }
            told
        }
        Err(Flaw::Bad(bad)) => format!("{} at {}: {}", bad.index, bad.offset, bad.reason),
        Err(Flaw::Broken(broken)) => format!("broken at {}: {}", broken.offset, broken.reason),
        Err(Flaw::Fault(fault)) => format!("fault: {fault}"),
    }
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(told(text.as_bytes()), expected, "{text}");
}

#[test]
fn points() {
    check("[]", &[]);
    check(" [ ] \r\n", &[]);
    check(
        r#"[{"t":1481448617,"d":12.50},{"t":1.481448617e+09},{"t":1481448617.5,"d":{"a" : [1, "]"]},"o":"alice/user"}]"#,
        &[
            "0 1481448617 12.50 -",
            "1 1481448617 - -",
            r#"2 1481448617.5 {"a" : [1, "]"]} alice/user"#,
        ],
    );
    // absent and null, falsy values, white space of Windows, a byte order mark
    check(
        "\u{feff}[\r\n\t{ },\r\n {\"d\" : null, \"t\":null, \"o\":null } , {\"d\":\"\"},{\"d\":false},{\"t\":0,\"d\":0}]\r\n",
        &["0 0 - -", "1 0 - -", "2 0 \"\" -", "3 0 false -", "4 0 0 -"],
    );
    check(
        r#"[{"t":-1.5,"d":"\"],[{","o":"a\/b","x":1,"\u0041":[]}]"#,
        &[r#"0 -1.5 "\"],[{" a/b +x +A"#],
    );
}

#[test]
fn bad_points_do_not_end_it() {
    check(
        r#"[NaN,{"t":"secret"},{"t":1e999},{"d":NaN},{"o":5},{"t":1,"t":1},null,{"t":1]},{"t":1} {"t":2},,{"t":2}]"#,
        &[
            "0 at 1: it is no object",
            "1 at 5: \"t\" is no number",
            "2 at 20: \"t\" is beyond what a number can be",
            "3 at 32: expected value",
            "4 at 42: \"o\" is no text",
            "5 at 50: it has \"t\" twice",
            "6 at 64: it is no object",
            "7 at 69: expected `,` or `}`",
            "8 at 78: trailing characters",
            "9 at 94: nothing stands there",
            "10 2 - -",
        ],
    );
    let (items, _) = read(b"[{\"d\":\"\xff\"},{\"d\":\"\n\"},{\"d\":\"\\ud800\"},{\"t\":1},]");
    assert!(matches!(items[0], Err(Flaw::Bad(_))));
    assert!(matches!(items[1], Err(Flaw::Bad(_))));
    assert_eq!(tell(&items[3]), "3 1 - -");
    assert_eq!(tell(&items[4]), "4 at 44: nothing stands there");
}

#[test]
fn no_whole_array() {
    check("", &["broken at 0: it is empty"]);
    check(" \n", &["broken at 2: it is empty"]);
    check("{}", &["broken at 0: it holds no array"]);
    check("\u{feff}x", &["broken at 3: it holds no array"]);
    check("[", &["broken at 1: it ends in the middle of the array"]);
    check(
        r#"[{"t":1}]["#,
        &["0 1 - -", "broken at 9: something stands behind the array"],
    );
    check(
        r#"[{"t":1}],"#,
        &["0 1 - -", "broken at 9: something stands behind the array"],
    );
    check(
        r#"[{"t":1},{"d":"]"#,
        &[
            "0 1 - -",
            "broken at 16: it ends in the middle of the array",
        ],
    );
}

#[test]
fn cut_anywhere() {
    let whole = "[{\"t\":2,\"d\":{\"a\":\"\\\"é]\"}},\n{\"t\":1,\"d\":[[],{}],\"o\":\"a/b\"} , {\"t\":3}]\n";
    let ends = whole.len() - 1;
    for cut in 0..whole.len() {
        let told = told(&whole.as_bytes()[..cut]);
        let broken = told.iter().any(|line| line.starts_with("broken"));
        assert_eq!(broken, cut < ends, "{cut}: {told:?}");
        assert!(told.len() <= 4);
    }
}

#[test]
fn sorted_by_time_and_place() {
    let text = br#"[{"t":5,"d":1},{"t":3,"d":2},x,{"t":5,"d":3},{"t":3,"d":4},{"d":5},{"t":-0,"d":6},{"t":9}"#;
    let expected = [
        "5 0 5 -",
        "6 -0 6 -",
        "1 3 2 -",
        "2 at 29: it is no object",
        "4 3 4 -",
        "0 5 1 -",
        "3 5 3 -",
    ];
    let (items, out_of_place) = read(text);
    let told: Vec<_> = items.iter().map(tell).collect();
    assert_eq!(told[..7], expected);
    assert!(told[7].starts_with("broken at 89"), "{told:?}");
    assert_eq!(told.len(), 8);
    assert_eq!(out_of_place, 4);

    let (_, out_of_place) = read(br#"[{"t":1},{"t":1},x,{"t":2}]"#);
    assert_eq!(out_of_place, 0);
}

#[test]
fn sorted_reads_from_anywhere() {
    let mut text = String::from("[");
    for at in 0..5000_u64 {
        let time = at * 2_654_435_761 % 5000;
        let comma = if at == 0 { "" } else { ",  " };
        text.push_str(&format!(
            "{comma}{{\"t\":{time},\"d\":\"{time}{}\"}}",
            "x".repeat(20)
        ));
    }
    text.push(']');
    let (items, out_of_place) = read(text.as_bytes());
    assert!(out_of_place > 4000);
    for (time, item) in items.iter().enumerate() {
        let point = item.as_ref().unwrap();
        assert_eq!(point.time, time as f64);
        let value = format!("\"{time}{}\"", "x".repeat(20));
        assert_eq!(point.value.as_deref(), Some(value.as_str()));
    }
}

#[test]
fn huge_elements() {
    let element = |length: usize| format!(r#"{{"t":1,"d":"{}"}}"#, "y".repeat(length - 14));
    let (largest, larger) = (element(LIMIT), element(LIMIT + (1 << 20)));
    let space = " ".repeat(LIMIT + 1);
    for first in ["0", "2"] {
        let (items, out_of_place) =
            read(format!("[{{\"t\":{first}}},{larger} ,{{\"t\":1}}]").as_bytes());
        assert_eq!(out_of_place > 0, first == "2");
        let told: Vec<_> = items.iter().map(tell).collect();
        let reason = "1 at 9: it has 17825792 bytes; at most 16 MiB are read";
        assert!(told.iter().any(|line| line == reason), "{told:?}");
        assert!(told.contains(&"2 1 - -".into()), "{told:?}");
    }
    let (items, _) = read(format!("[{largest},{space}{{\"t\":1}}]").as_bytes());
    let value = items[0].as_ref().unwrap().value.as_deref();
    assert_eq!(value.map(str::len), Some(LIMIT - 12));
    assert_eq!(tell(&items[1]), "1 1 - -");
}

#[test]
fn deep_nesting() {
    let depth = 100_000;
    let value = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let (items, _) =
        read(format!("[{{\"t\":1,\"d\":{value}}},{}]", "{\"t\":".repeat(depth)).as_bytes());
    assert_eq!(
        items[0].as_ref().unwrap().value.as_deref(),
        Some(value.as_str())
    );
    assert!(matches!(items[1], Err(Flaw::Broken(_))));
    let (items, _) = read(format!("[{value},{value}]").as_bytes());
    assert_eq!(items.len(), 2);
}

#[test]
fn only_plain_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.json");
    let cause = |path: &Path| (open(path).unwrap_err().cause, scan(path).unwrap_err().cause);
    use crate::legacy::connectordb::Cause::{Content, Missing};
    assert_eq!(cause(&path), (Missing, Missing));
    assert_eq!(cause(folder.path()), (Content, Content));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
        assert_eq!(cause(&path), (Content, Content));
    }
}

/// Arrays of points and of what may stand in their place, and bytes that mean something.
fn arrays() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => (0..50_i32, any::<String>()).prop_map(|(time, text)| {
            let value = serde_json::Value::from(text);
            format!("{{\"t\":{time},\"d\":{value}}}").into_bytes()
        }),
        1 => proptest::collection::vec(proptest::sample::select(b"[]{},\"\\ \n\x0ctd:1eN\xff".to_vec()), 0..12),
    ];
    let wrong = proptest::sample::select(vec!["", "", "", "", ",", "]", "\"", "["]);
    (proptest::collection::vec(piece, 0..12), wrong).prop_map(|(pieces, end)| {
        let mut bytes = b"[".to_vec();
        bytes.extend(pieces.join(&b','));
        bytes.push(b']');
        bytes.extend(end.bytes());
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 500,
        rng_seed: RngSeed::Fixed(2026),
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..ProptestConfig::default()
    })]

    /// The reader leaves nothing out, and hands out what it has in order.
    #[test]
    fn reader_and_count_agree(bytes in arrays()) {
        let (items, out_of_place) = read(&bytes);
        let times: Vec<f64> = items.iter().flatten().map(|point| point.time).collect();
        prop_assert!(times.is_sorted());
        let mut indices: Vec<u64> = items.iter().filter_map(|item| match item {
            Ok(point) => Some(point.index),
            Err(Flaw::Bad(bad)) => Some(bad.index),
            Err(_) => None,
        }).collect();
        if out_of_place == 0 {
            prop_assert!(indices.is_sorted());
        }
        indices.sort_unstable();
        prop_assert!(indices.iter().enumerate().all(|(at, index)| at as u64 == *index));
    }
}
