//! What the application's metadata say of its collections, where the store has them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Settings;
use crate::engine::{Finding, Planner, Severity, Stop};
use crate::legacy::mongodump::Collection;
use crate::model::{Record as _, tables};
use crate::sql::Cell;
use crate::text::{counted, printable};

/// A class, with what it inherits.
#[derive(Clone, Debug, Default)]
pub struct Class {
    /// `Module$Class`
    pub name: String,
    pub attributes: HashMap<String, Attribute>,
}

/// An attribute as it is declared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attribute {
    /// `String`, `Long` …
    pub kind: Option<String>,
    pub is_collection: bool,
    pub is_reference: bool,
    pub is_embedded: bool,
    /// `Module$Class`
    pub refers_to: Option<String>,
}

/// The classes of an application in one system.
#[derive(Default)]
pub struct Classes {
    /// By the names that their collections may have.
    by_collection: HashMap<String, Class>,
    /// The names that a class's collection may have.
    collections: BTreeMap<String, Vec<String>>,
    /// Their data is in a database of no application.
    global: BTreeSet<String>,
}

/// A class as its row says.
struct Row {
    name: String,
    parent: Option<String>,
    attributes: HashMap<String, Attribute>,
}

impl Classes {
    /// Reads what the store has.
    pub fn load(plan: &mut Planner, settings: &Settings) -> Result<Self, Stop> {
        let mut classes = Classes::default();
        let rows = rows(plan, settings, &mut classes.global)?;
        // one class in two versions has the same data
        let mut by_name: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
        for row in rows.values() {
            by_name.entry(&row.name).or_default().push(row);
        }
        for name in by_name.keys() {
            let class = Class {
                name: (*name).into(),
                attributes: inherited(name, &by_name),
            };
            let names = collections_of(&settings.collections, name);
            for collection in &names {
                classes
                    .by_collection
                    .entry(collection.clone())
                    .or_insert_with(|| class.clone());
            }
            classes.collections.insert((*name).into(), names);
        }
        Ok(classes)
    }

    /// The class whose documents a collection has.
    pub fn of(&self, collection: &str) -> Option<&Class> {
        self.by_collection.get(collection)
    }

    /// The names that the collection of a class may have.
    pub fn collections_of(&self, class: &str) -> &[String] {
        self.collections.get(class).map_or(&[], Vec::as_slice)
    }

    fn is_empty(&self) -> bool {
        self.collections.is_empty()
    }

    /// What is to be known before any document is read.
    pub fn report(&self, plan: &mut Planner, settings: &Settings) -> Result<(), Stop> {
        let Settings { app, system, .. } = settings;
        if self.is_empty() {
            plan.finding(Finding::new(
                "app-without-metadata",
                Severity::Warning,
                format!(
                    "The store has no classes of {app} in {system}: its data comes in unchecked. `heirloom import apiomat` brings them."
                ),
            ))?;
        }
        for class in &self.global {
            let finding = Finding::new(
                "class-global",
                Severity::Info,
                format!(
                    "The class {} is global: its data is in a database of its own, and in no dump of {app}.",
                    printable(class)
                ),
            );
            plan.finding(finding)?;
        }
        Ok(())
    }

    /// Tells of documents that no class accounts for.
    pub fn report_missing(
        &self,
        plan: &mut Planner,
        path: &str,
        collection: &Collection,
        documents: u64,
    ) -> Result<(), Stop> {
        let name = &*collection.name;
        let is_mongodbs = name.starts_with("system.") || name.starts_with('$');
        if self.is_empty() || documents == 0 || is_mongodbs || self.of(name).is_some() {
            return Ok(());
        }
        plan.finding(
            Finding::new(
                "collection-without-class",
                Severity::Warning,
                format!(
                    "No class accounts for {} of {}: what is there comes in. If a class does, say how its collection is called with collections under [apiomat].",
                    counted(documents, "document", "documents"),
                    printable(name)
                ),
            )
            .on("collections", path, ""),
        )
    }
}

