//! The `data` column: legacy facts that have no column of their own.

use std::borrow::Cow;

use serde::ser::{SerializeMap, Serializer};
use serde_json::Value as Json;

use crate::text::storable;

/// A small JSON object under construction; its text has the keys in order, so equal
/// facts are equal text.
#[derive(Clone, Debug, Default)]
pub struct Data(Vec<(Cow<'static, str>, Json)>);

impl Data {
    /// Keeps a fact. The first of a key stays: bytes kept as hexadecimal are not replaced by
    /// the text that was made of them.
    pub fn set(&mut self, key: impl Into<Cow<'static, str>>, value: impl Into<Json>) {
        let key = key.into();
        if !self.0.iter().any(|(known, _)| *known == key) {
            self.0.push((key, canonical(value.into())));
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
        self.0.sort_by(|(a, _), (b, _)| a.cmp(b));
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

/// JSON with its keys in order, no spaces, and whole numbers without a fraction; text that is
/// no JSON stays as it is. What one kind of store keeps as text and the other as numbers of
/// its own is the same in this form.
pub fn canonical_json(text: Box<str>) -> Box<str> {
    if &*text == "{}" {
        return text;
    }
    match serde_json::from_str::<Json>(&text) {
        Ok(json) => canonical(json).to_string().into(),
        Err(_) => text,
    }
}

/// JSON without what no store can hold.
pub fn storable_json(json: Json) -> Json {
    match json {
        Json::String(text) => storable(&text).into_owned().into(),
        Json::Array(items) => items.into_iter().map(storable_json).collect(),
        Json::Object(fields) => fields
            .into_iter()
            .map(|(key, value)| (storable(&key).into_owned(), storable_json(value)))
            .collect(),
        other => other,
    }
}

fn canonical(json: Json) -> Json {
    /// Beyond it, reals have gaps between whole numbers, and i64 ends.
    const WHOLE: f64 = 9.2e18;
    match json {
        Json::Number(number) if number.is_f64() => match number.as_f64() {
            Some(real) if real.fract() == 0.0 && real.abs() < WHOLE => (real as i64).into(),
            _ => Json::Number(number),
        },
        Json::Array(items) => items.into_iter().map(canonical).collect(),
        Json::Object(fields) => fields
            .into_iter()
            .map(|(key, value)| (key, canonical(value)))
            .collect(),
        other => other,
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

    #[test]
    fn numbers_have_one_form() {
        let check = |text: &str, expected: &str| {
            assert_eq!(&*canonical_json(text.into()), expected, "{text}");
        };
        check(
            r#"{"b": 5.0, "a": [1e16, -0.0]}"#,
            r#"{"a":[10000000000000000,0],"b":5}"#,
        );
        check(
            r#"{"a": 10000000000000000.0}"#,
            r#"{"a":10000000000000000}"#,
        );
        check(r#"{"a": 0.0000001}"#, r#"{"a":1e-7}"#);
        check(r#"{"a": 12.30}"#, r#"{"a":12.3}"#);
        check("no JSON", "no JSON");
    }
}
