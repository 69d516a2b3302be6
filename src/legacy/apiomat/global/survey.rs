//! What is in the database and in no configuration: collections, and fields of those that are
//! read. It is told, not guessed at and not kept.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use bson::raw::{RawBsonRef, RawDocument};

use super::rows::{Tables, in_system};
use crate::legacy::apiomat::System;
use crate::legacy::apiomat::Table;
use crate::legacy::apiomat::error::ApiomatError;
use crate::legacy::apiomat::notes::{LISTED, Notes, Oddity};
use crate::legacy::mongodump::{Data, Dump, Flaw, documents};

pub fn tell(tables: &Tables<'_>, dump: &Dump, notes: &Notes) -> Result<(), ApiomatError> {
    let Some(database) = dump.database(tables.database) else {
        return Ok(());
    };
    for collection in &database.collections {
        let name = &collection.name;
        let place = format!("{}/{name}", tables.database);
        let of = tables.of.values().map(|(table, _)| *table);
        let of: Vec<&Table> = of.filter(|table| table.collection == *name).collect();
        match &collection.data {
            Some(data) if !of.is_empty() => fields(&place, data, &named(&of), notes)?,
            data => {
                let count = data.as_ref().map(documents::scan).transpose()?;
                let documents = count.map_or(0, |count| count.documents);
                notes.tell(place, Oddity::Collection { documents });
            }
        }
    }
    Ok(())
}

/// The paths that configuration names in the documents of a collection.
fn named(tables: &[&Table]) -> BTreeSet<String> {
    let mut named = BTreeSet::from(["_id".to_owned()]);
    for table in tables {
        let within = |path: &str| match &table.list {
            Some(list) => format!("{list}.{path}"),
            None => path.into(),
        };
        named.insert(within("_id"));
        for path in table.fields.values().chain(&table.keep) {
            let each = System::ALL.map(|system| within(&in_system(path, system)));
            named.extend(each);
        }
    }
    named
}

fn fields(
    place: &str,
    data: &Data,
    named: &BTreeSet<String>,
    notes: &Notes,
) -> Result<(), ApiomatError> {
    let mut survey = Survey {
        named,
        unnamed: BTreeMap::new(),
        more: 0,
    };
    for item in documents::open(data)? {
        match item {
            Ok(document) => match RawDocument::from_bytes(&document.bytes) {
                Ok(raw) => survey.look(raw, ""),
                Err(error) => {
                    let at = format!("{place}[{}]", document.index);
                    notes.tell(at, Oddity::BadDocument(error.to_string()));
                }
            },
            Err(Flaw::Fault(error)) => return Err(error.into()),
            Err(flaw) => notes.tell(place, Oddity::BadDocument(flaw.to_string())),
        }
    }
    for (path, times) in survey.unnamed {
        notes.tell_often(format!("{place}.{path}"), Oddity::Field, times);
    }
    if survey.more > 0 {
        notes.tell_often(place, Oddity::Field, survey.more);
    }
    Ok(())
}

struct Survey<'n> {
    named: &'n BTreeSet<String>,
    unnamed: BTreeMap<String, u64>,
    /// How often there were others, when there were too many: names in documents may be data.
    more: u64,
}

impl Survey<'_> {
    fn look(&mut self, document: &RawDocument, above: &str) {
        for (key, value) in document.into_iter().flatten() {
            let path = match above {
                "" => key.as_str().to_owned(),
                above => format!("{above}.{}", key.as_str()),
            };
            if self.named.contains(&path) {
                continue;
            }
            match value {
                RawBsonRef::Document(below) if self.is_above(&path) => self.look(below, &path),
                RawBsonRef::Array(items) if self.is_above(&path) => {
                    for item in items.into_iter().flatten() {
                        if let RawBsonRef::Document(below) = item {
                            self.look(below, &path);
                        }
                    }
                }
                _ => self.count(path),
            }
        }
    }

    /// Whether something below this is named.
    fn is_above(&self, path: &str) -> bool {
        let begin = format!("{path}.");
        let behind = (Bound::Included(begin.as_str()), Bound::Unbounded);
        let next = self.named.range::<str, _>(behind).next();
        next.is_some_and(|named| named.starts_with(&begin))
    }

    fn count(&mut self, path: String) {
        if let Some(times) = self.unnamed.get_mut(&path) {
            *times += 1;
        } else if (self.unnamed.len() as u64) < LISTED {
            self.unnamed.insert(path, 1);
        } else {
            self.more += 1;
        }
    }
}
