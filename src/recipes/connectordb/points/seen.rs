//! What is told of a list of points once, however many of them it is about.

use std::collections::BTreeSet;

use crate::engine::{Finding, Planner, Severity, Stop};
use crate::json_schema::Schema;
use crate::legacy::connectordb::points::Point;

/// Different keys of one list that are told.
const UNKNOWN: usize = 20;

/// Whole numbers beyond this are not exact in ConnectorDB.
const EXACT: i128 = 1 << 53;

/// What is told of a list once.
#[derive(Default)]
pub struct Seen {
    pub points: u64,
    pub out_of_place: u64,
    /// How many, and the first one's place in the file.
    big: (u64, u64),
    mismatches: (u64, u64),
    pub differs: bool,
    /// Keys that nobody knows, the first ones.
    pub unknown: BTreeSet<Box<str>>,
}

impl Seen {
    pub fn look_at(&mut self, point: &Point, schema: Option<&Schema>) {
        self.points += 1;
        for key in &point.unknown {
            if self.unknown.len() < UNKNOWN {
                self.unknown.insert(key.clone());
            }
        }
        let Some(value) = &point.value else { return };
        if has_big_number(value) {
            one_more(&mut self.big, point.index);
        }
        if let Some(schema) = schema
            && !schema.allows_text(value)
        {
            one_more(&mut self.mismatches, point.index);
        }
    }

    pub fn report(&self, plan: &mut Planner, name: &str, is_ephemeral: bool) -> Result<(), Stop> {
        let mut tell = |code, severity, message: String| {
            plan.finding(Finding::new(code, severity, message).on("datapoints", name, ""))
        };
        if is_ephemeral && self.points > 0 {
            let message = format!(
                "The stream says that it keeps no data, and has {} points: they come in.",
                self.points
            );
            tell("ephemeral-data", Severity::Info, message)?;
        }
        if self.out_of_place > 0 {
            let message = format!(
                "{} points stood behind later ones: they are sorted by time.",
                self.out_of_place
            );
            tell("points-sorted", Severity::Warning, message)?;
        }
        if self.big.0 > 0 {
            let message = format!(
                "{} points, the first of them number {}, have whole numbers above 2^53: they are kept digit by digit; ConnectorDB itself would round them.",
                self.big.0, self.big.1
            );
            tell("big-number", Severity::Info, message)?;
        }
        if self.mismatches.0 > 0 {
            let message = format!(
                "{} points, the first of them number {}, have values that the stream's schema does not allow: they come in as they are.",
                self.mismatches.0, self.mismatches.1
            );
            tell("schema-mismatch", Severity::Warning, message)?;
        }
        if self.differs {
            let message = "The points that earlier runs brought are not those with which the file begins now: each was looked for by its time, and those that the store lacks come in.".into();
            tell("stream-differs", Severity::Warning, message)?;
        }
        Ok(())
    }
}

fn one_more(seen: &mut (u64, u64), index: u64) {
    if seen.0 == 0 {
        seen.1 = index;
    }
    seen.0 += 1;
}

/// Whether a JSON text has a whole number beyond [`EXACT`], outside its texts.
fn has_big_number(json: &str) -> bool {
    let bytes = json.as_bytes();
    if bytes.len() < 16 {
        return false;
    }
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at += 1;
                while let Some(byte) = bytes.get(at).filter(|byte| **byte != b'"') {
                    at += if *byte == b'\\' { 2 } else { 1 };
                }
                at += 1;
            }
            b'0'..=b'9' => {
                let rest = &bytes[at..];
                let end = rest.iter().position(|byte| {
                    !matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-')
                });
                let number = &rest[..end.unwrap_or(rest.len())];
                at += number.len();
                let whole = number.iter().all(u8::is_ascii_digit);
                let text = std::str::from_utf8(number).unwrap_or_default();
                if whole && number.len() > 15 && text.parse().map_or(true, |n: i128| n > EXACT) {
                    return true;
                }
            }
            _ => at += 1,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_beyond_a_float() {
        let check = |json: &str, expected: bool| {
            assert_eq!(has_big_number(json), expected, "{json}");
        };
        check("9007199254740992", false);
        check("9007199254740993", true);
        check(r#"{"a":[1,-90071992547409930]}"#, true);
        check(r#"{"a":"90071992547409930"}"#, false);
        check(r#""\"90071992547409930""#, false);
        check("0.30000000000000004441", false);
        check("123456789012345678901234567890123456789012", true);
    }
}
