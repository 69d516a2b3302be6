//! A run of any recipe from the command line: from its options to its report.

use std::path::PathBuf;

use super::args::RunOptions;
use super::context::Context;
use super::exit::{Exit, Failure};
use super::outputs::Outputs;
use super::prompt::{Person, Presence, Shown};
use super::rehearsal::Rehearsal;
use super::{signals, summary, terminal};
use crate::config::OnConflict;
use crate::engine::credentials::HandOut;
use crate::engine::decisions::Decisions;
use crate::engine::findings::Findings;
use crate::engine::guards::Answer;
use crate::engine::report::{End, Mode, Report, Source};
use crate::engine::run::{Ended, OnFault, Options, Vanished, failed, run as run_recipe};
use crate::engine::{Recipe, Stop, journal};
use crate::store::{Missing, Store};
use crate::text::counted;
use crate::time::to_the_second;

/// What is run, beside the recipe itself.
pub struct Job<'a> {
    pub options: &'a RunOptions,
    pub mode: Mode,
    pub presence: Presence,
    pub on_conflict: OnConflict,
    pub vanished: Vanished,
    pub delete_guard: f64,
    /// Where an unattended run hands out passwords.
    pub credentials: Option<PathBuf>,
    /// The command as it was typed, without the options of every run.
    pub command: Vec<String>,
    /// How many questions the command asked before the run.
    pub asked: u64,
}

/// A run whose source is opened.
pub struct Attempt {
    pub recipe: &'static str,
    pub mode: Mode,
    pub source: Source,
}

impl Attempt {
    /// A source that fails is told in the report and, where there is a store, in its runs too. So is
    /// one that cannot be the right one, where nobody is there to read the message.
    pub fn opened<R>(
        self,
        context: &Context,
        options: &RunOptions,
        opened: Result<R, Stop>,
    ) -> Result<R, Failure> {
        opened.map_err(|stop| {
            if matches!(stop, Stop::Fault { .. }) || self.mode == Mode::Sync {
                self.record(context, options, &stop);
            }
            stop.into()
        })
    }

    fn record(self, context: &Context, options: &RunOptions, stop: &Stop) {
        // a store that is missing stays missing
        let mut store = (self.mode != Mode::DryRun)
            .then(|| Store::open(&context.store, Missing::StandIn).ok())
            .flatten();
        let now = || chrono::Utc::now();
        match failed(
            store.as_mut(),
            self.recipe,
            self.mode,
            self.source,
            stop,
            &now,
        ) {
            Ok((report, mut findings)) => write_report(options, &report, &mut findings),
            Err(error) => tracing::debug!("the failed attempt is not recorded: {error}"),
        }
    }
}

/// Runs a recipe and tells what came of it.
pub fn run(context: &Context, job: &Job, recipe: &mut dyn Recipe) -> Result<Exit, Failure> {
    let missing = match job.mode {
        Mode::DryRun => Missing::StandIn,
        _ => Missing::Create,
    };
    let mut store = Store::open(&context.store, missing)?;
    signals::watch();
    let rehearsal = job.options.kept.as_ref().map(Rehearsal::begin);
    let mut person = Person::new(context.verbosity, job.presence)
        .watched(context.watcher.clone())
        .recorded(rehearsal.transpose()?);
    run_and_report(context, job, recipe, &mut store, &mut person)
}

/// Writes the report where it is wanted. The run has ended as it has: a report that cannot
/// be written does not change that.
pub fn write_report(options: &RunOptions, report: &Report, findings: &mut Findings) {
    let Some(path) = &options.report else {
        return;
    };
    if let Err(error) = report.write_file(findings, path) {
        terminal::complain(&format!(
            "the report {} could not be written: {error}. `heirloom runs show` has it too.",
            path.display()
        ));
    }
}

