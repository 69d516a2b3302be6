//! The planner: compares what a recipe maps with the ledger and the store, and spools the
//! differences.

use std::collections::HashMap;
use std::rc::Rc;

use super::change::Spool;
use super::decisions::{Decisions, Question, Resolved};
use super::finding::{Cause, Finding, Severity, one};
use super::findings::Findings;
use super::journal::{self, Notes};
use super::names::{self, Names};
use super::tally::{Outcome, Tallies};
use super::{Stop, Ui};
use crate::config::OnConflict;
use crate::model::{FieldHash, Fingerprint, Key, Record, Table, Value};
use crate::sql::Cell;
use crate::store::connection::Connection;
use crate::store::ids::IdSet;
use crate::store::ledger::{self, Ahead, Entries, Entry};
use crate::store::rows::{self, StoredRow};
mod claims;
mod draft;
mod lists;
mod place;
mod sweep;

pub use draft::{Draft, Placed, Target};
pub use lists::{Known, Merge};
pub use sweep::{Going, Swept};

/// How a row of the ledger came into the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An import created it.
    Created,
    /// It was there before, and is followed.
    Adopted,
}

impl Origin {
    fn of(entry: &Entry) -> Self {
        match entry.adopted {
            true => Origin::Adopted,
            false => Origin::Created,
        }
    }
}

/// What the last run wrote of a row, and where it is.
#[derive(Clone, Debug)]
pub struct Base {
    pub store_id: i64,
    pub origin: Origin,
    pub fingerprint: Fingerprint,
}

impl Base {
    /// Whether the run wrote this text into a column.
    pub fn has(&self, table: &Table, column: &str, text: &str) -> bool {
        self.fingerprint.field(table.column(column)) == Some(FieldHash::from(&Value::from(text)))
    }

    /// Whether this is the unique value that the row wished for.
    pub fn wished(&self, table: &Table, wish: &str) -> bool {
        let wish = FieldHash::from(names::hash(wish));
        self.fingerprint.field(table.columns.len()) == Some(wish)
    }
}

struct TableState {
    /// The ledger's number for this recipe's rows; `None` where no run brought any yet.
    kind: Option<i64>,
    /// The rows that the store has.
    ids: Rc<IdSet>,
    /// The ledger's entries that were looked up last: a batch is often looked up twice.
    entries: Rc<Entries>,
    /// The ledger's entries that the plan came across.
    met: sweep::Met,
    /// The highest id ever given, this plan's included.
    highest: i64,
}

/// See the module.
pub struct Planner<'a> {
    pub(super) connection: &'a mut Connection,
    /// Reads the ledger, where there is one to read.
    ahead: Option<Ahead>,
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
    sweeps: &'static [Swept],
    deletes_vanished: bool,
    /// What the plan takes away.
    pub(super) going: Going,
    /// What an earlier try of the plan took away: its unique values are free.
    gone: Going,
}

/// How a plan treats what is there already.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    pub recipe: &'static str,
    pub on_conflict: OnConflict,
    /// The tables from which vanished rows go; none where nothing is deleted.
    pub sweeps: &'static [Swept],
}

/// Legacy ids beyond this are not kept: there would be no room for new ones above them, and
/// JSON's numbers end here.
const HIGHEST_KEPT: i64 = 1 << 53;

/// Rows that a stage maps before it places them.
pub const BATCH: usize = 2_000;

