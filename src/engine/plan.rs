//! The planner: compares what a recipe maps with the ledger and the store, and spools the
//! differences.

use std::collections::HashMap;
use std::rc::Rc;

use diesel::sqlite::SqliteConnection;

use super::change::{Act, Change, Spool};
use super::decisions::{Decisions, Question, Resolved};
use super::finding::{Cause, Finding, Severity};
use super::findings::Findings;
use super::names::{Claim, Names, OnTaken};
use super::tally::{Outcome, Tallies};
use super::{Stop, Ui};
use crate::config::OnConflict;
use crate::model::{FieldHash, Fingerprint, Key, Record, Table, Value};
use crate::sql::Cell;
use crate::store::ids::IdSet;
use crate::store::ledger::{self, Entries, Entry};
use crate::store::rows::{self, StoredRow};

/// A legacy row as mapped, on its way to one store row.
#[derive(Clone, Debug)]
pub struct Draft<R> {
    pub key: Key,
    /// How the row is called where a person reads of it.
    pub name: String,
    pub record: R,
    pub target: Target,
    /// A unique column and what the row got there.
    pub claim: Option<(&'static str, Claim)>,
    /// The entity that accounts for the row; parts of another row have none.
    pub entity: Option<&'static str>,
}

/// Which store row a legacy row that is not in the ledger becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A new one; the id is kept where it is free.
    New { id: Option<i64> },
    /// One that is there: followed, and left alone.
    Adopt(i64),
    /// The one that is there, or else a new one: made equal to the draft whatever was
    /// edited or deleted since, because a person names it in this very run.
    Exact(Option<i64>),
}

/// Where a draft went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placed {
    /// A row with this id.
    At(i64),
    /// Nowhere: a person deleted the row in the store, and it stays deleted.
    Gone(Cause),
}

/// How a row of the ledger came into the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An import created it.
    Created,
    /// It was there before, and is followed.
    Adopted,
}

struct TableState {
    /// The ledger's number for this recipe's rows; `None` where no run brought any yet.
    kind: Option<i64>,
    /// The rows that the store has.
    ids: Rc<IdSet>,
    /// The ledger's entries that were looked up last: a batch is often looked up twice.
    entries: Rc<Entries>,
    /// The highest id ever given, this plan's included.
    highest: i64,
}

/// See the module.
pub struct Planner<'a> {
    pub(super) connection: &'a mut SqliteConnection,
    recipe: &'static str,
    on_conflict: OnConflict,
    pub(super) spool: Spool,
    pub(super) findings: Findings,
    pub(super) tallies: Tallies,
    pub(super) decisions: &'a mut Decisions,
    pub(super) ui: &'a mut dyn Ui,
    pub(super) stage: Option<&'static str>,
    /// Rows that the plan rests on and that must be the same when it is applied.
    pub(super) facts: Vec<(&'static Table, StoredRow)>,
    tables: HashMap<&'static str, TableState>,
}

/// Legacy ids beyond this are not kept: there would be no room for new ones above them, and
/// JSON's numbers end here.
const HIGHEST_KEPT: i64 = 1 << 53;

/// Rows that a stage maps before it places them.
pub const BATCH: usize = 2_000;

impl<'a> Planner<'a> {
    pub(super) fn new(
        connection: &'a mut SqliteConnection,
        recipe: &'static str,
        on_conflict: OnConflict,
        findings: Findings,
        decisions: &'a mut Decisions,
        ui: &'a mut dyn Ui,
    ) -> Result<Self, Stop> {
        Ok(Planner {
            connection,
            recipe,
            on_conflict,
            spool: Spool::new()?,
            findings,
            tallies: Tallies::default(),
            decisions,
            ui,
            stage: None,
            facts: Vec::new(),
            tables: HashMap::new(),
        })
    }

    /// Records a finding, which is about the stage that runs.
    ///
    /// # Errors
    /// The disk is full.
    pub fn finding(&mut self, mut finding: Finding) -> Result<(), Stop> {
        finding.stage = self.stage.map(Into::into);
        self.ui.finding(&finding);
        Ok(self.findings.push(&finding)?)
    }

    /// Accounts for a legacy row that does not come in, with the reason.
    ///
    /// # Errors
    /// The disk is full.
    pub fn fall(
        &mut self,
        entity: &'static str,
        key: &Key,
        outcome: Outcome,
        finding: Finding,
    ) -> Result<Cause, Stop> {
        let finding = match outcome {
            Outcome::Refused => finding.refusing(),
            _ => finding,
        };
        let cause = finding.as_cause().unwrap_or_else(|| Cause {
            entity: entity.into(),
            legacy_id: key.to_string(),
            code: finding.code.clone(),
        });
        self.account(entity, key, outcome, finding.name.as_deref().unwrap_or(""));
        self.finding(finding)?;
        Ok(cause)
    }

