//! One application out of a dump of the global database, which has those of all customers.
//!
//! Which collections and fields it has is not published: [`Names`] says it. Collections are gone
//! through one after the other, from the application down to its attributes; only what belongs to
//! the application is kept. A row's owner is named by its `_id`, in whatever form, or by its name.

mod check;
mod owners;
mod rows;
mod survey;
mod values;

use std::collections::BTreeSet;
use std::path::Path;

use super::System;
use super::definition::{
    Application, Attribute, Class, Customer, Definition, Module, Servercode, SystemSettings, below,
};
use super::error::ApiomatError;
use super::notes::{Entity, Notes, Oddity, Reason};
use super::settle::refuse_module;
use super::{FIRST_VERSION, Names};
use crate::legacy::mongodump::Dump;
use owners::{Found, Owners, Refs};
use rows::{Row, Tables};
use values::Reference;

/// How many names of other applications an error lists.
const LISTED: usize = 20;

pub fn read(
    path: &Path,
    dump: &Dump,
    names: &Names,
    app: &str,
    notes: &Notes,
) -> Result<Definition, ApiomatError> {
    let tables = check::tables(path, dump, names, notes)?;
    survey::tell(&tables, dump, notes)?;
    let reading = Reading {
        tables,
        names,
        notes,
    };
    let found = reading.application(path, app)?;
    let customer = reading.customer(&found)?;
    let mut modules = reading.modules(&found)?;
    let mut classes = reading.classes(&modules)?;
    reading.attributes(&mut classes)?;
    reading.servercode(&mut classes)?;
    classes.name_parents();
    let definition = Definition {
        application: found.application,
        customer,
        systems: found.systems,
        modules: reading.in_systems(&mut modules, classes),
    };
    reading.tables.tell(notes);
    Ok(definition)
}

/// The application, and how other rows may name it.
struct FoundApplication {
    application: Application,
    systems: Vec<SystemSettings>,
    own: Owners,
    customer: Refs,
    modules: Refs,
}

struct KeptModule {
    module: Module,
    /// What the row says; nothing where it says nothing.
    systems: Vec<String>,
}

/// The modules that belong to the application.
struct Modules {
    kept: Vec<KeptModule>,
    owners: Owners,
}

struct KeptClass {
    class: Class,
    parent: Option<Reference>,
    /// The places of its modules.
    modules: Vec<usize>,
}

/// The classes of these modules.
struct Classes {
    kept: Vec<KeptClass>,
    owners: Owners,
}

struct Reading<'d> {
    tables: Tables<'d>,
    names: &'d Names,
    notes: &'d Notes,
}

