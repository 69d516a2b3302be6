//! References between documents, and those that lead nowhere.
//!
//! How ApiOmat stores them is not published. MongoDB's own form (`{$ref, $id}`) is found wherever
//! it stands; an attribute that is declared as a reference may also hold an id, an id as text, or
//! an address that ends in one.

use std::collections::{BTreeMap, HashMap};

use bson::oid::ObjectId;
use bson::raw::{RawBsonRef, RawDocument, cstr};
use memchr::memmem;
use serde::{Deserialize, Serialize};

use super::Settings;
use super::bringing::list;
use super::classes::{Class, Classes};
use super::ids::{self, Id};
use super::stored::There;
use crate::engine::tape::Tape;
use crate::engine::{Finding, Planner, Severity, Stop};
use crate::legacy::mongodump::Document;
use crate::model::{Key, Value};
use crate::text::{counted, printable};

/// Places that are told apart.
const PLACES: u32 = 1_000;

/// Dangling references of one place that are told by their document.
const TOLD: usize = 3;

/// What was found so far: on disk, for there may be more references than documents.
pub struct References {
    tape: Tape,
    places: HashMap<Place, u32>,
    /// The `_id`s of the collections that were read, in order.
    ids: HashMap<String, Vec<Id>>,
}

/// Where references stand, and where they lead.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Place {
    collection: String,
    field: String,
    target: Target,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Target {
    Collection(String),
    /// `Module$Class`
    Class(String),
}

/// One reference.
#[derive(Serialize, Deserialize)]
struct Reference {
    place: u32,
    /// The document that has it.
    index: u64,
    /// Whom it may mean: a text may be an id, or be spelled as one.
    id: [u64; 2],
    or: Option<[u64; 2]>,
}

/// References of one place that lead nowhere.
#[derive(Default)]
struct Dangling {
    count: u64,
    first: Vec<u64>,
}

impl References {
    pub fn new() -> Result<Self, Stop> {
        Ok(References {
            tape: Tape::new()?,
            places: HashMap::new(),
            ids: HashMap::new(),
        })
    }

    /// The `_id`s of a collection that was read, those that the store had before among them.
    pub fn keep(&mut self, collection: &str, ids: Vec<Id>) {
        self.ids.insert(collection.into(), ids);
    }

    /// Looks at a document that is well-formed.
    pub fn look_at(
        &mut self,
        collection: &str,
        class: Option<&Class>,
        document: &Document,
    ) -> Result<(), Stop> {
        let Ok(raw) = RawDocument::from_bytes(&document.bytes) else {
            return Ok(());
        };
        if memmem::find(&document.bytes, b"$ref\0").is_some() {
            self.walk(collection, document.index, raw, &mut Vec::new())?;
        }
        let declared = class.into_iter().flat_map(|class| &class.attributes);
        for (name, attribute) in declared.filter(|(_, it)| it.is_reference) {
            let (Some(target), Ok(Some(value))) = (&attribute.refers_to, raw.get(name)) else {
                continue;
            };
            let target = Target::Class(target.clone());
            let place = self.place(collection, name, target);
            self.declared(place, document.index, value)?;
        }
        Ok(())
    }

    fn place(&mut self, collection: &str, field: &str, target: Target) -> u32 {
        let place = Place {
            collection: collection.into(),
            field: field.into(),
            target,
        };
        let next = self.places.len() as u32;
        if next < PLACES || self.places.contains_key(&place) {
            return *self.places.entry(place).or_insert(next);
        }
        // keys that are data would make a place of each document
        let other = Place {
            field: "other fields".into(),
            ..place
        };
        *self.places.entry(other).or_insert(next)
    }

    /// Looks for `{$ref, $id}` in all that a document holds; `path` leads to what is walked.
    fn walk(
        &mut self,
        collection: &str,
        index: u64,
        document: &RawDocument,
        path: &mut Vec<String>,
    ) -> Result<(), Stop> {
        if let Some((target, id)) = db_ref(document) {
            let place = self.place(collection, &path.join("."), Target::Collection(target));
            return self.push(place, index, id, None);
        }
        for (name, value) in document.iter().filter_map(Result::ok) {
            path.push(name.as_str().into());
            self.walk_value(collection, index, value, path)?;
            path.pop();
        }
        Ok(())
    }

    fn walk_value(
        &mut self,
        collection: &str,
        index: u64,
        value: RawBsonRef,
        path: &mut Vec<String>,
    ) -> Result<(), Stop> {
        match value {
            RawBsonRef::Document(inner) => self.walk(collection, index, inner, path),
            RawBsonRef::Array(items) => items
                .into_iter()
                .filter_map(Result::ok)
                .try_for_each(|item| self.walk_value(collection, index, item, path)),
            _ => Ok(()),
        }
    }