/// Without a person and without `--noinput` nothing is begun.
pub fn presence(options: &RunOptions) -> Result<Presence, Failure> {
    if options.noinput {
        Ok(Presence::Unattended)
    } else if terminal::attended() {
        Ok(Presence::Attended)
    } else {
        Err(Failure::wrong(
            "there is no terminal to ask on. Give --noinput to run on recorded decisions and defaults.",
        ))
    }
}

/// What is written at the end must be possible from the start, and be none of what is read.
pub fn check_outputs(
    context: &Context,
    options: &RunOptions,
    mut outputs: Outputs,
) -> Result<(), Failure> {
    outputs.keep_database("the store", &context.store);
    if let Some(path) = &context.config.file {
        outputs.keep("the configuration", path);
    }
    for (option, path) in [
        ("--report", &options.report),
        ("--decisions", &options.decisions),
        ("--credentials", &options.credentials),
    ] {
        if let Some(path) = path {
            outputs.check(option, path)?;
        }
    }
    if let Some(path) = options.credentials.as_ref().filter(|path| path.exists()) {
        return Err(Failure::wrong(format!(
            "--credentials: {} exists, and passwords are handed out in a new file only.",
            path.display()
        )));
    }
    Ok(())
}

fn run_and_report(
    context: &Context,
    job: &Job,
    recipe: &mut dyn Recipe,
    store: &mut Store,
    person: &mut Person,
) -> Result<Exit, Failure> {
    let options = job.options;
    let who = who();
    let now = || chrono::Utc::now();
    let stored = journal::decisions(&mut store.connection)?;
    let mut decisions = Decisions::new(stored, to_the_second(now()), who.clone());
    if let Some(file) = &options.decisions {
        decisions.read_file(file)?;
    }
    let engine_options = Options {
        mode: job.mode,
        on_fault: if options.nodelete {
            OnFault::KeepStages
        } else {
            OnFault::RollBack
        },
        expect: options.expect.clone(),
        on_conflict: job.on_conflict,
        vanished: job.vanished,
        delete_guard: job.delete_guard,
        answers: answers_of(options),
        credentials: hand_out(job),
        who,
    };
    let ended = run_recipe(store, recipe, &engine_options, &mut decisions, person, &now);
    person.quiet();
    person.keep_rehearsal();
    let answers = keep_answers(options, &decisions);
    let ended = ended?;
    report(context, job, ended, &decisions, answers, person)
}

/// Where passwords go: the file that was named, else the folder that is configured for runs
/// without a person.
fn hand_out(job: &Job) -> Option<HandOut> {
    let folder = job.credentials.clone();
    match &job.options.credentials {
        Some(path) => Some(HandOut::File(path.clone())),
        None if job.mode == Mode::Sync || job.options.noinput => folder.map(HandOut::Folder),
        None => None,
    }
}

fn answers_of(options: &RunOptions) -> Vec<Answer> {
    [
        (options.allow_deletes, Answer::AllowDeletes),
        (options.accept_source, Answer::AcceptSource),
    ]
    .into_iter()
    .filter_map(|(given, answer)| given.then_some(answer))
    .collect()
}

/// Writes the decisions file whatever the outcome; answers of a rehearsal are not lost for
/// want of a file.
fn keep_answers(options: &RunOptions, decisions: &Decisions) -> Result<Option<PathBuf>, Failure> {
    let path = match &options.decisions {
        Some(path) => path.clone(),
        None if options.dry_run && decisions.asked > 0 => free_name(),
        None => return Ok(None),
    };
    decisions.write_file(&path).map_err(|error| {
        Failure::fault(format!(
            "cannot write the decisions file {}: {error}",
            path.display()
        ))
    })?;
    Ok(Some(path))
}

fn free_name() -> PathBuf {
    (1_u32..)
        .map(|number| match number {
            1 => PathBuf::from("heirloom-decisions.toml"),
            number => PathBuf::from(format!("heirloom-decisions-{number}.toml")),
        })
        .find(|path| !path.exists())
        .unwrap_or_else(|| PathBuf::from("heirloom-decisions.toml"))
}

