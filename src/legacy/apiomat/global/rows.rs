//! Rows as configuration describes them: documents of a collection, or elements of an array in
//! each of them.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use bson::raw::{RawBsonRef, RawDocument};
use serde_json::{Map, Value as Json};

use super::owners::{Found, Owners, Refs};
use super::values::{self, Id, Reference};
use crate::legacy::apiomat::System;
use crate::legacy::apiomat::Table;
use crate::legacy::apiomat::error::ApiomatError;
use crate::legacy::apiomat::notes::{Entity, Notes, Oddity};
use crate::legacy::mongodump::{Data, Document, Flaw, documents};
use crate::password::Secret;

/// The tables that are configured and there.
pub struct Tables<'d> {
    pub database: &'d str,
    pub of: BTreeMap<Entity, (&'d Table, &'d Data)>,
    /// Values of a wrong type: the field, and what it must be and is.
    wrong: RefCell<BTreeMap<(String, &'static str, &'static str), u64>>,
    passed_over: Cell<u64>,
}

impl<'d> Tables<'d> {
    pub fn new(database: &'d str, of: BTreeMap<Entity, (&'d Table, &'d Data)>) -> Self {
        Tables {
            database,
            of,
            wrong: RefCell::default(),
            passed_over: Cell::default(),
        }
    }

    pub fn has(&self, entity: Entity) -> bool {
        self.of.contains_key(&entity)
    }

    /// Where the rows of a kind are.
    pub fn place(&self, entity: Entity) -> String {
        match self.of.get(&entity) {
            Some((table, _)) => self.place_of(table),
            None => self.database.into(),
        }
    }

    pub fn place_of(&self, table: &Table) -> String {
        let place = format!("{}/{}", self.database, table.collection);
        match &table.list {
            Some(list) => format!("{place}.{list}"),
            None => place,
        }
    }

    /// How many rows were passed over since this was asked last.
    pub fn passed_over(&self) -> u64 {
        self.passed_over.take()
    }

    /// Hands out all rows of a kind. What is no document is told by the survey.
    pub fn each(&self, entity: Entity, mut take: impl FnMut(&Row<'_>)) -> Result<(), ApiomatError> {
        let Some((table, data)) = self.of.get(&entity) else {
            return Ok(());
        };
        each_document(data, |document, raw| {
            let row = |fields, element| Row {
                fields,
                table,
                document: document.index,
                element,
                tables: self,
            };
            let Some(list) = &table.list else {
                return take(&row(raw, None));
            };
            match values::lookup(raw, list) {
                None => {}
                Some(RawBsonRef::Array(items)) => {
                    for (number, item) in items.into_iter().enumerate() {
                        match item {
                            Ok(RawBsonRef::Document(fields)) => take(&row(fields, Some(number))),
                            Ok(other) => self.wrong(self.place_of(table), "a document", other),
                            Err(_) => {}
                        }
                    }
                }
                Some(other) => self.wrong(self.place_of(table), "an array", other),
            }
        })
    }

    fn wrong(&self, place: String, expected: &'static str, found: RawBsonRef<'_>) {
        let key = (place, expected, values::kind(found));
        *self.wrong.borrow_mut().entry(key).or_default() += 1;
    }

    /// Tells what values were of a wrong type.
    pub fn tell(&self, notes: &Notes) {
        for ((place, expected, found), times) in self.wrong.take() {
            notes.tell_often(place, Oddity::WrongType { expected, found }, times);
        }
    }
}

/// Goes through the documents of a collection that can be understood.
pub fn each_document(
    data: &Data,
    mut take: impl FnMut(&Document, &RawDocument),
) -> Result<(), ApiomatError> {
    for item in documents::open(data)? {
        match item {
            Ok(document) => {
                if let Ok(raw) = RawDocument::from_bytes(&document.bytes) {
                    take(&document, raw);
                }
            }
            Err(Flaw::Fault(error)) => return Err(error.into()),
            Err(Flaw::Bad(_) | Flaw::Broken(_)) => {}
        }
    }
    Ok(())
}

/// One row; its fields have our names.
pub struct Row<'r> {
    fields: &'r RawDocument,
    table: &'r Table,
    document: u64,
    element: Option<usize>,
    tables: &'r Tables<'r>,
}

