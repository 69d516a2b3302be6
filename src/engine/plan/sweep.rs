//! What vanished from the source: rows that an earlier run brought and that this one did not
//! meet go, children before parents, explicitly and never by the database's cascade.

mod parts;

use std::collections::{HashMap, HashSet};
use std::ops::Bound;

use super::Planner;
use crate::engine::change::{Act, Before, Change};
use crate::engine::finding::{Finding, Severity, one};
use crate::engine::{Outcome, Stop};
use crate::model::{FieldHash, Key, Kind, Table, tables};
use crate::store::ids::IdSet;
use crate::store::ledger::{self, Entry};
use crate::store::rows::{self, StoredRow};

/// A table whose rows go when they vanish from the source, parents before children.
#[derive(Debug)]
pub struct Swept {
    pub table: &'static Table,
    /// The entity that accounts for its rows; parts of other rows have none.
    pub entity: Option<&'static str>,
    /// Why a row stays although it vanished, in words that follow its name; `None`: it goes.
    pub stays: fn(&StoredRow) -> Option<&'static str>,
    /// The table of the rows of which these are parts, and the column that names them: where
    /// such a row stays, its parts stay with it.
    pub part_of: Option<(&'static Table, &'static str)>,
}

impl Swept {
    /// A table whose rows go without more ado.
    pub const fn new(table: &'static Table, entity: Option<&'static str>) -> Self {
        Swept {
            table,
            entity,
            stays: |_| None,
            part_of: None,
        }
    }

    /// A table of parts, for which no entity accounts.
    pub const fn parts(table: &'static Table, whole: &'static Table, column: &'static str) -> Self {
        Swept {
            part_of: Some((whole, column)),
            ..Swept::new(table, None)
        }
    }
}

/// Which entries of the ledger a plan came across.
#[derive(Debug, Default)]
pub(super) struct Met {
    created: IdSet,
    adopted: IdSet,
}

impl Met {
    pub fn mark(&mut self, entry: &Entry) {
        match entry.adopted {
            true => self.adopted.insert(entry.store_id),
            false => self.created.insert(entry.store_id),
        }
    }

    fn has(&self, entry: &Entry) -> bool {
        match entry.adopted {
            true => self.adopted.contains(entry.store_id),
            false => self.created.contains(entry.store_id),
        }
    }

    fn len(&self) -> usize {
        self.created.len() + self.adopted.len()
    }
}

/// What a plan takes away, and what it moves elsewhere.
#[derive(Debug, Default)]
pub struct Going {
    /// By table: the rows that are deleted.
    pub deleted: HashMap<&'static str, IdSet>,
    /// By table and column: the rows that refer to another row from now on.
    moved: HashMap<(&'static str, &'static str), IdSet>,
    /// By table: rows of the store whose unique value somebody wished for and did not get.
    wanted: HashMap<&'static str, HashSet<i64>>,
}

impl Going {
    pub(super) fn moves(&mut self, table: &'static Table, column: &'static str, id: i64) {
        self.moved
            .entry((table.name, column))
            .or_default()
            .insert(id);
    }

    pub(super) fn wants(&mut self, table: &'static Table, holders: HashSet<i64>) {
        if !holders.is_empty() {
            self.wanted.entry(table.name).or_default().extend(holders);
        }
    }

    pub fn deletes(&self, table: &str, id: i64) -> bool {
        self.deleted.get(table).is_some_and(|ids| ids.contains(id))
    }

    /// Whether a value that somebody did not get is free once the deleted rows are gone.
    pub fn frees_wanted(&self) -> bool {
        self.wanted
            .iter()
            .any(|(table, ids)| ids.iter().any(|id| self.deletes(table, *id)))
    }
}

/// Rows of the ledger that are looked at together.
const PAGE: usize = 5_000;