impl<'a> Planner<'a> {
    pub(super) fn new(
        connection: &'a mut Connection,
        ahead: Option<Ahead>,
        policy: Policy,
        gone: Going,
        findings: Findings,
        decisions: &'a mut Decisions,
        ui: &'a mut dyn Ui,
    ) -> Result<Self, Stop> {
        Ok(Planner {
            connection,
            ahead,
            recipe: policy.recipe,
            on_conflict: policy.on_conflict,
            sweeps: policy.sweeps,
            deletes_vanished: !policy.sweeps.is_empty(),
            going: Going::default(),
            gone,
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
        if cause.code == "deleted-in-store" {
            // what hangs on a row that a person deleted stays where that person put it
            let swept = self
                .sweeps
                .iter()
                .find(|swept| swept.entity == Some(entity));
            if let Some(table) = swept.map(|swept| swept.table) {
                self.keep(table, key)?;
            }
        }
        self.account(entity, key, outcome, finding.name.as_deref().unwrap_or(""));
        self.finding(finding)?;
        Ok(cause)
    }

    /// Accounts for a row that falls because another one fell.
    ///
    /// # Errors
    /// The disk is full.
    pub fn fall_with(
        &mut self,
        entity: &'static str,
        key: &Key,
        name: &str,
        cause: &Cause,
    ) -> Result<Cause, Stop> {
        let finding = Finding::new(
            "parent-left-out",
            Severity::Info,
            format!(
                "{} {key} belongs to {} {}, which does not come in ({}): it is left out too.",
                one(entity),
                one(&cause.entity),
                cause.legacy_id,
                cause.code
            ),
        )
        .on(entity, key, name)
        .because(cause.clone());
        self.fall(entity, key, Outcome::Skipped, finding)
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
        let entries = self.entries(R::TABLE, &[key])?;
        if let Some(entry) = entries.get(key) {
            self.state(R::TABLE)?.met.mark(entry);
        }
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
                    "{} {key} is refused now, but an earlier run brought it: it stays as it was.",
                    one(entity)
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
        Ok(rows::by_ids(self.connection, table, &[id])?.remove(&id))
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
        let entries = self.entries(table, keys)?;
        let ids: Vec<i64> = entries.iter().map(|(_, entry)| entry.store_id).collect();
        let rows = rows::by_ids(self.connection, table, &ids)?;
        Ok(entries
            .iter()
            .filter_map(|(key, entry)| Some((key.clone(), rows.get(&entry.store_id)?.clone())))
            .collect())
    }

    /// What the ledger has of these rows, by key; keys that no earlier run knew are left out.
    ///
    /// # Errors
    /// The store fails.
    pub fn bases(
        &mut self,
        table: &'static Table,
        keys: &[&Key],
    ) -> Result<HashMap<Key, Base>, Stop> {
        let entries = self.entries(table, keys)?;
        let base = |entry: &Entry| Base {
            store_id: entry.store_id,
            origin: Origin::of(entry),
            fingerprint: entry.fingerprint.clone(),
        };
        Ok(entries
            .iter()
            .map(|(key, entry)| (key.clone(), base(entry)))
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
        let entries = self.entries(table, keys)?;
        Ok(entries
            .iter()
            .map(|(key, entry)| (key.clone(), Origin::of(entry)))
            .collect())
    }

    /// The keys from `first` to `last` of which an earlier run made a row.
    ///
    /// # Errors
    /// The store fails.
    pub fn made_between(
        &mut self,
        table: &'static Table,
        first: Key,
        last: Key,
    ) -> Result<Vec<Key>, Stop> {
        let entries = self.entries(table, &[&first, &last])?;
        let made = entries.iter().filter(|(_, entry)| !entry.adopted);
        Ok(made
            .map(|(key, _)| key.clone())
            .filter(|key| (&first..=&last).contains(&key))
            .collect())
    }

    /// Whether the rows of these keys, in key order, are still in the store; keys that no
    /// earlier run knew are left out.
    ///
    /// # Errors
    /// The store fails.
    pub fn standing(
        &mut self,
        table: &'static Table,
        keys: &[&Key],
    ) -> Result<HashMap<Key, bool>, Stop> {
        let entries = self.entries(table, keys)?;
        let ids = Rc::clone(&self.state(table)?.ids);
        Ok(entries
            .iter()
            .map(|(key, entry)| (key.clone(), ids.contains(entry.store_id)))
            .collect())
    }

    /// What the last run that was committed remembers of its source.
    ///
    /// # Errors
    /// The store fails.
    pub fn last_notes(&mut self) -> Result<Notes, Stop> {
        Ok(journal::last_notes(self.connection, self.recipe)?)
    }

    /// Whether no earlier run of this recipe brought rows of this table.
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
        let mut names = Names::load(self.connection, table, column)?;
        if let Some(gone) = self.gone.deleted.get(table.name) {
            names.free(gone);
        }
        Ok(names)
    }

    fn state(&mut self, table: &'static Table) -> Result<&mut TableState, Stop> {
        if !self.tables.contains_key(table.name) {
            let highest = rows::highest_id(self.connection, table.name)?;
            let kind = ledger::kind(self.connection, self.recipe, table.name)?;
            let ids = Rc::new(IdSet::load(self.connection, table)?);
            self.tables.insert(
                table.name,
                TableState {
                    kind,
                    ids,
                    entries: Rc::default(),
                    met: sweep::Met::default(),
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
        let entries = Rc::new(ledger::entries(
            self.connection,
            self.ahead.as_mut(),
            kind,
            keys,
        )?);
        self.state(table)?.entries = Rc::clone(&entries);
        Ok(entries)
    }
}
