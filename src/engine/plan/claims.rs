//! Unique values: what each row gets, and keeps from run to run.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::rc::Rc;

use super::Planner;
use crate::config::OnConflict;
use crate::engine::Stop;
use crate::engine::names::{self, Claim, Names, OnTaken};
use crate::model::{FieldHash, Key, Table, Value};
use crate::store::rows;

/// A row of the store that is to get another value.
struct Leaving {
    id: i64,
    /// What it holds now.
    value: Option<String>,
    /// Which is not what the import wrote.
    edited: bool,
}

impl Planner<'_> {
    /// Before the claims: frees what the rows of these keys, in the order of their claims, give
    /// up in this run because they wish for something else. An edit stays, and is held on to.
    /// After the last batch comes [`Names::settle`].
    ///
    /// # Errors
    /// The store fails.
    pub fn releases(
        &mut self,
        table: &'static Table,
        column: &str,
        held: &mut Names,
        wishes: &[(impl Borrow<Key>, impl AsRef<str>)],
        on_taken: OnTaken,
    ) -> Result<(), Stop> {
        let hashed: Vec<(&Key, FieldHash)> = wishes
            .iter()
            .map(|(key, wish)| (key.borrow(), names::hash(wish.as_ref()).into()))
            .collect();
        let keys: Vec<&Key> = hashed.iter().map(|(key, _)| *key).collect();
        let entries = self.entries(table, &keys)?;
        let wish_at = table.columns.len();
        let leaving = self.leaving(table, column, wish_at, &hashed)?;
        for ((_, wish), (key, hash)) in wishes.iter().zip(&hashed) {
            let mut gives = None;
            match leaving.get(key) {
                Some(Leaving {
                    id, edited: true, ..
                }) => {
                    if self.on_conflict == OnConflict::Store {
                        held.edited(*id);
                        continue;
                    }
                }
                Some(Leaving { id, value, .. }) => {
                    if let Some(value) = value {
                        held.release(names::hash(value), *id);
                        gives = Some((names::hash(value), *id));
                    }
                }
                None => {
                    let entry = entries.get(key);
                    if entry.is_some_and(|entry| entry.fingerprint.field(wish_at) == Some(*hash)) {
                        continue;
                    }
                }
            }
            if on_taken == OnTaken::Refuse {
                held.want(names::hash(wish.as_ref()), gives);
            }
        }
        Ok(())
    }

    /// The values of a column that this run takes from the rows of these keys, in key order,
    /// by the row's id: `wishes` is what each will hold.
    ///
    /// # Errors
    /// The store fails.
    pub fn given_up(
        &mut self,
        table: &'static Table,
        column: &str,
        wishes: &[(&Key, Option<&str>)],
    ) -> Result<HashMap<Key, (i64, String)>, Stop> {
        let wishes: Vec<(&Key, FieldHash)> = wishes
            .iter()
            .map(|(key, wish)| {
                (
                    *key,
                    FieldHash::from(&Value::from(wish.map(str::to_string))),
                )
            })
            .collect();
        let leaving = self.leaving(table, column, table.column(column), &wishes)?;
        Ok(leaving
            .into_iter()
            .filter(|(_, leaving)| !leaving.edited)
            .filter_map(|(key, leaving)| Some((key, (leaving.id, leaving.value?))))
            .collect())
    }

    /// The rows that an import made and still finds, whose `field` of the fingerprint is to
    /// become another.
    fn leaving(
        &mut self,
        table: &'static Table,
        column: &str,
        field: usize,
        wishes: &[(&Key, FieldHash)],
    ) -> Result<HashMap<Key, Leaving>, Stop> {
        let keys: Vec<&Key> = wishes.iter().map(|(key, _)| *key).collect();
        let entries = self.entries(table, &keys)?;
        let column = table.column(column);
        let changing: Vec<_> = wishes
            .iter()
            .filter_map(|(key, wish)| Some((*key, wish, entries.get(key)?)))
            .filter(|(_, wish, entry)| {
                !entry.adopted && entry.fingerprint.field(field) != Some(**wish)
            })
            .collect();
        let ids: Vec<i64> = changing
            .iter()
            .map(|(_, _, entry)| entry.store_id)
            .collect();
        let rows = rows::by_ids(self.connection, table, &ids)?;
        let leaving = changing.into_iter().filter_map(|(key, _, entry)| {
            let stored = rows.get(&entry.store_id)?.values.get(column)?;
            let leaving = Leaving {
                id: entry.store_id,
                value: stored.as_text().map(str::to_string),
                edited: entry.fingerprint.field(column) != Some(FieldHash::from(stored)),
            };
            Some((key.clone(), leaving))
        });
        Ok(leaving.collect())
    }

    /// What each row gets of a unique column, in the order given.
    ///
    /// # Errors
    /// The store fails.
    pub fn claims(
        &mut self,
        table: &'static Table,
        column: &str,
        held: &mut Names,
        wishes: &[(impl Borrow<Key>, impl AsRef<str>)],
        on_taken: OnTaken,
    ) -> Result<Vec<Claim>, Stop> {
        let keys: Vec<&Key> = wishes.iter().map(|(key, _)| key.borrow()).collect();
        let entries = self.entries(table, &keys)?;
        let column = table.column(column);
        // a row that was deleted in the store and comes back needs its name anew
        let stored = Rc::clone(&self.state(table)?.ids);
        let comes_back = self.on_conflict == OnConflict::Legacy;
        let mut claims = Vec::with_capacity(wishes.len());
        let mut renamed = Vec::new();
        for (key, wish) in wishes {
            let (key, wish) = (key.borrow(), wish.as_ref());
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
        self.going.wants(table, held.take_wanted());
        let ids: Vec<i64> = renamed.iter().map(|(_, id)| *id).collect();
        let rows = rows::by_ids(self.connection, table, &ids)?;
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
