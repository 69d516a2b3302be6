//! The small files, as either producer spells them.

use super::Style;
use crate::legacy::connectordb::metadata::{Entry, Metadata, Scalar};
use crate::legacy::connectordb::style::{go_text, python_text};

/// What version 1 has not.
const PASSWORD: [&str; 3] = ["password", "password_salt", "password_scheme"];

/// The known keys of some metadata; keys that ConnectorDB does not know are left out.
pub fn spelled(style: Style, metadata: &impl Metadata) -> String {
    let mut entries = metadata.entries();
    if style == Style::Python {
        entries.retain(|entry| !PASSWORD.contains(&entry.key));
        entries.sort_by_key(|entry| entry.key);
    }
    object(
        style,
        entries.iter().map(|Entry { key, value }| {
            let value = match value {
                Scalar::Flag(flag) => flag.to_string(),
                Scalar::Text(text) => quoted(style, text),
            };
            (*key, value)
        }),
    )
}

/// The version marker.
pub fn marker(style: Style, written_by: &str) -> String {
    let version = match style {
        Style::Go => "2",
        Style::Python => "1",
    };
    let entries = [
        ("Version", version.to_owned()),
        ("ConnectorDB", quoted(style, written_by)),
    ];
    object(style, entries.into_iter())
}

fn quoted(style: Style, text: &str) -> String {
    let mut out = String::new();
    match style {
        Style::Go => go_text(&mut out, text),
        Style::Python => python_text(&mut out, text),
    }
    out
}

fn object<'a>(style: Style, entries: impl Iterator<Item = (&'a str, String)>) -> String {
    let lines: Vec<String> = entries
        .map(|(key, value)| format!("\"{key}\": {value}"))
        .collect();
    match style {
        _ if lines.is_empty() => "{}".into(),
        Style::Go => format!("{{\n\t{}\n}}", lines.join(",\n\t")),
        Style::Python => format!("{{{}}}", lines.join(", ")),
    }
}
