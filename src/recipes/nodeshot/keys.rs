//! Keys: what became of parents, and the count of the source's keys apart from the reader.

use std::collections::{HashMap, HashSet};

use super::schema::{auth_user, contact, device, hna, interface, link, node, statistic};
use crate::engine::{Cause, Stop};
use crate::legacy::{LegacyTable, SqliteSource};
use crate::model::Key;
use crate::sql::Cell;
use crate::text;

/// A map from legacy ids, filled in ascending order: as small as its keys and values.
#[derive(Debug)]
pub struct KeyMap<V>(Vec<(i64, V)>);

impl<V> Default for KeyMap<V> {
    fn default() -> Self {
        KeyMap(Vec::new())
    }
}

impl<V> KeyMap<V> {
    pub fn push(&mut self, id: i64, value: V) {
        debug_assert!(self.0.last().is_none_or(|(last, _)| *last < id));
        self.0.push((id, value));
    }

    pub fn get(&self, id: i64) -> Option<&V> {
        let index = self.0.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        self.0.get(index).map(|(_, value)| value)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What became of the rows that others hang on.
#[derive(Debug)]
pub struct Parents<T> {
    placed: KeyMap<(i64, T)>,
    fallen: HashMap<i64, Cause>,
}

impl<T> Default for Parents<T> {
    fn default() -> Self {
        Parents {
            placed: KeyMap::default(),
            fallen: HashMap::new(),
        }
    }
}

/// The answer to where a parent is.
#[derive(Debug)]
pub enum Parent<'a, T> {
    At(i64, &'a T),
    Fell(&'a Cause),
    /// The source has no such row.
    Unknown,
}

impl<T> Parents<T> {
    pub fn placed(&mut self, legacy_id: i64, store_id: i64, extra: T) {
        self.placed.push(legacy_id, (store_id, extra));
    }

    pub fn fell(&mut self, legacy_id: i64, cause: Cause) {
        self.fallen.insert(legacy_id, cause);
    }

    pub fn has_fallen(&self, legacy_id: i64) -> bool {
        self.fallen.contains_key(&legacy_id)
    }

    /// Whether none has a place in the store.
    pub fn is_empty(&self) -> bool {
        self.placed.is_empty()
    }

    /// A missing id is nobody's.
    pub fn find(&self, legacy_id: impl Into<Option<i64>>) -> Parent<'_, T> {
        let Some(legacy_id) = legacy_id.into() else {
            return Parent::Unknown;
        };
        if let Some((store_id, extra)) = self.placed.get(legacy_id) {
            return Parent::At(*store_id, extra);
        }
        match self.fallen.get(&legacy_id) {
            Some(cause) => Parent::Fell(cause),
            None => Parent::Unknown,
        }
    }
}

/// Hands out the keys of an entity, read by a query of its own.
pub fn scan(
    source: &mut SqliteSource,
    entity: &str,
    each: &mut dyn FnMut(Key),
) -> Result<(), Stop> {
    let ids = |source: &mut SqliteSource, table: &LegacyTable, each: &mut dyn FnMut(Key)| {
        source.scan(table, "id", |cells| {
            if let Some(id) = cells.first().and_then(Cell::int) {
                each(Key::id(id));
            }
        })
    };
    match entity {
        "nodes" => ids(source, &node::TABLE, each)?,
        "devices" => ids(source, &device::TABLE, each)?,
        "interfaces" => ids(source, &interface::TABLE, each)?,
        "links" => ids(source, &link::TABLE, each)?,
        "routes" => ids(source, &hna::TABLE, each)?,
        "contacts" => ids(source, &contact::TABLE, each)?,
        "statistics" => ids(source, &statistic::TABLE, each)?,
        "users" => {
            ids(source, &auth_user::TABLE, each)?;
            let mut seen = HashSet::new();
            source.scan(&node::TABLE, "id, email, status", |cells| {
                if said(&cells[2]).as_deref() == Some("u") {
                    return;
                }
                if let Some(key) = said(&cells[1]).and_then(|raw| text::email_key(&raw))
                    && seen.insert(email_hash(&key))
                {
                    each(Key::text(key));
                }
            })?;
        }
        "ip_addresses" => {
            source.scan(
                &interface::TABLE,
                "id, ipv4_address, ipv6_address",
                |cells| {
                    let Some(id) = cells[0].int() else { return };
                    for (cell, family) in [(&cells[1], "4"), (&cells[2], "6")] {
                        if !blank(cell) {
                            each(Key::part(id, family));
                        }
                    }
                },
            )?;
        }
        "vaps" => {
            source.scan(&interface::TABLE, "id, type, essid, bssid", |cells| {
                let wifi = said(&cells[1]).as_deref() == Some("wifi");
                if wifi
                    && !(blank(&cells[2]) && blank(&cells[3]))
                    && let Some(id) = cells[0].int()
                {
                    each(Key::id(id));
                }
            })?;
        }
        _ => {}
    }
    Ok(())
}

/// A 128-bit hash that stands for an email: too long to meet another one's by chance.
pub fn email_hash(key: &str) -> u128 {
    xxhash_rust::xxh3::xxh3_128(key.as_bytes())
}

fn said(cell: &Cell) -> Option<String> {
    let raw = match cell {
        Cell::Null => return None,
        Cell::Int(number) => number.to_string(),
        Cell::Real(number) => number.to_string(),
        Cell::Text(text) => text.to_string(),
        Cell::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
    };
    Some(raw.replace('\0', ""))
}

fn blank(cell: &Cell) -> bool {
    said(cell).is_none_or(|text| text.trim().is_empty())
}
