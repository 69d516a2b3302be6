//! `user.json`, `device.json`, `stream.json`: what is said of a user, a device, a stream.

use std::fmt;
use std::path::Path;

use serde_json::{Map, Value};

use super::error::Unreadable;
use crate::legacy::plain_file;
use crate::password::Secret;

/// The largest file that is taken, in bytes: an icon may be a picture of 4 KiB, a schema is text.
pub const LIMIT: u64 = 1 << 20;

/// What one of the small files holds.
pub trait Metadata: Sized {
    /// The file's name.
    const FILE: &'static str;

    /// Takes the known keys out of an object, and keeps the others as the rest. Null is as absent.
    ///
    /// # Errors
    /// A known key has a value of another type.
    fn from_object(object: Map<String, Value>) -> Result<Self, WrongType>;

    /// The known keys that are there, in the order in which the Go server writes them.
    fn entries(&self) -> Vec<Entry<'_>>;
}

/// A key and its value.
#[derive(Debug)]
pub struct Entry<'a> {
    pub key: &'static str,
    pub value: Scalar<'a>,
}

/// A value of metadata.
pub enum Scalar<'a> {
    Text(&'a str),
    Flag(bool),
}

/// A text may be a secret.
impl fmt::Debug for Scalar<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scalar::Text(_) => f.write_str("Text(…)"),
            Scalar::Flag(flag) => write!(f, "Flag({flag})"),
        }
    }
}

/// A key's value is of another type than ConnectorDB writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{key}\" must be {expected}, but is {found}")]
pub struct WrongType {
    pub key: &'static str,
    pub expected: &'static str,
    pub found: &'static str,
}

/// Reads the metadata in a user's, a device's or a stream's folder.
///
/// # Errors
/// The file is missing, is no JSON object of at most [`LIMIT`] bytes, or has a key of a wrong type.
pub fn read<T: Metadata>(folder: &Path) -> Result<T, Unreadable> {
    let file = folder.join(T::FILE);
    T::from_object(object(&file)?).map_err(|error| Unreadable::content(&file, error.to_string()))
}

/// A file that holds one JSON object.
pub(super) fn object(file: &Path) -> Result<Map<String, Value>, Unreadable> {
    let bytes = plain_file::read_small(file, LIMIT)?;
    // parsed without a type: serde's errors of type quote what they found
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(other) => Err(Unreadable::content(
            file,
            format!("it must hold an object, but holds {}", kind(&other)),
        )),
        Err(error) => Err(Unreadable::content(file, error.to_string())),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// What a key's value may be.
trait Kind: Sized {
    const NAME: &'static str;
    fn from_value(value: Value) -> Result<Self, Value>;
    fn scalar(&self) -> Scalar<'_>;
}

impl Kind for String {
    const NAME: &'static str = "a text";
    fn from_value(value: Value) -> Result<Self, Value> {
        match value {
            Value::String(text) => Ok(text),
            other => Err(other),
        }
    }
    fn scalar(&self) -> Scalar<'_> {
        Scalar::Text(self)
    }
}

impl Kind for Secret {
    const NAME: &'static str = String::NAME;
    fn from_value(value: Value) -> Result<Self, Value> {
        String::from_value(value).map(Secret::new)
    }
    fn scalar(&self) -> Scalar<'_> {
        Scalar::Text(self.expose())
    }
}

impl Kind for bool {
    const NAME: &'static str = "true or false";
    fn from_value(value: Value) -> Result<Self, Value> {
        match value {
            Value::Bool(flag) => Ok(flag),
            other => Err(other),
        }
    }
    fn scalar(&self) -> Scalar<'_> {
        Scalar::Flag(*self)
    }
}

fn take<T: Kind>(
    object: &mut Map<String, Value>,
    key: &'static str,
) -> Result<Option<T>, WrongType> {
    match object.remove(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => T::from_value(value).map(Some).map_err(|other| WrongType {
            key,
            expected: T::NAME,
            found: kind(&other),
        }),
    }
}

/// Declares one of the files: its keys in the order of the Go server's struct.
macro_rules! metadata {
    ($(#[$about:meta])* $name:ident, $file:literal, { $($field:ident: $kind:ty,)* }) => {
        $(#[$about])*
        #[derive(Clone, Default, PartialEq)]
        pub struct $name {
            $(pub $field: Option<$kind>,)*
            /// Keys that ConnectorDB 0.3 does not know.
            pub rest: Map<String, Value>,
        }

        impl Metadata for $name {
            const FILE: &'static str = $file;

            fn from_object(mut object: Map<String, Value>) -> Result<Self, WrongType> {
                Ok($name {
                    $($field: take(&mut object, stringify!($field))?,)*
                    rest: object,
                })
            }

            fn entries(&self) -> Vec<Entry<'_>> {
                let entries = [$(self.$field.as_ref().map(|value| Entry {
                    key: stringify!($field),
                    value: value.scalar(),
                })),*];
                entries.into_iter().flatten().collect()
            }
        }

        /// Of the rest, only the keys: who knows what is in it.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))
                    $(.field(stringify!($field), &self.$field))*
                    .field("rest", &self.rest.keys())
                    .finish()
            }
        }
    };
}

metadata!(
    /// `user.json`. Version 1 has none of the three password keys.
    UserMetadata, "user.json", {
        name: String,
        nickname: String,
        email: String,
        description: String,
        icon: String,
        role: String,
        public: bool,
        password: Secret,
        password_salt: Secret,
        password_scheme: String,
    }
);

metadata!(
    /// `device.json`. The key of the device `meta` is empty.
    DeviceMetadata, "device.json", {
        name: String,
        nickname: String,
        description: String,
        icon: String,
        apikey: Secret,
        enabled: bool,
        public: bool,
        role: String,
        visible: bool,
        user_editable: bool,
    }
);

metadata!(
    /// `stream.json`. The schema is a JSON Schema as text; `{}` takes everything.
    StreamMetadata, "stream.json", {
        name: String,
        nickname: String,
        description: String,
        icon: String,
        schema: String,
        datatype: String,
        ephemeral: bool,
        downlink: bool,
    }
);
