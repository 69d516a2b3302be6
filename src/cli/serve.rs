//! `heirloom serve`: what happens by itself, and what is asked for over HTTP.

mod backups;
mod log;
mod syncs;

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::context::Context;
use super::exit::{Exit, Failure};
use super::jobs::Syncs;
use super::signals;
use crate::config::Listen;
use crate::scheduler::{Agenda, ClockworkError, Ending, Planner, Timetable, follow};
use crate::server::{App, Home, Server, Setup};

use backups::Made;
use log::Log;
use syncs::Attempt;

/// What is on the agenda.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Job {
    Sync,
    Backup,
}

/// What a job came to.
enum Outcome {
    Synced(Attempt),
    BackedUp(Result<Made, Failure>),
}

pub fn run(context: &Context) -> Result<Exit, Failure> {
    let agenda = agenda(context, Utc::now())?;
    let server = Server::open(Setup {
        store: context.store.clone(),
        config: context.config.server.clone(),
        home: Home::new(&context.store),
        backups: context.config.backup.directory.clone(),
        runner: Arc::new(Syncs(context.clone())),
    })?;
    if agenda.is_empty() && server.is_none() {
        return Err(Failure::wrong(
            "there is nothing to do: set listen under [server] in heirloom.toml, or sync or backup under [schedule], for instance sync = \"0 0 */12 * * *\" for every twelve hours.",
        ));
    }
    // created and migrated before anybody asks
    drop(context.open_store()?);
    signals::watch();
    let mut log = Log::new(context);
    let app = server.as_ref().map(Server::app);
    let answering = server.map(|server| {
        log.say(&format!("listening on {}", server.url()));
        std::thread::spawn(move || server.run(signals::stop()))
    });
    if !agenda.is_empty() {
        let quiet = quiet(context);
        follow(
            agenda,
            move |job| attempt(&quiet, app.as_ref(), job),
            signals::stop(),
            context.config.server.grace,
            |event| log.tell(event),
        )?;
    }
    if let Some(answering) = answering {
        let ended = answering.join();
        ended.map_err(|_| Failure::fault("the server broke off. Start it again."))??;
    }
    log.say("stopped");
    Ok(Exit::Done)
}

/// The configured jobs, each with the last time it was done.
fn agenda(context: &Context, now: DateTime<Utc>) -> Result<Agenda<Job>, Failure> {
    let schedule = &context.config.schedule;
    let timetable = |key: &str, cron: &str| {
        Timetable::parse(cron, schedule.time_zone, now)
            .map_err(|error| Failure::wrong(format!("schedule.{key}: {error}.")))
    };
    // a schedule without a source is one of after the launch, where there is anything else to do
    let follows = context.config.nodeshot.url.is_some()
        || context.config.server.listen == Listen::Off && schedule.backup.is_none();
    let mut jobs = Vec::new();
    if let Some(cron) = &schedule.sync {
        let timetable = timetable("sync", cron)?;
        if follows {
            let last = syncs::last(context)?;
            jobs.push((Job::Sync, Planner::new(timetable, last, now)));
        }
    }
    if let Some(cron) = &schedule.backup {
        let timetable = timetable("backup", cron)?;
        let last = backups::last(context)?;
        jobs.push((Job::Backup, Planner::new(timetable, last, now)));
    }
    Ok(Agenda::new(jobs))
}

fn attempt(context: &Context, server: Option<&App>, job: Job) -> (Ending, Outcome) {
    match job {
        Job::Sync => {
            let (ending, attempt) = syncs::attempt(context);
            (ending, Outcome::Synced(attempt))
        }
        Job::Backup => {
            let (ending, made) = backups::attempt(context, server);
            (ending, Outcome::BackedUp(made))
        }
    }
}

/// One line a run is enough, unless more is wanted.
fn quiet(context: &Context) -> Context {
    let mut quiet = context.clone();
    if quiet.verbosity <= 1 {
        quiet.verbosity = 0;
    }
    quiet
}

impl From<ClockworkError> for Failure {
    fn from(error: ClockworkError) -> Self {
        Failure::fault(format!("{error}. Start it again."))
    }
}
