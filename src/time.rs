//! Times of a legacy clock, made into UTC, and the one text form of the store.
//!
//! Legacy databases hold the local time of their server without an offset, so
//! twice a year a text means two moments or none. Millions of them are read in
//! a run: digits are taken apart by hand, and no format string is involved.

mod written;

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, Offset, TimeZone, Timelike};
use chrono_tz::{GapInfo, Tz};
use thiserror::Error;

pub use written::{stored_to_rfc3339, to_rfc3339, to_text, to_the_second};

/// A moment, and what had to be assumed to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The moment in UTC, to the microsecond.
    pub at: NaiveDateTime,
    /// Set where the text alone did not tell the moment.
    pub note: Option<TimeNote>,
}

/// Why a local time was not one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeNote {
    /// The clock showed it twice (end of summer time): the earlier was taken.
    Ambiguous,
    /// The clock never showed it (start of summer time): moved forward by the gap.
    Skipped,
}

/// Why a text is no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TimeProblem {
    /// MySQL's `0000-00-00 00:00:00`, or a date whose month or day is zero.
    #[error("a zero date")]
    Zero,
    /// Anything else that is no time between the years 1 and 9999.
    #[error("not a readable time")]
    Unreadable,
}

/// Reads `YYYY-MM-DD[ HH:MM[:SS[.fraction]]][offset]` as shown by a clock in `zone`.
///
/// `T` may stand for the space; a date alone is its midnight; an offset (`Z`,
/// `+02`, `+02:00`, `+0200`) wins over `zone`. Digits beyond the microsecond
/// are cut.
///
/// # Errors
/// [`TimeProblem`] where the text is no time; such a row is data with a finding.
pub fn utc(text: &str, zone: Tz) -> Result<Stamp, TimeProblem> {
    let (local, rest) = civil(text.trim_ascii().as_bytes())?;
    let stamp = if rest.is_empty() {
        in_zone(local, zone)
    } else {
        let at = local - offset(rest).ok_or(TimeProblem::Unreadable)?;
        Ok(Stamp { at, note: None })
    }?;
    if (1..=9999).contains(&stamp.at.year()) {
        Ok(stamp)
    } else {
        Err(TimeProblem::Unreadable)
    }
}

fn in_zone(local: NaiveDateTime, zone: Tz) -> Result<Stamp, TimeProblem> {
    if zone == Tz::UTC {
        return Ok(Stamp {
            at: local,
            note: None,
        });
    }
    let minus = |offset: chrono::FixedOffset| {
        local - Duration::seconds(i64::from(offset.local_minus_utc()))
    };
    match zone.offset_from_local_datetime(&local) {
        chrono::LocalResult::Single(offset) => Ok(Stamp {
            at: minus(offset.fix()),
            note: None,
        }),
        chrono::LocalResult::Ambiguous(one, other) => Ok(Stamp {
            at: minus(one.fix()).min(minus(other.fix())),
            note: Some(TimeNote::Ambiguous),
        }),
        chrono::LocalResult::None => {
            // Read with the offset from before the gap, the clock shows it moved by the gap.
            let gap = GapInfo::new(&local, &zone).and_then(|gap| gap.begin);
            let (_, before) = gap.ok_or(TimeProblem::Unreadable)?;
            Ok(Stamp {
                at: minus(before.fix()),
                note: Some(TimeNote::Skipped),
            })
        }
    }
}

/// Date and time of day, and what stands behind them.
fn civil(bytes: &[u8]) -> Result<(NaiveDateTime, &[u8]), TimeProblem> {
    const BAD: TimeProblem = TimeProblem::Unreadable;
    let (date, rest) = bytes.split_at_checked(10).ok_or(BAD)?;
    if date[4] != b'-' || date[7] != b'-' {
        return Err(BAD);
    }
    let field = |bytes: &[u8]| digits(bytes).ok_or(BAD);
    let (year, month, day) = (field(&date[..4])?, field(&date[5..7])?, field(&date[8..])?);
    if month == 0 || day == 0 {
        return Err(TimeProblem::Zero);
    }
    let year = i32::try_from(year)
        .ok()
        .filter(|year| *year > 0)
        .ok_or(BAD)?;
    let date = NaiveDate::from_ymd_opt(year, month, day).ok_or(BAD)?;

    let ([b' ' | b'T' | b't', clock @ ..], true) = (rest, rest.len() >= 6) else {
        let midnight = date.and_hms_opt(0, 0, 0).ok_or(BAD)?;
        return if rest.is_empty() {
            Ok((midnight, rest))
        } else {
            Err(BAD)
        };
    };
    if clock[2] != b':' {
        return Err(BAD);
    }
    let (hour, minute, rest) = (field(&clock[..2])?, field(&clock[3..5])?, &clock[5..]);
    let (second, rest) = match rest {
        [b':', tens, ones, rest @ ..] => (field(&[*tens, *ones])?, rest),
        rest => (0, rest),
    };
    let (micros, rest) = fraction(rest).ok_or(BAD)?;
    let at = date
        .and_hms_micro_opt(hour, minute, second, micros)
        .ok_or(BAD)?;
    Ok((at, rest))
}

