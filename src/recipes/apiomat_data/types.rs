//! Whether documents have what their class declares.

use std::collections::BTreeMap;

use bson::raw::{RawBsonRef, RawDocument};

use super::classes::{Attribute, Class};
use super::ids;
use crate::engine::{Finding, Planner, Severity, Stop};
use crate::text::{counted, printable};

/// What was seen of the documents of one collection.
pub struct Types<'a> {
    class: &'a Class,
    /// By attribute.
    others: BTreeMap<&'a str, Others>,
}

/// Values of another type than the attribute's.
struct Others {
    count: u64,
    /// The `_id` of the first document, and what it has.
    first: (String, &'static str),
}

impl<'a> Types<'a> {
    pub fn new(class: &'a Class) -> Self {
        Types {
            class,
            others: BTreeMap::new(),
        }
    }

    /// Looks at a document that is well-formed.
    pub fn look_at(&mut self, bytes: &[u8]) {
        let Ok(document) = RawDocument::from_bytes(bytes) else {
            return;
        };
        for (name, value) in document.iter().filter_map(Result::ok) {
            let attribute = self.class.attributes.get_key_value(name.as_str());
            let Some((name, _)) = attribute.filter(|(_, it)| !fits(it, value)) else {
                continue;
            };
            self.others
                .entry(name)
                .or_insert_with(|| Others {
                    count: 0,
                    first: (ids::shown(bytes), word(value)),
                })
                .count += 1;
        }
    }

    pub fn report(self, plan: &mut Planner, path: &str) -> Result<(), Stop> {
        for (name, others) in self.others {
            let attribute = self.class.attributes.get(name);
            let declared = attribute.map(declared).unwrap_or_default();
            let message = format!(
                "{} declares {} as {declared}, and {} something else there, the one with _id {} {}: what is there comes in.",
                printable(&self.class.name),
                printable(name),
                counted(others.count, "document has", "documents have"),
                printable(&others.first.0),
                others.first.1,
            );
            plan.finding(Finding::new("type-differs", Severity::Warning, message).on(
                "collections",
                path,
                "",
            ))?;
        }
        Ok(())
    }
}

fn declared(attribute: &Attribute) -> String {
    let kind = attribute.kind.as_deref().map(printable);
    let kind = match attribute.is_embedded {
        true => "embedded object".into(),
        false => kind.unwrap_or_default(),
    };
    match attribute.is_collection {
        true => format!("list of {kind}"),
        false => kind.into_owned(),
    }
}

/// Whether a value may stand where the attribute is declared. What ApiOmat does not publish may be
/// anything.
fn fits(attribute: &Attribute, value: RawBsonRef) -> bool {
    match value {
        RawBsonRef::Null | RawBsonRef::Undefined => true,
        RawBsonRef::Array(items) if attribute.is_collection => items
            .into_iter()
            .all(|item| item.is_ok_and(|item| fits_one(attribute, item))),
        _ if attribute.is_collection => attribute.is_reference,
        value => fits_one(attribute, value),
    }
}

fn fits_one(attribute: &Attribute, value: RawBsonRef) -> bool {
    use RawBsonRef::{Array, DateTime, Decimal128, Document, Double, Int32, Int64, String, Symbol};
    if attribute.is_reference {
        return true;
    }
    if attribute.is_embedded {
        return matches!(value, Document(_));
    }
    let is_number = |value| matches!(value, Double(_) | Int32(_) | Int64(_) | Decimal128(_));
    match attribute.kind.as_deref() {
        Some("String" | "File" | "Image") => matches!(value, String(_) | Symbol(_)),
        Some("Double") => is_number(value),
        Some("Long") => matches!(value, Int32(_) | Int64(_)),
        // milliseconds since 1970 over REST; how they are stored is not published
        Some("Date") => matches!(value, DateTime(_) | Int64(_)),
        Some("Location") => match value {
            Array(items) => {
                let mut items = items.into_iter().map(|item| item.is_ok_and(is_number));
                items.next() == Some(true) && items.next() == Some(true) && items.next().is_none()
            }
            _ => false,
        },
        Some("Map") => matches!(value, Document(_)),
        _ => true,
    }
}

/// What a value is, in MongoDB's words.
fn word(value: RawBsonRef) -> &'static str {
    match value {
        RawBsonRef::Double(_) => "a double",
        RawBsonRef::String(_) => "a string",
        RawBsonRef::Array(_) => "an array",
        RawBsonRef::Document(_) => "an object",
        RawBsonRef::Boolean(_) => "a boolean",
        RawBsonRef::Int32(_) => "an int",
        RawBsonRef::Int64(_) => "a long",
        RawBsonRef::DateTime(_) => "a date",
        RawBsonRef::ObjectId(_) => "an ObjectId",
        RawBsonRef::Binary(_) => "binary data",
        RawBsonRef::Decimal128(_) => "a decimal",
        _ => "something else",
    }
}

#[cfg(test)]
mod tests {
    use bson::{RawBson, rawbson};

    use super::*;

    fn attribute(kind: &str) -> Attribute {
        Attribute {
            kind: Some(kind.into()),
            ..Attribute::default()
        }
    }

    #[test]
    fn declared_types() {
        let check = |kind: &str, value: RawBson, expected: bool| {
            let value = value.as_raw_bson_ref();
            assert_eq!(fits(&attribute(kind), value), expected, "{kind} {value:?}");
        };
        check("String", rawbson!("a"), true);
        check("String", rawbson!(1), false);
        check("String", RawBson::Null, true);
        check("Long", rawbson!(1_i64), true);
        check("Long", rawbson!(1.5), false);
        check("Double", rawbson!(1), true);
        check("Date", rawbson!(1_400_000_000_000_i64), true);
        check("Date", rawbson!("2014"), false);
        check("Location", rawbson!([45.5, 9]), true);
        check("Location", rawbson!([45.5]), false);
        check("Location", rawbson!([45.5, 9, 1]), false);
        check("Map", rawbson!({ "a": "b" }), true);
        check("Picture", rawbson!(7), true);
    }

    #[test]
    fn lists() {
        let attribute = Attribute {
            is_collection: true,
            ..attribute("Long")
        };
        let check = |value: RawBson, expected: bool| {
            assert_eq!(fits(&attribute, value.as_raw_bson_ref()), expected);
        };
        check(rawbson!([1, 2_i64]), true);
        check(rawbson!([]), true);
        check(rawbson!([1, "2"]), false);
        check(rawbson!(1), false);
    }
}
