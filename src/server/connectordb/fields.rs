//! The fields of an object, as they are sent and told.

use serde_json::{Map, Value as Json};

use super::access::{Access, Object};
use super::errors::denied;
use crate::server::trouble::Trouble;
use crate::text::storable;

/// What is to be changed, by key.
pub struct Changes(Map<String, Json>);

impl Changes {
    pub fn new(fields: Map<String, Json>) -> Self {
        Changes(fields)
    }

    /// # Errors
    /// 403 with the first key that is not known, or that they may not write.
    pub fn check(&self, object: Object, access: Access) -> Result<(), Trouble> {
        for key in self.0.keys() {
            if !object.keys().contains(&key.as_str()) {
                return Err(denied(format!("Unrecognized field '{key}'")));
            }
            if !access.writes(object, key) {
                let message = format!("This device does not have permissions to write {key}");
                return Err(denied(message));
            }
        }
        Ok(())
    }

    /// The text of a key, where it is to be changed.
    ///
    /// # Errors
    /// 403 where it is none.
    pub fn text(&self, key: &str) -> Result<Option<String>, Trouble> {
        match self.0.get(key) {
            None => Ok(None),
            Some(Json::String(text)) => Ok(Some(storable(text).into_owned())),
            Some(_) => Err(denied(format!("The field '{key}' has to be a string"))),
        }
    }

    /// The flag of a key, where it is to be changed.
    ///
    /// # Errors
    /// 403 where it is none.
    pub fn flag(&self, key: &str) -> Result<Option<bool>, Trouble> {
        match self.0.get(key) {
            None => Ok(None),
            Some(Json::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(denied(format!("The field '{key}' has to be true or false"))),
        }
    }

    /// Puts the text of a key in its place.
    ///
    /// # Errors
    /// As [`Changes::text`].
    pub fn put_text(&self, key: &str, place: &mut Option<String>) -> Result<(), Trouble> {
        if let Some(text) = self.text(key)? {
            *place = Some(text);
        }
        Ok(())
    }

    /// Puts the flag of a key in its place.
    ///
    /// # Errors
    /// As [`Changes::flag`].
    pub fn put_flag(&self, key: &str, place: &mut bool) -> Result<(), Trouble> {
        if let Some(flag) = self.flag(key)? {
            *place = flag;
        }
        Ok(())
    }
}

/// An object with the fields of it that they may read.
pub fn shown(object: Object, access: Access, value: impl Fn(&str) -> Json) -> Map<String, Json> {
    let readable = object.keys().iter().filter(|key| access.reads(object, key));
    readable
        .map(|key| ((*key).to_owned(), value(key)))
        .collect()
}

/// A text that may be missing; then it is empty.
pub fn told(text: Option<&str>) -> Json {
    text.unwrap_or_default().into()
}

/// A text as it may be stored.
pub fn kept(text: Option<String>) -> Option<String> {
    Some(storable(&text.unwrap_or_default()).into_owned())
}
