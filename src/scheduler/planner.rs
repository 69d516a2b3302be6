//! When the next run begins, after what has happened.

use chrono::{DateTime, Duration, SubsecRound as _, Utc};

use super::Timetable;

/// The longest wait after a fault, in minutes.
const LONGEST_WAIT: i64 = 60;

/// How a run ended, as far as the next one is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Whatever it came to, trying again before the next due moment would not help.
    Settled,
    /// A fault: trying again may help.
    Fault,
}

/// Plans one run after the other. It knows no clock: the time is passed in.
#[derive(Clone, Debug)]
pub struct Planner {
    timetable: Timetable,
    next: Option<DateTime<Utc>>,
    /// Faults since the last run that was none.
    faults: u32,
}

impl Planner {
    /// Begins at `now`. `last` is when the last run began that settled its due moment, whoever
    /// ran it; where a due moment has passed since, one run makes up for all that were missed.
    /// Without a last run nothing was missed.
    #[must_use]
    pub fn new(timetable: Timetable, last: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Self {
        // a last run in the future is one of a clock that was wrong
        let since = last.map_or(now, |last| last.min(now));
        let next = timetable.next_after(since).map(|due| due.max(now));
        Planner {
            timetable,
            next,
            faults: 0,
        }
    }

    /// When the next run begins; `None` where no moment is due any more.
    #[must_use]
    pub fn next(&self) -> Option<DateTime<Utc>> {
        self.next
    }

    /// The same on the clock of the timetable's zone.
    #[must_use]
    pub fn next_shown(&self) -> Option<String> {
        let next = self.next?.trunc_subsecs(0);
        let local = next.with_timezone(&self.timetable.zone());
        Some(local.format("%Y-%m-%d %H:%M:%S %Z").to_string())
    }

    /// Notes how the run that ends at `now` ended. After a fault the next one follows in 1, 2,
    /// 4 and so on up to 60 minutes, and never later than it is due.
    pub fn ended(&mut self, ending: Ending, now: DateTime<Utc>) {
        let due = self.timetable.next_after(now);
        self.next = match ending {
            Ending::Settled => {
                self.faults = 0;
                due
            }
            Ending::Fault => {
                let doubled = 1_i64.checked_shl(self.faults).unwrap_or(LONGEST_WAIT);
                self.faults = (self.faults + 1).min(i64::BITS - 2);
                let wait = Duration::minutes(doubled.min(LONGEST_WAIT));
                let again = now.trunc_subsecs(0) + wait;
                Some(due.map_or(again, |due| due.min(again)))
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Europe::Rome;

    fn at(text: &str) -> DateTime<Utc> {
        format!("2026-11-{text}Z")
            .replace(' ', "T")
            .parse()
            .unwrap()
    }

    /// Midnight and noon in Rome are 23:00 and 11:00 in UTC.
    fn planner(last: Option<&str>, now: &str) -> Planner {
        let timetable = Timetable::parse("0 0 */12 * * *", Rome, at(now)).unwrap();
        Planner::new(timetable, last.map(at), at(now))
    }

    #[test]
    fn nothing_was_missed_where_nothing_was_due() {
        fn check(last: Option<&str>, now: &str, expected: &str) {
            let next = planner(last, now).next();
            assert_eq!(next, Some(at(expected)), "{last:?}, {now}");
        }
        check(None, "20 09:00:00", "20 11:00:00");
        check(Some("19 23:00:00.3"), "20 09:00:00", "20 11:00:00");
        // by hand, between two due moments
        check(Some("20 08:00:00"), "20 09:00:00", "20 11:00:00");
        // by a clock that was wrong
        check(Some("29 08:00:00"), "20 09:00:00", "20 11:00:00");
    }

    #[test]
    fn missed_runs_are_made_up_once() {
        let mut planner = planner(Some("15 23:00:01"), "20 09:00:00");
        assert_eq!(planner.next(), Some(at("20 09:00:00")));
        planner.ended(Ending::Settled, at("20 09:01:00"));
        assert_eq!(planner.next(), Some(at("20 11:00:00")));
    }

    #[test]
    fn a_run_that_lasts_beyond_the_next_moment_is_followed_by_the_one_after() {
        let mut planner = planner(None, "20 09:00:00");
        planner.ended(Ending::Settled, at("20 23:30:00"));
        assert_eq!(planner.next(), Some(at("21 11:00:00")));
    }

    #[test]
    fn faults_back_off_to_an_hour_and_at_most_to_the_due_moment() {
        let mut planner = planner(None, "19 22:00:00");
        let mut now = at("19 23:00:00");
        let mut waits = Vec::new();
        for _ in 0..18 {
            planner.ended(Ending::Fault, now);
            let next = planner.next().unwrap();
            waits.push((next - now).num_minutes());
            now = next;
        }
        let usual = [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60];
        assert_eq!(waits[..16], usual);
        // 63 + 10 × 60 minutes after midnight it is 11:03, and then comes noon
        assert_eq!(waits[16..], [57, 60]);
    }

    #[test]
    fn a_run_that_goes_through_ends_the_back_off() {
        let mut planner = planner(None, "19 22:00:00");
        planner.ended(Ending::Fault, at("19 23:00:00"));
        planner.ended(Ending::Fault, at("19 23:01:00"));
        assert_eq!(planner.next(), Some(at("19 23:03:00")));
        planner.ended(Ending::Settled, at("19 23:03:05"));
        assert_eq!(planner.next(), Some(at("20 11:00:00")));
        planner.ended(Ending::Fault, at("20 11:00:02"));
        assert_eq!(planner.next(), Some(at("20 11:01:02")));
    }

    #[test]
    fn however_long_it_fails() {
        let mut planner = planner(None, "20 12:00:00");
        for _ in 0..200 {
            planner.ended(Ending::Fault, at("20 12:00:00"));
        }
        assert_eq!(planner.next(), Some(at("20 13:00:00")));
    }

    #[test]
    fn the_next_run_is_shown_on_the_clock_of_the_zone() {
        let shown = planner(None, "20 09:00:00").next_shown();
        assert_eq!(shown.as_deref(), Some("2026-11-20 12:00:00 CET"));
    }
}
