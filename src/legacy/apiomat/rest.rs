//! The objects of ApiOmat's REST interface, as somebody saved them: applications, classes and
//! attributes, in any order and any number of files.
//!
//! What belongs together is told by addresses: an attribute's `metaModelHref` is its class, a
//! class's `moduleHref` its module, perhaps with its version. A class does not say in which system it
//! is, nor of which application.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use serde_json::{Map, Value as Json};

use super::System;
use super::definition::{
    Application, Attribute, Class, Customer, Definition, Module, SystemSettings,
};
use super::error::{ApiomatError, Found, no_source};
use super::fields::Fields;
use super::json::{place, under};
use super::notes::{Entity, Notes, Oddity, Reason};
use super::settle::refuse_class;
use super::{FIRST_VERSION, Names};
use crate::config::percent_decoded;

/// What was saved: the objects of each kind, and where each stands.
#[derive(Default)]
struct Objects<'n> {
    applications: Vec<Fields<'n>>,
    classes: Vec<Fields<'n>>,
    attributes: Vec<Fields<'n>>,
}

/// Reads the texts of files, each with its label.
pub fn read(
    path: &Path,
    files: Vec<(String, Vec<Json>)>,
    names: &Names,
    app: Option<&str>,
    notes: &Notes,
) -> Result<Definition, ApiomatError> {
    let mut objects = Objects::default();
    for (label, texts) in files {
        for (number, text) in texts.into_iter().enumerate() {
            sort(text, place(&label, number), &mut objects, notes);
        }
    }
    if objects.applications.is_empty() && objects.classes.is_empty() {
        return Err(no_source(path, Found::OtherJson));
    }
    let (mut definition, others) = applications(path, objects.applications, app, notes)?;
    let mut systems: Vec<System> = definition.systems.iter().map(|it| it.system).collect();
    if systems.is_empty() {
        systems.clone_from(&names.systems);
    }
    systems.sort_unstable();
    systems.dedup();
    let whose = |module: &str| whose(module, &definition.application.name, &others);
    let modules = modules(objects.classes, objects.attributes, whose, notes);
    if !modules.is_empty() {
        let entity = Entity::Class;
        let assumed = systems.clone();
        notes.tell(
            "",
            Oddity::SystemsAssumed {
                entity,
                systems: assumed,
            },
        );
        let unversioned = modules.keys().filter(|(_, version)| version.is_none());
        let unversioned = unversioned.count() as u64;
        if unversioned > 0 {
            notes.tell_often("", Oddity::VersionAssumed, unversioned);
        }
    }
    for system in systems {
        let in_system = modules.iter().map(|((name, version), classes)| Module {
            system,
            name: name.clone(),
            version: version.clone().unwrap_or_else(|| FIRST_VERSION.into()),
            classes: classes.clone(),
            ..Module::default()
        });
        definition.modules.extend(in_system);
    }
    Ok(definition)
}

/// Puts an object, or all of an array, where it belongs.
fn sort<'n>(value: Json, at: String, objects: &mut Objects<'n>, notes: &'n Notes) {
    let object = match value {
        Json::Array(items) => {
            for (number, item) in items.into_iter().enumerate() {
                sort(item, format!("{at}[{number}]"), objects, notes);
            }
            return;
        }
        Json::Object(object) => object,
        _ => return notes.tell(at, Oddity::NotRead),
    };
    let has = |key: &str| object.contains_key(key);
    // objects of classes name their application, too
    let list = if has("@type") {
        return notes.tell(at, Oddity::NotRead);
    } else if has("applicationName") {
        &mut objects.applications
    } else if has("metaModelHref") {
        &mut objects.attributes
    } else if has("moduleHref") || has("attributesHref") {
        &mut objects.classes
    } else {
        return notes.tell(at, Oddity::NotRead);
    };
    list.extend(Fields::of(Json::Object(object), at, notes));
}