impl Row<'_> {
    /// The number of the document that it is, or is in.
    pub fn document(&self) -> u64 {
        self.document
    }

    /// Where it is: `apiomat/Attribute[12]`.
    pub fn place(&self) -> String {
        let place = self.tables.place_of(self.table);
        match self.element {
            Some(element) => format!("{place}[{}][{element}]", self.document),
            None => format!("{place}[{}]", self.document),
        }
    }

    pub fn pass_over(&self) {
        let passed = &self.tables.passed_over;
        passed.set(passed.get() + 1);
    }

    pub fn id(&self) -> Option<Id> {
        values::id(values::lookup(self.fields, "_id")?)
    }

    /// Its id where that is an ObjectId.
    pub fn object_id(&self) -> Option<String> {
        match values::lookup(self.fields, "_id")? {
            RawBsonRef::ObjectId(id) => Some(id.to_hex()),
            _ => None,
        }
    }

    pub fn text(&self, field: &str) -> Option<String> {
        self.take(self.table.fields.get(field)?, "a text", values::text)
    }

    pub fn secret(&self, field: &str) -> Option<Secret> {
        self.text(field).map(Secret::new)
    }

    /// `None` where configuration names no field for it, or there is something else in that; a
    /// row without the field says no.
    pub fn flag(&self, field: &str) -> Option<bool> {
        let path = self.table.fields.get(field)?;
        if values::lookup(self.fields, path).is_none() {
            return Some(false);
        }
        self.take(path, "true or false", values::flag)
    }

    /// One text, or those of an array.
    pub fn texts(&self, field: &str) -> Vec<String> {
        let refs = self.refs(field).0.into_iter();
        refs.map(|reference| reference.text).collect()
    }

    pub fn refs(&self, field: &str) -> Refs {
        let path = self.table.fields.get(field);
        let refs = path.and_then(|path| {
            self.take(path, "an id or a name", |value| {
                let refs = values::refs(value);
                let empty = matches!(value, RawBsonRef::Array(items) if items.is_empty());
                (empty || !refs.is_empty()).then_some(refs)
            })
        });
        Refs(refs.unwrap_or_default())
    }

    pub fn reference(&self, field: &str) -> Option<Reference> {
        let reference = self.refs(field).0.into_iter().next();
        reference.filter(|reference| !reference.text.trim().is_empty())
    }

    /// The rows that it belongs to: those that it names, or its document's.
    pub fn owners(&self, field: &str, owner: Entity, owners: &Owners) -> Found {
        let of_owner = self.tables.of.get(&owner);
        let in_document = of_owner.is_some_and(|(table, _)| is_part_of(self.table, table));
        match in_document {
            true => owners.in_document(self.document),
            false => owners.find(&self.refs(field)),
        }
    }

    pub fn text_in(&self, field: &str, system: System) -> Option<String> {
        let path = in_system(self.table.fields.get(field)?, system);
        self.take(&path, "a text", values::text)
    }

    pub fn secret_in(&self, field: &str, system: System) -> Option<Secret> {
        self.text_in(field, system).map(Secret::new)
    }

    pub fn json_in(&self, field: &str, system: System) -> Option<Json> {
        let path = in_system(self.table.fields.get(field)?, system);
        self.take(&path, "a value", values::json)
    }

    /// The fields that are to be kept as they are.
    pub fn kept(&self) -> Map<String, Json> {
        let kept = self.table.keep.iter().filter_map(|path| {
            let value = self.take(path, "a value", values::json)?;
            Some((path.clone(), value))
        });
        kept.collect()
    }

    fn take<T>(
        &self,
        path: &str,
        expected: &'static str,
        read: impl Fn(RawBsonRef<'_>) -> Option<T>,
    ) -> Option<T> {
        let value = values::lookup(self.fields, path)?;
        let taken = read(value);
        if taken.is_none() {
            let place = format!("{}.{path}", self.tables.place_of(self.table));
            self.tables.wrong(place, expected, value);
        }
        taken
    }
}

/// Whether the rows of a table are in the documents that are the rows of the other.
pub fn is_part_of(table: &Table, owner: &Table) -> bool {
    table.list.is_some() && owner.list.is_none() && table.collection == owner.collection
}

/// A path whose value is another one in each system.
pub fn in_system(path: &str, system: System) -> String {
    path.replace("{system}", system.word())
        .replace("{SYSTEM}", &system.word().to_uppercase())
}
