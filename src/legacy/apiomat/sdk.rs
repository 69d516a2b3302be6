//! The metadata that an SDK carries: as JSON, or in its JavaScript as
//! `Apiomat.User.APPCONFIG = '{"app": …}'`.
//!
//! Modules are listed once for each system, classes of the module Basics several times in one
//! module, and booleans are texts. Ids, references, flags and servercode are not in it.

mod script;

use std::cell::Cell;
use std::path::Path;

use serde_json::Value as Json;

use super::System;
use super::definition::{Application, Attribute, Class, Definition, Module};
use super::error::{ApiomatError, Found, no_source};
use super::fields::Fields;
use super::notes::{Entity, Notes, Oddity, Reason};
use super::settle::refuse_module;
use super::{FIRST_VERSION, LIMIT, Names, json};
use crate::legacy::plain_file;

/// Whether a JSON text is such metadata.
pub fn is_one(value: &Json) -> bool {
    value.get("app").is_some_and(Json::is_object)
}

/// Reads a script that has them in it.
pub fn read_script(file: &Path, names: &Names, notes: &Notes) -> Result<Definition, ApiomatError> {
    let bytes = plain_file::read_small(file, LIMIT)?;
    let script = String::from_utf8_lossy(&bytes);
    let mut found = script::metadata(&script);
    let first = found.next().ok_or_else(|| no_source(file, Found::Text))?;
    if found.any(|other| other.text != first.text) {
        notes.tell("", Oddity::OtherMetadata);
    }
    let values = json::parse(file, "", first.text.as_bytes(), notes)
        .map_err(|error| first.in_file(error))?;
    match <[Json; 1]>::try_from(values) {
        Ok([value]) if is_one(&value) => read(file, value, names, notes),
        _ => Err(no_source(file, Found::Text)),
    }
}

pub fn read(
    file: &Path,
    value: Json,
    names: &Names,
    notes: &Notes,
) -> Result<Definition, ApiomatError> {
    let reader = Reader {
        names,
        notes,
        unsaid: Cell::default(),
        versions: Cell::default(),
        systems: Cell::default(),
    };
    let mut fields =
        Fields::of(value, String::new(), notes).map_err(|_| no_source(file, Found::OtherJson))?;
    let mut definition = Definition::default();
    if let Some(app) = fields.below("app") {
        definition = reader.application(app);
    }
    fields.end();
    reader.tell();
    Ok(definition)
}

struct Reader<'n> {
    names: &'n Names,
    notes: &'n Notes,
    /// Whether flags were missing.
    unsaid: Cell<bool>,
    /// How many modules had no version, and no system.
    versions: Cell<u64>,
    systems: Cell<u64>,
}

impl<'n> Reader<'n> {
    fn application(&self, mut fields: Fields<'n>) -> Definition {
        let name = fields.name("name");
        let modules = self.wrapped(&mut fields, "modules", "module", Entity::Module);
        let modules = modules.into_iter().flat_map(|fields| self.modules(fields));
        let modules = modules.collect();
        Definition {
            application: Application {
                name,
                rest: fields.rest(),
                ..Application::default()
            },
            modules,
            ..Definition::default()
        }
    }

    /// The objects of a list, each of which is in an object of its own.
    fn wrapped(
        &self,
        fields: &mut Fields<'n>,
        list: &str,
        key: &str,
        entity: Entity,
    ) -> Vec<Fields<'n>> {
        let rows = fields.rows(list).into_iter().filter_map(|row| {
            let (at, found) = match row {
                Ok(mut wrapper) => {
                    let found = wrapper.below(key);
                    let at = wrapper.place(key);
                    wrapper.end();
                    match found {
                        Some(fields) => return Some(fields),
                        None => (at, "missing"),
                    }
                }
                Err(wrong) => wrong,
            };
            self.notes.refuse(entity, &at, Reason::NoObject { found });
            None
        });
        rows.collect()
    }

    /// A module, in each system in which it is.
    fn modules(&self, mut fields: Fields<'n>) -> Vec<Module> {
        let mut module = Module {
            name: fields.name("name"),
            version: fields.filled("version").unwrap_or_default(),
            kind: fields.text("type"),
            ..Module::default()
        };
        if module.version.is_empty() {
            self.versions.set(self.versions.get() + 1);
            FIRST_VERSION.clone_into(&mut module.version);
        }
        let word = fields.filled("usedInSystem");
        let classes = self.wrapped(&mut fields, "classes", "class", Entity::Class);
        module.classes = classes
            .into_iter()
            .map(|fields| self.class(fields))
            .collect();
        module.rest = fields.rest();
        let Some(word) = word else {
            self.systems.set(self.systems.get() + 1);
            let each = self.names.systems.iter().map(|system| Module {
                system: *system,
                ..module.clone()
            });
            return each.collect();
        };
        match word.parse::<System>() {
            Ok(system) => vec![Module { system, ..module }],
            Err(_) => {
                let path = format!("{word}/{}/{}", module.name, module.version);
                refuse_module(&module, &path, Reason::System(word), self.notes);
                Vec::new()
            }
        }
    }

    fn class(&self, mut fields: Fields<'n>) -> Class {
        let attributes = self.wrapped(&mut fields, "attributes", "attribute", Entity::Attribute);
        Class {
            name: fields.name("name"),
            is_global: self.flag(&mut fields, "isGlobal"),
            is_transient: self.flag(&mut fields, "isTransient"),
            attributes: attributes
                .into_iter()
                .map(|fields| self.attribute(fields))
                .collect(),
            rest: fields.rest(),
            ..Class::default()
        }
    }

    fn attribute(&self, mut fields: Fields<'n>) -> Attribute {
        Attribute {
            name: fields.name("name"),
            kind: fields.text("type"),
            is_collection: self.flag(&mut fields, "isCollection"),
            is_reference: self.flag(&mut fields, "isReference"),
            is_mandatory: self.flag(&mut fields, "isMandatory"),
            is_indexed: self.flag(&mut fields, "isIndexed"),
            is_embedded: self.flag(&mut fields, "isEmbeddedObject"),
            refers_to: None,
            rest: fields.rest(),
        }
    }

    fn flag(&self, fields: &mut Fields<'_>, key: &str) -> Option<bool> {
        let flag = fields.flag(key);
        if flag.is_none() {
            self.unsaid.set(true);
        }
        flag
    }

    /// Tells once what is so of many rows.
    fn tell(&self) {
        if self.unsaid.get() {
            self.notes.tell("", Oddity::FlagsUnsaid);
        }
        if self.versions.get() > 0 {
            let times = self.versions.get();
            self.notes.tell_often("", Oddity::VersionAssumed, times);
        }
        if self.systems.get() > 0 {
            let (entity, systems) = (Entity::Module, self.names.systems.clone());
            let what = Oddity::SystemsAssumed { entity, systems };
            self.notes.tell_often("", what, self.systems.get());
        }
    }
}
