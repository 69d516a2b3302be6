//! From what a source has to a definition: no impossible name, each path once, all in order.
//!
//! Sources repeat themselves: SDKs list a class of the module Basics three times. Rows that are
//! the same are one; of rows that are not, what only one of them has is taken, and otherwise the
//! first counts.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde_json::{Map, Value as Json};

use super::System;
use super::definition::{Attribute, Class, Definition, Module, Servercode, SystemSettings, below};
use super::notes::{Entity, Notes, Oddity, Reason};
use super::storable::Storable;
use crate::text::printable;

/// Whether a row can be called so and be found by its path.
pub fn is_name(name: &str) -> bool {
    is_readable(name) && !name.contains('/')
}

/// Whether a name says something, and has no control sign in it.
fn is_readable(name: &str) -> bool {
    !name.trim().is_empty() && printable(name) == name
}

pub fn settled(rough: Definition, notes: &Notes) -> Definition {
    let mut repeated = Repeated::default();
    let modules = rough.modules.into_iter().filter_map(|module| {
        let path = module.path();
        if is_name(&module.name) && is_name(&module.version) {
            return Some(module);
        }
        refuse_module(&module, &path, Reason::Name, notes);
        None
    });
    let mut modules = united(modules.collect(), |module, rows| {
        repeated.tell(Entity::Module, &module.path(), rows, notes);
    });
    for module in &mut modules {
        let path = module.path();
        let classes = std::mem::take(&mut module.classes).into_iter();
        let classes = classes.filter_map(|class| settled_class(class, &path, &mut repeated, notes));
        let classes = classes.collect::<Vec<_>>();
        module.classes = united(classes, |class, rows| {
            repeated.tell(Entity::Class, &below(&path, &class.name), rows, notes);
        });
    }
    let used = modules.iter().map(|module| SystemSettings {
        system: module.system,
        ..SystemSettings::default()
    });
    let mut used: Vec<_> = used.collect();
    used.dedup();
    let systems = united(rough.systems, |settings, rows| {
        repeated.tell(Entity::System, settings.system.word(), rows, notes);
    });
    repeated.tell_equal(notes);
    let mut definition = Definition {
        application: rough.application,
        customer: rough.customer.filter(|customer| {
            let named = is_readable(&customer.name);
            if !named {
                notes.refuse(Entity::Customer, "customer", Reason::Name);
            }
            named
        }),
        systems: united([systems, used].concat(), |_, _| {}),
        modules,
    };
    make_storable(&mut definition, notes);
    definition
}

/// Cleans each row, and tells of those in which there was something to clean.
fn make_storable(definition: &mut Definition, notes: &Notes) {
    let application = &mut definition.application;
    application.cleaned().tell(&application.name, notes);
    if let Some(customer) = &mut definition.customer {
        customer.cleaned().tell("customer", notes);
    }
    for settings in &mut definition.systems {
        settings.cleaned().tell(settings.system.word(), notes);
    }
    for module in &mut definition.modules {
        let path = module.path();
        module.cleaned().tell(&path, notes);
        for class in &mut module.classes {
            let path = below(&path, &class.name);
            class.cleaned().tell(&path, notes);
            for row in &mut class.attributes {
                row.cleaned().tell(&below(&path, &row.name), notes);
            }
            for row in &mut class.servercode {
                row.cleaned().tell(&below(&path, &row.name), notes);
            }
        }
    }
}

fn settled_class(
    mut class: Class,
    module: &str,
    repeated: &mut Repeated,
    notes: &Notes,
) -> Option<Class> {
    let path = below(module, &class.name);
    if !is_name(&class.name) {
        refuse_class(&class, &path, Reason::Name, notes);
        return None;
    }
    let possible = |entity: Entity, name: &str| {
        let possible = is_name(name);
        if !possible {
            notes.refuse(entity, &below(&path, name), Reason::Name);
        }
        possible
    };
    class
        .attributes
        .retain(|row| possible(Entity::Attribute, &row.name));
    class
        .servercode
        .retain(|row| possible(Entity::Servercode, &row.name));
    class.attributes = united(class.attributes, |row, rows| {
        repeated.tell(Entity::Attribute, &below(&path, &row.name), rows, notes);
    });
    class.servercode = united(class.servercode, |row, rows| {
        repeated.tell(Entity::Servercode, &below(&path, &row.name), rows, notes);
    });
    Some(class)
}

/// Refuses a module, and what hangs on it.
pub fn refuse_module(module: &Module, path: &str, reason: Reason, notes: &Notes) {
    notes.refuse(Entity::Module, path, reason);
    for class in &module.classes {
        let reason = Reason::HangsOn(path.into());
        refuse_class(class, &below(path, &class.name), reason, notes);
    }
}

/// Refuses a class, and what hangs on it.
pub fn refuse_class(class: &Class, path: &str, reason: Reason, notes: &Notes) {
    notes.refuse(Entity::Class, path, reason);
    let attributes = class.attributes.iter().map(|row| &row.name);
    let servercode = class.servercode.iter().map(|row| &row.name);
    let attributes = attributes.map(|name| (Entity::Attribute, name));
    for (entity, name) in attributes.chain(servercode.map(|name| (Entity::Servercode, name))) {
        notes.refuse(entity, &below(path, name), Reason::HangsOn(path.into()));
    }
}