impl Reading<'_> {
    fn application(&self, path: &Path, app: &str) -> Result<FoundApplication, ApiomatError> {
        let mut found = None;
        let mut others = BTreeSet::new();
        let mut rows = 0_u64;
        self.tables.each(Entity::Application, |row| {
            let name = row.text("name").unwrap_or_default();
            if name == app {
                rows += 1;
                found.get_or_insert_with(|| self.of_application(&name, row));
                return;
            }
            if others.len() < LISTED {
                others.insert(name);
            }
            row.pass_over();
        })?;
        self.tell_others(Entity::Application, Oddity::OtherApplications);
        if rows > 1 {
            return Err(ApiomatError::SameName {
                path: path.into(),
                name: app.into(),
            });
        }
        found.ok_or_else(|| ApiomatError::NotThere {
            path: path.into(),
            wanted: app.into(),
            found: others.into_iter().collect(),
        })
    }

    fn of_application(&self, name: &str, row: &Row<'_>) -> FoundApplication {
        let mut systems = Vec::new();
        for system in System::ALL {
            let settings = SystemSettings {
                system,
                status: row.text_in("status", system),
                api_key: row.secret_in("api_key", system),
                configuration: row.json_in("configuration", system),
                auth_classes: row.json_in("auth_classes", system),
                ..SystemSettings::default()
            };
            let nothing = SystemSettings {
                system,
                ..SystemSettings::default()
            };
            if settings != nothing {
                systems.push(settings);
            }
        }
        let mut own = Owners::default();
        own.add(row, name, name);
        FoundApplication {
            application: Application {
                name: name.into(),
                display_name: row.text("display_name"),
                description: row.text("description"),
                rest: row.kept(),
            },
            systems,
            own,
            customer: row.refs("customer"),
            modules: row.refs("modules"),
        }
    }

    fn customer(&self, found: &FoundApplication) -> Result<Option<Customer>, ApiomatError> {
        if !self.tables.has(Entity::Customer) {
            return Ok(None);
        }
        let (mut by_id, mut by_name) = (Vec::new(), Vec::new());
        self.tables.each(Entity::Customer, |row| {
            let name = row.text("name").unwrap_or_default();
            let meant = if found.customer.has_id(row.id().as_ref()) {
                &mut by_id
            } else if found.customer.has_name(&name) {
                &mut by_name
            } else {
                return;
            };
            // more than two are not needed to see that it is not one
            if meant.len() < 2 {
                meant.push(Customer {
                    email: row.text("email"),
                    password: row.secret("password"),
                    rest: row.kept(),
                    name,
                });
            }
        })?;
        let meant = if by_id.is_empty() { by_name } else { by_id };
        match <[Customer; 1]>::try_from(meant) {
            Ok([customer]) => return Ok(Some(customer)),
            Err(none) if none.is_empty() => self.notes.tell("", Oddity::NoCustomer),
            Err(_) => {
                let entity = Entity::Customer;
                let reason = Reason::SeveralOfName { entity };
                self.notes.refuse(entity, "customer", reason);
            }
        }
        Ok(None)
    }

    fn modules(&self, found: &FoundApplication) -> Result<Modules, ApiomatError> {
        let mut modules = Modules {
            kept: Vec::new(),
            owners: Owners::default(),
        };
        self.tables.each(Entity::Module, |row| {
            let name = row.text("name").unwrap_or_default();
            let named = found.modules.has_id(row.id().as_ref()) || found.modules.has_name(&name);
            let names = found.own.find(&row.refs("application"));
            if !named && !matches!(names, Found::Rows(_)) {
                return row.pass_over();
            }
            let kept = KeptModule {
                systems: row.texts("system"),
                module: Module {
                    version: row.text("version").unwrap_or_default(),
                    kind: row.text("type"),
                    rest: row.kept(),
                    name: name.clone(),
                    ..Module::default()
                },
            };
            modules.kept.push(kept);
            modules.owners.add(row, &name, &name);
        })?;
        self.tell_others(Entity::Module, Oddity::OtherRows(Entity::Module));
        Ok(modules)
    }

    fn classes(&self, modules: &Modules) -> Result<Classes, ApiomatError> {
        let mut classes = Classes {
            kept: Vec::new(),
            owners: Owners::default(),
        };
        self.tables.each(Entity::Class, |row| {
            let places = match row.owners("module", Entity::Module, &modules.owners) {
                Found::Rows(places) => places,
                Found::None => return row.pass_over(),
                Found::Several => {
                    let owner = Entity::Module;
                    let reason = Reason::SeveralOwners { owner };
                    return self.notes.refuse(Entity::Class, &row.place(), reason);
                }
            };
            let name = row.text("name").unwrap_or_default();
            let module = places.first().and_then(|place| modules.kept.get(*place));
            let module = module.map(|it| it.module.name.as_str()).unwrap_or_default();
            classes.owners.add(row, &name, &format!("{module}${name}"));
            classes.kept.push(KeptClass {
                class: Class {
                    legacy_id: row.object_id(),
                    is_global: row.flag("is_global"),
                    is_transient: row.flag("is_transient"),
                    rest: row.kept(),
                    name,
                    ..Class::default()
                },
                parent: row.reference("parent"),
                modules: places,
            });
        })?;
        self.tell_others(Entity::Class, Oddity::OtherRows(Entity::Class));
        Ok(classes)
    }

    fn attributes(&self, classes: &mut Classes) -> Result<(), ApiomatError> {
        self.of_classes(Entity::Attribute, classes, |row, class, owners| {
            let refers_to = row.reference("refers_to");
            class.attributes.push(Attribute {
                name: row.text("name").unwrap_or_default(),
                kind: row.text("type"),
                is_collection: row.flag("is_collection"),
                is_reference: row.flag("is_reference"),
                is_mandatory: row.flag("is_mandatory"),
                is_indexed: row.flag("is_indexed"),
                is_embedded: row.flag("is_embedded"),
                refers_to: refers_to.map(|it| named(it, owners)),
                rest: row.kept(),
            });
        })
    }

    fn servercode(&self, classes: &mut Classes) -> Result<(), ApiomatError> {
        self.of_classes(Entity::Servercode, classes, |row, class, _| {
            let Some(code) = row.text("code") else {
                let reason = Reason::NoCode;
                return self.notes.refuse(Entity::Servercode, &row.place(), reason);
            };
            class.servercode.push(Servercode {
                name: row.text("name").unwrap_or_default(),
                language: row.text("language"),
                code,
                rest: row.kept(),
            });
        })
    }

    /// Hands out each row of the classes, with its class and all of them by name.
    fn of_classes(
        &self,
        entity: Entity,
        classes: &mut Classes,
        mut put: impl FnMut(&Row<'_>, &mut Class, &Owners),
    ) -> Result<(), ApiomatError> {
        if !self.tables.has(entity) {
            return Ok(());
        }
        let Classes { kept, owners } = classes;
        self.tables.each(entity, |row| {
            match row.owners("class", Entity::Class, owners) {
                Found::None => row.pass_over(),
                Found::Several => {
                    let reason = Reason::SeveralOwners {
                        owner: Entity::Class,
                    };
                    self.notes.refuse(entity, &row.place(), reason);
                }
                Found::Rows(places) => {
                    for place in places {
                        if let Some(kept) = kept.get_mut(place) {
                            put(row, &mut kept.class, owners);
                        }
                    }
                }
            }
        })?;
        self.tell_others(entity, Oddity::OtherRows(entity));
        Ok(())
    }

    /// Each module in each of its systems, with its classes.
    fn in_systems(&self, modules: &mut Modules, classes: Classes) -> Vec<Module> {
        let (mut versions, mut systems) = (0, 0);
        for KeptClass {
            class,
            modules: places,
            ..
        } in classes.kept
        {
            for place in places {
                if let Some(kept) = modules.kept.get_mut(place) {
                    kept.module.classes.push(class.clone());
                }
            }
        }
        let mut all = Vec::new();
        for KeptModule {
            mut module,
            systems: words,
        } in modules.kept.drain(..)
        {
            if module.version.trim().is_empty() {
                FIRST_VERSION.clone_into(&mut module.version);
                versions += 1;
            }
            if words.is_empty() {
                systems += 1;
                let each = self.names.systems.iter().map(|system| Module {
                    system: *system,
                    ..module.clone()
                });
                all.extend(each);
            }
            for word in words {
                match word.parse::<System>() {
                    Ok(system) => all.push(Module {
                        system,
                        ..module.clone()
                    }),
                    Err(_) => {
                        let path = below(&below(&word, &module.name), &module.version);
                        refuse_module(&module, &path, Reason::System(word), self.notes);
                    }
                }
            }
        }
        if versions > 0 {
            self.notes.tell_often("", Oddity::VersionAssumed, versions);
        }
        if systems > 0 {
            let (entity, assumed) = (Entity::Module, self.names.systems.clone());
            let what = Oddity::SystemsAssumed {
                entity,
                systems: assumed,
            };
            self.notes.tell_often("", what, systems);
        }
        all
    }

    /// Tells how many rows the last pass went over.
    fn tell_others(&self, entity: Entity, what: Oddity) {
        let others = self.tables.passed_over();
        if others > 0 {
            let place = self.tables.place(entity);
            self.notes.tell_often(place, what, others);
        }
    }
}

impl Classes {
    fn name_parents(&mut self) {
        for kept in &mut self.kept {
            kept.class.parent = kept.parent.take().map(|it| named(it, &self.owners));
        }
    }
}

/// Where what a row refers to is a class that is there, its name says more than its id.
fn named(reference: Reference, classes: &Owners) -> String {
    let name = classes.whole_name(&reference);
    name.unwrap_or(reference.text)
}
