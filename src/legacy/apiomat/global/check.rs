//! Whether configuration says enough of a dump, and what it has to say else.

use std::collections::BTreeMap;
use std::path::Path;

use super::rows::{Tables, is_part_of};
use crate::legacy::apiomat::error::ApiomatError;
use crate::legacy::apiomat::notes::{Entity, Notes, Oddity};
use crate::legacy::apiomat::{Names, Table};
use crate::legacy::mongodump::{Database, Dump, documents};
use crate::text::counted;

/// Without these there is no definition.
const NEEDED: [Entity; 4] = [
    Entity::Application,
    Entity::Module,
    Entity::Class,
    Entity::Attribute,
];

/// Finds the collections that configuration names.
pub fn tables<'d>(
    path: &Path,
    dump: &'d Dump,
    names: &'d Names,
    notes: &Notes,
) -> Result<Tables<'d>, ApiomatError> {
    let Some(database) = dump.database(&names.global) else {
        let there: Vec<&str> = dump.databases.iter().map(|it| it.name.as_str()).collect();
        let there = there.join(", ");
        let global = &names.global;
        return Err(ApiomatError::Configuration {
            path: path.into(),
            problem: format!(
                "it holds no database {global}, but: {there}. Give a dump of the global database, or set apiomat.global to the name that it has here"
            ),
            database: String::new(),
            collections: Vec::new(),
        });
    };
    for problem in &dump.problems {
        notes.tell("", Oddity::Dump(problem.to_string()));
    }
    let refuse = |problem: String| {
        let collections = listed(database)?;
        Err(ApiomatError::Configuration {
            path: path.into(),
            problem,
            database: database.name.clone(),
            collections,
        })
    };
    if let Some(problem) = lacking(names) {
        return refuse(problem);
    }
    let mut found = BTreeMap::new();
    for (entity, table) in &names.tables {
        let collection = database.collection(&table.collection);
        match collection.and_then(|collection| collection.data.as_ref()) {
            Some(data) => found.insert(*entity, (table, data)),
            None => {
                let (key, name) = (Names::key(*entity), &table.collection);
                return refuse(format!(
                    "apiomat.{key} names the collection {name}, which is not in it"
                ));
            }
        };
    }
    Ok(Tables::new(&database.name, found))
}

/// What configuration does not say.
fn lacking(names: &Names) -> Option<String> {
    let has = |entity: Entity, key: &str| {
        let table = names.tables.get(&entity);
        table.is_some_and(|table| table.fields.contains_key(key))
    };
    let missing: Vec<String> = NEEDED
        .iter()
        .filter(|entity| !names.tables.contains_key(entity))
        .map(|entity| format!("apiomat.{}", Names::key(*entity)))
        .collect();
    if !missing.is_empty() {
        return Some(format!(
            "how ApiOmat calls the collections and fields in it is not published. Set in the configuration: {} (and, where there are such rows, apiomat.customers and apiomat.servercode)",
            missing.join(", ")
        ));
    }
    if !has(Entity::Module, "application") && !has(Entity::Application, "modules") {
        return Some(
            "nothing says which modules are the application's. Set apiomat.modules.application, or apiomat.applications.modules".into(),
        );
    }
    if names.tables.contains_key(&Entity::Customer) && !has(Entity::Application, "customer") {
        return Some(
            "nothing says which customer is the application's. Set apiomat.applications.customer"
                .into(),
        );
    }
    let owners = [
        (Entity::Class, "module", Entity::Module),
        (Entity::Attribute, "class", Entity::Class),
        (Entity::Servercode, "class", Entity::Class),
    ];
    owners.into_iter().find_map(|(entity, field, owner)| {
        let table = names.tables.get(&entity)?;
        let part = |owner: &Table| is_part_of(table, owner);
        let in_document = names.tables.get(&owner).is_some_and(part);
        let key = Names::key(entity);
        (!in_document && !has(entity, field)).then(|| {
            format!(
                "nothing says which of the {} the {key} belong to. Set apiomat.{key}.{field}",
                owner.word()
            )
        })
    })
}

/// The collections, and how many documents each has.
fn listed(database: &Database) -> Result<Vec<String>, ApiomatError> {
    let collections = database.collections.iter().map(|collection| {
        let data = collection.data.as_ref();
        let count = data.map(documents::scan).transpose()?;
        let count = count.map_or(0, |count| count.documents);
        Ok(format!(
            "{} ({})",
            collection.name,
            counted(count, "document", "documents")
        ))
    });
    collections.collect()
}
