//! When runs are due: a cron expression with seconds, read on the clock of a time zone.

use chrono::{DateTime, Duration, LocalResult, NaiveDateTime, Offset as _, TimeZone as _};
use chrono::{SubsecRound as _, Utc};
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds};

/// The moments of a cron expression on the clock of a time zone.
#[derive(Clone, Debug)]
pub struct Timetable {
    cron: Cron,
    zone: Tz,
    hours: Hours,
}

/// What a change of summer time means for the expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hours {
    /// It names hours. An hour that the clock leaves out is made good when the gap ends, one
    /// that it shows twice counts the first time.
    Named,
    /// It says nothing about hours: it goes on through the change as if there were none.
    Every,
}

/// Why a text is no timetable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoTimetable {
    #[error("{text:?} is no cron expression: {reason}")]
    Unreadable { text: String, reason: String },
    #[error("{text:?} never comes")]
    Never { text: String },
}

impl Timetable {
    /// Reads second, minute, hour, day, month and weekday; `now` is when the first moment is
    /// looked for.
    ///
    /// # Errors
    /// The text is no such expression, or no moment matches it.
    pub fn parse(text: &str, zone: Tz, now: DateTime<Utc>) -> Result<Self, NoTimetable> {
        let parser = CronParser::builder().seconds(Seconds::Required).build();
        let cron = parser
            .parse(text)
            .map_err(|error| NoTimetable::Unreadable {
                text: text.into(),
                reason: error.to_string(),
            })?;
        let hours = match text.split_whitespace().nth(2) {
            Some("*") => Hours::Every,
            _ => Hours::Named,
        };
        let timetable = Timetable { cron, zone, hours };
        match timetable.next_after(now) {
            Some(_) => Ok(timetable),
            None => Err(NoTimetable::Never { text: text.into() }),
        }
    }

    /// The zone on whose clock the moments are read.
    #[must_use]
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// The first moment after `now`; `None` where there is none any more.
    #[must_use]
    pub fn next_after(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self.hours {
            Hours::Named => self.next_named(now),
            Hours::Every => self.next_of_every_hour(now),
        }
    }

    fn next_named(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut local = now.with_timezone(&self.zone).naive_local().trunc_subsecs(0);
        loop {
            local = self.matching(local, Start::After)?;
            let moment = match self.zone.from_local_datetime(&local) {
                LocalResult::Single(moment) => moment.with_timezone(&Utc),
                LocalResult::Ambiguous(one, other) => one.min(other).with_timezone(&Utc),
                LocalResult::None => self.end_of_gap(local)?,
            };
            // the clock may show again what has been, and several moments fall into one gap
            if moment > now {
                return Some(moment);
            }
        }
    }

    fn next_of_every_hour(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let (mut from, mut start) = (now.trunc_subsecs(0), Start::After);
        loop {
            let offset = self.offset(from);
            let found = self.matching(from.naive_utc() + offset, start)? - offset;
            if self.offset(found.and_utc()) == offset {
                return Some(found.and_utc());
            }
            // the clock changes before: from there on it shows other times
            from = self.change(from, found.and_utc());
            start = Start::At;
        }
    }

    /// The first matching time of a clock that is never changed.
    fn matching(&self, local: NaiveDateTime, start: Start) -> Option<NaiveDateTime> {
        let found = self
            .cron
            .find_next_occurrence(&local.and_utc(), start == Start::At);
        found.ok().map(|found| found.naive_utc())
    }

    /// The moment at which the gap ends that this local time lies in.
    fn end_of_gap(&self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        let end = chrono_tz::GapInfo::new(&local, &self.zone)?.end?;
        Some(end.with_timezone(&Utc))
    }

    fn offset(&self, at: DateTime<Utc>) -> Duration {
        let offset = self.zone.offset_from_utc_datetime(&at.naive_utc()).fix();
        Duration::seconds(i64::from(offset.local_minus_utc()))
    }

    /// The moment, to the second, at which the offset of `before` ends; it has by `after`.
    fn change(&self, mut before: DateTime<Utc>, mut after: DateTime<Utc>) -> DateTime<Utc> {
        let offset = self.offset(before);
        while after - before > Duration::seconds(1) {
            let middle = before + Duration::seconds((after - before).num_seconds() / 2);
            if self.offset(middle) == offset {
                before = middle;
            } else {
                after = middle;
            }
        }
        after
    }
}