/// Microseconds of `.123456`, zero where there is no point.
fn fraction(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let [b'.', rest @ ..] = bytes else {
        return Some((0, bytes));
    };
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut micros = 0;
    for place in 0..6 {
        let digit = rest.get(place).filter(|_| place < length);
        micros = micros * 10 + digit.map_or(0, |digit| u32::from(digit - b'0'));
    }
    (1..=9)
        .contains(&length)
        .then_some((micros, &rest[length..]))
}

/// `Z`, `+HH`, `+HHMM`, `+HH:MM` or `+HH:MM:SS` (what PostgreSQL writes for old local times).
fn offset(bytes: &[u8]) -> Option<Duration> {
    let (sign, rest) = match bytes {
        [b'Z' | b'z'] => return Some(Duration::zero()),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let (hours, minutes, seconds) = match rest.len() {
        2 => (digits(rest)?, 0, 0),
        4 => (digits(&rest[..2])?, digits(&rest[2..])?, 0),
        5 if rest[2] == b':' => (digits(&rest[..2])?, digits(&rest[3..])?, 0),
        8 if rest[2] == b':' && rest[5] == b':' => (
            digits(&rest[..2])?,
            digits(&rest[3..5])?,
            digits(&rest[6..])?,
        ),
        _ => return None,
    };
    let valid = hours < 24 && minutes < 60 && seconds < 60;
    valid.then(|| Duration::seconds(sign * i64::from(hours * 3600 + minutes * 60 + seconds)))
}

fn digits(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0, |number, byte| {
        byte.is_ascii_digit()
            .then(|| number * 10 + u32::from(byte - b'0'))
    })
}

/// The inverse of [`to_text`]; `None` where the text is not of the store's form.
#[must_use]
pub fn parse_stored(text: &str) -> Option<NaiveDateTime> {
    match civil(text.as_bytes()) {
        Ok((at, [])) if text.len() >= 19 => Some(at),
        _ => None,
    }
}

