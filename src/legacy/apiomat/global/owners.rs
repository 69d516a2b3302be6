//! Rows that others belong to, found by id or by name.

use std::collections::{BTreeSet, HashMap};

use super::rows::Row;
use super::values::{Id, Reference};

/// How a row names others: by ids, or by names.
#[derive(Clone, Debug, Default)]
pub struct Refs(pub Vec<Reference>);

impl Refs {
    pub fn has_id(&self, id: Option<&Id>) -> bool {
        id.is_some_and(|id| self.0.iter().any(|it| it.id == *id))
    }

    pub fn has_name(&self, name: &str) -> bool {
        self.0.iter().any(|it| it.name() == Some(name))
    }
}

/// Rows by all that they may be called, numbered as they were added.
#[derive(Default)]
pub struct Owners {
    by_id: HashMap<Id, Vec<usize>>,
    by_name: HashMap<String, Vec<usize>>,
    by_document: HashMap<u64, Vec<usize>>,
    /// With what they are a part of; rows with the same one are one row in several forms, as a
    /// module in two systems.
    whole_names: Vec<String>,
}

/// The rows that are meant.
pub enum Found {
    None,
    Rows(Vec<usize>),
    /// The id or name is that of several, which have nothing to do with each other.
    Several,
}

impl Owners {
    pub fn add(&mut self, row: &Row<'_>, name: &str, whole_name: &str) {
        let number = self.whole_names.len();
        self.whole_names.push(whole_name.into());
        if let Some(id) = row.id() {
            self.by_id.entry(id).or_default().push(number);
        }
        for name in BTreeSet::from([name, whole_name]) {
            self.by_name.entry(name.into()).or_default().push(number);
        }
        let document = self.by_document.entry(row.document());
        document.or_default().push(number);
    }

    pub fn find(&self, refs: &Refs) -> Found {
        let mut rows = BTreeSet::new();
        for reference in &refs.0 {
            let Some(found) = self.meant(reference) else {
                continue;
            };
            if self.whole_name_of(found).is_none() {
                return Found::Several;
            }
            rows.extend(found);
        }
        match rows.is_empty() {
            true => Found::None,
            false => Found::Rows(rows.into_iter().collect()),
        }
    }

    /// The rows that a document of their collection is.
    pub fn in_document(&self, document: u64) -> Found {
        match self.by_document.get(&document) {
            Some(rows) => Found::Rows(rows.clone()),
            None => Found::None,
        }
    }

    /// The name of what is meant, with what it is a part of.
    pub fn whole_name(&self, reference: &Reference) -> Option<String> {
        let rows = self.meant(reference)?;
        self.whole_name_of(rows).map(str::to_owned)
    }

    /// The rows with this id, or else with this name.
    fn meant(&self, reference: &Reference) -> Option<&[usize]> {
        let by_name = || self.by_name.get(reference.name()?);
        let rows = self.by_id.get(&reference.id).or_else(by_name)?;
        Some(rows)
    }

    /// The one name that all these have.
    fn whole_name_of(&self, rows: &[usize]) -> Option<&str> {
        let mut names = rows.iter().filter_map(|row| self.whole_names.get(*row));
        let first = names.next()?;
        names.all(|name| name == first).then_some(first.as_str())
    }
}