/// Whether the time from which is searched may be the answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    At,
    After,
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Europe::Rome;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// The first moments after `from`, as the zone's clock shows them.
    fn check(cron: &str, zone: Tz, from: &str, expected: &[&str]) {
        let mut now = at(from);
        let timetable = Timetable::parse(cron, zone, now).unwrap();
        for expected in expected {
            let next = timetable.next_after(now).unwrap();
            assert!(next > now, "{cron} after {now}: {next}");
            let shown = next.with_timezone(&zone).to_rfc3339();
            assert_eq!(&shown, expected, "{cron} after {now}");
            now = next;
        }
    }

    const TWELVE: &str = "0 0 */12 * * *";

    #[test]
    fn every_twelve_hours_stays_at_midnight_and_noon() {
        check(
            TWELVE,
            Rome,
            "2026-03-28T05:00:00.250Z",
            &[
                "2026-03-28T12:00:00+01:00",
                "2026-03-29T00:00:00+01:00",
                "2026-03-29T12:00:00+02:00",
                "2026-03-30T00:00:00+02:00",
            ],
        );
        check(
            TWELVE,
            Rome,
            "2026-10-24T05:00:00Z",
            &[
                "2026-10-24T12:00:00+02:00",
                "2026-10-25T00:00:00+02:00",
                "2026-10-25T12:00:00+01:00",
                "2026-10-26T00:00:00+01:00",
            ],
        );
    }

    #[test]
    fn in_utc_it_is_plain() {
        check(
            TWELVE,
            Tz::UTC,
            "2026-11-21T11:59:59.999Z",
            &["2026-11-21T12:00:00+00:00", "2026-11-22T00:00:00+00:00"],
        );
    }

    #[test]
    fn an_hour_that_is_left_out_is_made_good_once() {
        check(
            "0 0,30 2 * * *",
            Rome,
            "2026-03-28T12:00:00Z",
            &["2026-03-29T03:00:00+02:00", "2026-03-30T02:00:00+02:00"],
        );
    }

    #[test]
    fn a_midnight_that_is_left_out_or_comes_twice() {
        check(
            TWELVE,
            chrono_tz::Asia::Beirut,
            "2024-03-30T12:00:00Z",
            &["2024-03-31T01:00:00+03:00", "2024-03-31T12:00:00+03:00"],
        );
        check(
            TWELVE,
            chrono_tz::America::Havana,
            "2024-11-02T20:00:00Z",
            &["2024-11-03T00:00:00-04:00", "2024-11-03T12:00:00-05:00"],
        );
    }

    #[test]
    fn an_hour_that_comes_twice_counts_once() {
        check(
            "0 30 2 * * *",
            Rome,
            "2026-10-24T12:00:00Z",
            &["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"],
        );
        // started while the clock shows the hour again
        check(
            "0 30 2 * * *",
            Rome,
            "2026-10-25T01:10:00Z",
            &["2026-10-26T02:30:00+01:00"],
        );
    }

    #[test]
    fn every_half_hour_goes_on_through_the_change() {
        check(
            "0 */30 * * * *",
            Rome,
            "2026-10-25T00:00:00Z",
            &[
                "2026-10-25T02:30:00+02:00",
                "2026-10-25T02:00:00+01:00",
                "2026-10-25T02:30:00+01:00",
                "2026-10-25T03:00:00+01:00",
            ],
        );
        check(
            "0 */30 * * * *",
            Rome,
            "2026-03-29T00:29:59Z",
            &[
                "2026-03-29T01:30:00+01:00",
                "2026-03-29T03:00:00+02:00",
                "2026-03-29T03:30:00+02:00",
            ],
        );
    }

    #[test]
    fn what_is_no_timetable_says_so() {
        fn check(text: &str, part: &str) {
            let error = Timetable::parse(text, Rome, at("2026-01-01T00:00:00Z")).unwrap_err();
            assert!(error.to_string().contains(part), "{error}");
        }
        check("0 0 25 * * *", "no cron expression");
        check("soon soon soon soon soon soon", "no cron expression");
        check("0 0 0 30 2 *", "never comes");
    }
}
