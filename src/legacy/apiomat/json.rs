//! JSON that nobody vouches for: several texts in one file, keys twice in an object, numbers that
//! no number here can hold.

use std::fmt;
use std::path::Path;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value as Json};

use super::LIMIT;
use super::error::ApiomatError;
use super::notes::{Notes, Oddity};
use crate::legacy::plain_file;

/// What is in a file: texts one behind the other, mostly one. The label stands in front of places
/// in it.
pub fn read(file: &Path, label: &str, notes: &Notes) -> Result<Vec<Json>, ApiomatError> {
    let text = plain_file::read_small(file, LIMIT)?;
    if is_utf_16(&text) {
        return Err(ApiomatError::Utf16(file.into()));
    }
    parse(file, label, &text, notes)
}

/// Whether a text looks like JSON, or whatever else has a mark, in two bytes a sign. Documents of
/// BSON begin with their length, which may be a brace and zeros.
pub fn is_utf_16(text: &[u8]) -> bool {
    match *text {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => true,
        [b'{' | b'[', 0, second, 0, _, 0, ..] | [0, b'{' | b'[', 0, second, 0, _, ..] => {
            second != 0
        }
        _ => false,
    }
}

/// The same of a text that is in this file.
pub fn parse(
    file: &Path,
    label: &str,
    text: &[u8],
    notes: &Notes,
) -> Result<Vec<Json>, ApiomatError> {
    let damaged = |error: serde_json::Error| ApiomatError::Damaged {
        file: file.into(),
        line: error.line(),
        column: error.column(),
        reason: without_place(&error),
    };
    let mut texts = serde_json::Deserializer::from_slice(text);
    let mut values = Vec::new();
    loop {
        let place = place(label, values.len());
        let at = At::Text(&place);
        let seed = Value { at: &at, notes };
        values.push(seed.deserialize(&mut texts).map_err(damaged)?);
        if texts.end().is_ok() {
            return Ok(values);
        }
    }
}

/// The place of a text in a file: of the first one, that of the file.
pub fn place(label: &str, number: usize) -> String {
    match number {
        0 => label.into(),
        number => format!("{label}[{number}]"),
    }
}

/// The place of a key in the object at a place.
pub fn under(at: &str, key: &str) -> String {
    match at {
        "" => key.into(),
        at => format!("{at}.{key}"),
    }
}

/// What serde says, without the line and the column that stand behind it.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].into(),
        None => text,
    }
}

/// What a value is, in words.
pub fn kind(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "true or false",
        Json::Number(_) => "a number",
        Json::String(_) => "a text",
        Json::Array(_) => "an array",
        Json::Object(_) => "an object",
    }
}

/// A place in JSON: `[2].modules[0].name`.
enum At<'a> {
    Text(&'a str),
    Item(&'a At<'a>, usize),
    Key(&'a At<'a>, &'a str),
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            At::Text(place) => f.write_str(place),
            At::Item(of, number) => write!(f, "{of}[{number}]"),
            At::Key(At::Text(""), key) => f.write_str(key),
            At::Key(of, key) => write!(f, "{of}.{key}"),
        }
    }
}

/// Reads a value as serde_json does, and tells what that passes over.
struct Value<'a> {
    at: &'a At<'a>,
    notes: &'a Notes,
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Json, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Json, E> {
        Ok(flag.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(number.into())
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Json, E> {
        /// From here on, a whole number has more digits than a float keeps.
        const WHOLE: f64 = 9_007_199_254_740_992.0;
        if number.abs() >= WHOLE {
            self.notes.tell(self.at.to_string(), Oddity::BigNumber);
        }
        let number = Number::from_f64(number).ok_or_else(|| E::custom("number out of range"))?;
        Ok(Json::Number(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(text.into())
    }

    fn visit_string<E>(self, text: String) -> Result<Json, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut array = Vec::new();
        loop {
            let at = At::Item(self.at, array.len());
            let seed = Value {
                at: &at,
                notes: self.notes,
            };
            match items.next_element_seed(seed)? {
                Some(item) => array.push(item),
                None => return Ok(Json::Array(array)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let at = At::Key(self.at, &key);
            let value = entries.next_value_seed(Value {
                at: &at,
                notes: self.notes,
            })?;
            if object.contains_key(&key) {
                self.notes.tell(at.to_string(), Oddity::KeyTwice);
            }
            object.insert(key, value);
        }
        Ok(Json::Object(object))
    }
}