    /// Accounts for a row that cannot be understood. Where an earlier run brought it, it
    /// keeps its last good state, and its id there is returned for its dependants.
    ///
    /// # Errors
    /// The store fails, the disk is full.
    pub fn refuse<R: Record>(
        &mut self,
        entity: &'static str,
        key: &Key,
        finding: Finding,
    ) -> Result<Result<i64, Cause>, Stop> {
        let cause = self.fall(entity, key, Outcome::Refused, finding.clone())?;
        if self.state(R::TABLE)?.kind.is_none() {
            return Ok(Err(cause));
        }
        let entries = self.entries(R::TABLE, &[key])?;
        let ids = Rc::clone(&self.state(R::TABLE)?.ids);
        let Some(entry) = entries
            .get(key)
            .filter(|entry| ids.contains(entry.store_id))
        else {
            return Ok(Err(cause));
        };
        self.finding(
            Finding::new(
                "kept-last-good",
                Severity::Warning,
                format!(
                    "{entity} {key} is refused now, but an earlier run brought it: it stays as it was."
                ),
            )
            .on(entity, key, finding.name.as_deref().unwrap_or("")),
        )?;
        Ok(Ok(entry.store_id))
    }

    /// Accounts for a row without a finding of its own.
    pub fn account(&mut self, entity: &'static str, key: &Key, outcome: Outcome, name: &str) {
        self.tallies.of(entity).add(outcome, key);
        self.ui.row(outcome, entity, key, name);
    }

    /// Tells how far the stage is, and stops where the person wants to.
    ///
    /// # Errors
    /// [`Stop::Cancelled`]
    pub fn advance(&mut self, rows: usize) -> Result<(), Stop> {
        self.ui.advance(rows as u64);
        self.check_cancelled()
    }

    pub(super) fn check_cancelled(&self) -> Result<(), Stop> {
        if self.ui.cancelled() {
            return Err(Stop::Cancelled);
        }
        Ok(())
    }

    /// Answers a question from what is recorded, or asks it.
    ///
    /// # Errors
    /// [`Stop::Cancelled`]
    pub fn decide(&mut self, question: &Question) -> Result<Resolved, Stop> {
        self.check_cancelled()?;
        self.decisions.resolve(question, self.ui)
    }

    /// Whether a person can be asked.
    pub fn attended(&self) -> bool {
        self.ui.attended()
    }

    /// Warns of something that calls for a person's consent; unattended runs go on.
    ///
    /// # Errors
    /// [`Stop::Cancelled`] where the person says no.
    pub fn consent(&mut self, finding: Finding) -> Result<(), Stop> {
        let attended = self.ui.attended();
        self.finding(finding.clone())?;
        if attended && self.ui.consent(&finding)? == super::Consent::No {
            return Err(Stop::Cancelled);
        }
        Ok(())
    }

    /// All rows of a small table, which the plan then rests on.
    ///
    /// # Errors
    /// The store fails.
    pub fn facts(&mut self, table: &'static Table) -> Result<Vec<StoredRow>, Stop> {
        let rows = rows::page(self.connection, table, i64::MIN, usize::MAX >> 1)?;
        self.facts
            .extend(rows.iter().map(|row| (table, row.clone())));
        Ok(rows)
    }

    /// One row of the store.
    ///
    /// # Errors
    /// The store fails.
    pub fn stored(&mut self, table: &'static Table, id: i64) -> Result<Option<StoredRow>, Stop> {
        Ok(rows::by_ids(self.connection, table, &[id])?.pop())
    }

    /// Whether the store has any row of this table.
    ///
    /// # Errors
    /// The store fails.
    pub fn has_rows(&mut self, table: &'static Table) -> Result<bool, Stop> {
        Ok(!self.state(table)?.ids.is_empty())
    }

    /// Hands out some columns of every row of a table that may be large.
    ///
    /// # Errors
    /// The store fails.
    pub fn each_stored(
        &mut self,
        table: &'static Table,
        columns: &[&str],
        each: impl FnMut(i64, &[Cell]),
    ) -> Result<(), Stop> {
        Ok(rows::each(self.connection, table, columns, each)?)
    }