/// The one application that is meant, with its customer and systems; and what the others are
/// called.
fn applications(
    path: &Path,
    objects: Vec<Fields<'_>>,
    app: Option<&str>,
    notes: &Notes,
) -> Result<(Definition, Vec<String>), ApiomatError> {
    let mut all: BTreeMap<String, Vec<Definition>> = BTreeMap::new();
    for fields in objects {
        let read = application(fields, notes);
        let of_name = all.entry(read.application.name.clone()).or_default();
        of_name.push(read);
    }
    let names = || all.keys().cloned().collect::<Vec<_>>();
    let wanted = match (app, names().as_slice()) {
        (None, []) => return Err(ApiomatError::NoApplication(path.into())),
        (Some(app), []) => {
            notes.tell("", Oddity::ApplicationUnsaid);
            let mut definition = Definition::default();
            app.clone_into(&mut definition.application.name);
            return Ok((definition, Vec::new()));
        }
        // whether it is the one that is wanted is looked at later
        (_, [only]) => only.clone(),
        (None, several) => {
            return Err(ApiomatError::Several {
                path: path.into(),
                names: several.to_vec(),
            });
        }
        (Some(app), several) if !all.contains_key(app) => {
            return Err(ApiomatError::NotThere {
                path: path.into(),
                wanted: app.into(),
                found: several.to_vec(),
            });
        }
        (Some(app), _) => app.into(),
    };
    let of_name = all.remove(&wanted).unwrap_or_default();
    let others: usize = all.values().map(Vec::len).sum();
    if others > 0 {
        notes.tell_often("", Oddity::OtherApplications, others as u64);
    }
    let (rows, mut of_name) = (of_name.len() as u64, of_name.into_iter());
    let mut definition = of_name.next().unwrap_or_default();
    let mut differ = false;
    for other in of_name {
        differ |= definition.application != other.application;
        let (one, more) = (&mut definition.application, other.application);
        one.display_name = one.display_name.take().or(more.display_name);
        one.description = one.description.take().or(more.description);
        for (key, value) in more.rest {
            one.rest.entry(key).or_insert(value);
        }
        // of equal systems the first counts
        definition.systems.extend(other.systems);
        definition.customer = definition.customer.or(other.customer);
    }
    let entity = Entity::Application;
    match differ {
        true => notes.tell(wanted, Oddity::Differing { entity, rows }),
        false if rows > 1 => notes.tell_often("", Oddity::Repeated(entity), rows - 1),
        false => {}
    }
    Ok((definition, all.into_keys().collect()))
}

/// Whose a module is.
enum Whose {
    Ours,
    Others,
    /// It may be any application's: addresses do not say it.
    Unclear,
}

/// Of several applications, each has a module of its name; of the other modules nothing is known.
fn whose(module: &str, app: &str, others: &[String]) -> Whose {
    let main_of = |app: &str| module.strip_suffix("Main") == Some(app);
    if others.is_empty() || main_of(app) {
        Whose::Ours
    } else if others.iter().any(|other| main_of(other)) {
        Whose::Others
    } else {
        Whose::Unclear
    }
}

fn application(mut fields: Fields<'_>, notes: &Notes) -> Definition {
    let name = fields.name("applicationName");
    let mut systems = BTreeMap::new();
    let mut each =
        |key: &str,
         ending: &str,
         put: &mut dyn FnMut(&mut SystemSettings, &mut Fields<'_>, &str)| {
            let Some(mut below) = fields.below(key) else {
                return;
            };
            for key in below.keys() {
                let word = key.strip_suffix(ending).unwrap_or(&key);
                match word.parse::<System>() {
                    Ok(system) => {
                        let settings = systems.entry(system).or_insert(SystemSettings {
                            system,
                            ..SystemSettings::default()
                        });
                        put(settings, &mut below, &key);
                    }
                    Err(_) => notes.tell(below.place(&key), Oddity::SystemUnknown(word.into())),
                }
            }
        };
    each("applicationStatus", "", &mut |settings, fields, key| {
        settings.status = fields.text(key);
    });
    each("apiKeys", "ApiKey", &mut |settings, fields, key| {
        settings.api_key = fields.secret(key);
    });
    each("configuration", "Config", &mut |settings, fields, key| {
        settings.configuration = fields.any(key);
    });
    each("authClassesMap", "", &mut |settings, fields, key| {
        settings.auth_classes = fields.any(key);
    });
    let application = Application {
        display_name: fields.text("applicationDisplayName"),
        description: fields.text("description"),
        rest: {
            let mut rest = fields.rest();
            if rest.get("name").and_then(Json::as_str) == Some(&name) {
                rest.remove("name");
            }
            rest
        },
        name,
    };
    let customer = application.rest.get("customerHref").and_then(Json::as_str);
    let customer = customer.and_then(|href| segments_behind(href, "customers").next());
    Definition {
        customer: customer.map(|name| Customer {
            name: decoded(name),
            ..Customer::default()
        }),
        application,
        systems: systems.into_values().collect(),
        modules: Vec::new(),
    }
}

