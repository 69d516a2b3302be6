//! Unique values: what each row gets, and keeps from run to run.

use std::collections::HashMap;
use std::rc::Rc;

use super::Planner;
use crate::config::OnConflict;
use crate::engine::Stop;
use crate::engine::names::{self, Claim, Names, OnTaken};
use crate::model::{Key, Table, Value};
use crate::store::rows::{self, StoredRow};

impl Planner<'_> {
    /// What each row gets of a unique column, in the order given.
    ///
    /// # Errors
    /// The store fails.
    pub fn claims(
        &mut self,
        table: &'static Table,
        column: &str,
        held: &mut Names,
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
            let wished = names::hash(wish);
            claims.push(match entry {
                Some(entry)
                    if entry.fingerprint.field(table.columns.len()) == Some(wished.into())
                        && (!comes_back || stored.contains(entry.store_id)) =>
                {
                    held.keep(wished, key.number, entry.store_id);
                    if entry.fingerprint.field(column) != Some(wished.into()) {
                        renamed.push((claims.len(), entry.store_id));
                    }
                    Claim::Kept {
                        wish: wished,
                        renamed: None,
                    }
                }
                _ => held.claim(
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
}
