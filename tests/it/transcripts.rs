//! What a person reads, word by word.

use serde_json::Value;

use super::session::Site;

/// The text without what differs from run to run.
fn redacted(site: &Site, text: &str) -> String {
    let folder = site.path("");
    let mut text = text.replace(&*folder.to_string_lossy(), "FOLDER/");
    while let Some(at) = text.find("sha256:") {
        text.replace_range(at..at + "sha256:".len() + 64, "DIGEST");
    }
    text
}

#[test]
fn help() {
    let site = Site::empty();
    for (name, line) in [
        ("help", "--help"),
        ("help_import_nodeshot", "import nodeshot --help"),
    ] {
        let ended = site.run(line);
        assert_eq!((ended.code, &*ended.err), (Some(0), ""));
        insta::assert_snapshot!(name, ended.out);
    }
}

#[test]
fn the_summary_of_the_shipped_world() {
    let site = Site::shipped();
    let ended = site.import("");
    assert_eq!(ended.code, Some(3), "{ended:?}");
    insta::assert_snapshot!("summary", redacted(&site, &ended.out));
    let again = site.import("--dry-run");
    assert_eq!(again.code, Some(0), "{again:?}");
    insta::assert_snapshot!("summary_of_a_rehearsal", redacted(&site, &again.out));
}

/// Every value as its type; a list as its first element, words of a fixed set as they are.
fn shape(value: &Value) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::Bool(_) => "boolean".into(),
        Value::Number(number) if number.is_f64() => "number".into(),
        Value::Number(_) => "integer".into(),
        Value::String(text) if is_time(text) => "time".into(),
        Value::String(_) => "text".into(),
        Value::Array(list) => list.iter().take(1).map(shape).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| (key.clone(), shape(value)))
            .collect(),
    }
}

/// `2026-11-21T03:00:00Z`
fn is_time(text: &str) -> bool {
    let pattern = "0000-00-00T00:00:00Z";
    text.len() == pattern.len()
        && text
            .bytes()
            .zip(pattern.bytes())
            .all(|(byte, wanted)| match wanted {
                b'0' => byte.is_ascii_digit(),
                wanted => byte == wanted,
            })
}

#[test]
fn the_shape_of_a_report() {
    let site = Site::shipped();
    assert_eq!(site.import("--report r.json").code, Some(3));
    let report = site.report("r.json");
    let shape = serde_json::to_string_pretty(&shape(&report)).expect("JSON");
    insta::assert_snapshot!("report", shape);

    let findings = report["findings"].as_array().expect("a list");
    let caused = findings.iter().find(|finding| !finding["cause"].is_null());
    let caused = serde_json::to_string_pretty(caused.expect("a row fell because another did"));
    insta::assert_snapshot!("finding_with_a_cause", caused.expect("JSON"));
}
