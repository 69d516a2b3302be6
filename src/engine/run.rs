//! A run from its lock to its report: plan, ask, apply.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use diesel::connection::SimpleConnection;
use diesel::sqlite::SqliteConnection;

use super::apply::{self, Context};
use super::change::Spool;
use super::credentials::Credentials;
use super::decisions::Decisions;
use super::finding::{Finding, Severity};
use super::findings::Findings;
use super::plan::Planner;
use super::report::{End, Mode, Report, Source, StageTime};
use super::{Consent, Recipe, Side, Stop, Ui, journal};
use crate::config::OnConflict;
use crate::model::Table;
use crate::store::rows::StoredRow;
use crate::store::{Store, lock};

/// How often a plan is made anew when the store changes under it.
const TRIES: usize = 3;

/// What the person asked for.
#[derive(Clone, Debug)]
pub struct Options {
    pub mode: Mode,
    pub on_fault: OnFault,
    /// The digest that the plan must have.
    pub expect: Option<String>,
    pub on_conflict: OnConflict,
    pub credentials: Option<PathBuf>,
    /// Who decides, as decisions record it.
    pub who: String,
}

/// What a fault in the source does to the stages that were complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFault {
    RollBack,
    /// `--nodelete`: they are applied.
    KeepStages,
}

/// Where the current time comes from.
pub type Clock<'a> = &'a dyn Fn() -> DateTime<Utc>;

/// How a run ended.
pub struct Ended {
    pub report: Report,
    pub findings: Findings,
    /// Why it ended early.
    pub stop: Option<Stop>,
    /// How long the store's write lock was held.
    pub locked: Duration,
}

/// Runs a recipe against a store. The outcome, faults included, is in the report; an attempt
/// that left the store as it was is recorded in `runs`, unless it was a rehearsal.
///
/// # Errors
/// [`Stop::Busy`], or a fault before there was anything to report.
pub fn run(
    store: &mut Store,
    recipe: &mut dyn Recipe,
    options: &Options,
    decisions: &mut Decisions,
    ui: &mut dyn Ui,
    clock: Clock,
) -> Result<Ended, Stop> {
    let _lock = match lock::try_lock(store.path())? {
        Some(lock) => lock,
        None => return Err(Stop::Busy),
    };
    let (kind, identity) = recipe.source();
    let mut report = Report {
        format: 1,
        run: None,
        recipe: recipe.name().into(),
        mode: options.mode,
        outcome: End::Failed,
        started: rfc3339(clock()),
        finished: String::new(),
        plan: None,
        source: Source { kind, identity },
        stages: Vec::new(),
        entities: Default::default(),
        finding_counts: Default::default(),
        newly_refused: 0,
    };
    let mut tries = TRIES;
    loop {
        tries -= 1;
        let refused = journal::refused_rows(&mut store.connection, recipe.name())?;
        let mut findings = Findings::new(refused)?;
        let mut locked = Duration::ZERO;
        report.stages.clear();
        let result = attempt(
            store,
            recipe,
            options,
            decisions,
            ui,
            clock,
            &mut report,
            &mut findings,
            &mut locked,
        );
        let stop = match result {
            Err(Stop::Stale(_)) if tries > 0 => continue,
            Err(Stop::Stale(reason)) => Some(Stop::store(format!(
                "the store changed while the run was planned, {TRIES} times in a row: {reason}. Try again when it is quieter."
            ))),
            Err(stop) => Some(stop),
            Ok(stop) => stop,
        };
        report.finished = rfc3339(clock());
        let rehearsal = options.mode == Mode::DryRun;
        if let Some(stop) = &stop
            && !matches!(report.outcome, End::KeptPartial)
        {
            report.outcome = end_of(stop);
            if let Some(finding) = finding_of(stop) {
                findings.push(&finding)?;
            }
            if !rehearsal {
                report.run = record_attempt(&mut store.connection, &report, stop).ok();
            }
        }
        report.finding_counts = findings.counts.clone();
        report.newly_refused = findings.newly_refused;
        return Ok(Ended {
            report,
            findings,
            stop,
            locked,
        });
    }
}

