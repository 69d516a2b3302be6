//! Heirloom's own file: one application as JSON, with a version. Its schema is
//! `docs/apiomat-application.schema.json`.
//!
//! Keys are those of ApiOmat's REST interface where that has them; `parent`, `refersTo`,
//! `servercode` and `password`, the hash as it was stored, are Heirloom's.

use std::io::{self, Write};
use std::path::Path;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value as Json;

use super::FIRST_VERSION;
use super::System;
use super::definition::{
    Application, Attribute, Class, Customer, Definition, Module, Servercode, SystemSettings,
};
use super::error::ApiomatError;
use super::fields::Fields;
use super::json::kind;
use super::notes::{Entity, Notes, Oddity, Reason};
use super::settle::refuse_module;
use crate::time::to_the_second;

/// What the key `format` says.
pub const FORMAT: &str = "heirloom-apiomat";

/// The one that is written, and the newest that is read.
pub const VERSION: u64 = 1;

/// Writes a definition as it stands: rows in their order. The file holds API keys and the hash of
/// a password.
///
/// # Errors
/// The writer's own.
pub fn write(
    definition: &Definition,
    exported: DateTime<Utc>,
    mut out: impl Write,
) -> io::Result<()> {
    #[derive(Serialize)]
    struct Whole<'d> {
        format: &'static str,
        version: u64,
        heirloom: &'static str,
        exported: String,
        #[serde(flatten)]
        definition: &'d Definition,
    }
    let whole = Whole {
        format: FORMAT,
        version: VERSION,
        heirloom: env!("CARGO_PKG_VERSION"),
        exported: to_the_second(exported),
        definition,
    };
    serde_json::to_writer_pretty(&mut out, &whole)?;
    out.write_all(b"\n")
}

/// Whether a JSON text says that it is such a file.
pub(super) fn is_one(value: &Json) -> bool {
    value.get("format").and_then(Json::as_str) == Some(FORMAT)
}

pub(super) fn read(file: &Path, value: Json, notes: &Notes) -> Result<Definition, ApiomatError> {
    let wrong = |at: &str, problem: String| ApiomatError::Wrong {
        file: file.into(),
        at: at.into(),
        problem,
    };
    match value.get("version") {
        Some(Json::Number(number)) => match number.as_u64() {
            Some(VERSION) => {}
            Some(version @ 2..) => {
                return Err(ApiomatError::Newer {
                    file: file.into(),
                    version,
                });
            }
            _ => return Err(wrong("version", format!("must be {VERSION}"))),
        },
        other => {
            let found = other.map_or("missing", kind);
            return Err(wrong(
                "version",
                format!("must be a number, but is {found}"),
            ));
        }
    }
    // without these, nothing is known of what the application lost
    for (key, expected) in [("application", "an object"), ("modules", "an array")] {
        let found = value.get(key).map_or("missing", kind);
        if found != expected {
            return Err(wrong(key, format!("must be {expected}, but is {found}")));
        }
    }
    let mut fields = Fields::of(value, String::new(), notes)
        .map_err(|found| wrong("", format!("must be an object, but is {found}")))?;
    for known in ["format", "version", "heirloom", "exported"] {
        fields.any(known);
    }
    let definition = Definition {
        application: fields
            .below("application")
            .map(application)
            .unwrap_or_default(),
        customer: fields.below("customer").map(customer),
        systems: rows(&mut fields, "systems", Entity::System, notes, system),
        modules: rows(&mut fields, "modules", Entity::Module, notes, module),
    };
    fields.end();
    Ok(definition)
}

