//! Where a draft goes: a new row, the row it became before, or nowhere; and the three-way
//! merge where source and store both changed.

use std::collections::HashMap;
use std::rc::Rc;

use super::draft::Prepared;
use super::{Draft, HIGHEST_KEPT, Placed, Planner, Target};
use crate::config::OnConflict;
use crate::engine::change::{Act, Before, Change};
use crate::engine::finding::{Cause, Finding, Severity, one};
use crate::engine::{Outcome, Stop};
use crate::model::{FieldHash, Key, Kind, Record, Table, Value};
use crate::store::ids::IdSet;
use crate::store::ledger::Entry;
use crate::store::rows::{self, StoredRow};

impl Planner<'_> {
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
        let mut current = rows::by_ids(self.connection, table, &changed)?;
        let mut placed = Vec::with_capacity(prepared.len());
        for (draft, entry) in prepared {
            let place = self.put(table, draft, entry, &existing, &mut current)?;
            placed.push(place);
        }
        Ok(placed)
    }

    /// Places a single draft.
    ///
    /// # Errors
    /// As [`Planner::place`].
    pub fn place_one<R: Record>(&mut self, draft: Draft<R>) -> Result<Placed, Stop> {
        let placed = self.place(vec![draft])?.pop();
        placed.ok_or_else(|| Stop::store("a draft went nowhere"))
    }

    fn put(
        &mut self,
        table: &'static Table,
        draft: Prepared,
        entry: Option<&Entry>,
        existing: &IdSet,
        current: &mut HashMap<i64, StoredRow>,
    ) -> Result<Placed, Stop> {
        if let Some(entry) = entry {
            self.state(table)?.met.mark(entry);
        }
        let (id, act, outcome) = match (entry, draft.target) {
            (entry, Target::Exact(id)) => {
                let before = id.and_then(|id| current.remove(&id)).map(|row| row.values);
                match (id, before) {
                    (Some(id), Some(before)) if before == draft.values => {
                        if entry.is_some_and(|entry| {
                            entry.store_id == id && entry.fingerprint == draft.fingerprint
                        }) {
                            return Ok(Ok(id));
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
            // what it followed is another's now
            (Some(entry), Target::Adopt(id)) if entry.adopted && entry.store_id != id => {
                (id, Act::Adopt, Outcome::Unchanged)
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
                    return Ok(Ok(id));
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
        if let Act::Update { before, after } = &act {
            let fields = table.columns.iter().zip(before).zip(after);
            for (((column, kind), before), after) in fields {
                if matches!(kind, Kind::Ref(_)) && before != after {
                    self.going.moves(table, column, id);
                }
            }
        }
        self.account_draft(&draft, outcome);
        let change = Change {
            key: draft.key,
            id,
            act,
            fingerprint: draft.fingerprint,
            before: entry.map(Before::from),
        };
        self.spool.push(table, &change)?;
        Ok(Ok(id))
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
                "{} {} was deleted in the store by hand and stays deleted.",
                one(entity),
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
        Ok(Err(cause))
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
            if new == base || stored == new || led_by_an_edit(table, column, entry, before) {
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
                            "{column} of {} {} was edited in the store and changed in the source: {what}.",
                            one(entity),
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
            _ => state.highest.checked_add(1).ok_or_else(|| {
                Stop::Wrong(format!(
                    "{} has a row with the highest id there can be: no new row fits above it. Give that row another id.",
                    table.name
                ))
            })?,
        };
        state.highest = state.highest.max(id);
        Ok(id)
    }
}

/// Whether the column says something of another one that was edited in the store.
fn led_by_an_edit(table: &Table, column: &str, entry: &Entry, before: &[Value]) -> bool {
    let Some(leader) = table.leader(column).map(|leader| table.column(leader)) else {
        return false;
    };
    let stored = before.get(leader).map(FieldHash::from);
    stored.is_some() && stored != entry.fingerprint.field(leader)
}
