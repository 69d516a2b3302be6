//! Small exports made for a test.

use std::fs;
use std::path::Path;

use crate::session::Site;

/// Writes a file and the folders above it.
pub fn write(site: &Site, name: &str, text: &str) {
    let path = site.path(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// An export `old` with the users that are added to it.
pub fn empty() -> Site {
    let site = Site::empty();
    write(
        &site,
        "old/connectordb.json",
        r#"{"Version": 2, "ConnectorDB": "0.3.0"}"#,
    );
    site
}

pub fn user(site: &Site, name: &str, email: &str) {
    let text = format!(
        r#"{{"name":"{name}","nickname":"","email":"{email}","description":"","icon":"","role":"user","public":false}}"#
    );
    write(site, &format!("old/{name}/user.json"), &text);
}

pub fn device(site: &Site, path: &str, api_key: &str) {
    let name = Path::new(path).file_name().unwrap().to_str().unwrap();
    let text = format!(
        r#"{{"name":"{name}","nickname":"","description":"","icon":"","apikey":"{api_key}","enabled":true,"public":false,"role":"user","visible":true,"user_editable":true}}"#
    );
    write(site, &format!("old/{path}/device.json"), &text);
}

/// With this schema and these points.
pub fn stream(site: &Site, path: &str, schema: &str, points: &str) {
    let name = Path::new(path).file_name().unwrap().to_str().unwrap();
    let schema = serde_json::Value::from(schema);
    let text = format!(
        r#"{{"name":"{name}","nickname":"","description":"","icon":"","schema":{schema},"datatype":"","ephemeral":false,"downlink":false}}"#
    );
    write(site, &format!("old/{path}/stream.json"), &text);
    write(site, &format!("old/{path}/data.json"), points);
}

/// `old/u/d/s` with these points, any schema.
pub fn one_stream(points: &str) -> Site {
    let site = empty();
    user(&site, "u", "u@example.org");
    device(&site, "u/d", "key-of-d");
    stream(&site, "u/d/s", "{}", points);
    site
}

/// The points of the only stream: `time value sender`, in order.
pub fn points(site: &Site) -> Vec<String> {
    lines(
        site,
        "SELECT time, coalesce(value, '-'), coalesce(sender, '-') FROM datapoints \
         ORDER BY stream_id, is_downlink, position",
    )
}

/// Rows of the store, their fields divided by `|`.
pub fn lines(site: &Site, sql: &str) -> Vec<String> {
    let lines = site.store.lines(sql);
    lines.iter().map(|line| line.replace(" | ", "|")).collect()
}