    /// What an attribute holds that is declared as a reference.
    fn declared(&mut self, place: u32, index: u64, value: RawBsonRef) -> Result<(), Stop> {
        match value {
            RawBsonRef::ObjectId(_) => self.push(place, index, Id::of(value), None),
            RawBsonRef::String(text) => {
                let last = text.rsplit('/').next().unwrap_or(text);
                let or = ObjectId::parse_str(last).ok();
                let or = or.map(|id| Id::of(RawBsonRef::ObjectId(id)));
                self.push(place, index, Id::of(value), or)
            }
            RawBsonRef::Array(items) => {
                for item in items.into_iter().filter_map(Result::ok) {
                    if !matches!(item, RawBsonRef::Array(_)) {
                        self.declared(place, index, item)?;
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn push(&mut self, place: u32, index: u64, id: Id, or: Option<Id>) -> Result<(), Stop> {
        Ok(self.tape.push(&Reference {
            place,
            index,
            id: id.0,
            or: or.map(|id| id.0),
        })?)
    }

    /// Follows all of them, and tells of those that lead nowhere.
    pub fn report(
        mut self,
        plan: &mut Planner,
        settings: &Settings,
        classes: &Classes,
        there: &There,
    ) -> Result<(), Stop> {
        let mut places: Vec<(Place, u32)> = self.places.drain().collect();
        places.sort_by_key(|(_, number)| *number);
        let mut targets = Vec::with_capacity(places.len());
        for (place, _) in &places {
            targets.push(self.collections_of(plan, &place.target, classes, there)?);
        }
        let mut dangling: BTreeMap<&Place, Dangling> = BTreeMap::new();
        for reference in self.tape.read::<Reference>()? {
            let reference = reference?;
            let place = reference.place as usize;
            let (Some((place, _)), Some(Some(targets))) = (places.get(place), targets.get(place))
            else {
                continue;
            };
            let has = |id: [u64; 2]| {
                let mut ids = targets.iter().filter_map(|name| self.ids.get(name));
                ids.any(|ids| ids.binary_search(&Id(id)).is_ok())
            };
            if !has(reference.id) && !reference.or.is_some_and(has) {
                let dangling = dangling.entry(place).or_default();
                dangling.count += 1;
                if dangling.first.len() < TOLD {
                    dangling.first.push(reference.index);
                }
            }
        }
        for (place, dangling) in dangling {
            tell(plan, settings, place, &dangling)?;
        }
        Ok(())
    }

    /// The collections in which a target may be, their `_id`s at hand. `None` where it cannot be
    /// known.
    fn collections_of(
        &mut self,
        plan: &mut Planner,
        target: &Target,
        classes: &Classes,
        there: &There,
    ) -> Result<Option<Vec<String>>, Stop> {
        let names = match target {
            Target::Collection(name) => std::slice::from_ref(name),
            Target::Class(class) => classes.collections_of(class),
        };
        let mut found = Vec::new();
        for name in names {
            if !self.ids.contains_key(name)
                && let Some((id, generation)) = there.0.get(name)
            {
                let mut stored = ids::Documents::default();
                plan.each_row(list(*id, *generation), |fields| {
                    if let Some(bytes) = fields.first().and_then(Value::as_bytes) {
                        stored.add_stored(bytes);
                    }
                })?;
                self.ids.insert(name.clone(), stored.into_ids());
            }
            if self.ids.contains_key(name) {
                found.push(name.clone());
            }
        }
        let is_known = !found.is_empty() || matches!(target, Target::Collection(_));
        Ok(is_known.then_some(found))
    }
}

/// MongoDB's own form of a reference; one into another database is nobody's business here.
fn db_ref(document: &RawDocument) -> Option<(String, Id)> {
    let target = document.get(cstr!("$ref")).ok()??.as_str()?;
    let id = document.get(cstr!("$id")).ok()??;
    let elsewhere = document.get(cstr!("$db")).ok()?.is_some();
    (!elsewhere).then(|| (target.into(), Id::of(id)))
}

fn tell(
    plan: &mut Planner,
    settings: &Settings,
    place: &Place,
    dangling: &Dangling,
) -> Result<(), Stop> {
    let Settings { app, system, .. } = settings;
    let path = format!("{app}/{system}/{}", place.collection);
    let first: Vec<String> = dangling.first.iter().map(u64::to_string).collect();
    let more = match dangling.count as usize > first.len() {
        true => " …",
        false => "",
    };
    let target = match &place.target {
        Target::Collection(name) | Target::Class(name) => name,
    };
    let lead = match dangling.count {
        1 => "leads",
        _ => "lead",
    };
    let message = format!(
        "{} of {} in {} {lead} to no document of {} (documents {}{more}): what is there comes in.",
        counted(dangling.count, "reference", "references"),
        printable(&place.field),
        printable(&place.collection),
        printable(target),
        first.join(", "),
    );
    plan.finding(
        Finding::new("dangling-reference", Severity::Warning, message).on(
            "collections",
            Key::text(path),
            "",
        ),
    )
}
