//! Local times as a legacy server without time zones stored them.

use chrono::{Days, NaiveDate};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

const FIRST_DAY: NaiveDate = NaiveDate::from_ymd_opt(2009, 3, 2).expect("a day of the calendar");

/// Days that a world spans.
pub(super) const DAYS: u64 = 1900;

/// A moment on a day of the world, in waking hours: the clock changes between two and three at
/// night, so that only an oddity stands in the gap or in the hour that comes twice.
pub(super) fn moment(rng: &mut ChaCha8Rng, day: u64) -> String {
    let (hour, minute, second) = (
        rng.random_range(7..24),
        rng.random_range(0..60),
        rng.random_range(0..60),
    );
    let whole = format!("{} {hour:02}:{minute:02}:{second:02}", date(day));
    if rng.random_bool(0.2) {
        format!("{whole}.{:06}", rng.random_range(1..1_000_000))
    } else {
        whole
    }
}

/// When a row was added and last updated.
pub(super) fn added_and_updated(rng: &mut ChaCha8Rng) -> (String, String) {
    let added = rng.random_range(0..DAYS - 1);
    let updated = rng.random_range(added + 1..DAYS);
    (moment(rng, added), moment(rng, updated))
}

/// A day of the world as `YYYY-MM-DD`.
pub(super) fn date(day: u64) -> String {
    FIRST_DAY
        .checked_add_days(Days::new(day))
        .unwrap_or(FIRST_DAY)
        .to_string()
}
