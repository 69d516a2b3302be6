//! Points as they come: every form, order and kind.

use super::folder::{one_stream, points};
use super::{findings, import, outcomes};

#[track_caller]
fn check(source: &str, expected: &[&str], found: &[&str]) {
    let site = one_stream(source);
    import(&site, "old", 0);
    assert_eq!(points(&site), expected, "{source}");
    let all: Vec<String> = findings(&site)
        .into_iter()
        .filter(|finding| !finding.starts_with("password-is"))
        .collect();
    assert_eq!(all, found, "{source}");
    let count = format!("created {}", expected.len());
    let created = if expected.is_empty() {
        String::new()
    } else {
        count
    };
    assert_eq!(outcomes(&site, "datapoints"), created);
    // nothing is new the second time, and the export says the same
    import(&site, "old", 0);
    let unchanged = created.replace("created", "unchanged");
    assert_eq!(outcomes(&site, "datapoints"), unchanged, "{source}");
}

#[test]
fn every_form_of_a_point() {
    check("[]", &[], &[]);
    check(" [ ] ", &[], &[]);
    check(
        r#"[{"d":1},{"t":0},{"t":1.481448617e+09,"d":21.50},{"t":1481448618}]"#,
        &["0|1|-", "0|-|-", "1481448617|21.50|-", "1481448618|-|-"],
        &[],
    );
    check(
        r#"[{"t":1,"d":null,"o":"a/b"},{"o":"","d":"","t":2}]"#,
        &["1|-|a/b", "2|\"\"|"],
        &[],
    );
    check(r#"[{"t":-5.5,"d":false}]"#, &["-5.5|false|-"], &[]);
}

#[test]
fn equal_times_keep_their_order_and_others_are_sorted() {
    check(
        r#"[{"t":1,"d":2},{"t":1,"d":1},{"t":1,"d":2}]"#,
        &["1|2|-", "1|1|-", "1|2|-"],
        &[],
    );
    check(
        r#"[{"t":3,"d":1},{"t":1,"d":2},{"t":3,"d":3},{"t":1,"d":4}]"#,
        &["1|2|-", "1|4|-", "3|1|-", "3|3|-"],
        &["points-sorted u/d/s"],
    );
}

#[test]
fn big_numbers_keep_their_digits() {
    let points = r#"[{"t":1,"d":9007199254740993},{"t":2,"d":{"n":[123456789012345678901]}}]"#;
    let site = one_stream(points);
    import(&site, "old", 0);
    assert!(findings(&site).contains(&"big-number u/d/s".into()));
    assert_eq!(site.run("export connectordb out").code, Some(0));
    assert_eq!(site.read("out/u/d/s/data.json"), points);
}

#[test]
fn deep_nesting_and_escapes_come_in_as_they_are() {
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    check(
        &format!(r#"[{{"t":1,"d":{deep}}},{{"t":2,"d":"\u0000\ud83e\udd84\\"}}]"#),
        &[&format!("1|{deep}|-"), "2|\"\\u0000\\ud83e\\udd84\\\\\"|-"],
        &[],
    );
}

#[test]
fn keys_that_nobody_knows_are_told() {
    check(
        r#"[{"t":1,"d":1,"x":2},{"t":2,"d":1,"x":2}]"#,
        &["1|1|-", "2|1|-"],
        &["point-key-left-out "],
    );
}
