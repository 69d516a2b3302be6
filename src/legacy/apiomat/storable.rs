//! Rows as every store can hold them, and every reader of JSON read them again: no NUL in a text,
//! and no value too deep in others.

use serde_json::{Map, Value as Json};

use super::definition::{
    Application, Attribute, Class, Customer, Module, Servercode, SystemSettings,
};
use super::notes::{Notes, Oddity};
use crate::model::storable_json;
use crate::password::Secret;
use crate::text::storable;

/// So many arrays and objects may be in each other. Readers of JSON stop at 128, and an
/// application's own file has some around each value.
const DEPTH: usize = 64;

/// What was done to one row.
#[derive(Default)]
pub struct Cleaned {
    /// Whether a text had NUL in it.
    texts: bool,
    /// How many values were too deep.
    deep: u64,
}

impl Cleaned {
    /// Tells it, of the row at this path.
    pub fn tell(self, path: &str, notes: &Notes) {
        if self.texts {
            notes.tell(path, Oddity::TextCleaned);
        }
        if self.deep > 0 {
            notes.tell_often(path, Oddity::TooDeep, self.deep);
        }
    }

    fn text(&mut self, text: &mut String) {
        if text.contains('\0') {
            self.texts = true;
            *text = storable(text).into_owned();
        }
    }

    fn texts<'t>(&mut self, texts: impl IntoIterator<Item = &'t mut Option<String>>) {
        for text in texts.into_iter().flatten() {
            self.text(text);
        }
    }

    fn secret(&mut self, secret: &mut Option<Secret>) {
        if let Some(whole) = secret.as_ref().map(Secret::expose)
            && whole.contains('\0')
        {
            self.texts = true;
            *secret = Some(Secret::new(storable(whole)));
        }
    }

    fn json(&mut self, value: &mut Json) {
        let mut has_nul = false;
        self.cut(value, 1, &mut has_nul);
        if has_nul {
            self.texts = true;
            *value = storable_json(value.take());
        }
    }

    fn rest(&mut self, rest: &mut Map<String, Json>) {
        let mut whole = Json::Object(std::mem::take(rest));
        self.json(&mut whole);
        if let Json::Object(cleaned) = whole {
            *rest = cleaned;
        }
    }

    /// Leaves out what is too deep in a value of this level, and looks for NUL.
    fn cut(&mut self, value: &mut Json, level: usize, has_nul: &mut bool) {
        let mut keep = |value: &mut Json| {
            let deep = level == DEPTH && (value.is_array() || value.is_object());
            match deep {
                true => self.deep += 1,
                false => self.cut(value, level + 1, has_nul),
            }
            !deep
        };
        match value {
            Json::String(text) => *has_nul |= text.contains('\0'),
            Json::Array(items) => items.retain_mut(keep),
            Json::Object(object) => {
                object.retain(|_, value| keep(value));
                *has_nul |= object.keys().any(|key| key.contains('\0'));
            }
            _ => {}
        }
    }
}

/// A row that can be cleaned; what hangs on it is not.
pub trait Storable {
    fn cleaned(&mut self) -> Cleaned;
}

impl Storable for Application {
    fn cleaned(&mut self) -> Cleaned {
        let mut cleaned = Cleaned::default();
        cleaned.texts([&mut self.display_name, &mut self.description]);
        cleaned.rest(&mut self.rest);
        cleaned
    }
}

impl Storable for Customer {
    fn cleaned(&mut self) -> Cleaned {
        let mut cleaned = Cleaned::default();
        cleaned.texts([&mut self.email]);
        cleaned.secret(&mut self.password);
        cleaned.rest(&mut self.rest);
        cleaned
    }
}

impl Storable for SystemSettings {
    fn cleaned(&mut self) -> Cleaned {
        let mut cleaned = Cleaned::default();
        cleaned.texts([&mut self.status]);
        cleaned.secret(&mut self.api_key);
        let values = [&mut self.configuration, &mut self.auth_classes];
        for value in values.into_iter().flatten() {
            cleaned.json(value);
        }
        cleaned.rest(&mut self.rest);
        cleaned
    }
}

impl Storable for Module {
    fn cleaned(&mut self) -> Cleaned {
        let mut cleaned = Cleaned::default();
        cleaned.texts([&mut self.kind]);
        cleaned.rest(&mut self.rest);
        cleaned
    }
}

impl Storable for Class {
    fn cleaned(&mut self) -> Cleaned {
        let mut cleaned = Cleaned::default();
        cleaned.texts([&mut self.legacy_id, &mut self.parent]);
        cleaned.rest(&mut self.rest);
        cleaned
    }
}

impl Storable for Attribute {
    fn cleaned(&mut self) -> Cleaned {
        let mut cleaned = Cleaned::default();
        cleaned.texts([&mut self.kind, &mut self.refers_to]);
        cleaned.rest(&mut self.rest);
        cleaned
    }
}

impl Storable for Servercode {
    fn cleaned(&mut self) -> Cleaned {
        let mut cleaned = Cleaned::default();
        cleaned.texts([&mut self.language]);
        cleaned.text(&mut self.code);
        cleaned.rest(&mut self.rest);
        cleaned
    }
}
