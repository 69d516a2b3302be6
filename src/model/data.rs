//! The `data` column: legacy facts that have no column of their own.

use serde::ser::{SerializeMap, Serializer};
use serde_json::Value as Json;

/// A small JSON object under construction; its text has the keys in order, so equal
/// facts are equal text.
#[derive(Clone, Debug, Default)]
pub struct Data(Vec<(&'static str, Json)>);

impl Data {
    /// Keeps a fact. The first of a key stays: bytes kept as hexadecimal are not replaced by
    /// the text that was made of them.
    pub fn set(&mut self, key: &'static str, value: impl Into<Json>) {
        if !self.0.iter().any(|(known, _)| *known == key) {
            self.0.push((key, value.into()));
        }
    }

    /// Keeps a text that says something; blank ones are left out.
    pub fn set_text(&mut self, key: &'static str, text: Option<String>) {
        if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
            self.set(key, text);
        }
    }

    pub fn into_json(mut self) -> String {
        if self.0.is_empty() {
            return "{}".into();
        }
        self.0.sort_by_key(|(key, _)| *key);
        let mut bytes = Vec::with_capacity(64);
        let mut serializer = serde_json::Serializer::new(&mut bytes);
        let written = serializer
            .serialize_map(Some(self.0.len()))
            .and_then(|mut map| {
                for (key, value) in &self.0 {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            });
        debug_assert!(written.is_ok(), "writing JSON to memory cannot fail");
        String::from_utf8(bytes).unwrap_or_else(|_| "{}".into())
    }
}

/// JSON with its keys in order and no spaces; text that is no JSON stays as it is.
pub fn canonical_json(text: Box<str>) -> Box<str> {
    if &*text == "{}" {
        return text;
    }
    match serde_json::from_str::<Json>(&text) {
        Ok(json) => json.to_string().into(),
        Err(_) => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_in_order_and_blanks_are_left_out() {
        let mut data = Data::default();
        data.set("b", true);
        data.set("b", false);
        data.set_text("a", Some("é\"".into()));
        data.set_text("c", Some("  ".into()));
        assert_eq!(data.into_json(), r#"{"a":"é\"","b":true}"#);
        assert_eq!(Data::default().into_json(), "{}");
    }
}