/// The name of a module, and its version where the source says one.
type ModuleName = (String, Option<String>);

/// Classes by their module, with their attributes.
fn modules(
    classes: Vec<Fields<'_>>,
    attributes: Vec<Fields<'_>>,
    whose: impl Fn(&str) -> Whose,
    notes: &Notes,
) -> BTreeMap<ModuleName, Vec<Class>> {
    let mut read = Vec::new();
    let mut addresses = Addresses::default();
    for fields in classes {
        let at = fields.at().to_owned();
        let class = class(fields);
        addresses.add(read.len(), &class);
        let address = Address::of(href(&class.rest, "moduleHref"));
        if address.goes_on {
            notes.tell(under(&at, "moduleHref"), Oddity::AddressGoesOn);
        }
        let module = address.module.filter(|name| !name.is_empty());
        let module = module.map(|name| (name, address.version));
        read.push((at, module, class));
    }
    for fields in attributes {
        let at = fields.at().to_owned();
        let attribute = attribute(fields);
        let owners = addresses.find(href(&attribute.rest, "metaModelHref"));
        let rows = owners.iter().filter_map(|owner| read.get(*owner));
        let named: BTreeSet<_> = rows
            .map(|(_, module, class)| (module, &class.name))
            .collect();
        let owner = Entity::Class;
        let reason = match named.len() {
            0 => Reason::NoOwner { owner },
            1 => {
                for owner in owners {
                    if let Some((_, _, class)) = read.get_mut(owner) {
                        class.attributes.push(attribute.clone());
                    }
                }
                continue;
            }
            _ => Reason::SeveralOwners { owner },
        };
        notes.refuse(Entity::Attribute, &at, reason);
    }
    name_references(&mut read);
    let mut modules: BTreeMap<ModuleName, Vec<Class>> = BTreeMap::new();
    let mut others = 0;
    for (at, module, class) in read {
        let Some(module) = module else {
            let owner = Entity::Module;
            refuse_class(&class, &at, Reason::NoOwner { owner }, notes);
            continue;
        };
        match whose(&module.0) {
            Whose::Ours => modules.entry(module).or_default().push(class),
            Whose::Others => others += 1,
            Whose::Unclear => refuse_class(&class, &at, Reason::SeveralApplications, notes),
        }
    }
    if others > 0 {
        notes.tell_often("", Oddity::OtherRows(Entity::Class), others);
    }
    modules
}

/// Where classes are: an object that was saved twice has its address twice.
#[derive(Default)]
struct Addresses {
    by_href: HashMap<String, Vec<usize>>,
    by_id: HashMap<String, Vec<(Address, usize)>>,
}

impl Addresses {
    fn add(&mut self, number: usize, class: &Class) {
        let own = href(&class.rest, "href");
        let at_the_end = last_segment(own).map(str::to_owned);
        let address = match own {
            "" => Address::of(href(&class.rest, "moduleHref")),
            own => {
                let whole = own.trim_end_matches('/').to_owned();
                self.by_href.entry(whole).or_default().push(number);
                Address::of(own)
            }
        };
        let ids: BTreeSet<String> = class
            .legacy_id
            .clone()
            .into_iter()
            .chain(at_the_end)
            .collect();
        for id in ids {
            let of_id = self.by_id.entry(id).or_default();
            of_id.push((address.clone(), number));
        }
    }

