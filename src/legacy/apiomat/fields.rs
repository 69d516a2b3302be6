//! The keys of one object, taken out one by one; what is not taken is the rest.

use serde_json::{Map, Value as Json};

use super::json::{kind, under};
use super::notes::{Notes, Oddity};
use crate::password::Secret;

/// An object, and where it is.
pub struct Fields<'n> {
    object: Map<String, Json>,
    at: String,
    notes: &'n Notes,
}

impl<'n> Fields<'n> {
    /// # Errors
    /// It is no object, but this.
    pub fn of(value: Json, at: String, notes: &'n Notes) -> Result<Self, &'static str> {
        match value {
            Json::Object(object) => Ok(Fields { object, at, notes }),
            other => Err(kind(&other)),
        }
    }

    /// The place of the object.
    pub fn at(&self) -> &str {
        &self.at
    }

    /// The place of a key in it.
    pub fn place(&self, key: &str) -> String {
        under(&self.at, key)
    }

    pub fn keys(&self) -> Vec<String> {
        self.object.keys().cloned().collect()
    }

    /// Any value; null is as absent, here and below.
    pub fn any(&mut self, key: &str) -> Option<Json> {
        self.object.remove(key).filter(|value| !value.is_null())
    }

    pub fn text(&mut self, key: &str) -> Option<String> {
        match self.any(key)? {
            Json::String(text) => Some(text),
            other => self.wrong(key, "a text", &other),
        }
    }

    pub fn secret(&mut self, key: &str) -> Option<Secret> {
        self.text(key).map(Secret::new)
    }

    /// A text that says something.
    pub fn filled(&mut self, key: &str) -> Option<String> {
        self.text(key).filter(|text| !text.trim().is_empty())
    }

    /// What a row is called; empty where it is not said, which is told.
    pub fn name(&mut self, key: &str) -> String {
        let there = self.object.get(key).is_some_and(|value| !value.is_null());
        self.text(key).unwrap_or_else(|| {
            if !there {
                self.notes.tell(self.place(key), Oddity::MissingKey);
            }
            String::new()
        })
    }

    /// An ObjectId: 24 hexadecimal digits.
    pub fn id(&mut self, key: &str) -> Option<String> {
        let id = self.text(key)?;
        if id.len() == 24 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Some(id);
        }
        self.not(key, "24 hexadecimal digits", "another text")
    }

    /// True or false, as such or as text; `None` where it is not said.
    pub fn flag(&mut self, key: &str) -> Option<bool> {
        match self.any(key)? {
            Json::Bool(flag) => Some(flag),
            Json::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Json::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            other => self.wrong(key, "true or false", &other),
        }
    }

    /// The objects in a list, and of the others their place and what they are.
    pub fn rows(&mut self, key: &str) -> Vec<Result<Fields<'n>, (String, &'static str)>> {
        let items = match self.any(key) {
            None => return Vec::new(),
            Some(Json::Array(items)) => items,
            Some(other) => return self.wrong(key, "an array", &other).unwrap_or_default(),
        };
        let row = |(number, item)| {
            let at = format!("{}[{number}]", self.place(key));
            Fields::of(item, at.clone(), self.notes).map_err(|found| (at, found))
        };
        items.into_iter().enumerate().map(row).collect()
    }

    /// The entries of an object, empty where there is none.
    pub fn entries(&mut self, key: &str) -> Map<String, Json> {
        match self.any(key) {
            None => Map::new(),
            Some(Json::Object(entries)) => entries,
            Some(other) => self.wrong(key, "an object", &other).unwrap_or_default(),
        }
    }

    /// The object under a key.
    pub fn below(&mut self, key: &str) -> Option<Fields<'n>> {
        let at = self.place(key);
        let value = self.any(key)?;
        match Fields::of(value, at, self.notes) {
            Ok(fields) => Some(fields),
            Err(found) => self.not(key, "an object", found),
        }
    }

    /// What was not taken.
    pub fn rest(self) -> Map<String, Json> {
        self.object
    }

    /// Where all that can be there was taken: tells what else there is.
    pub fn end(self) {
        for key in self.object.keys() {
            self.notes.tell(self.place(key), Oddity::UnknownKey);
        }
    }

    fn wrong<T>(&self, key: &str, expected: &'static str, value: &Json) -> Option<T> {
        self.not(key, expected, kind(value))
    }

    fn not<T>(&self, key: &str, expected: &'static str, found: &'static str) -> Option<T> {
        let what = Oddity::WrongType { expected, found };
        self.notes.tell(self.place(key), what);
        None
    }
}
