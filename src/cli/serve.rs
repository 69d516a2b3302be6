//! `heirloom serve`: what happens by itself. The scheduler for now.

use chrono::{DateTime, SubsecRound as _, Utc};

use super::args::{RunOptions, Sync};
use super::context::Context;
use super::exit::{Exit, Failure};
use super::{signals, summary, sync, terminal};
use crate::engine::journal;
use crate::engine::report::Report;
use crate::scheduler::{ClockworkError, Ending, Event, Planner, Timetable, follow};
use crate::store::{Missing, Store};
use crate::text::printable;
use crate::time::to_the_second;

pub fn run(context: &Context) -> Result<Exit, Failure> {
    let Some(cron) = &context.config.schedule.sync else {
        return Err(Failure::wrong(
            "there is nothing to do: set sync under [schedule] in heirloom.toml, for instance sync = \"0 0 */12 * * *\" for every twelve hours. An HTTP server is not there yet.",
        ));
    };
    let Some(source) = &context.config.nodeshot.url else {
        return Err(sync::no_source());
    };
    let now = Utc::now();
    let timetable = Timetable::parse(cron, context.config.schedule.time_zone, now)
        .map_err(|error| Failure::wrong(format!("schedule.sync: {error}.")))?;
    let last = journal::last_settled(&mut context.open_store()?.connection, "nodeshot")?;
    let planner = Planner::new(timetable, last.as_deref().and_then(moment), now);

    signals::watch();
    let quiet = quiet(context);
    let mut log = Log::new(context, &source.clone().without_password().to_string());
    follow(
        planner,
        move || attempt(&quiet),
        signals::stop(),
        context.config.server.grace,
        |event| log.tell(event),
    )?;
    log.say("stopped");
    Ok(Exit::Done)
}

/// One line a run is enough, unless more is wanted.
fn quiet(context: &Context) -> Context {
    let mut quiet = context.clone();
    if quiet.verbosity <= 1 {
        quiet.verbosity = 0;
    }
    quiet
}

/// One run, as `heirloom sync` does it.
fn attempt(context: &Context) -> (Ending, Attempt) {
    let options = Sync {
        run: RunOptions::default(),
    };
    let begun = Utc::now();
    let result = sync::run(context, &options);
    let ending = match &result {
        // what is wrong, a file that is not there for one, may be mended meanwhile
        Err(failure) if matches!(failure.exit, Exit::Fault | Exit::Wrong) => Ending::Fault,
        _ => Ending::Settled,
    };
    let attempt = Attempt {
        begun,
        failure: result.err(),
        report: recorded(context, begun),
    };
    (ending, attempt)
}

/// What a run came to.
struct Attempt {
    begun: DateTime<Utc>,
    failure: Option<Failure>,
    /// As the store has it; none where it was not recorded.
    report: Option<Report>,
}

/// The run that began then or later, if it is in the store.
fn recorded(context: &Context, begun: DateTime<Utc>) -> Option<Report> {
    let mut store = Store::open(&context.store, Missing::StandIn).ok()?;
    let report = journal::last_sync(&mut store.connection).ok()??;
    (moment(&report.started)? >= begun.trunc_subsecs(0)).then_some(report)
}

fn moment(rfc3339: &str) -> Option<DateTime<Utc>> {
    rfc3339.parse().ok()
}

/// The lines that `serve` writes: what runs came to on standard output, what went wrong on
/// standard error. A log that nobody reads any more ends nothing.
struct Log {
    verbosity: u8,
    source: Option<String>,
}

impl Log {
    fn new(context: &Context, source: &str) -> Self {
        Log {
            verbosity: context.verbosity,
            source: Some(source.into()),
        }
    }

    fn say(&self, line: &str) {
        if self.verbosity >= 1 {
            let _ = terminal::say(printable(line).as_ref());
        }
    }

    fn tell(&mut self, event: Event<'_, Attempt>) {
        match event {
            Event::Waiting(planner) => {
                let source = self.source.take().unwrap_or_default();
                self.say(&format!("following {source}; {}", next(planner)));
            }
            Event::Ended(attempt, planner) => self.ended(&attempt, planner),
            Event::Broken(planner) => terminal::complain(&format!(
                "the run broke off; the store is as it was; {}",
                next(planner)
            )),
            Event::Stopping => self.say("asked to stop: waiting for the run that is under way"),
            Event::Abandoned => {
                terminal::complain("the run did not stop in time: the store is as it was");
            }
        }
    }

    fn ended(&self, attempt: &Attempt, planner: &Planner) {
        let what = match &attempt.report {
            Some(report) => summary::run_line(report),
            None => format!("{} run", to_the_second(attempt.begun)),
        };
        match &attempt.failure {
            None => self.say(&format!("{what}; {}", next(planner))),
            Some(failure) if failure.exit == Exit::Cancelled => self.say(&what),
            Some(failure) => {
                let reason = failure.message.lines().collect::<Vec<_>>().join(" ");
                terminal::complain(&format!("{what}: {reason} {}", next(planner)));
            }
        }
    }
}

fn next(planner: &Planner) -> String {
    planner
        .next_shown()
        .map_or("no run is due any more".into(), |next| {
            format!("next run at {next}")
        })
}

impl From<ClockworkError> for Failure {
    fn from(error: ClockworkError) -> Self {
        Failure::fault(format!("{error}. Start it again."))
    }
}
