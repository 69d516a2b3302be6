//! Values of documents, as a definition has them.

use bson::Bson;
use bson::raw::{RawBsonRef, RawDocument};
use serde_json::Value as Json;

/// The value at a dotted path; null is as absent.
pub fn lookup<'d>(document: &'d RawDocument, path: &str) -> Option<RawBsonRef<'d>> {
    let value = match path.split_once('.') {
        None => document.get(path).ok()??,
        Some((key, rest)) => match document.get(key).ok()?? {
            RawBsonRef::Document(below) => lookup(below, rest)?,
            _ => return None,
        },
    };
    (!matches!(value, RawBsonRef::Null | RawBsonRef::Undefined)).then_some(value)
}

/// A text, or what is one in other words.
pub fn text(value: RawBsonRef<'_>) -> Option<String> {
    Some(match value {
        RawBsonRef::String(text) | RawBsonRef::Symbol(text) | RawBsonRef::JavaScriptCode(text) => {
            text.into()
        }
        RawBsonRef::ObjectId(id) => id.to_hex(),
        RawBsonRef::Int32(number) => number.to_string(),
        RawBsonRef::Int64(number) => number.to_string(),
        _ => return None,
    })
}

pub fn flag(value: RawBsonRef<'_>) -> Option<bool> {
    match value {
        RawBsonRef::Boolean(flag) => Some(flag),
        RawBsonRef::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        RawBsonRef::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// An id: a text is not the number that it spells, but an ObjectId in hexadecimal is the ObjectId.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Id {
    Object(String),
    Number(i64),
    Text(String),
}

/// What refers to a row: its id, or its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub id: Id,
    pub text: String,
}

impl Reference {
    /// The name that it may be; a number is none.
    pub fn name(&self) -> Option<&str> {
        (!matches!(self.id, Id::Number(_))).then_some(self.text.as_str())
    }
}

pub fn id(value: RawBsonRef<'_>) -> Option<Id> {
    Some(match value {
        RawBsonRef::Int32(number) => Id::Number(number.into()),
        RawBsonRef::Int64(number) => Id::Number(number),
        other => id_of(&text(other)?),
    })
}

fn id_of(text: &str) -> Id {
    let is_object = text.len() == 24 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match is_object {
        true => Id::Object(text.to_ascii_lowercase()),
        false => Id::Text(text.into()),
    }
}

/// What a value refers to: an id of any kind, a DBRef, a text, or several of them.
pub fn refs(value: RawBsonRef<'_>) -> Vec<Reference> {
    match value {
        RawBsonRef::Array(items) => items.into_iter().flatten().filter_map(reference).collect(),
        other => reference(other).into_iter().collect(),
    }
}

fn reference(value: RawBsonRef<'_>) -> Option<Reference> {
    match value {
        RawBsonRef::Document(document) => match document.get("$id").ok()?? {
            RawBsonRef::Document(_) => None,
            id => reference(id),
        },
        // its fields are private, but not its form as JSON
        RawBsonRef::DbPointer(_) => {
            let id = json(value)?;
            let text = id.pointer("/$dbPointer/$id/$oid")?.as_str()?;
            Some(Reference {
                id: id_of(text),
                text: text.into(),
            })
        }
        other => Some(Reference {
            id: id(other)?,
            text: text(other)?,
        }),
    }
}

/// Any value, as relaxed Extended JSON.
pub fn json(value: RawBsonRef<'_>) -> Option<Json> {
    Bson::try_from(value).ok().map(Bson::into_relaxed_extjson)
}

/// What a value is, in words.
pub fn kind(value: RawBsonRef<'_>) -> &'static str {
    match value {
        RawBsonRef::Array(_) => "an array",
        RawBsonRef::Document(_) => "a document",
        RawBsonRef::Boolean(_) => "true or false",
        RawBsonRef::Double(_)
        | RawBsonRef::Int32(_)
        | RawBsonRef::Int64(_)
        | RawBsonRef::Decimal128(_) => "a number",
        RawBsonRef::String(_) | RawBsonRef::Symbol(_) => "a text",
        RawBsonRef::ObjectId(_) => "an ObjectId",
        RawBsonRef::DateTime(_) | RawBsonRef::Timestamp(_) => "a time",
        _ => "another value",
    }
}
