//! Times as text, without format strings: an export writes millions of them.

use chrono::{DateTime, Datelike, NaiveDateTime, Timelike, Utc};

/// The store's text form: `YYYY-MM-DD HH:MM:SS`, and `.ffffff` only where the
/// microseconds are not zero. Texts sort as the times do.
#[must_use]
pub fn to_text(at: NaiveDateTime) -> String {
    written(at, ' ', "")
}

/// The form of reports and HTTP: `2026-11-21T03:00:00Z`, with `.ffffff` where
/// the microseconds are not zero.
#[must_use]
pub fn to_rfc3339(at: NaiveDateTime) -> String {
    written(at, 'T', "Z")
}

/// The moment of a run or an answer, to the second: `2026-11-21T03:00:00Z`.
#[must_use]
pub fn to_the_second(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A stored time in the form of reports and HTTP; one that was inserted by hand in another
/// form stays as it is.
#[must_use]
pub fn stored_to_rfc3339(stored: &str) -> String {
    super::parse_stored(stored).map_or_else(|| stored.to_owned(), to_rfc3339)
}

fn written(at: NaiveDateTime, between: char, suffix: &str) -> String {
    // A leap second's fraction goes beyond the second: 59.999999 is the nearest that the form holds.
    let micros = (at.nanosecond() / 1000).min(999_999);
    let mut out = String::with_capacity(27);
    push_year(&mut out, at.year());
    for (mark, number) in [
        ('-', at.month()),
        ('-', at.day()),
        (between, at.hour()),
        (':', at.minute()),
        (':', at.second()),
    ] {
        out.push(mark);
        push_digits(&mut out, number, 10);
    }
    if micros != 0 {
        out.push('.');
        push_digits(&mut out, micros, 100_000);
    }
    out.push_str(suffix);
    out
}

fn push_year(out: &mut String, year: i32) {
    match u32::try_from(year) {
        Ok(year) if year <= 9999 => push_digits(out, year, 1000),
        _ => out.push_str(&year.to_string()),
    }
}

fn push_digits(out: &mut String, number: u32, highest: u32) {
    let mut place = highest;
    while place > 0 {
        let digit = u8::try_from(number / place % 10).unwrap_or_default();
        out.push(char::from(b'0' + digit));
        place /= 10;
    }
}