    /// The store rows that these legacy rows became, where an earlier run brought them.
    ///
    /// # Errors
    /// The store fails.
    pub fn current(
        &mut self,
        table: &'static Table,
        keys: &[&Key],
    ) -> Result<HashMap<Key, StoredRow>, Stop> {
        if self.state(table)?.kind.is_none() {
            return Ok(HashMap::new());
        }
        let entries = self.entries(table, keys)?;
        let ids: Vec<i64> = entries.iter().map(|(_, entry)| entry.store_id).collect();
        let rows: HashMap<i64, StoredRow> = rows::by_ids(self.connection, table, &ids)?
            .into_iter()
            .map(|row| (row.id, row))
            .collect();
        Ok(entries
            .iter()
            .filter_map(|(key, entry)| Some((key.clone(), rows.get(&entry.store_id)?.clone())))
            .collect())
    }

    /// How the rows of these keys, in key order, came into the store; keys that no earlier
    /// run knew are left out.
    ///
    /// # Errors
    /// The store fails.
    pub fn origins(
        &mut self,
        table: &'static Table,
        keys: &[&Key],
    ) -> Result<HashMap<Key, Origin>, Stop> {
        if self.state(table)?.kind.is_none() {
            return Ok(HashMap::new());
        }
        let entries = self.entries(table, keys)?;
        let origin = |entry: &Entry| match entry.adopted {
            true => Origin::Adopted,
            false => Origin::Created,
        };
        Ok(entries
            .iter()
            .map(|(key, entry)| (key.clone(), origin(entry)))
            .collect())
    }

    /// Whether the store has no row of this table that no import of this recipe brought.
    ///
    /// # Errors
    /// The store fails.
    pub fn is_first_run(&mut self, table: &'static Table) -> Result<bool, Stop> {
        Ok(self.state(table)?.kind.is_none())
    }

    /// New ids of this table are above `highest` from here on: the source keeps those up to it.
    ///
    /// # Errors
    /// The store fails.
    pub fn reserve_ids(&mut self, table: &'static Table, highest: i64) -> Result<(), Stop> {
        let state = self.state(table)?;
        state.highest = state.highest.max(highest.min(HIGHEST_KEPT));
        Ok(())
    }

    /// The holders of a unique column, to claim values from.
    ///
    /// # Errors
    /// The store fails.
    pub fn names(&mut self, table: &'static Table, column: &str) -> Result<Names, Stop> {
        Ok(Names::load(self.connection, table, column)?)
    }

    /// What each row gets of a unique column, in the order given.
    ///
    /// # Errors
    /// The store fails.
    pub fn claims(
        &mut self,
        table: &'static Table,
        column: &str,
        names: &mut Names,
        wishes: &[(&Key, &str)],
        on_taken: OnTaken,
    ) -> Result<Vec<Claim>, Stop> {
        let keys: Vec<&Key> = wishes.iter().map(|(key, _)| *key).collect();
        let entries = self.entries(table, &keys)?;
        let column = table.column(column);
        // a row that was deleted in the store and comes back needs its name anew
        let stored = Rc::clone(&self.state(table)?.ids);
        let comes_back = self.on_conflict == OnConflict::Legacy;
        let mut claims = Vec::with_capacity(wishes.len());
        let mut renamed = Vec::new();
        for (key, wish) in wishes {
            let entry = entries.get(key);
            let wished = super::names::hash(wish);
            claims.push(match entry {
                Some(entry)
                    if entry.fingerprint.field(table.columns.len()) == Some(wished.into())
                        && (!comes_back || stored.contains(entry.store_id)) =>
                {
                    names.keep(wished, key.number, entry.store_id);
                    if entry.fingerprint.field(column) != Some(wished.into()) {
                        renamed.push((claims.len(), entry.store_id));
                    }
                    Claim::Kept {
                        wish: wished,
                        renamed: None,
                    }
                }
                _ => names.claim(
                    wish,
                    key.number,
                    entry.map(|entry| entry.store_id),
                    on_taken,
                ),
            });
        }
        let ids: Vec<i64> = renamed.iter().map(|(_, id)| *id).collect();
        let rows: HashMap<i64, StoredRow> = rows::by_ids(self.connection, table, &ids)?
            .into_iter()
            .map(|row| (row.id, row))
            .collect();
        for (index, id) in renamed {
            if let (Some(Claim::Kept { renamed, .. }), Some(row)) =
                (claims.get_mut(index), rows.get(&id))
            {
                *renamed = row
                    .values
                    .get(column)
                    .and_then(Value::as_text)
                    .map(str::to_string);
            }
        }
        Ok(claims)
    }

