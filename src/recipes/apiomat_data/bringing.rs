//! One collection on its way into the store.

use super::classes::Class;
use super::damage::{Damages, fault};
use super::ids::{self, Found};
use super::references::References;
use super::types::Types;
use crate::engine::{Cause, Finding, Outcome, Planner, Severity, Stop};
use crate::legacy::mongodump::{Collection, Document, Flaw, documents};
use crate::model::series::DOCUMENTS;
use crate::model::{Key, Value};
use crate::store::digest::ListDigest;
use crate::store::lists::List;
use crate::text::counted;

/// Documents of one collection that are refused and told one by one.
const TOLD: u64 = 100;

/// Documents for which there is room from the start; a file of a few bytes may claim millions.
const ROOM: u64 = 1_000_000;

/// Documents that are accounted for in one line.
const LINE: u64 = 10_000;

/// See the module.
pub struct Bringing<'a> {
    /// How the collection is called in reports.
    pub path: &'a str,
    pub collection: &'a Collection,
    pub generation: i64,
    /// What its documents should be.
    pub class: Option<&'a Class>,
    pub damages: &'a mut Damages,
    pub references: &'a mut References,
}

/// The documents of one generation of a collection.
pub fn list(collection: i64, generation: i64) -> List {
    List {
        series: &DOCUMENTS,
        owner: collection,
        lane: generation,
    }
}

/// Whether the store has just what would come in of the dump, in the same order: neither what is
/// damaged nor what is there twice does.
pub fn is_the_same(plan: &mut Planner, collection: &Collection, list: List) -> Result<bool, Stop> {
    let Some(data) = &collection.data else {
        return Ok(false);
    };
    let mut stored = ListDigest::default();
    plan.each_row(list, |fields| stored.add(fields))?;
    let mut dumped = ListDigest::default();
    let mut met = ids::Documents::default();
    for document in documents::open(data).map_err(fault)? {
        match document {
            Ok(document) if met.meet(&document.bytes) == Found::New => {
                dumped.add(&[Value::Bytes(document.bytes)]);
            }
            Ok(_) | Err(Flaw::Bad(_) | Flaw::Broken(_)) => {}
            Err(Flaw::Fault(error)) => return Err(fault(error)),
        }
    }
    Ok(stored.finish() == dumped.finish())
}

impl Bringing<'_> {
    /// Brings the documents under the collection with this id; says how many it has.
    pub fn run(&mut self, plan: &mut Planner, owner: i64) -> Result<u64, Stop> {
        let Some(data) = &self.collection.data else {
            return Ok(0);
        };
        let list = list(owner, self.generation);
        let known = plan.known_list(list, &format!("{}/{}", self.generation, self.path))?;
        let mut there = ids::Documents::default();
        there.reserve(documents::scan(data).map_err(fault)?.documents.min(ROOM));
        plan.each_row(list, |fields| {
            if let Some(bytes) = fields.first().and_then(Value::as_bytes) {
                there.add_stored(bytes);
            }
        })?;
        let mut merge = plan.append_to(&known);
        let mut accounts = Accounts::new(self.path);
        let mut types = self.class.map(Types::new);
        let (mut documents, mut bad, mut others) = (0, 0, 0);
        for document in documents::open(data).map_err(fault)? {
            let document = match document {
                Ok(document) => document,
                Err(Flaw::Bad(flaw)) => {
                    accounts.end(plan);
                    self.damages
                        .of_document(plan, self.path, data, &flaw, bad)?;
                    bad += 1;
                    continue;
                }
                Err(Flaw::Broken(end)) => {
                    self.damages.of_end(plan, self.path, data, &end)?;
                    continue;
                }
                Err(Flaw::Fault(error)) => return Err(fault(error)),
            };
            documents += 1;
            if let Some(types) = &mut types {
                types.look_at(&document.bytes);
            }
            self.references
                .look_at(&self.collection.name, self.class, &document)?;
            let outcome = match there.meet(&document.bytes) {
                Found::New => Outcome::Created,
                Found::Same => Outcome::Unchanged,
                Found::Other => Outcome::Refused,
            };
            accounts.add(plan, document.index, outcome)?;
            match outcome {
                Outcome::Created => merge.push(plan, vec![Value::Bytes(document.bytes)])?,
                Outcome::Refused => {
                    others += 1;
                    self.refuse(plan, &document, others)?;
                }
                _ => {}
            }
        }
        accounts.end(plan);
        merge.end(plan)?;
        self.damages.of_others(plan, self.path, bad)?;
        self.refuse_others(plan, others)?;
        if let Some(types) = types {
            types.report(plan, self.path)?;
        }
        self.references
            .keep(&self.collection.name, there.into_ids());
        Ok(documents)
    }

    /// Another document has its `_id`. As with mongorestore that one stays.
    fn refuse(&self, plan: &mut Planner, document: &Document, told: u64) -> Result<(), Stop> {
        if told > TOLD {
            return Ok(());
        }
        let message = format!(
            "The document at byte {} has the _id {} of another one that is there and differs: that one stays, and this one does not come in. --drop replaces the collection.",
            document.offset,
            ids::shown(&document.bytes)
        );
        let key = Key::text(format!("{}[{}]", self.path, document.index));
        plan.finding(
            Finding::new("document-differs", Severity::Error, message)
                .on("documents", key, "")
                .refusing(),
        )
    }

    fn refuse_others(&self, plan: &mut Planner, refused: u64) -> Result<(), Stop> {
        let others = refused.saturating_sub(TOLD);
        if others == 0 {
            return Ok(());
        }
        let message = format!(
            "{others} more documents have the _id of another one that is there and differs: they do not come in. --drop replaces the collection."
        );
        plan.finding(
            Finding::new("document-differs", Severity::Error, message)
                .on("documents", self.path, "")
                .refusing(),
        )
    }

    /// Accounts for documents whose collection a person deleted in the store.
    pub fn skip(&mut self, plan: &mut Planner, cause: &Cause) -> Result<u64, Stop> {
        let Some(data) = &self.collection.data else {
            return Ok(0);
        };
        let count = documents::scan(data).map_err(fault)?.documents;
        plan.account_list("documents", self.path, 0..count, Outcome::Skipped);
        let message = format!(
            "{} to a collection that does not come in.",
            counted(count, "document belongs", "documents belong")
        );
        plan.finding(
            Finding::new("parent-left-out", Severity::Info, message)
                .on("documents", self.path, "")
                .because(cause.clone()),
        )?;
        plan.advance(count as usize)?;
        Ok(0)
    }
}

/// Accounts for documents in their order, as many as possible in one line.
struct Accounts<'a> {
    path: &'a str,
    numbers: std::ops::Range<u64>,
    outcome: Outcome,
}

impl<'a> Accounts<'a> {
    fn new(path: &'a str) -> Self {
        Accounts {
            path,
            numbers: 0..0,
            outcome: Outcome::Created,
        }
    }

    fn add(&mut self, plan: &mut Planner, number: u64, outcome: Outcome) -> Result<(), Stop> {
        let goes_on = self.outcome == outcome && self.numbers.end == number;
        if !goes_on || number - self.numbers.start >= LINE {
            let done = self.numbers.end - self.numbers.start;
            self.end(plan);
            plan.advance(done as usize)?;
            self.outcome = outcome;
            self.numbers = number..number;
        }
        self.numbers.end = number + 1;
        Ok(())
    }

    fn end(&mut self, plan: &mut Planner) {
        let numbers = std::mem::take(&mut self.numbers);
        plan.account_list("documents", self.path, numbers, self.outcome);
    }
}