fn report(
    context: &Context,
    job: &Job,
    mut ended: Ended,
    decisions: &Decisions,
    answers: Result<Option<PathBuf>, Failure>,
    person: &Person,
) -> Result<Exit, Failure> {
    let options = job.options;
    let seconds = ended.report.lock_seconds;
    tracing::debug!(seconds, "the write lock was held");
    write_report(options, &ended.report, &mut ended.findings);
    let answers = answers?;
    let strict = options.strict && ended.findings.refused > 0;
    let refused = ended.report.newly_refused > 0 || strict;
    // the run has ended as it has: a reader who is gone does not change that
    let told = tell(context, job, &ended, decisions, answers, person);
    if refused && ended.stop.is_none() && context.verbosity >= 1 {
        terminal::complain(&format!(
            "{} refused, {} of them not in the last run: exit code 3.",
            counted(ended.findings.refused, "row was", "rows were"),
            ended.report.newly_refused
        ));
    }
    if let Err(error) = told {
        tracing::debug!("the results are not shown: {error}");
    }
    if let Some(stop) = ended.stop {
        let mut failure = Failure::from(stop);
        if failure.exit == Exit::Fault && ended.report.outcome != End::KeptPartial {
            failure.message.push_str("\nThe store is as it was.");
        }
        return Err(failure);
    }
    Ok(if refused { Exit::Refused } else { Exit::Done })
}

/// Shows the results, unless they were shown before the question, and what to do next.
fn tell(
    context: &Context,
    job: &Job,
    ended: &Ended,
    decisions: &Decisions,
    answers: Option<PathBuf>,
    person: &Person,
) -> std::io::Result<()> {
    let report = &ended.report;
    if context.verbosity >= 1 {
        let differs =
            matches!(&ended.stop, Some(Stop::Held { code, .. }) if *code == "plan-differs");
        let complete = report.plan.is_some() && !differs;
        if person.shown == Shown::No && complete || report.outcome == End::KeptPartial {
            terminal::say(&summary::results(report))?;
        }
        if matches!(
            report.outcome,
            End::Committed | End::Rehearsed | End::KeptPartial
        ) {
            terminal::say(&summary::ending(report))?;
        }
    }
    if job.options.dry_run
        && decisions.asked + job.asked > 0
        && let Some(plan) = &report.plan
    {
        terminal::say(&format!(
            "The real run with the same answers:\n  {}",
            real_command(context, job, answers.as_ref(), plan)
        ))?;
    }
    Ok(())
}

/// The command that does what was rehearsed.
fn real_command(context: &Context, job: &Job, answers: Option<&PathBuf>, plan: &str) -> String {
    let mut words = vec!["heirloom".to_string()];
    words.extend(context.typed.iter().cloned());
    words.extend(job.command.iter().cloned());
    let options = job.options;
    let path = |path: &PathBuf| path.display().to_string();
    for (name, value) in [
        ("--credentials", options.credentials.as_ref().map(path)),
        ("--report", options.report.as_ref().map(path)),
        ("--decisions", answers.map(path)),
        ("--expect", Some(plan.to_string())),
    ] {
        if let Some(value) = value {
            words.extend([name.to_string(), value]);
        }
    }
    for (flag, given) in [
        ("--nodelete", options.nodelete),
        ("--allow-deletes", options.allow_deletes),
        ("--accept-source", options.accept_source),
        ("--strict", options.strict),
    ] {
        if given {
            words.push(flag.into());
        }
    }
    let words: Vec<String> = words.iter().map(|word| shell_word(word)).collect();
    words.join(" ")
}

/// A word as a shell reads it back.
fn shell_word(word: &str) -> String {
    let plain =
        |character: char| character.is_ascii_alphanumeric() || "-_./:=@,+".contains(character);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_string()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Who decides, as decisions record it.
fn who() -> String {
    ["USER", "LOGNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|name| !name.is_empty()))
        .unwrap_or_else(|| "unknown".into())
}