/// Now, as a run takes it: UTC, cut to the microsecond that the store holds.
#[must_use]
pub fn to_micros(at: DateTime<chrono::Utc>) -> NaiveDateTime {
    let at = at.naive_utc();
    let nanos = at.nanosecond();
    at.with_nanosecond(nanos - nanos % 1000).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::{Asia, Europe};

    fn check(input: &str, zone: Tz, expected: &str) {
        let stamp = utc(input, zone).unwrap();
        assert_eq!(
            (to_text(stamp.at).as_str(), stamp.note),
            (expected, None),
            "{input}"
        );
    }

    #[test]
    fn plain_times() {
        check("2012-01-31 10:20:30", Tz::UTC, "2012-01-31 10:20:30");
        check(
            "2012-01-31T10:20:30.5",
            Tz::UTC,
            "2012-01-31 10:20:30.500000",
        );
        check(
            "2012-01-31 10:20:30.000001",
            Tz::UTC,
            "2012-01-31 10:20:30.000001",
        );
        check("2012-01-31 10:20:30.000000", Tz::UTC, "2012-01-31 10:20:30");
        check(
            "2012-01-31 10:20:30.123456789",
            Tz::UTC,
            "2012-01-31 10:20:30.123456",
        );
        check(" 2012-01-31 ", Tz::UTC, "2012-01-31 00:00:00");
        check("2012-01-31 10:20", Tz::UTC, "2012-01-31 10:20:00");
    }

    #[test]
    fn zones_and_offsets() {
        check("2012-01-31 00:20:30", Europe::Rome, "2012-01-30 23:20:30");
        check("2012-07-31", Europe::Rome, "2012-07-30 22:00:00");
        check("2012-07-31 10:00:00", Asia::Kolkata, "2012-07-31 04:30:00");
        check("2012-07-31 10:00:00Z", Europe::Rome, "2012-07-31 10:00:00");
        check("2012-07-31 10:00:00+02", Tz::UTC, "2012-07-31 08:00:00");
        check(
            "2012-07-31 10:00:00.25-05:30",
            Tz::UTC,
            "2012-07-31 15:30:00.250000",
        );
        check("2012-07-31T10:00:00+0200", Tz::UTC, "2012-07-31 08:00:00");
        check(
            "1890-07-31 10:00:00+00:49:56",
            Tz::UTC,
            "1890-07-31 09:10:04",
        );
    }

    #[test]
    fn summer_time() {
        fn check(input: &str, zone: Tz, expected: &str, note: TimeNote) {
            let stamp = utc(input, zone).unwrap();
            assert_eq!(
                (to_text(stamp.at).as_str(), stamp.note),
                (expected, Some(note))
            );
        }
        let rome = Europe::Rome;
        check(
            "2012-10-28 02:30:00",
            rome,
            "2012-10-28 00:30:00",
            TimeNote::Ambiguous,
        );
        check(
            "2012-03-25 02:00:00",
            rome,
            "2012-03-25 01:00:00",
            TimeNote::Skipped,
        );
        check(
            "2012-03-25 02:30:00",
            rome,
            "2012-03-25 01:30:00",
            TimeNote::Skipped,
        );
        let howe = chrono_tz::Australia::Lord_Howe;
        check(
            "2012-10-07 02:15:00",
            howe,
            "2012-10-06 15:45:00",
            TimeNote::Skipped,
        );
        super::tests::check("2012-10-28 03:00:00", rome, "2012-10-28 02:00:00");
        super::tests::check("2012-03-25 03:00:00", rome, "2012-03-25 01:00:00");
        super::tests::check("2012-10-28 02:30:00+01", rome, "2012-10-28 01:30:00");
    }

    #[test]
    fn no_times() {
        fn check(input: &str, expected: TimeProblem) {
            assert_eq!(utc(input, Europe::Rome), Err(expected), "{input:?}");
        }
        check("0000-00-00 00:00:00", TimeProblem::Zero);
        check("0000-00-00", TimeProblem::Zero);
        check("2012-00-10 10:00:00", TimeProblem::Zero);
        for text in [
            "",
            "now",
            "infinity",
            "2012-13-01",
            "2012-02-30 10:00:00",
            "0000-01-01",
            "0001-01-01 00:00:00",
            "2012-01-01 24:00:00",
            "2012-01-01 10:60:00",
            "2012-01-01 10:00:60",
            "2012-01-01 10",
            "2012-01-01x10:00:00",
            "2012-01-01 10:00:00.",
            "2012-01-01 10:00:00 BC",
            "2012-01-01 10:00:00+2",
            "2012-01-01 10:00:00+25:00",
            "12-01-01 10:00:00",
            "2012/01/01 10:00:00",
            "2012-01-0١",
            "２012-01-01",
            "2012-01-01+02",
            "10000-01-01 00:00:00",
            "2012-01-01 1é:00:00",
            "2012-01-01 10:00:00+é",
        ] {
            check(text, TimeProblem::Unreadable);
        }
    }

    #[test]
    fn stored_form_returns() {
        fn check(text: &str, expected: Option<&str>) {
            assert_eq!(parse_stored(text).map(to_rfc3339).as_deref(), expected);
        }
        check("2026-11-21 03:00:00", Some("2026-11-21T03:00:00Z"));
        check(
            "0001-01-01 00:00:00.000010",
            Some("0001-01-01T00:00:00.000010Z"),
        );
        check("2026-11-21", None);
        check("2026-11-21 03:00:00Z", None);
        check("", None);
        for seconds in (-3_000_000_000_i64..6_000_000_000).step_by(9_876_543) {
            let at = DateTime::from_timestamp(
                seconds,
                (seconds.unsigned_abs() % 1_000_000) as u32 * 1000,
            );
            let at = to_micros(at.unwrap());
            assert_eq!(parse_stored(&to_text(at)), Some(at));
            assert_eq!(
                to_text(at)[..19],
                at.format("%Y-%m-%d %H:%M:%S").to_string()
            );
        }
    }
}
