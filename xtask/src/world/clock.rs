//! Local times as a legacy server without time zones stored them.

use chrono::{Days, NaiveDate};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

use super::plan::Plan;
use super::spec::Oddities;

const FIRST_DAY: NaiveDate = NaiveDate::from_ymd_opt(2009, 3, 2).expect("a day of the calendar");

/// Days that a world spans.
pub(super) const DAYS: u64 = 1900;

/// A moment on a day of the world, in waking hours: the clock changes between two and three at
/// night, so that only an oddity stands in the gap or in the hour that comes twice.
pub(super) fn moment(plan: &Plan, rng: &mut ChaCha8Rng, day: u64) -> String {
    let (hour, minute, second) = (
        rng.random_range(7..24),
        rng.random_range(0..60),
        rng.random_range(0..60),
    );
    let whole = format!("{} {hour:02}:{minute:02}:{second:02}", date(day));
    let fraction = rng.random_bool(0.2).then(|| rng.random_range(1..1_000_000));
    match fraction {
        // the legacy `datetime` of MySQL holds whole seconds
        Some(fraction) if plan.spec.oddities != Oddities::Portable => {
            format!("{whole}.{fraction:06}")
        }
        _ => whole,
    }
}

/// When a row was added and last updated.
pub(super) fn added_and_updated(plan: &Plan, rng: &mut ChaCha8Rng) -> (String, String) {
    let added = rng.random_range(0..DAYS - 1);
    let updated = rng.random_range(added + 1..DAYS);
    (moment(plan, rng, added), moment(plan, rng, updated))
}

/// A day of the world as `YYYY-MM-DD`.
pub(super) fn date(day: u64) -> String {
    FIRST_DAY
        .checked_add_days(Days::new(day))
        .unwrap_or(FIRST_DAY)
        .to_string()
}
