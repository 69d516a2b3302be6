//! The lines that `serve` writes: what jobs came to on standard output, what went wrong on
//! standard error. A log that nobody reads any more ends nothing.

use super::{Attempt, Job, Made, Outcome};
use crate::cli::context::Context;
use crate::cli::exit::{Exit, Failure};
use crate::cli::{summary, terminal};
use crate::scheduler::{Agenda, Event};
use crate::text::printable;
use crate::time::to_the_second;

pub struct Log {
    verbosity: u8,
    source: Option<String>,
    directory: String,
}

impl Log {
    pub fn new(context: &Context) -> Self {
        let source = context.config.nodeshot.url.clone();
        Log {
            verbosity: context.verbosity,
            source: source.map(|source| source.without_password().to_string()),
            directory: context.config.backup.directory.display().to_string(),
        }
    }

    pub fn say(&self, line: &str) {
        if self.verbosity >= 1 {
            let _ = terminal::say(printable(line).as_ref());
        }
    }

    pub fn tell(&mut self, event: Event<'_, Job, Outcome>) {
        match event {
            Event::Waiting(agenda) => self.waiting(agenda),
            Event::Ended(_, Outcome::Synced(attempt), agenda) => self.synced(&attempt, agenda),
            Event::Ended(_, Outcome::BackedUp(made), agenda) => self.backed_up(&made, agenda),
            Event::Broken(job, agenda) => terminal::complain(&format!(
                "the {} broke off; the store is as it was; {}",
                word(job),
                next(agenda, job)
            )),
            Event::Stopping => self.say("asked to stop: waiting for the run that is under way"),
            Event::Abandoned => {
                terminal::complain("the run did not stop in time: the store is as it was");
            }
        }
    }

    fn waiting(&mut self, agenda: &Agenda<Job>) {
        for (job, _) in agenda.jobs() {
            let what = match job {
                Job::Sync => format!("following {}", self.source.take().unwrap_or_default()),
                Job::Backup => format!("backing up into {}", self.directory),
            };
            self.say(&format!("{what}; {}", next(agenda, *job)));
        }
    }

    fn synced(&self, attempt: &Attempt, agenda: &Agenda<Job>) {
        let what = match &attempt.report {
            Some(report) => summary::run_line(report),
            None => format!("{} run", to_the_second(attempt.begun)),
        };
        let next = next(agenda, Job::Sync);
        match &attempt.failure {
            None => self.say(&format!("{what}; {next}")),
            Some(failure) if failure.exit == Exit::Cancelled => self.say(&what),
            Some(failure) => complain(&what, failure, &next),
        }
    }

    fn backed_up(&self, made: &Result<Made, Failure>, agenda: &Agenda<Job>) {
        let next = next(agenda, Job::Backup);
        match made {
            Ok(made) if made.drill.proven => self.say(&format!("{}; {next}", made.line())),
            Ok(made) => terminal::complain(&format!("{} {next}", made.line())),
            Err(failure) if failure.exit == Exit::Cancelled => self.say("backup: cancelled"),
            Err(failure) => complain("backup", failure, &next),
        }
    }
}

fn complain(what: &str, failure: &Failure, next: &str) {
    let reason = failure.message.lines().collect::<Vec<_>>().join(" ");
    terminal::complain(&format!("{what}: {reason} {next}"));
}

fn word(job: Job) -> &'static str {
    match job {
        Job::Sync => "run",
        Job::Backup => "backup",
    }
}

fn next(agenda: &Agenda<Job>, job: Job) -> String {
    let what = word(job);
    agenda
        .next_shown(job)
        .map_or(format!("no {what} is due any more"), |next| {
            format!("next {what} at {next}")
        })
}
