//! Several things that happen by themselves, one after the other.

use chrono::{DateTime, Utc};

use super::{Ending, Planner};

/// Each job with the planner that says when it is due. Never two at once: one that is due
/// while another runs comes next.
#[derive(Clone, Debug)]
pub struct Agenda<J> {
    jobs: Vec<(J, Planner)>,
}

impl<J: Copy> Agenda<J> {
    /// Whether there is nothing to do, ever.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.jobs.is_empty()
    }

    /// Of two that are due at once the one named first comes first.
    #[must_use]
    pub fn new(jobs: Vec<(J, Planner)>) -> Self {
        Agenda { jobs }
    }

    /// What comes next and when; `None` where nothing is due any more.
    #[must_use]
    pub fn next(&self) -> Option<(J, DateTime<Utc>)> {
        let due = self.jobs.iter().enumerate();
        let due = due.filter_map(|(place, (job, planner))| Some((planner.next()?, place, *job)));
        due.min_by_key(|(moment, place, _)| (*moment, *place))
            .map(|(moment, _, job)| (job, moment))
    }

    /// The jobs in order.
    pub fn jobs(&self) -> impl Iterator<Item = &(J, Planner)> {
        self.jobs.iter()
    }
}

impl<J: Copy + PartialEq> Agenda<J> {
    /// As [`Planner::ended`], for one of the jobs.
    pub fn ended(&mut self, job: J, ending: Ending, now: DateTime<Utc>) {
        for (known, planner) in &mut self.jobs {
            if *known == job {
                planner.ended(ending, now);
            }
        }
    }

    /// When a job comes next on the clock of its zone.
    #[must_use]
    pub fn next_shown(&self, job: J) -> Option<String> {
        let (_, planner) = self.jobs.iter().find(|(known, _)| *known == job)?;
        planner.next_shown()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::Timetable;
    use chrono_tz::Tz;

    #[test]
    fn what_is_due_first_comes_first() {
        let at = |text: &str| -> DateTime<Utc> { text.parse().unwrap() };
        let now = at("2026-11-21T00:00:00Z");
        let planner = |cron| Planner::new(Timetable::parse(cron, Tz::UTC, now).unwrap(), None, now);
        let mut agenda = Agenda::new(vec![
            ("sync", planner("0 0 */12 * * *")),
            ("backup", planner("0 30 3 * * *")),
        ]);
        assert_eq!(agenda.next(), Some(("backup", at("2026-11-21T03:30:00Z"))));
        agenda.ended("backup", Ending::Settled, at("2026-11-21T12:00:00Z"));
        assert_eq!(agenda.next(), Some(("sync", at("2026-11-21T12:00:00Z"))));
        agenda.ended("sync", Ending::Fault, at("2026-11-21T12:00:10Z"));
        assert_eq!(agenda.next(), Some(("sync", at("2026-11-21T12:01:10Z"))));
        assert_eq!(Agenda::<&str>::new(Vec::new()).next(), None);
    }
}