/// The classes of the system, by their id in the store.
fn rows(
    plan: &mut Planner,
    settings: &Settings,
    global: &mut BTreeSet<String>,
) -> Result<HashMap<i64, Row>, Stop> {
    let mut application = None;
    plan.each_stored(tables::Application::TABLE, &["name"], |id, cells| {
        if let [name] = cells
            && name.text() == Some(&settings.app)
        {
            application = Some(id);
        }
    })?;
    let mut modules = HashMap::new();
    let columns = ["application_id", "system", "name"];
    plan.each_stored(tables::Module::TABLE, &columns, |id, cells| {
        if let [of, system, name] = cells
            && of.int() == application
            && system.text() == Some(settings.system.word())
        {
            modules.insert(id, name.text().unwrap_or_default().to_string());
        }
    })?;
    let mut rows = HashMap::new();
    let columns = ["module_id", "name", "parent", "is_global"];
    plan.each_stored(tables::Class::TABLE, &columns, |id, cells| {
        if let [module, name, parent, is_global] = cells
            && let Some(module) = module.int().and_then(|module| modules.get(&module))
            && let Some(name) = name.text()
        {
            let name = format!("{module}${name}");
            if is_global.int() == Some(1) {
                global.insert(name.clone());
            }
            let row = Row {
                name,
                parent: text(parent),
                attributes: HashMap::new(),
            };
            rows.insert(id, row);
        }
    })?;
    let columns = [
        "class_id",
        "name",
        "type",
        "is_collection",
        "is_reference",
        "is_embedded",
        "refers_to",
    ];
    plan.each_stored(tables::Attribute::TABLE, &columns, |_, cells| {
        let [
            class,
            name,
            kind,
            is_collection,
            is_reference,
            is_embedded,
            refers_to,
        ] = cells
        else {
            return;
        };
        let row = class.int().and_then(|class| rows.get_mut(&class));
        if let (Some(row), Some(name)) = (row, name.text()) {
            let attribute = Attribute {
                kind: text(kind),
                is_collection: is_collection.int() == Some(1),
                is_reference: is_reference.int() == Some(1),
                is_embedded: is_embedded.int() == Some(1),
                refers_to: text(refers_to),
            };
            row.attributes.insert(name.into(), attribute);
        }
    })?;
    Ok(rows)
}

fn text(cell: &Cell) -> Option<String> {
    cell.text().map(str::to_owned)
}

/// The attributes of a class and of all above it. Where two declare one differently, nothing is
/// known of it.
fn inherited(name: &str, classes: &BTreeMap<&str, Vec<&Row>>) -> HashMap<String, Attribute> {
    let mut attributes: HashMap<String, Attribute> = HashMap::new();
    let mut differing = BTreeSet::new();
    let mut above = BTreeSet::new();
    let mut open = vec![name];
    while let Some(name) = open.pop() {
        if !above.insert(name) {
            continue;
        }
        for row in classes.get(name).into_iter().flatten() {
            for (name, attribute) in &row.attributes {
                let known = attributes
                    .entry(name.clone())
                    .or_insert_with(|| attribute.clone());
                if known != attribute {
                    differing.insert(name.clone());
                }
            }
            open.extend(row.parent.as_deref());
        }
    }
    attributes.retain(|name, _| !differing.contains(name));
    attributes
}

/// The names that a class's collection may have.
fn collections_of(patterns: &[String], class: &str) -> Vec<String> {
    let (module, class) = class.split_once('$').unwrap_or(("", class));
    let rendered = patterns.iter().map(|pattern| {
        pattern
            .replace("{module}", module)
            .replace("{class}", class)
    });
    rendered.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, parent: Option<&str>, attributes: &[(&str, &str)]) -> Row {
        let attributes = attributes.iter().map(|(name, kind)| {
            let attribute = Attribute {
                kind: Some((*kind).into()),
                ..Attribute::default()
            };
            ((*name).to_string(), attribute)
        });
        Row {
            name: name.into(),
            parent: parent.map(Into::into),
            attributes: attributes.collect(),
        }
    }

    #[test]
    fn what_is_inherited_counts_and_circles_end() {
        let rows = [
            row("M$A", Some("M$B"), &[("a", "String"), ("x", "Long")]),
            row("M$B", Some("M$A"), &[("b", "Date"), ("x", "Double")]),
        ];
        let mut classes: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
        for row in &rows {
            classes.entry(&row.name).or_default().push(row);
        }
        let mut names: Vec<String> = inherited("M$A", &classes).into_keys().collect();
        names.sort();
        assert_eq!(names, ["a", "b"], "x is declared in two ways");
    }

    #[test]
    fn collections_are_named_by_patterns() {
        let patterns = ["{class}".to_string(), "{module}_{class}".to_string()];
        assert_eq!(collections_of(&patterns, "Main$Car"), ["Car", "Main_Car"]);
    }
}