    /// Places a batch of drafts of one table, in key order, and says where each went.
    ///
    /// # Errors
    /// The store fails, the disk is full.
    pub fn place<R: Record>(&mut self, drafts: Vec<Draft<R>>) -> Result<Vec<Placed>, Stop> {
        let table = R::TABLE;
        let keys: Vec<&Key> = drafts.iter().map(|draft| &draft.key).collect();
        let entries = self.entries(table, &keys)?;
        let existing = Rc::clone(&self.state(table)?.ids);
        let mut prepared = Vec::with_capacity(drafts.len());
        let mut changed = Vec::new();
        for draft in drafts {
            let entry = entries.get(&draft.key);
            let draft = Prepared::new(draft, entry);
            match (entry, draft.target) {
                (_, Target::Exact(Some(id))) => changed.push(id),
                (Some(entry), _) if !entry.adopted && entry.fingerprint != draft.fingerprint => {
                    changed.push(entry.store_id);
                }
                _ => {}
            }
            prepared.push((draft, entry));
        }
        let mut current: HashMap<i64, StoredRow> = rows::by_ids(self.connection, table, &changed)?
            .into_iter()
            .map(|row| (row.id, row))
            .collect();
        let mut placed = Vec::with_capacity(prepared.len());
        for (draft, entry) in prepared {
            let place = self.place_one(table, draft, entry, &existing, &mut current)?;
            placed.push(place);
        }
        Ok(placed)
    }

    fn place_one(
        &mut self,
        table: &'static Table,
        draft: Prepared,
        entry: Option<&Entry>,
        existing: &IdSet,
        current: &mut HashMap<i64, StoredRow>,
    ) -> Result<Placed, Stop> {
        let (id, act, outcome) = match (entry, draft.target) {
            (entry, Target::Exact(id)) => {
                let before = id.and_then(|id| current.remove(&id)).map(|row| row.values);
                match (id, before) {
                    (Some(id), Some(before)) if before == draft.values => {
                        if entry.is_some_and(|entry| {
                            entry.store_id == id && entry.fingerprint == draft.fingerprint
                        }) {
                            return Ok(Placed::At(id));
                        }
                        (id, Act::Adopt, Outcome::Unchanged)
                    }
                    (Some(id), Some(before)) => {
                        let after = draft.values.clone();
                        (id, Act::Update { before, after }, Outcome::Updated)
                    }
                    _ => {
                        let id = self.free_id(table, None, existing)?;
                        (id, Act::Insert(draft.values.clone()), Outcome::Created)
                    }
                }
            }
            (Some(entry), _) => {
                let id = entry.store_id;
                if !existing.contains(id) {
                    if self.on_conflict == OnConflict::Store {
                        return self.stays_deleted(table, &draft);
                    }
                    (id, Act::Insert(draft.values.clone()), Outcome::Created)
                } else if entry.adopted || entry.fingerprint == draft.fingerprint {
                    self.account_draft(&draft, Outcome::Unchanged);
                    return Ok(Placed::At(id));
                } else {
                    let before = current
                        .remove(&id)
                        .map(|row| row.values)
                        .unwrap_or_default();
                    let after = self.merge(table, &draft, entry, &before)?;
                    if after == before {
                        (id, Act::Rebase, Outcome::Unchanged)
                    } else {
                        (id, Act::Update { before, after }, Outcome::Updated)
                    }
                }
            }
            (None, Target::Adopt(id)) => (id, Act::Adopt, Outcome::Unchanged),
            (None, Target::New { id }) => {
                let id = self.free_id(table, id, existing)?;
                (id, Act::Insert(draft.values.clone()), Outcome::Created)
            }
        };
        self.account_draft(&draft, outcome);
        let change = Change {
            key: draft.key,
            id,
            act,
            fingerprint: draft.fingerprint,
            ledger_before: entry.map(|entry| (entry.fingerprint.clone(), entry.changed_run)),
        };
        self.spool.push(table, &change)?;
        Ok(Placed::At(id))
    }

    fn account_draft(&mut self, draft: &Prepared, outcome: Outcome) {
        if let Some(entity) = draft.entity {
            self.account(entity, &draft.key, outcome, &draft.name);
        }
    }

    fn stays_deleted(&mut self, table: &'static Table, draft: &Prepared) -> Result<Placed, Stop> {
        let entity = draft.entity.unwrap_or(table.name);
        let finding = Finding::new(
            "deleted-in-store",
            Severity::Info,
            format!(
                "{entity} {} was deleted in the store by hand and stays deleted.",
                draft.key
            ),
        )
        .on(entity, &draft.key, &draft.name);
        let cause = finding.as_cause().unwrap_or_else(|| Cause {
            entity: entity.into(),
            legacy_id: draft.key.to_string(),
            code: "deleted-in-store".into(),
        });
        self.account_draft(draft, Outcome::Skipped);
        self.finding(finding)?;
        Ok(Placed::Gone(cause))
    }