/// Rows that are there more than once.
#[derive(Default)]
struct Repeated {
    equal: BTreeMap<Entity, u64>,
}

/// How often a row is there.
#[derive(Clone, Copy)]
struct Rows {
    number: u64,
    differ: bool,
}

impl Repeated {
    fn tell(&mut self, entity: Entity, path: &str, rows: Rows, notes: &Notes) {
        if rows.differ {
            let rows = rows.number;
            notes.tell(path, Oddity::Differing { entity, rows });
        } else {
            *self.equal.entry(entity).or_default() += rows.number - 1;
        }
    }

    fn tell_equal(self, notes: &Notes) {
        for (entity, times) in self.equal {
            notes.tell_often("", Oddity::Repeated(entity), times);
        }
    }
}

/// A row of which there may be another one.
trait Row: Sized {
    type Key: Ord;

    fn key(&self) -> Self::Key;

    /// Whether all that this row is united with is the same.
    fn equals(&self, other: &Self) -> bool;

    /// Adds what the other one has, and this one has not.
    fn unite(&mut self, other: Self);
}

/// Each row once, in the order of the keys.
fn united<R: Row>(rows: Vec<R>, mut tell: impl FnMut(&R, Rows)) -> Vec<R> {
    let mut seen: BTreeMap<R::Key, (R, Rows)> = BTreeMap::new();
    for row in rows {
        match seen.entry(row.key()) {
            Entry::Vacant(free) => {
                let rows = Rows {
                    number: 1,
                    differ: false,
                };
                free.insert((row, rows));
            }
            Entry::Occupied(mut taken) => {
                let (first, rows) = taken.get_mut();
                rows.number += 1;
                rows.differ |= !first.equals(&row);
                first.unite(row);
            }
        }
    }
    let rows = seen.into_values().map(|(row, rows)| {
        if rows.number > 1 {
            tell(&row, rows);
        }
        row
    });
    rows.collect()
}

fn fill<T>(one: &mut Option<T>, other: Option<T>) {
    if one.is_none() {
        *one = other;
    }
}

fn fill_all(one: &mut Map<String, Json>, other: Map<String, Json>) {
    for (key, value) in other {
        one.entry(key).or_insert(value);
    }
}

impl Row for SystemSettings {
    type Key = System;

    fn key(&self) -> System {
        self.system
    }

    fn equals(&self, other: &Self) -> bool {
        self == other
    }

    fn unite(&mut self, other: Self) {
        fill(&mut self.status, other.status);
        fill(&mut self.api_key, other.api_key);
        fill(&mut self.configuration, other.configuration);
        fill(&mut self.auth_classes, other.auth_classes);
        fill_all(&mut self.rest, other.rest);
    }
}

/// Its classes are united on their own.
impl Row for Module {
    type Key = (System, String, String);

    fn key(&self) -> Self::Key {
        (self.system, self.name.clone(), self.version.clone())
    }

    fn equals(&self, other: &Self) -> bool {
        self.kind == other.kind && self.rest == other.rest
    }

    fn unite(&mut self, other: Self) {
        fill(&mut self.kind, other.kind);
        fill_all(&mut self.rest, other.rest);
        self.classes.extend(other.classes);
    }
}

impl Row for Class {
    type Key = String;

    fn key(&self) -> String {
        self.name.clone()
    }

    fn equals(&self, other: &Self) -> bool {
        self == other
    }

    fn unite(&mut self, other: Self) {
        fill(&mut self.legacy_id, other.legacy_id);
        fill(&mut self.parent, other.parent);
        fill(&mut self.is_global, other.is_global);
        fill(&mut self.is_transient, other.is_transient);
        fill_all(&mut self.rest, other.rest);
        self.attributes = with(&mut self.attributes, other.attributes);
        self.servercode = with(&mut self.servercode, other.servercode);
    }
}

fn with<R: Row>(rows: &mut Vec<R>, others: Vec<R>) -> Vec<R> {
    let mut rows = std::mem::take(rows);
    rows.extend(others);
    united(rows, |_, _| {})
}

impl Row for Attribute {
    type Key = String;

    fn key(&self) -> String {
        self.name.clone()
    }

    fn equals(&self, other: &Self) -> bool {
        self == other
    }

    fn unite(&mut self, other: Self) {
        fill(&mut self.kind, other.kind);
        fill(&mut self.refers_to, other.refers_to);
        fill(&mut self.is_collection, other.is_collection);
        fill(&mut self.is_reference, other.is_reference);
        fill(&mut self.is_mandatory, other.is_mandatory);
        fill(&mut self.is_indexed, other.is_indexed);
        fill(&mut self.is_embedded, other.is_embedded);
        fill_all(&mut self.rest, other.rest);
    }
}

impl Row for Servercode {
    type Key = String;

    fn key(&self) -> String {
        self.name.clone()
    }

    fn equals(&self, other: &Self) -> bool {
        self == other
    }

    fn unite(&mut self, other: Self) {
        fill(&mut self.language, other.language);
        fill_all(&mut self.rest, other.rest);
    }
}
