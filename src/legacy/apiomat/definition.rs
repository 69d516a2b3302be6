//! The one shape that every source of an application becomes.
//!
//! Rows are told apart by their paths: a module is `live/Main/1.0.0`, a class of it
//! `live/Main/1.0.0/Car`, an attribute or servercode of that `live/Main/1.0.0/Car/color`. In a
//! definition that [`open`](super::open) gives, each path is there once, rows stand in the order
//! of their names, and every system in which there is a module has its settings. A flag that the
//! source does not say is `None`.

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json};

use super::System;
use crate::password::Secret;

/// Serialized, this is the form of Heirloom's own file; secrets are then in the clear.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Definition {
    pub application: Application,
    pub customer: Option<Customer>,
    pub systems: Vec<SystemSettings>,
    pub modules: Vec<Module>,
}

#[derive(Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Application {
    pub name: String,
    pub display_name: Option<String>,
    pub description: Option<String>,
    /// What has no field, under ApiOmat's own names; so in all rows.
    pub rest: Map<String, Json>,
}

/// The account that owns the application.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct Customer {
    pub name: String,
    pub email: Option<String>,
    /// Its hash, as ApiOmat stored it.
    #[serde(serialize_with = "exposed")]
    pub password: Option<Secret>,
    pub rest: Map<String, Json>,
}

/// What is set for an application in one system.
#[derive(Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SystemSettings {
    pub system: System,
    /// `ACTIVE`, as it came.
    pub status: Option<String>,
    #[serde(serialize_with = "exposed")]
    pub api_key: Option<Secret>,
    /// By module and key.
    pub configuration: Option<Json>,
    /// The classes whose objects can log in, `Module$Class`, by their rank.
    pub auth_classes: Option<Json>,
    pub rest: Map<String, Json>,
}

#[derive(Clone, Default, PartialEq, Serialize)]
pub struct Module {
    pub system: System,
    pub name: String,
    /// [`FIRST_VERSION`](super::FIRST_VERSION) where the source has none.
    pub version: String,
    /// `STATIC`, `DYNAMIC`, `NATIVE`, as it came.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub rest: Map<String, Json>,
    pub classes: Vec<Class>,
}

#[derive(Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Class {
    pub name: String,
    /// 24 hexadecimal digits.
    #[serde(rename = "id")]
    pub legacy_id: Option<String>,
    /// `Module$Class`, or what the source says.
    pub parent: Option<String>,
    /// Its objects are in no database of an application.
    #[serde(serialize_with = "said")]
    pub is_global: Option<bool>,
    /// Its objects are in no database at all.
    #[serde(serialize_with = "said")]
    pub is_transient: Option<bool>,
    pub rest: Map<String, Json>,
    pub attributes: Vec<Attribute>,
    pub servercode: Vec<Servercode>,
}

#[derive(Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Attribute {
    pub name: String,
    /// `String`, `Long`, `Location`, as it came.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    #[serde(serialize_with = "said")]
    pub is_collection: Option<bool>,
    #[serde(serialize_with = "said")]
    pub is_reference: Option<bool>,
    #[serde(serialize_with = "said")]
    pub is_mandatory: Option<bool>,
    #[serde(serialize_with = "said")]
    pub is_indexed: Option<bool>,
    #[serde(rename = "isEmbeddedObject", serialize_with = "said")]
    pub is_embedded: Option<bool>,
    /// `Module$Class`, or what the source says.
    pub refers_to: Option<String>,
    pub rest: Map<String, Json>,
}

/// Code of a class, and which hook or method it is.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct Servercode {
    pub name: String,
    pub language: Option<String>,
    /// As it came.
    pub code: String,
    pub rest: Map<String, Json>,
}

fn exposed<S: Serializer>(secret: &Option<Secret>, out: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(Secret::expose).serialize(out)
}

/// A flag that no source said is none.
fn said<S: Serializer>(flag: &Option<bool>, out: S) -> Result<S::Ok, S::Error> {
    flag.unwrap_or_default().serialize(out)
}

impl Module {
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}/{}/{}", self.system, self.name, self.version)
    }
}

/// The path of a class in a module, of an attribute in a class.
#[must_use]
pub fn below(path: &str, name: &str) -> String {
    format!("{path}/{name}")
}

/// Of the rest, only the keys: who knows what is in it. Settings and code are not shown.
macro_rules! shown {
    ($name:ident: $($field:ident),*) => {
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))
                    $(.field(stringify!($field), &self.$field))*
                    .field("rest", &self.rest.keys())
                    .finish_non_exhaustive()
            }
        }
    };
}

shown!(Application: name, display_name, description);
shown!(Customer: name, email, password);
shown!(SystemSettings: system, status, api_key);
shown!(Module: system, name, version, kind, classes);
shown!(Class: name, legacy_id, parent, is_global, is_transient, attributes, servercode);
shown!(
    Attribute: name, kind, is_collection, is_reference, is_mandatory, is_indexed, is_embedded,
    refers_to
);
shown!(Servercode: name, language);