    /// The classes at an address, or with the id that it ends in where nothing else in it is
    /// another class's.
    fn find(&self, href: &str) -> Vec<usize> {
        if let Some(whole) = self.by_href.get(href.trim_end_matches('/')) {
            return whole.clone();
        }
        let address = Address::of(href);
        let of_id = last_segment(href).and_then(|id| self.by_id.get(id));
        let agreeing = of_id.into_iter().flatten();
        let agreeing = agreeing.filter(|(other, _)| address.agrees(other));
        agreeing.map(|(_, number)| *number).collect()
    }
}

/// What an address says of a module; what it does not say is `None`.
#[derive(Clone, Default)]
struct Address {
    host: Option<String>,
    module: Option<String>,
    version: Option<String>,
    /// Whether there is more behind that.
    goes_on: bool,
}

impl Address {
    fn of(href: &str) -> Self {
        let host = href.split_once("://").and_then(|(_, behind)| {
            let host = behind.split(['/', '?', '#']).next()?;
            Some(host.to_ascii_lowercase())
        });
        let mut segments = segments_behind(href, "modules").peekable();
        Address {
            host,
            module: segments.next().map(decoded),
            version: segments.next_if(|it| is_version(it)).map(str::to_owned),
            goes_on: segments.next().is_some(),
        }
    }

    /// Whether all that both say is the same.
    fn agrees(&self, other: &Address) -> bool {
        let same = |one: &Option<String>, other: &Option<String>| {
            one.is_none() || other.is_none() || one == other
        };
        same(&self.host, &other.host)
            && same(&self.module, &other.module)
            && same(&self.version, &other.version)
    }
}

/// `2.0.0`.
fn is_version(segment: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
    segment.split('.').all(digits)
}

/// Where what an attribute refers to is the id of a class that is there, its name says more.
fn name_references(read: &mut [(String, Option<ModuleName>, Class)]) {
    let mut names: HashMap<String, BTreeSet<String>> = HashMap::new();
    for (_, module, class) in read.iter() {
        if let (Some((module, _)), Some(id)) = (module, &class.legacy_id) {
            let of_id = names.entry(id.clone()).or_default();
            of_id.insert(format!("{module}${}", class.name));
        }
    }
    let attributes = read
        .iter_mut()
        .flat_map(|(_, _, class)| &mut class.attributes);
    for refers_to in attributes.filter_map(|attribute| attribute.refers_to.as_mut()) {
        let of_id = names.get(refers_to.as_str()).filter(|it| it.len() == 1);
        if let Some(name) = of_id.and_then(|it| it.first()) {
            refers_to.clone_from(name);
        }
    }
}

fn class(mut fields: Fields<'_>) -> Class {
    Class {
        name: fields.name("name"),
        legacy_id: fields.id("id"),
        parent: None,
        is_global: fields.flag("isGlobal"),
        is_transient: fields.flag("isTransient"),
        attributes: Vec::new(),
        servercode: Vec::new(),
        rest: fields.rest(),
    }
}

fn attribute(mut fields: Fields<'_>) -> Attribute {
    let mut flag = |key| fields.flag(key);
    let is_reference = flag("isReference");
    Attribute {
        is_reference,
        is_collection: flag("isCollection"),
        is_mandatory: flag("isMandatory"),
        is_indexed: flag("isIndexed"),
        is_embedded: flag("isEmbeddedObject"),
        name: fields.name("name"),
        kind: fields.text("type"),
        // of other attributes it repeats the type
        refers_to: (is_reference == Some(true))
            .then(|| fields.filled("refId"))
            .flatten(),
        rest: fields.rest(),
    }
}

/// An address in what is kept of a row; empty where there is none.
fn href<'r>(rest: &'r Map<String, Json>, key: &str) -> &'r str {
    rest.get(key).and_then(Json::as_str).unwrap_or_default()
}

/// What stands behind a word in the path of an address.
fn segments_behind<'h>(href: &'h str, word: &'h str) -> impl Iterator<Item = &'h str> {
    let path = href.split(['?', '#']).next().unwrap_or_default();
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    segments.find(|segment| *segment == word);
    segments
}

fn last_segment(href: &str) -> Option<&str> {
    href.split('/').rfind(|segment| !segment.is_empty())
}

/// Where the escapes are none, as it stands.
fn decoded(segment: &str) -> String {
    percent_decoded(segment).unwrap_or_else(|_| segment.into())
}