    /// The three-way merge, field by field: what the import last wrote, what stands in the
    /// store, what the source says now.
    fn merge(
        &mut self,
        table: &'static Table,
        draft: &Prepared,
        entry: &Entry,
        before: &[Value],
    ) -> Result<Vec<Value>, Stop> {
        let mut after = before.to_vec();
        for (index, (column, _)) in table.columns.iter().enumerate() {
            let (Some(base), Some(new)) = (
                entry.fingerprint.field(index),
                draft.fingerprint.field(index),
            ) else {
                continue;
            };
            let (Some(stored), Some(mapped)) = (before.get(index), draft.values.get(index)) else {
                continue;
            };
            let stored = FieldHash::from(stored);
            if new == base || stored == new {
                continue;
            }
            if stored != base {
                let (code, what) = match self.on_conflict {
                    OnConflict::Store => ("edit-kept", "the store's value stays"),
                    OnConflict::Legacy => ("edit-overwritten", "the source's value is written"),
                };
                let entity = draft.entity.unwrap_or(table.name);
                self.finding(
                    Finding::new(
                        code,
                        Severity::Warning,
                        format!(
                            "{column} of {entity} {} was edited in the store and changed in the source: {what}.",
                            draft.key
                        ),
                    )
                    .on(entity, &draft.key, &draft.name),
                )?;
                if self.on_conflict == OnConflict::Store {
                    continue;
                }
            }
            after[index] = mapped.clone();
        }
        Ok(after)
    }

    /// The wanted id where it is free, else one above the highest ever given.
    fn free_id(
        &mut self,
        table: &'static Table,
        wanted: Option<i64>,
        existing: &IdSet,
    ) -> Result<i64, Stop> {
        let state = self.state(table)?;
        let id = match wanted {
            Some(id) if (1..=HIGHEST_KEPT).contains(&id) && !existing.contains(id) => id,
            _ => state.highest + 1,
        };
        state.highest = state.highest.max(id);
        Ok(id)
    }

    fn state(&mut self, table: &'static Table) -> Result<&mut TableState, Stop> {
        if !self.tables.contains_key(table.name) {
            let highest = rows::highest_id(self.connection, table)?;
            let kind = ledger::kind(self.connection, self.recipe, table)?;
            let ids = Rc::new(IdSet::load(self.connection, table)?);
            self.tables.insert(
                table.name,
                TableState {
                    kind,
                    ids,
                    entries: Rc::default(),
                    highest,
                },
            );
        }
        self.tables
            .get_mut(table.name)
            .ok_or_else(|| Stop::store("a table without a state"))
    }

    fn entries(&mut self, table: &'static Table, keys: &[&Key]) -> Result<Rc<Entries>, Stop> {
        let state = self.state(table)?;
        let Some(kind) = state.kind else {
            return Ok(Rc::default());
        };
        if state.entries.cover(keys) {
            return Ok(Rc::clone(&state.entries));
        }
        let entries = Rc::new(ledger::entries(self.connection, kind, keys)?);
        self.state(table)?.entries = Rc::clone(&entries);
        Ok(entries)
    }
}

/// A draft as values, with its new fingerprint.
struct Prepared {
    key: Key,
    name: String,
    values: Vec<Value>,
    fingerprint: Fingerprint,
    target: Target,
    entity: Option<&'static str>,
}

impl Prepared {
    fn new<R: Record>(draft: Draft<R>, entry: Option<&Entry>) -> Self {
        let mut values = draft.record.into_values();
        let mut wish = None;
        let mut kept = None;
        if let Some((column, claim)) = draft.claim {
            let index = R::TABLE.column(column);
            match claim {
                Claim::Given {
                    value,
                    wish: wished,
                } => {
                    values[index] = value.into();
                    wish = Some(wished);
                }
                Claim::Kept { wish: wished, .. } => {
                    wish = Some(wished);
                    kept = Some(index);
                }
                Claim::Taken(_) => {}
            }
        }
        let mut fingerprint = Fingerprint::of(&values, wish);
        // what the row got for the same wish stays: its field counts as unchanged
        if let (Some(index), Some(entry)) = (kept, entry)
            && let Some(base) = entry.fingerprint.field(index)
        {
            fingerprint.set_field(index, base);
        }
        Prepared {
            key: draft.key,
            name: draft.name,
            values,
            fingerprint,
            target: draft.target,
            entity: draft.entity,
        }
    }
}