/// The rows of a list that are objects; `read` may refuse one.
fn rows<T>(
    fields: &mut Fields<'_>,
    key: &str,
    entity: Entity,
    notes: &Notes,
    read: impl Fn(Fields<'_>, &Notes) -> Option<T>,
) -> Vec<T> {
    let rows = fields.rows(key).into_iter().filter_map(|row| match row {
        Ok(fields) => read(fields, notes),
        Err((at, found)) => {
            notes.refuse(entity, &at, Reason::NoObject { found });
            None
        }
    });
    rows.collect()
}

fn application(mut fields: Fields<'_>) -> Application {
    let application = Application {
        name: fields.name("name"),
        display_name: fields.text("displayName"),
        description: fields.text("description"),
        rest: fields.entries("rest"),
    };
    fields.end();
    application
}

fn customer(mut fields: Fields<'_>) -> Customer {
    let customer = Customer {
        name: fields.name("name"),
        email: fields.text("email"),
        password: fields.secret("password"),
        rest: fields.entries("rest"),
    };
    fields.end();
    customer
}

fn system(mut fields: Fields<'_>, notes: &Notes) -> Option<SystemSettings> {
    let word = fields.name("system");
    let settings = SystemSettings {
        system: word.parse().unwrap_or_default(),
        status: fields.text("status"),
        api_key: fields.secret("apiKey"),
        configuration: fields.any("configuration"),
        auth_classes: fields.any("authClasses"),
        rest: fields.entries("rest"),
    };
    let known = word.parse::<System>().is_ok();
    if !known {
        let at = fields.at().to_owned();
        notes.refuse(Entity::System, &at, Reason::System(word));
    }
    fields.end();
    known.then_some(settings)
}

fn module(mut fields: Fields<'_>, notes: &Notes) -> Option<Module> {
    let word = fields.name("system");
    let mut module = Module {
        system: word.parse().unwrap_or_default(),
        name: fields.name("name"),
        version: fields.filled("version").unwrap_or_default(),
        kind: fields.text("type"),
        rest: fields.entries("rest"),
        classes: rows(&mut fields, "classes", Entity::Class, notes, class),
    };
    if module.version.is_empty() {
        notes.tell(fields.place("version"), Oddity::VersionAssumed);
        FIRST_VERSION.clone_into(&mut module.version);
    }
    fields.end();
    if word.parse::<System>().is_err() {
        let path = format!("{word}/{}/{}", module.name, module.version);
        refuse_module(&module, &path, Reason::System(word), notes);
        return None;
    }
    Some(module)
}

fn class(mut fields: Fields<'_>, notes: &Notes) -> Option<Class> {
    let class = Class {
        name: fields.name("name"),
        legacy_id: fields.id("id"),
        parent: fields.filled("parent"),
        // the file says all: what is missing is no
        is_global: Some(fields.flag("isGlobal").unwrap_or_default()),
        is_transient: Some(fields.flag("isTransient").unwrap_or_default()),
        rest: fields.entries("rest"),
        attributes: rows(
            &mut fields,
            "attributes",
            Entity::Attribute,
            notes,
            attribute,
        ),
        servercode: rows(
            &mut fields,
            "servercode",
            Entity::Servercode,
            notes,
            servercode,
        ),
    };
    fields.end();
    Some(class)
}

fn attribute(mut fields: Fields<'_>, _: &Notes) -> Option<Attribute> {
    let mut flag = |key| Some(fields.flag(key).unwrap_or_default());
    let mut attribute = Attribute {
        is_collection: flag("isCollection"),
        is_reference: flag("isReference"),
        is_mandatory: flag("isMandatory"),
        is_indexed: flag("isIndexed"),
        is_embedded: flag("isEmbeddedObject"),
        ..Attribute::default()
    };
    attribute.name = fields.name("name");
    attribute.kind = fields.text("type");
    attribute.refers_to = fields.filled("refersTo");
    attribute.rest = fields.entries("rest");
    fields.end();
    Some(attribute)
}

fn servercode(mut fields: Fields<'_>, notes: &Notes) -> Option<Servercode> {
    let code = fields.text("code");
    let row = Servercode {
        name: fields.name("name"),
        language: fields.text("language"),
        code: code.clone().unwrap_or_default(),
        rest: fields.entries("rest"),
    };
    let at = fields.at().to_owned();
    fields.end();
    if code.is_none() {
        notes.refuse(Entity::Servercode, &at, Reason::NoCode);
        return None;
    }
    Some(row)
}
