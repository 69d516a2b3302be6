//! Keys: what became of parents, and the count of the source's keys apart from the reader.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::schema::{auth_user, contact, device, hna, interface, link, node, statistic};
use crate::engine::{Cause, Placed, Stop};
use crate::legacy::{LegacyTable, Source};
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

    /// Notes where a batch of rows went: those that were placed, and those that are refused
    /// now and stand since an earlier run.
    pub fn settle(
        &mut self,
        placed: Vec<(i64, Placed)>,
        standing: Vec<(i64, i64)>,
        mut extra: impl FnMut(i64) -> T,
    ) {
        let standing = standing.into_iter().map(|(id, at)| (id, Ok(at)));
        let mut all: Vec<(i64, Placed)> = placed.into_iter().chain(standing).collect();
        all.sort_unstable_by_key(|(id, _)| *id);
        for (id, place) in all {
            match place {
                Ok(store_id) => self.placed(id, store_id, extra(id)),
                Err(cause) => self.fell(id, cause),
            }
        }
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

/// Takes an entity and one of its keys.
type Each<'a> = dyn FnMut(&'static str, &Key) + 'a;

/// How many rows each legacy table has.
type Rows = BTreeMap<&'static str, u64>;

/// Hands out the keys of a stage's entities, read by queries of their own.
pub fn scan(
    source: &mut Source,
    rows: &mut Rows,
    stage: &str,
    each: &mut Each,
) -> Result<(), Stop> {
    match stage {
        "nodes" => scan_ids(source, rows, &node::TABLE, "nodes", each),
        "users" => scan_users(source, rows, each),
        "devices" => scan_ids(source, rows, &device::TABLE, "devices", each),
        "interfaces" => {
            scan_interfaces(source, rows, each)?;
            scan_ids(source, rows, &link::TABLE, "links", each)?;
            scan_ids(source, rows, &hna::TABLE, "routes", each)
        }
        "contacts" => {
            scan_ids(source, rows, &contact::TABLE, "contacts", each)?;
            scan_ids(source, rows, &statistic::TABLE, "statistics", each)
        }
        _ => Ok(()),
    }
}

fn scan_ids(
    source: &mut Source,
    rows: &mut Rows,
    table: &LegacyTable,
    entity: &'static str,
    each: &mut Each,
) -> Result<(), Stop> {
    let count = rows.entry(table.name).or_default();
    source.scan(table, &["id"], |cells| {
        *count += 1;
        if let Some(id) = cells.first().and_then(Cell::int) {
            each(entity, &Key::id(id));
        }
    })?;
    Ok(())
}

fn scan_users(source: &mut Source, rows: &mut Rows, each: &mut Each) -> Result<(), Stop> {
    scan_ids(source, rows, &auth_user::TABLE, "users", each)?;
    let mut seen = HashSet::new();
    source.scan(&node::TABLE, &["id", "email", "status"], |cells| {
        if said(&cells[2]).as_deref() == Some("u") {
            return;
        }
        if let Some(key) = said(&cells[1]).and_then(|raw| text::email_key(&raw))
            && seen.insert(email_hash(&key))
        {
            each("users", &Key::text(key));
        }
    })?;
    Ok(())
}

fn scan_interfaces(source: &mut Source, rows: &mut Rows, each: &mut Each) -> Result<(), Stop> {
    let columns = [
        "id",
        "ipv4_address",
        "ipv6_address",
        "type",
        "essid",
        "bssid",
    ];
    let count = rows.entry(interface::TABLE.name).or_default();
    source.scan(&interface::TABLE, &columns, |cells| {
        *count += 1;
        let Some(id) = cells[0].int() else { return };
        each("interfaces", &Key::id(id));
        for (cell, family) in [(&cells[1], "4"), (&cells[2], "6")] {
            if !blank(cell) {
                each("ip_addresses", &Key::part(id, family));
            }
        }
        let wifi = said(&cells[3]).as_deref() == Some("wifi");
        if wifi && !(blank(&cells[4]) && blank(&cells[5])) {
            each("vaps", &Key::id(id));
        }
    })?;
    Ok(())
}

/// A 128-bit hash that stands for an email: too long to meet another one's by chance.
pub fn email_hash(key: &str) -> u128 {
    xxhash_rust::xxh3::xxh3_128(key.as_bytes())
}

/// A field as text, without NUL.
fn said(cell: &Cell) -> Option<Cow<'_, str>> {
    let raw = match cell {
        Cell::Null => return None,
        Cell::Int(number) => number.to_string().into(),
        Cell::Real(number) => number.to_string().into(),
        Cell::Text(text) => Cow::Borrowed(text.as_ref()),
        Cell::Bytes(bytes) => String::from_utf8_lossy(bytes),
    };
    Some(if raw.contains('\0') {
        raw.replace('\0', "").into()
    } else {
        raw
    })
}

fn blank(cell: &Cell) -> bool {
    said(cell).is_none_or(|text| text.trim().is_empty())
}
