//! A row as a line of JSON that carries every value exactly, and is the same whichever kind of
//! store the row is in: an array of its fields. A real has a fraction or an exponent, an
//! integer has neither; what JSON cannot say is an object: `{"hex": "00ff"}` for bytes,
//! `{"real": "inf"}` for a real that is no number.

use std::io::Write as _;

use crate::model::{Kind, Value};
use crate::sql::Cell;
use crate::store::rows;
use crate::text::hex_digits;

/// Longer runs of digits may be more than a number of the canonical form holds.
const EXACT_DIGITS: usize = 15;

/// Appends a row's line.
pub fn push_row(out: &mut Vec<u8>, columns: &[(&'static str, Kind)], cells: &[Cell]) {
    for (index, ((_, kind), cell)) in columns.iter().zip(cells).enumerate() {
        out.push(if index == 0 { b'[' } else { b',' });
        push(out, *kind, cell);
    }
    out.extend_from_slice(b"]\n");
}

fn push(out: &mut Vec<u8>, kind: Kind, cell: &Cell) {
    match (kind, cell) {
        (_, Cell::Null) => out.extend_from_slice(b"null"),
        (_, Cell::Bytes(bytes)) => push_hex(out, bytes),
        (Kind::Bytes, Cell::Text(text)) => push_hex(out, text.as_bytes()),
        (Kind::Json, Cell::Text(text)) if !is_exact(text) => push_text(out, text),
        (kind, cell) => push_value(out, &rows::value(kind, cell.clone())),
    }
}

fn push_value(out: &mut Vec<u8>, value: &Value) {
    let written = match value {
        Value::Null | Value::Generated => out.write_all(b"null"),
        Value::Int(number) => write!(out, "{number}"),
        // the shortest text that reads back as the same number
        Value::Real(number) if number.is_finite() => write!(out, "{number:?}"),
        Value::Real(number) => write!(out, "{{\"real\":\"{number}\"}}"),
        Value::Text(text) => {
            push_text(out, text);
            Ok(())
        }
        Value::Bytes(bytes) => {
            push_hex(out, bytes);
            Ok(())
        }
    };
    debug_assert!(written.is_ok(), "writing to memory cannot fail");
}

fn push_text(out: &mut Vec<u8>, text: &str) {
    let written = serde_json::to_writer(out, text);
    debug_assert!(written.is_ok(), "writing to memory cannot fail");
}

fn push_hex(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(b"{\"hex\":\"");
    out.extend(hex_digits(bytes));
    out.extend_from_slice(b"\"}");
}

/// Whether the canonical form of a JSON text has all of its numbers' digits.
fn is_exact(text: &str) -> bool {
    let (mut run, mut quoted, mut escaped) = (0, false, false);
    for byte in text.bytes() {
        if quoted {
            quoted = byte != b'"' || escaped;
            escaped = byte == b'\\' && !escaped;
            continue;
        }
        quoted = byte == b'"';
        run = match byte {
            b'0'..=b'9' | b'.' => run + 1,
            _ => 0,
        };
        if run > EXACT_DIGITS {
            return false;
        }
    }
    true
}
