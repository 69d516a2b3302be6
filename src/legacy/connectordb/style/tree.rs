//! Rewrites a value, level by level.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::number::{go_number, python_number};
use super::text::{go_text, python_text};

/// How deep arrays and objects may lie in each other, as in serde_json.
pub const DEEPEST: usize = 128;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    Go,
    Python,
}

/// `None` where the value cannot be read.
pub fn rewrite(raw: &str, spelling: Spelling) -> Option<String> {
    let mut writer = Writer {
        out: String::with_capacity(raw.len() + raw.len() / 8),
        spelling,
    };
    writer.value(raw, 0)?;
    Some(writer.out)
}

struct Writer {
    out: String,
    spelling: Spelling,
}

impl Writer {
    fn value(&mut self, raw: &str, depth: usize) -> Option<()> {
        match raw.as_bytes().first()? {
            b'{' | b'[' if depth == DEEPEST => return None,
            b'{' => self.object(serde_json::from_str(raw).ok()?, depth)?,
            b'[' => self.array(&serde_json::from_str::<Vec<&RawValue>>(raw).ok()?, depth)?,
            b'"' => {
                let text: String = serde_json::from_str(raw).ok()?;
                self.text(&text);
            }
            b'-' | b'0'..=b'9' => self.number(raw)?,
            _ => {
                serde_json::from_str::<Option<bool>>(raw).ok()?;
                self.out.push_str(raw);
            }
        }
        Some(())
    }

    fn object(&mut self, object: Object<'_>, depth: usize) -> Option<()> {
        let Object(mut pairs) = object;
        if self.spelling == Spelling::Go {
            pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
        }
        self.out.push('{');
        for (at, (key, value)) in pairs.iter().enumerate() {
            self.comma(at);
            self.text(key);
            self.out.push_str(match self.spelling {
                Spelling::Go => ":",
                Spelling::Python => ": ",
            });
            self.value(value.get(), depth + 1)?;
        }
        self.out.push('}');
        Some(())
    }

    fn array(&mut self, items: &[&RawValue], depth: usize) -> Option<()> {
        self.out.push('[');
        for (at, item) in items.iter().enumerate() {
            self.comma(at);
            self.value(item.get(), depth + 1)?;
        }
        self.out.push(']');
        Some(())
    }

    fn comma(&mut self, at: usize) {
        if at > 0 {
            self.out.push_str(match self.spelling {
                Spelling::Go => ",",
                Spelling::Python => ", ",
            });
        }
    }

    fn text(&mut self, text: &str) {
        match self.spelling {
            Spelling::Go => go_text(&mut self.out, text),
            Spelling::Python => python_text(&mut self.out, text),
        }
    }

    fn number(&mut self, raw: &str) -> Option<()> {
        // checked: a value from outside may be no JSON
        serde_json::from_str::<&RawValue>(raw).ok()?;
        if !raw.contains(['.', 'e', 'E']) {
            let is_zero = raw == "-0" && self.spelling == Spelling::Python;
            self.out.push_str(if is_zero { "0" } else { raw });
            return Some(());
        }
        let number: f64 = raw.parse().ok().filter(|number: &f64| number.is_finite())?;
        self.out.push_str(&match self.spelling {
            Spelling::Go => go_number(number),
            Spelling::Python => python_number(number),
        });
        Some(())
    }
}

/// Keys and values as they came; of a key that is there twice, the last value counts.
struct Object<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_map(Pairs)
    }
}

struct Pairs;

impl<'de> Visitor<'de> for Pairs {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs: Vec<(Cow<'de, str>, &'de RawValue)> = Vec::new();
        let mut places = HashMap::new();
        while let Some((key, value)) = map.next_entry::<Cow<'de, str>, &'de RawValue>()? {
            match places.entry(key.clone()) {
                Entry::Occupied(place) => {
                    let place: usize = *place.get();
                    pairs[place].1 = value;
                }
                Entry::Vacant(place) => {
                    place.insert(pairs.len());
                    pairs.push((key, value));
                }
            }
        }
        Ok(Object(pairs))
    }
}
