//! The `_id`s of a collection's documents, by hash: memory grows by 25 bytes a document.

use std::collections::HashMap;

use bson::raw::{RawBsonRef, RawDocument, cstr};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

/// 128 bits of hash: two `_id`s have the same one by chance once in 10^20 times among ten
/// thousand million documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(pub [u64; 2]);

impl Id {
    fn of_bytes(kind: u8, bytes: &[u8]) -> Self {
        let mut tagged = Vec::with_capacity(bytes.len() + 1);
        tagged.push(kind);
        tagged.extend_from_slice(bytes);
        let hash = xxh3_128(&tagged);
        Id([hash as u64, (hash >> 64) as u64])
    }

    /// Of the value of an `_id`. To MongoDB numbers of one value are one `_id`, whatever their
    /// type.
    #[must_use]
    pub fn of(value: RawBsonRef) -> Self {
        let number = |number: f64| Id::of_bytes(1, &number.to_le_bytes());
        match value {
            RawBsonRef::ObjectId(id) => Id::of_bytes(7, &id.bytes()),
            RawBsonRef::String(text) => Id::of_bytes(2, text.as_bytes()),
            RawBsonRef::Int32(int) => number(f64::from(int)),
            RawBsonRef::Int64(int) if int.unsigned_abs() < 1 << 53 => number(int as f64),
            RawBsonRef::Int64(int) => Id::of_bytes(0x12, &int.to_le_bytes()),
            RawBsonRef::Double(real) => number(real + 0.0),
            RawBsonRef::Document(document) => Id::of_bytes(3, document.as_bytes()),
            RawBsonRef::Binary(binary) => {
                Id::of_bytes(5, &[&[u8::from(binary.subtype)], binary.bytes].concat())
            }
            other => Id::of_bytes(0, format!("{other:?}").as_bytes()),
        }
    }
}

/// What a document says to those that are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    New,
    /// The same, to the byte.
    Same,
    /// Another one with the same `_id`.
    Other,
}

/// The documents of a collection that are in the store or on their way there.
#[derive(Default)]
pub struct Documents {
    /// By `_id`, a hash of the whole.
    by_id: HashMap<Id, u64>,
    /// Those without one, as very old dumps have them: a hash of the whole, and how many of them
    /// no document of the dump was found to be.
    without: HashMap<Id, u32>,
}

impl Documents {
    /// Makes room for so many.
    pub fn reserve(&mut self, count: u64) {
        self.by_id.reserve(usize::try_from(count).unwrap_or(0));
    }

    /// A document that the store has.
    pub fn add_stored(&mut self, bytes: &[u8]) {
        match id(bytes) {
            Some(id) => drop(self.by_id.insert(id, xxh3_64(bytes))),
            None => *self.without.entry(Id::of_bytes(0, bytes)).or_default() += 1,
        }
    }

    /// A document of the dump; from here on it is there.
    pub fn meet(&mut self, bytes: &[u8]) -> Found {
        let Some(id) = id(bytes) else {
            let there = self.without.get_mut(&Id::of_bytes(0, bytes));
            return match there.filter(|left| **left > 0) {
                Some(left) => {
                    *left -= 1;
                    Found::Same
                }
                None => Found::New,
            };
        };
        let hash = xxh3_64(bytes);
        match self.by_id.get(&id) {
            None => {
                self.by_id.insert(id, hash);
                Found::New
            }
            Some(known) if *known == hash => Found::Same,
            Some(_) => Found::Other,
        }
    }

    /// Their `_id`s, in order.
    #[must_use]
    pub fn into_ids(self) -> Vec<Id> {
        let mut ids: Vec<Id> = self.by_id.into_keys().collect();
        ids.sort_unstable();
        ids
    }
}

/// The `_id` of a document.
#[must_use]
pub fn id(bytes: &[u8]) -> Option<Id> {
    value(bytes).map(Id::of)
}

/// How an `_id` is shown to a person.
#[must_use]
pub fn shown(bytes: &[u8]) -> String {
    const LONGEST: usize = 60;
    let text = match value(bytes) {
        Some(RawBsonRef::ObjectId(id)) => id.to_hex(),
        Some(RawBsonRef::String(text)) => format!("{text:?}"),
        Some(RawBsonRef::Int32(int)) => int.to_string(),
        Some(RawBsonRef::Int64(int)) => int.to_string(),
        Some(other) => format!("{other:?}"),
        None => "none".into(),
    };
    text.chars().take(LONGEST).collect()
}

fn value(bytes: &[u8]) -> Option<RawBsonRef<'_>> {
    let document = RawDocument::from_bytes(bytes).ok()?;
    document.get(cstr!("_id")).ok().flatten()
}

#[cfg(test)]
mod tests {
    use bson::rawdoc;

    use super::*;

    #[test]
    fn documents_are_told_apart_by_their_id() {
        let mut there = Documents::default();
        let one = rawdoc! { "_id": 1, "a": "x" };
        there.add_stored(one.as_bytes());
        assert_eq!(there.meet(one.as_bytes()), Found::Same);
        let real = rawdoc! { "_id": 1.0, "a": "x" };
        assert_eq!(there.meet(real.as_bytes()), Found::Other);
        let long = rawdoc! { "_id": 1_i64, "a": "x" };
        assert_eq!(there.meet(long.as_bytes()), Found::Other);
        let text = rawdoc! { "_id": "1", "a": "x" };
        assert_eq!(there.meet(text.as_bytes()), Found::New);
        assert_eq!(there.meet(text.as_bytes()), Found::Same);
        assert_eq!(there.into_ids().len(), 2);
    }

    #[test]
    fn large_numbers_are_not_rounded_into_each_other() {
        let of = |number: i64| Id::of(RawBsonRef::Int64(number));
        assert_ne!(of(1 << 60), of((1 << 60) + 1));
        assert_ne!(of(i64::MAX), of(i64::MAX - 1));
    }

    #[test]
    fn documents_without_an_id_are_counted() {
        let mut there = Documents::default();
        let one = rawdoc! { "v": 1, "ns": "a.b" };
        there.add_stored(one.as_bytes());
        assert_eq!(there.meet(one.as_bytes()), Found::Same);
        assert_eq!(there.meet(one.as_bytes()), Found::New);
    }
}
