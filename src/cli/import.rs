//! `heirloom import nodeshot`

use std::path::{Path, PathBuf};

use super::args::{Import, Nodeshot as Arguments, RunOptions};
use super::context::Context;
use super::exit::{Exit, Failure};
use super::outputs::Outputs;
use super::prompt::{Person, Presence, Shown};
use super::rehearsal::Rehearsal;
use super::{signals, summary, terminal};
use crate::config::{DatabaseUrl, LayerChoice};
use crate::engine::credentials::HandOut;
use crate::engine::decisions::Decisions;
use crate::engine::findings::Findings;
use crate::engine::guards::Answer;
use crate::engine::report::{End, Mode, Report, Source};
use crate::engine::run::{Ended, OnFault, Options, Vanished, failed, run as run_recipe};
use crate::engine::{Recipe, Stop, journal};
use crate::geometry::read_layers;
use crate::recipes::nodeshot::{Nodeshot, Settings};
use crate::store::{Missing, Store};
use crate::time::to_the_second;

pub fn run(context: &Context, import: &Import) -> Result<Exit, Failure> {
    let Import::Nodeshot(arguments) = import;
    let presence = presence(&arguments.run)?;
    bring_in(context, arguments, Mode::Import, presence)
}

/// Runs the nodeshot recipe from its source to its report.
pub(super) fn bring_in(
    context: &Context,
    arguments: &Arguments,
    mode: Mode,
    presence: Presence,
) -> Result<Exit, Failure> {
    let mode = match arguments.run.dry_run {
        true => Mode::DryRun,
        false => mode,
    };
    let from = source(context, arguments)?;
    check_outputs(context, &from, arguments)?;
    let mut settings = Settings::from(&context.config.nodeshot);
    if let Some(layer) = &arguments.default_layer {
        settings.default_layer = LayerChoice::from_text(layer);
    }
    if let Some(file) = &arguments.layers {
        settings.layers = read_layers_file(file)?;
    }
    let mut recipe = match Nodeshot::open(&from, settings).map_err(Stop::from) {
        Ok(recipe) => recipe,
        Err(stop) => {
            record_unreadable(context, arguments, mode, &from, &stop);
            return Err(stop.into());
        }
    };
    let missing = if arguments.run.dry_run {
        Missing::StandIn
    } else {
        Missing::Create
    };
    let mut store = Store::open(&context.store, missing)?;
    signals::watch();
    let rehearsal = arguments.run.kept.as_ref().map(Rehearsal::begin);
    let mut person = Person::new(context.verbosity, presence)
        .watched(context.watcher.clone())
        .recorded(rehearsal.transpose()?);
    run_and_report(
        context,
        arguments,
        mode,
        &mut recipe,
        &mut store,
        &mut person,
    )
}

/// A source that fails is told in the report and, where there is a store, in its runs too. So is
/// one that cannot be the right one, where nobody is there to read the message.
fn record_unreadable(
    context: &Context,
    arguments: &Arguments,
    mode: Mode,
    from: &DatabaseUrl,
    stop: &Stop,
) {
    if !matches!(stop, Stop::Fault { .. }) && mode != Mode::Sync {
        return;
    }
    let source = Source {
        kind: from.engine().into(),
        identity: identity(from),
    };
    // a store that is missing stays missing
    let mut store = (mode != Mode::DryRun)
        .then(|| Store::open(&context.store, Missing::StandIn).ok())
        .flatten();
    let now = || chrono::Utc::now();
    match failed(store.as_mut(), "nodeshot", mode, source, stop, &now) {
        Ok((report, mut findings)) => write_report(arguments, &report, &mut findings),
        Err(error) => tracing::debug!("the failed attempt is not recorded: {error}"),
    }
}

/// How the source is called in reports.
fn identity(from: &DatabaseUrl) -> String {
    match from {
        DatabaseUrl::Sqlite(path) => path.display().to_string(),
        server => server.clone().without_password().to_string(),
    }
}

