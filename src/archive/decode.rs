//! A line back into the fields of a row.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};

use crate::sql::{Bind, Cell};

/// The fields of a line without its end.
///
/// # Errors
/// What is wrong with it.
pub fn row(line: &[u8], columns: usize) -> Result<Vec<Cell>, String> {
    let fields: Vec<Field> = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    if fields.len() == columns {
        Ok(fields.into_iter().map(|field| field.0).collect())
    } else {
        Err(format!("{} fields instead of {columns}", fields.len()))
    }
}

/// A field as a parameter. Booleans are 0 and 1, and times, addresses and JSON text, which
/// both kinds of store take.
pub fn bind(cell: &Cell) -> Bind<'_> {
    match cell {
        Cell::Null => Bind::Text(None),
        Cell::Int(number) => Bind::Int(Some(*number)),
        Cell::Real(number) => Bind::Real(Some(*number)),
        Cell::Text(text) => Bind::Text(Some(text)),
        Cell::Bytes(bytes) => Bind::Bytes(Some(bytes)),
    }
}

struct Field(Cell);

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Fields)
    }
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Field;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a field of a row")
    }

    fn visit_unit<E>(self) -> Result<Field, E> {
        Ok(Field(Cell::Null))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Field, E> {
        Ok(Field(Cell::Int(number)))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Field, E> {
        match i64::try_from(number) {
            Ok(number) => Ok(Field(Cell::Int(number))),
            Err(_) => Err(E::custom("a number that is too large")),
        }
    }

    fn visit_f64<E>(self, number: f64) -> Result<Field, E> {
        Ok(Field(Cell::Real(number)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Field, E> {
        Ok(Field(Cell::Text(text.into())))
    }

    fn visit_string<E>(self, text: String) -> Result<Field, E> {
        Ok(Field(Cell::Text(text.into())))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Field, A::Error> {
        let entry: Option<(String, String)> = map.next_entry()?;
        let more: Option<(String, String)> = map.next_entry()?;
        let cell = match (entry, more) {
            (Some((key, text)), None) if key == "hex" => bytes(&text).map(Cell::Bytes),
            (Some((key, text)), None) if key == "real" => match &*text {
                "inf" | "-inf" | "NaN" => text.parse().ok().map(Cell::Real),
                _ => None,
            },
            _ => None,
        };
        cell.map(Field)
            .ok_or_else(|| de::Error::custom("an object that means nothing"))
    }
}

fn bytes(hex: &str) -> Option<Box<[u8]>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
    let pairs = pairs.iter().map(|[high, low]| {
        let value = digit(*high)? * 16 + digit(*low)?;
        u8::try_from(value).ok()
    });
    rest.is_empty().then_some(())?;
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::super::encode::push_row;
    use super::*;
    use crate::model::Kind;

    fn check(kind: Kind, cell: Cell, expected: &str) {
        let mut line = Vec::new();
        push_row(&mut line, &[("c", kind)], std::slice::from_ref(&cell));
        assert_eq!(String::from_utf8(line.clone()).unwrap(), expected);
        let back = row(&line[..line.len() - 1], 1).unwrap();
        assert_eq!(format!("{back:?}"), format!("{:?}", [cell]));
    }

    #[test]
    fn every_value_comes_back() {
        check(Kind::Int, Cell::Null, "[null]\n");
        check(Kind::Int, Cell::Int(i64::MIN), "[-9223372036854775808]\n");
        check(Kind::Int, Cell::Int(i64::MAX), "[9223372036854775807]\n");
        check(Kind::Real, Cell::Real(5.0), "[5.0]\n");
        check(Kind::Real, Cell::Real(0.1 + 0.2), "[0.30000000000000004]\n");
        check(Kind::Real, Cell::Real(5e-324), "[5e-324]\n");
        check(
            Kind::Real,
            Cell::Real(f64::MAX),
            "[1.7976931348623157e308]\n",
        );
        check(
            Kind::Real,
            Cell::Real(f64::NEG_INFINITY),
            "[{\"real\":\"-inf\"}]\n",
        );
        check(Kind::Real, Cell::Real(f64::NAN), "[{\"real\":\"NaN\"}]\n");
        check(
            Kind::Text,
            Cell::Text("a\"\\\n\u{0}\u{1f}é\u{2028}🧵".into()),
            "[\"a\\\"\\\\\\n\\u0000\\u001fé\u{2028}🧵\"]\n",
        );
        check(
            Kind::Text,
            Cell::Bytes([0, 255].into()),
            "[{\"hex\":\"00ff\"}]\n",
        );
        check(
            Kind::Json,
            Cell::Text("{\"a\":12345678901234567890123}".into()),
            "[\"{\\\"a\\\":12345678901234567890123}\"]\n",
        );
    }

    #[test]
    fn what_is_no_row_is_refused() {
        for line in [
            "",
            "[]",
            "[1",
            "[1,2]",
            "{}",
            "[true]",
            "[[]]",
            "[18446744073709551615]",
            "[1e999]",
            "[{\"hex\":\"0\"}]",
            "[{\"hex\":\"0g\"}]",
            "[{\"hex\":\"00\",\"real\":\"inf\"}]",
            "[{\"real\":\"1\"}]",
            "[{}]",
            "[\"\u{0}\"]",
        ] {
            assert!(row(line.as_bytes(), 1).is_err(), "{line}");
        }
    }
}