impl Planner<'_> {
    /// Whether rows go that vanished from the source.
    pub fn deletes_vanished(&self) -> bool {
        self.deletes_vanished
    }

    /// The row of this key stays as it is, whatever the source says of it now.
    ///
    /// # Errors
    /// The store fails.
    pub fn keep(&mut self, table: &'static Table, key: &Key) -> Result<(), Stop> {
        let entries = self.entries(table, &[key])?;
        if let Some(entry) = entries.get(key) {
            self.state(table)?.met.mark(entry);
        }
        Ok(())
    }

    /// For each entity how many of its live rows go: (entity, deleted, live).
    ///
    /// # Errors
    /// The store fails.
    pub(in crate::engine) fn deletions(&mut self) -> Result<Vec<(&'static str, u64, u64)>, Stop> {
        let mut all = Vec::new();
        for swept in self.sweeps {
            if let (Some(entity), Some(kind)) = (swept.entity, self.state(swept.table)?.kind) {
                let live = ledger::size(self.connection, kind)?;
                all.push((entity, self.tallies.of(entity).of(Outcome::Deleted), live));
            }
        }
        Ok(all)
    }

    /// How many of these keys an earlier run brought with just this value of a column.
    ///
    /// # Errors
    /// The store fails.
    pub fn recognised(
        &mut self,
        table: &'static Table,
        column: &str,
        rows: &[(Key, FieldHash)],
    ) -> Result<u64, Stop> {
        let keys: Vec<&Key> = rows.iter().map(|(key, _)| key).collect();
        let entries = self.entries(table, &keys)?;
        let column = table.column(column);
        let same = rows.iter().filter(|(key, value)| {
            let entry = entries.get(key);
            entry.is_some_and(|entry| entry.fingerprint.field(column) == Some(*value))
        });
        Ok(same.count() as u64)
    }

    /// How many rows of a table earlier runs brought.
    ///
    /// # Errors
    /// The store fails.
    pub fn brought(&mut self, table: &'static Table) -> Result<u64, Stop> {
        match self.state(table)?.kind {
            Some(kind) => Ok(ledger::size(self.connection, kind)?),
            None => Ok(0),
        }
    }

    /// The rows of a table that imports created, that were not met so far, and that nothing
    /// about themselves would keep.
    ///
    /// # Errors
    /// The store fails.
    pub fn leaving_rows(&mut self, table: &'static Table) -> Result<IdSet, Stop> {
        let mut leaving = IdSet::default();
        let Some(swept) = self
            .sweeps
            .iter()
            .find(|swept| swept.table.name == table.name)
        else {
            return Ok(leaving);
        };
        if !self.deletes_vanished {
            return Ok(leaving);
        }
        let ids: Vec<i64> = self
            .vanished(table)?
            .into_iter()
            .filter(|(_, entry)| !entry.adopted)
            .map(|(_, entry)| entry.store_id)
            .collect();
        for chunk in ids.chunks(PAGE) {
            for row in rows::by_ids(self.connection, table, chunk)?.into_values() {
                if (swept.stays)(&row).is_none() {
                    leaving.insert(row.id);
                }
            }
        }
        Ok(leaving)
    }

    /// Plans the end of everything that vanished.
    ///
    /// # Errors
    /// The store fails, the disk is full.
    pub(in crate::engine) fn sweep(&mut self) -> Result<(), Stop> {
        if !self.deletes_vanished {
            return Ok(());
        }
        for swept in self.sweeps.iter().rev() {
            let vanished = self.vanished(swept.table)?;
            let staying = self.staying_wholes(swept, &vanished)?;
            for chunk in vanished.chunks(PAGE) {
                self.check_cancelled()?;
                self.sweep_chunk(swept, chunk, &staying)?;
            }
        }
        Ok(())
    }

    /// The entries of a table that this plan did not meet, in key order.
    fn vanished(&mut self, table: &'static Table) -> Result<Vec<(Key, Entry)>, Stop> {
        let state = self.state(table)?;
        let Some(kind) = state.kind else {
            return Ok(Vec::new());
        };
        let met = state.met.len() as u64;
        if met == ledger::size(self.connection, kind)? {
            return Ok(Vec::new());
        }
        let mut vanished = Vec::new();
        let mut from = Bound::Unbounded;
        loop {
            let page = ledger::page(self.connection, kind, from.as_ref(), PAGE)?;
            let state = self.state(table)?;
            let last = page.len() < PAGE;
            if let Some((last, _)) = page.last() {
                from = Bound::Excluded(last.clone());
            }
            vanished.extend(page.into_iter().filter(|(_, entry)| !state.met.has(entry)));
            if last {
                return Ok(vanished);
            }
        }
    }

    fn sweep_chunk(
        &mut self,
        swept: &Swept,
        chunk: &[(Key, Entry)],
        staying: &IdSet,
    ) -> Result<(), Stop> {
        let table = swept.table;
        let ids: Vec<i64> = chunk.iter().map(|(_, entry)| entry.store_id).collect();
        let mut stored = rows::by_ids(self.connection, table, &ids)?;
        let held = self.held_by_others(table, &ids)?;
        for (key, entry) in chunk {
            let followed = {
                let met = &self.state(table)?.met;
                entry.adopted || met.adopted.contains(entry.store_id)
            };
            let row = stored.remove(&entry.store_id).filter(|row| {
                let whole = swept
                    .part_of
                    .and_then(|(_, column)| row.values.get(table.column(column))?.as_int());
                !followed && !whole.is_some_and(|whole| staying.contains(whole))
            });
            let act = match row {
                None => Act::Forget,
                Some(row) => self.end_of(swept, key, entry, row, &held)?,
            };
            let change = Change {
                key: key.clone(),
                id: entry.store_id,
                act,
                fingerprint: entry.fingerprint.clone(),
                before: Some(Before::from(entry)),
            };
            self.spool.push(table, &change)?;
        }
        Ok(())
    }

    /// What becomes of a row that is still there: it goes, or stays without its ledger entry.
    fn end_of(
        &mut self,
        swept: &Swept,
        key: &Key,
        entry: &Entry,
        row: StoredRow,
        held: &HashSet<i64>,
    ) -> Result<Act, Stop> {
        let table = swept.table;
        let entity = swept.entity.unwrap_or(table.name);
        let name = name_of(table, &row);
        let about = |code, severity, what: String| {
            Finding::new(
                code,
                severity,
                format!("{} {key} is not in the source any more{what}", one(entity)),
            )
            .on(entity, key, &name)
        };
        if let Some(reason) = (swept.stays)(&row) {
            self.finding(about(
                "kept-account",
                Severity::Info,
                format!(", but it {reason}: it stays, and follows the source no longer."),
            ))?;
            return Ok(Act::Forget);
        }
        if held.contains(&row.id) {
            self.finding(about(
                "kept-for-own-rows",
                Severity::Warning,
                ", but rows hang on it that no import made: it stays, and follows the source no longer.".into(),
            ))?;
            return Ok(Act::Forget);
        }
        let edited: Vec<&str> = table
            .columns
            .iter()
            .zip(&row.values)
            .enumerate()
            .filter(|(index, ((_, kind), value))| {
                *kind != Kind::Password
                    && entry.fingerprint.field(*index) != Some(FieldHash::from(*value))
            })
            .map(|(_, ((column, _), _))| *column)
            .collect();
        if !edited.is_empty() && swept.entity.is_some() {
            self.finding(about(
                "edit-deleted",
                Severity::Warning,
                format!(
                    " and is deleted, although {} had been edited in the store.",
                    edited.join(", ")
                ),
            ))?;
        }
        self.going
            .deleted
            .entry(table.name)
            .or_default()
            .insert(row.id);
        if let Some(entity) = swept.entity {
            self.account(entity, key, Outcome::Deleted, &name);
        }
        Ok(Act::Delete(row.values))
    }

    /// Which of these rows others refer to that stay when this plan is applied.
    fn held_by_others(&mut self, table: &'static Table, ids: &[i64]) -> Result<HashSet<i64>, Stop> {
        let mut held = HashSet::new();
        for child in tables::ALL {
            for (column, kind) in child.columns {
                if *kind != Kind::Ref(table.name) {
                    continue;
                }
                let moved = self.going.moved.get(&(child.name, *column));
                for (id, parent) in rows::referring(self.connection, child, column, ids)? {
                    let goes = self.going.deletes(child.name, id);
                    if !goes && !moved.is_some_and(|moved| moved.contains(id)) {
                        held.insert(parent);
                    }
                }
            }
        }
        Ok(held)
    }
}

/// What a person calls a row.
fn name_of(table: &Table, row: &StoredRow) -> String {
    [
        "name",
        "username",
        "address",
        "essid",
        "from_name",
        "destination",
    ]
    .iter()
    .find_map(|name| table.columns.iter().position(|(column, _)| column == name))
    .and_then(|index| row.values.get(index)?.as_text())
    .unwrap_or_default()
    .to_string()
}
