//! One element into a point.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::Point;

/// Reads an element.
///
/// # Errors
/// In words; nothing of the element is quoted but its own keys t, d and o.
pub fn point(text: &[u8], index: u64) -> Result<Point, String> {
    let parts = match usual(text) {
        Some(parts) => parts,
        None => parts(text)?,
    };
    Ok(Point {
        index,
        time: parts.time.unwrap_or_default(),
        value: parts.value.flatten().map(|value| value.get().into()),
        sender: parts.sender.flatten().map(|sender| sender.0.into()),
        unknown: parts.unknown,
    })
}

/// Only an element's time; `None` where it is no point. What this takes for a time may be one of
/// an element that is otherwise bad.
pub fn time(text: &[u8]) -> Option<f64> {
    if let Some((number, _)) = leading_number(text)
        && let Some(time) = std::str::from_utf8(number).ok().and_then(finite)
    {
        return Some(time);
    }
    parts(text).ok().map(|parts| parts.time.unwrap_or_default())
}

/// `{"t":NUMBER,"d":VALUE}`, as nearly all are: in half the time that an object of any keys takes.
fn usual(text: &[u8]) -> Option<Parts<'_>> {
    let (number, rest) = leading_number(text)?;
    let rest = rest.strip_prefix(b",")?;
    let rest = rest.strip_prefix(b" ").unwrap_or(rest);
    let value = rest.strip_prefix(b"\"d\":")?.strip_suffix(b"}")?;
    let time = serde_json::from_slice(number).ok()?;
    let value: &RawValue = serde_json::from_slice(value).ok()?;
    Some(Parts {
        time: Some(time),
        value: Some(Some(value).filter(|value| value.get() != NULL)),
        ..Parts::default()
    })
}

/// What stands behind the key t where that is the first, and the rest from the comma or bracket
/// on.
fn leading_number(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = text.strip_prefix(b"{\"t\":")?;
    let rest = rest.strip_prefix(b" ").unwrap_or(rest);
    let end = rest.iter().position(|byte| matches!(byte, b',' | b'}'))?;
    let (number, rest) = rest.split_at(end);
    // no other first byte makes a number, and no such a name like `inf`
    matches!(
        number,
        [b'-' | b'0'..=b'9', .., b'0'..=b'9'] | [b'0'..=b'9']
    )
    .then_some((number, rest))
}

const NULL: &str = "null";

fn finite(number: &str) -> Option<f64> {
    number.parse().ok().filter(|time: &f64| time.is_finite())
}

fn parts(text: &[u8]) -> Result<Parts<'_>, String> {
    match text.first() {
        None => return Err("nothing stands there".into()),
        Some(b'{') => {}
        Some(_) => return Err("it is no object".into()),
    }
    serde_json::from_slice(text).map_err(|error| {
        // its line and column are those of the element, not of the file
        let message = error.to_string();
        let cut = message.find(" at line ").unwrap_or(message.len());
        message[..cut].to_owned()
    })
}

/// Absent, null or there.
type Given<T> = Option<Option<T>>;

#[derive(Default)]
struct Parts<'a> {
    time: Option<f64>,
    value: Given<&'a RawValue>,
    sender: Given<Text<'a>>,
    unknown: Vec<Box<str>>,
}

/// Borrowed where it has no escapes.
struct Text<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Whole;
        impl<'de> Visitor<'de> for Whole {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        input.deserialize_str(Whole)
    }
}

impl<'de> Deserialize<'de> for Parts<'de> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_map(Keys)
    }
}

struct Keys;

impl<'de> Visitor<'de> for Keys {
    type Value = Parts<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a point")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut parts = Parts::default();
        let mut seen = [false; 3];
        while let Some(Text(key)) = map.next_key()? {
            // each raw first: serde's own errors of type quote what they found
            let raw: &RawValue = map.next_value()?;
            let raw = Some(raw).filter(|raw| raw.get() != NULL);
            let known = match key.as_ref() {
                "t" => 0,
                "d" => 1,
                "o" => 2,
                _ => {
                    parts.unknown.push(key.into());
                    continue;
                }
            };
            if std::mem::replace(&mut seen[known], true) {
                return Err(A::Error::custom(format!("it has \"{key}\" twice")));
            }
            match (known, raw) {
                (0, raw) => parts.time = raw.map(number).transpose()?,
                (1, raw) => parts.value = Some(raw),
                (_, raw) => parts.sender = Some(raw.map(text).transpose()?),
            }
        }
        Ok(parts)
    }
}

fn number<E: serde::de::Error>(raw: &RawValue) -> Result<f64, E> {
    if !raw
        .get()
        .starts_with(|first: char| first == '-' || first.is_ascii_digit())
    {
        return Err(E::custom("\"t\" is no number"));
    }
    finite(raw.get()).ok_or_else(|| E::custom("\"t\" is beyond what a number can be"))
}

fn text<'a, E: serde::de::Error>(raw: &'a RawValue) -> Result<Text<'a>, E> {
    if !raw.get().starts_with('"') {
        return Err(E::custom("\"o\" is no text"));
    }
    serde_json::from_str(raw.get()).map_err(|_| E::custom("\"o\" is no text that can be read"))
}