/// A plan that is ready to be applied.
struct Plan {
    spool: Spool,
    facts: Vec<(&'static Table, StoredRow)>,
    /// The fault that ended it early; the stages before it are complete.
    fault: Option<Stop>,
    needs_consent: Vec<Finding>,
}

#[allow(clippy::too_many_arguments)] // one call; a struct for it would be named after this function
fn attempt(
    store: &mut Store,
    recipe: &mut dyn Recipe,
    options: &Options,
    decisions: &mut Decisions,
    ui: &mut dyn Ui,
    clock: Clock,
    report: &mut Report,
    findings: &mut Findings,
    locked: &mut Duration,
) -> Result<Option<Stop>, Stop> {
    // a read transaction: the plan rests on one state of the store
    store.connection.batch_execute("BEGIN")?;
    let planned = plan(
        &mut store.connection,
        recipe,
        options,
        decisions,
        ui,
        report,
        findings,
    );
    store.connection.batch_execute("ROLLBACK")?;
    let mut plan = planned?;

    let digest = plan.spool.digest()?;
    report.plan = plan.fault.is_none().then(|| digest.clone());
    report.newly_refused = findings.newly_refused;
    report.finding_counts = findings.counts.clone();
    if let Some(fault) = plan.fault.take_if(|fault| {
        options.on_fault == OnFault::RollBack
            || !matches!(
                fault,
                Stop::Fault {
                    side: Side::Source,
                    ..
                }
            )
    }) {
        return Err(fault);
    }
    if let Some(expected) = &options.expect
        && *expected != digest
    {
        return Err(Stop::Held {
            code: "plan-differs",
            message: format!(
                "the plan is {digest}, not the expected {expected}: source, store, answers or configuration changed since the rehearsal. Rehearse again, or leave --expect out."
            ),
        });
    }
    if !ui.attended()
        && let Some(guard) = plan.needs_consent.first()
    {
        return Err(Stop::Held {
            code: "every-node-discarded",
            message: guard.message.clone(),
        });
    }
    if ui.attended() && options.mode != Mode::DryRun && ui.satisfied(report)? == Consent::No {
        return Err(Stop::Cancelled);
    }
    if ui.cancelled() {
        return Err(Stop::Cancelled);
    }

    report.outcome = match (options.mode, &plan.fault) {
        (Mode::DryRun, _) => End::Rehearsed,
        (_, Some(_)) => End::KeptPartial,
        _ => End::Committed,
    };
    let begun = Instant::now();
    let credentials = credentials(options)?;
    store.connection.batch_execute("BEGIN IMMEDIATE")?;
    ui.applying(plan.spool.changes());
    let applied = apply_plan(
        &mut store.connection,
        &mut plan,
        decisions,
        findings,
        report,
        credentials.as_ref(),
        ui,
        clock,
    );
    let done = applied.and_then(|run| {
        if options.mode == Mode::DryRun {
            store.connection.batch_execute("ROLLBACK")?;
            Ok(None)
        } else {
            if let Some(credentials) = &credentials {
                credentials.sync()?;
            }
            store.connection.batch_execute("COMMIT")?;
            Ok(Some(run))
        }
    });
    *locked = begun.elapsed();
    match done {
        Ok(run) => {
            report.run = run;
            if let Some(credentials) = credentials
                && run.is_some()
            {
                credentials.keep();
            }
            Ok(plan.fault)
        }
        Err(stop) => {
            // a fault may have ended the transaction already
            let _ = store.connection.batch_execute("ROLLBACK");
            report.outcome = End::RolledBack;
            Err(stop)
        }
    }
}

fn plan(
    connection: &mut SqliteConnection,
    recipe: &mut dyn Recipe,
    options: &Options,
    decisions: &mut Decisions,
    ui: &mut dyn Ui,
    report: &mut Report,
    findings: &mut Findings,
) -> Result<Plan, Stop> {
    let own = std::mem::replace(findings, Findings::new(Default::default())?);
    let mut planner = Planner::new(
        connection,
        recipe.name(),
        options.on_conflict,
        own,
        decisions,
        ui,
    )?;
    let planned = plan_stages(&mut planner, recipe, report);
    report.entities = planner
        .tallies
        .iter()
        .map(|(entity, tally)| ((*entity).to_string(), tally.counts()))
        .collect();
    let Planner {
        spool,
        findings: met,
        facts,
        ..
    } = planner;
    *findings = met;
    let fault = planned?;
    let needs_consent = if fault.is_none() {
        recipe.hold().into_iter().collect()
    } else {
        Vec::new()
    };
    for finding in &needs_consent {
        findings.push(finding)?;
    }
    Ok(Plan {
        spool,
        facts,
        fault,
        needs_consent,
    })
}

/// Runs every stage; a fault is returned with the work of its stage given up.
fn plan_stages(
    planner: &mut Planner,
    recipe: &mut dyn Recipe,
    report: &mut Report,
) -> Result<Option<Stop>, Stop> {
    recipe.prepare(planner)?;
    let mut fault = None;
    for stage in recipe.stages() {
        let begun = Instant::now();
        for entity in stage.entities {
            let tally = planner.tallies.of(entity);
            let scanned = recipe.scan(entity, &mut |key| tally.retrieved.insert(&key));
            if let Err(stop) = scanned
                && fault.is_none()
            {
                fault = Some(stop);
            }
        }
        if fault.is_some() {
            continue;
        }
        planner.stage = Some(stage.name);
        let rows = stage
            .entities
            .iter()
            .map(|entity| planner.tallies.of(entity).retrieved.count)
            .max()
            .unwrap_or(0);
        planner.ui.stage(stage.name, rows);
        let mark = (
            planner.spool.mark(),
            planner.findings.mark(),
            planner.tallies.clone(),
        );
        match recipe.run(stage.name, planner) {
            Ok(()) => {}
            Err(stop @ Stop::Fault { .. }) => {
                planner.spool.rewind(mark.0)?;
                planner.findings.rewind(mark.1)?;
                planner.tallies = mark.2;
                fault = Some(stop);
                continue;
            }
            Err(stop) => return Err(stop),
        }
        report.stages.push(StageTime {
            stage: stage.name.into(),
            seconds: begun.elapsed().as_secs_f64(),
        });
    }
    planner.stage = None;
    if fault.is_none() {
        check_balance(planner)?;
    }
    Ok(fault)
}

/// Every key that the source has must have one outcome, and no other key may have one.
fn check_balance(planner: &Planner) -> Result<(), Stop> {
    for (entity, tally) in planner.tallies.iter() {
        if !tally.balances() {
            return Err(Stop::store(format!(
                "{entity}: the source has {} keys, but the outcomes do not account for exactly these ({:?}). This is a mistake in Heirloom, not in your data; nothing was changed.",
                tally.retrieved.count,
                tally.counts()
            )));
        }
    }
    Ok(())
}

#[allow(clippy::too_many_arguments)] // one call, split from `attempt` for its size alone
fn apply_plan(
    connection: &mut SqliteConnection,
    plan: &mut Plan,
    decisions: &Decisions,
    findings: &mut Findings,
    report: &mut Report,
    credentials: Option<&Credentials>,
    ui: &mut dyn Ui,
    clock: Clock,
) -> Result<i64, Stop> {
    report.finished = rfc3339(clock());
    let run = journal::insert_run(connection, report)?;
    let mut out = credentials.map(Credentials::writer);
    apply::apply(
        connection,
        &mut plan.spool,
        &plan.facts,
        Context {
            recipe: &report.recipe,
            run,
            credentials: out.as_mut().map(|out| out as &mut dyn std::io::Write),
        },
        ui,
    )?;
    if let Some(mut out) = out {
        std::io::Write::flush(&mut out)?;
    }
    if let Some(Stop::Fault { message, .. }) = &plan.fault {
        findings.push(&Finding::new("source-fault", Severity::Error, message))?;
    }
    let absent = match plan.fault {
        None => journal::Absent::Close,
        Some(_) => journal::Absent::Leave,
    };
    journal::record_findings(connection, &report.recipe, run, findings, absent)?;
    journal::record_decisions(connection, decisions)?;
    journal::set_finished(connection, run, &rfc3339(clock()))?;
    Ok(run)
}

/// The credentials file that was asked for; a rehearsal writes none.
fn credentials(options: &Options) -> Result<Option<Credentials>, Stop> {
    let wanted = options.credentials.as_deref();
    let Some(path) = wanted.filter(|_| options.mode != Mode::DryRun) else {
        return Ok(None);
    };
    let created = Credentials::create(path).map_err(|error| {
        Stop::Wrong(format!(
            "cannot create the credentials file {}: {error}. It must not exist yet.",
            path.display()
        ))
    })?;
    Ok(Some(created))
}

fn end_of(stop: &Stop) -> End {
    match stop {
        Stop::Cancelled => End::Cancelled,
        Stop::Held { .. } => End::Held,
        Stop::Busy => End::Skipped,
        Stop::Wrong(_) | Stop::Fault { .. } | Stop::Stale(_) => End::Failed,
    }
}

fn finding_of(stop: &Stop) -> Option<Finding> {
    match stop {
        Stop::Held { code, message } => Some(Finding::new(code, Severity::Error, message)),
        Stop::Fault { side, message } => Some(Finding::new(
            match side {
                Side::Source => "source-fault",
                Side::Store => "store-fault",
            },
            Severity::Error,
            message,
        )),
        Stop::Wrong(message) => Some(Finding::new("wrong-command", Severity::Error, message)),
        Stop::Cancelled | Stop::Busy | Stop::Stale(_) => None,
    }
}

/// Records an attempt that left the store as it was, in a transaction of its own.
fn record_attempt(
    connection: &mut SqliteConnection,
    report: &Report,
    stop: &Stop,
) -> Result<i64, Stop> {
    diesel::Connection::transaction(connection, |connection| {
        let run = journal::insert_run(connection, report)?;
        if let Some(finding) = finding_of(stop) {
            journal::insert_finding(connection, &report.recipe, run, Some(run), &finding)?;
        }
        Ok(run)
    })
}

fn rfc3339(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}
