//! Sees without parsing that a value is spelled already as it would be written.
//!
//! Careful, not complete: what it does not know for sure is rewritten. The value must be JSON.

use memchr::memchr;

/// A number of so many digits is the shortest that reads as the same float64.
const DIGITS: usize = 15;

enum Level<'a> {
    Array,
    /// With its last key.
    Object(Option<&'a [u8]>),
}

/// Whether a value is in Go's spelling.
pub fn is_go(raw: &str) -> bool {
    let mut rest = raw.as_bytes();
    let mut open = Vec::new();
    while let Some((first, behind)) = rest.split_first() {
        rest = match first {
            b'"' => {
                let Some((text, behind)) = plain_text(behind) else {
                    return false;
                };
                if behind.first() == Some(&b':') {
                    match open.last_mut() {
                        Some(Level::Object(last)) if last.is_none_or(|last| last < text) => {
                            *last = Some(text);
                        }
                        _ => return false,
                    }
                }
                behind
            }
            b'-' | b'0'..=b'9' => {
                let in_number = |byte: &u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
                let end = rest.iter().position(|byte| !in_number(byte));
                let (number, behind) = rest.split_at(end.unwrap_or(rest.len()));
                if !is_go_number(number) {
                    return false;
                }
                behind
            }
            b'{' | b'[' | b'}' | b']' => {
                match first {
                    b'{' => open.push(Level::Object(None)),
                    b'[' => open.push(Level::Array),
                    _ => drop(open.pop()),
                }
                behind
            }
            b',' | b':' | b'a'..=b'z' => behind,
            _ => return false,
        };
    }
    true
}

/// Whether a value is no array and no object, and is spelled alike by everyone.
pub fn is_scalar(raw: &str) -> bool {
    match raw.as_bytes() {
        [b'"', rest @ ..] => plain_text(rest).is_some_and(|(text, behind)| {
            behind.is_empty() && text.iter().all(|byte| (b' '..=b'~').contains(byte))
        }),
        [b'-' | b'0'..=b'9', ..] => raw != "-0" && !raw.contains(['.', 'e', 'E']),
        _ => matches!(raw, "null" | "true" | "false"),
    }
}

/// A text without escapes, and without what Go escapes; and what follows it.
fn plain_text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (text, behind) = bytes.split_at_checked(memchr(b'"', bytes)?)?;
    let escaped = text
        .iter()
        .any(|byte| matches!(byte, b'\\' | b'<' | b'>' | b'&'));
    let separator = text
        .windows(3)
        .any(|bytes| matches!(bytes, b"\xe2\x80\xa8" | b"\xe2\x80\xa9"));
    (!escaped && !separator).then(|| (text, &behind[1..]))
}

fn is_go_number(number: &[u8]) -> bool {
    let Some(point) = number
        .iter()
        .position(|byte| !matches!(byte, b'-' | b'0'..=b'9'))
    else {
        return true;
    };
    let (whole, fraction) = number.split_at(point);
    let [b'.', fraction @ ..] = fraction else {
        return false;
    };
    fraction.iter().all(u8::is_ascii_digit)
        && fraction.last().is_some_and(|last| *last != b'0')
        && whole.len() + fraction.len() <= DIGITS
        // smaller ones have an exponent
        && (!matches!(whole, b"0" | b"-0") || fraction.iter().take(6).any(|digit| *digit != b'0'))
}
