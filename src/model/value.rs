//! One field of a row, and the hashes by which fields are compared.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// A field as every store can hold it: booleans are 0 and 1, times and JSON are canonical text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Value {
    Null,
    Int(i64),
    Real(f64),
    Text(Box<str>),
    /// A password that is made when the plan is applied, so that no plan holds a secret.
    Generated,
    Bytes(#[serde(with = "serde_bytes_boxed")] Box<[u8]>),
}

impl Value {
    /// A stable hash of the value: the unit of fingerprints. Whole reals equal integers,
    /// because a store column decides which of the two comes back.
    pub fn hash(&self) -> u64 {
        match self {
            Value::Null => 1,
            Value::Generated => 2,
            Value::Int(number) => xxh3_64_with_seed(&(*number as f64).to_bits().to_le_bytes(), 3)
                .wrapping_add(*number as u64),
            Value::Real(number) => xxh3_64_with_seed(&number.to_bits().to_le_bytes(), 3)
                .wrapping_add(*number as i64 as u64),
            Value::Text(text) => xxh3_64_with_seed(text.as_bytes(), 4),
            Value::Bytes(bytes) => xxh3_64_with_seed(bytes, 5),
        }
    }

    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// The number: a store column decides whether a whole one comes back as an integer.
    pub fn as_real(&self) -> Option<f64> {
        match self {
            Value::Real(number) => Some(*number),
            Value::Int(number) => Some(*number as f64),
            _ => None,
        }
    }

    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// How many bytes it takes beyond its own size.
    pub fn size(&self) -> usize {
        match self {
            Value::Text(text) => text.len(),
            Value::Bytes(bytes) => bytes.len(),
            _ => 0,
        }
    }

    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Int(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Value::Int(i64::from(flag))
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        // no minus zero: SQLite does not keep it
        Value::Real(number + 0.0)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text.into_boxed_str())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.into())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

impl From<chrono::NaiveDateTime> for Value {
    fn from(at: chrono::NaiveDateTime) -> Self {
        crate::time::to_text(at).into()
    }
}

/// How many bytes a field's hash has in a fingerprint: an edit stays unseen by chance once in
/// 10^12 times, and the ledger stays small.
const WIDTH: usize = 5;

/// One hash for each field of a row as the import wrote it, and, where the row took a
/// unique name, one more for the name it wished for. Comparing two of them field by field
/// is the three-way merge; comparing them whole says whether anything changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint(#[serde(with = "serde_bytes_boxed")] Box<[u8]>);

impl Fingerprint {
    pub fn of(values: &[Value], wish: Option<FieldHash>) -> Self {
        let mut bytes = Vec::with_capacity((values.len() + 1) * WIDTH);
        for value in values {
            bytes.extend_from_slice(&value.hash().to_le_bytes()[..WIDTH]);
        }
        if let Some(wish) = wish {
            bytes.extend_from_slice(&wish.0);
        }
        Fingerprint(bytes.into_boxed_slice())
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The hash of field `index`, counted from 0; the wish stands behind the last field.
    pub fn field(&self, index: usize) -> Option<FieldHash> {
        let bytes = self.0.get(index * WIDTH..(index + 1) * WIDTH)?;
        Some(FieldHash(bytes.try_into().ok()?))
    }

    /// Replaces the hash of field `index`, which must exist.
    pub fn set_field(&mut self, index: usize, hash: FieldHash) {
        if let Some(bytes) = self.0.get_mut(index * WIDTH..(index + 1) * WIDTH) {
            bytes.copy_from_slice(&hash.0);
        }
    }
}

impl From<Box<[u8]>> for Fingerprint {
    fn from(bytes: Box<[u8]>) -> Self {
        Fingerprint(bytes)
    }
}

/// What a fingerprint keeps of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldHash([u8; WIDTH]);

impl From<u64> for FieldHash {
    fn from(hash: u64) -> Self {
        let mut bytes = [0; WIDTH];
        bytes.copy_from_slice(&hash.to_le_bytes()[..WIDTH]);
        FieldHash(bytes)
    }
}

impl From<&Value> for FieldHash {
    fn from(value: &Value) -> Self {
        value.hash().into()
    }
}

/// Bytes as one length-prefixed run instead of a sequence of numbers.
mod serde_bytes_boxed {
    use serde::{Deserializer, Serializer, de::Visitor};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Box<[u8]>, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Box<[u8]>;
            fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
                formatter.write_str("bytes")
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Self::Value, E> {
                Ok(bytes.into())
            }
        }
        deserializer.deserialize_bytes(Bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_real_is_the_integer_it_equals() {
        assert_eq!(Value::Real(5.0).hash(), Value::Int(5).hash());
        assert_ne!(Value::Real(5.5).hash(), Value::Int(5).hash());
        assert_ne!(Value::Int(i64::MAX).hash(), Value::Int(i64::MAX - 1).hash());
    }

    #[test]
    fn kinds_do_not_collide() {
        assert_ne!(Value::Null.hash(), Value::from("").hash());
        assert_ne!(Value::from("5").hash(), Value::Int(5).hash());
    }

    #[test]
    fn fingerprints_compare_field_by_field() {
        let mut print = Fingerprint::of(&[Value::Int(1), Value::from("a")], Some(9.into()));
        assert_eq!(print.field(1), Some(FieldHash::from(&Value::from("a"))));
        assert_eq!(print.field(2), Some(FieldHash::from(9)));
        assert_eq!(print.field(3), None);
        print.set_field(0, FieldHash::from(&Value::Int(2)));
        assert_eq!(
            print,
            Fingerprint::of(&[Value::Int(2), Value::from("a")], Some(9.into()))
        );
    }
}
