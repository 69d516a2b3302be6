//! What happens by itself while `heirloom serve` runs.
//!
//! [`Timetable`] says when a run is due, [`Planner`] when the next one begins after what has
//! happened, [`Agenda`] which of several jobs comes first, [`follow`] waits for that moment and runs. All
//! but the last know no clock: the time is
//! passed in. Each moment is worked out anew in the time zone itself, and waited for alone: a
//! repeating job would keep the offset from UTC of the day it was made, and be an hour off after
//! the next change of summer time.

mod agenda;
mod clockwork;
mod planner;
mod timetable;

pub use agenda::Agenda;
pub use clockwork::{ClockworkError, Event, follow};
pub use planner::{Ending, Planner};
pub use timetable::{NoTimetable, Timetable};