/// Writes the report where it is wanted. The run has ended as it has: a report that cannot
/// be written does not change that.
fn write_report(arguments: &Arguments, report: &Report, findings: &mut Findings) {
    let Some(path) = &arguments.run.report else {
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
fn presence(options: &RunOptions) -> Result<Presence, Failure> {
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

fn source(context: &Context, arguments: &Arguments) -> Result<DatabaseUrl, Failure> {
    let url = match &arguments.from {
        Some(url) => DatabaseUrl::parse(url)?,
        None => context.config.nodeshot.url.clone().ok_or_else(|| {
            Failure::wrong(
                "there is no legacy database to import: give --from sqlite:PATH, mysql://USER@HOST/DATABASE or postgres://USER@HOST/DATABASE, or set url under [nodeshot] in heirloom.toml.",
            )
        })?,
    };
    let configured = &context.config.nodeshot;
    Ok(url.with_configured(configured.url.as_ref(), configured.password.as_ref()))
}

/// What is written at the end must be possible from the start, and be none of what is read.
fn check_outputs(
    context: &Context,
    from: &DatabaseUrl,
    arguments: &Arguments,
) -> Result<(), Failure> {
    let mut outputs = Outputs::default();
    outputs.keep_database("the legacy database", from);
    outputs.keep_database("the store", &context.store);
    if let Some(path) = &arguments.layers {
        outputs.keep("the layers file", path);
    }
    if let Some(path) = &context.config.file {
        outputs.keep("the configuration", path);
    }
    let options = &arguments.run;
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

fn read_layers_file(path: &Path) -> Result<Vec<crate::geometry::LayerFeature>, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::wrong(format!(
            "cannot read the layers file {}: {error}",
            path.display()
        ))
    })?;
    read_layers(&text).map_err(|error| Failure::wrong(format!("{}: {error}", path.display())))
}

fn run_and_report(
    context: &Context,
    arguments: &Arguments,
    mode: Mode,
    recipe: &mut dyn Recipe,
    store: &mut Store,
    person: &mut Person,
) -> Result<Exit, Failure> {
    let options = &arguments.run;
    let who = who();
    let now = || chrono::Utc::now();
    let stored = journal::decisions(&mut store.connection)?;
    let mut decisions = Decisions::new(stored, to_the_second(now()), who.clone());
    if let Some(file) = &options.decisions {
        decisions.read_file(file)?;
    }
    let engine_options = Options {
        mode,
        on_fault: if options.nodelete {
            OnFault::KeepStages
        } else {
            OnFault::RollBack
        },
        expect: options.expect.clone(),
        on_conflict: context.config.nodeshot.on_conflict,
        vanished: match context.config.nodeshot.delete_vanished {
            true => Vanished::Delete,
            false => Vanished::Stay,
        },
        delete_guard: context.config.nodeshot.delete_guard,
        answers: answers_of(options),
        credentials: hand_out(context, options, mode),
        who,
    };
    let ended = run_recipe(store, recipe, &engine_options, &mut decisions, person, &now);
    person.quiet();
    person.keep_rehearsal();
    let answers = keep_answers(options, &decisions);
    let ended = ended?;
    report(context, arguments, ended, &decisions, answers, person)
}

/// Where passwords go: the file that was named, else the folder that is configured for runs
/// without a person.
fn hand_out(context: &Context, options: &RunOptions, mode: Mode) -> Option<HandOut> {
    let folder = context.config.nodeshot.credentials.clone();
    match &options.credentials {
        Some(path) => Some(HandOut::File(path.clone())),
        None if mode == Mode::Sync || options.noinput => folder.map(HandOut::Folder),
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
    arguments: &Arguments,
    mut ended: Ended,
    decisions: &Decisions,
    answers: Result<Option<PathBuf>, Failure>,
    person: &Person,
) -> Result<Exit, Failure> {
    let options = &arguments.run;
    let seconds = ended.report.lock_seconds;
    tracing::debug!(seconds, "the write lock was held");
    write_report(arguments, &ended.report, &mut ended.findings);
    let answers = answers?;
    let strict = options.strict && ended.findings.refused > 0;
    let refused = ended.report.newly_refused > 0 || strict;
    // the run has ended as it has: a reader who is gone does not change that
    let told = tell(context, arguments, &ended, decisions, answers, person);
    if refused && ended.stop.is_none() && context.verbosity >= 1 {
        terminal::complain(&format!(
            "{} rows were refused, {} of them not in the last run: exit code 3.",
            ended.findings.refused, ended.report.newly_refused
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
    arguments: &Arguments,
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
    if arguments.run.dry_run
        && decisions.asked > 0
        && let (Some(answers), Some(plan)) = (answers, &report.plan)
    {
        terminal::say(&format!(
            "The real run with the same answers:\n  {}",
            real_command(context, arguments, &answers, plan)
        ))?;
    }
    Ok(())
}

/// The command that does what was rehearsed.
fn real_command(context: &Context, arguments: &Arguments, answers: &Path, plan: &str) -> String {
    let mut words = vec!["heirloom".to_string()];
    words.extend(context.typed.iter().cloned());
    words.extend(["import".into(), "nodeshot".into()]);
    let mut option = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            words.extend([name.to_string(), value]);
        }
    };
    let path = |path: &PathBuf| path.display().to_string();
    option("--from", arguments.from.as_deref().map(without_password));
    option("--layers", arguments.layers.as_ref().map(path));
    option("--default-layer", arguments.default_layer.clone());
    option(
        "--credentials",
        arguments.run.credentials.as_ref().map(path),
    );
    option("--report", arguments.run.report.as_ref().map(path));
    option("--decisions", Some(answers.display().to_string()));
    option("--expect", Some(plan.to_string()));
    for (flag, given) in [
        ("--nodelete", arguments.run.nodelete),
        ("--allow-deletes", arguments.run.allow_deletes),
        ("--accept-source", arguments.run.accept_source),
        ("--strict", arguments.run.strict),
    ] {
        if given {
            words.push(flag.into());
        }
    }
    words
        .iter()
        .map(|word| shell_word(word))
        .collect::<Vec<_>>()
        .join(" ")
}

/// What was typed as an address, without its password: that stands nowhere.
fn without_password(url: &str) -> String {
    DatabaseUrl::parse(url).map_or_else(
        |_| url.to_string(),
        |url| url.without_password().to_string(),
    )
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
