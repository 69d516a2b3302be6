//! A run from its lock to its report: plan, ask, apply.

mod ending;

use std::time::Instant;

use chrono::{DateTime, Utc};

use super::apply::{self, Context};
use super::change::Spool;
use super::credentials::{Credentials, HandOut};
use super::decisions::Decisions;
use super::finding::{Finding, Severity};
use super::findings::Findings;
use super::guards::{self, Answer, Guard};
use super::journal::Notes;
use super::plan::{Going, Planner, Policy};
use super::report::{End, Mode, Report, Source};
use super::{Consent, Extent, Recipe, Side, Stop, Ui, journal, stages};
use crate::config::OnConflict;
use crate::model::Table;
use crate::store::ledger::{self, Ahead};
use crate::store::rows::StoredRow;
use crate::store::{Store, lock};
use crate::time::to_the_second;

pub use ending::failed;

use ending::{end_of, finding_of, record_attempt};

/// How often a plan is made anew when the store or the source changes under it.
const TRIES: usize = 3;

/// What the person asked for.
#[derive(Clone, Debug)]
pub struct Options {
    pub mode: Mode,
    pub on_fault: OnFault,
    /// The digest that the plan must have.
    pub expect: Option<String>,
    pub on_conflict: OnConflict,
    pub vanished: Vanished,
    pub delete_guard: f64,
    /// The guards that are answered in advance.
    pub answers: Vec<Answer>,
    pub credentials: Option<HandOut>,
    /// Who decides, as decisions record it.
    pub who: String,
}

/// What becomes of rows that vanished from the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vanished {
    Delete,
    Stay,
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
}

/// Runs a recipe against a store. The outcome, faults included, is in the report; an attempt
/// that left the store as it was is recorded in `runs`, unless it was a rehearsal.
///
/// # Errors
/// A fault before there was anything to report.
pub fn run(
    store: &mut Store,
    recipe: &mut dyn Recipe,
    options: &Options,
    decisions: &mut Decisions,
    ui: &mut dyn Ui,
    clock: Clock,
) -> Result<Ended, Stop> {
    let (kind, identity) = recipe.source();
    let source = Source { kind, identity };
    let mut run = Run {
        report: Report {
            scope: recipe.scope(),
            ..Report::begun(recipe.name(), options.mode, source, clock())
        },
        store,
        recipe,
        options,
        decisions,
        ui,
        clock,
        findings: Findings::new(Default::default())?,
    };
    let stop = match lock::try_lock(run.store)? {
        None => Some(Stop::Busy),
        Some(lock) => {
            let stop = run.attempts();
            lock::release(lock, &mut run.store.connection);
            stop?
        }
    };
    run.end(stop)
}

/// A run under way.
struct Run<'a> {
    store: &'a mut Store,
    recipe: &'a mut dyn Recipe,
    options: &'a Options,
    decisions: &'a mut Decisions,
    ui: &'a mut dyn Ui,
    clock: Clock<'a>,
    report: Report,
    findings: Findings,
}

/// A plan that is ready to be applied.
struct Plan {
    spool: Spool,
    facts: Vec<(&'static Table, StoredRow)>,
    going: Going,
    /// The fault that ended it early; the stages before it are complete.
    fault: Option<Stop>,
    guards: Vec<Guard>,
    notes: Notes,
}

impl Run<'_> {
    /// Plans anew when the store changed under the plan; says why the run ended early.
    fn attempts(&mut self) -> Result<Option<Stop>, Stop> {
        let mut tries = TRIES;
        loop {
            tries -= 1;
            self.start_over()?;
            return Ok(match self.attempt() {
                Err(Stop::Stale(_) | Stop::Moved(_)) if tries > 0 => continue,
                Err(Stop::Stale(reason)) => Some(Stop::store(format!(
                    "the store changed while the run was planned, {TRIES} times in a row: {reason}. Try again when it is quieter."
                ))),
                Err(Stop::Moved(reason)) => Some(Stop::source(format!(
                    "the source changed while it was read, {TRIES} times in a row: {reason}. Its tables cannot be read in one state: stop the old site meanwhile, lock them (LOCK TABLES … READ), or import a dump (mysqldump --lock-tables)."
                ))),
                Err(stop) => Some(stop),
                Ok(stop) => stop,
            });
        }
    }

    fn end(mut self, stop: Option<Stop>) -> Result<Ended, Stop> {
        self.report.finished = to_the_second((self.clock)());
        if let Some(stop) = &stop
            && self.report.outcome != End::KeptPartial
        {
            self.report.outcome = match (self.report.outcome, stop) {
                (End::RolledBack, Stop::Fault { .. }) => End::RolledBack,
                _ => end_of(stop),
            };
            if let Some(finding) = finding_of(stop)
                && !self.findings.counts.contains_key(finding.code.as_ref())
            {
                self.findings.push(&finding)?;
            }
            if self.options.mode != Mode::DryRun && !matches!(stop, Stop::Wrong(_)) {
                self.report.run = record_attempt(self.store, &self.report, stop).ok();
            }
        }
        self.report.finding_counts = self.findings.counts.clone();
        self.report.newly_refused = self.findings.newly_refused;
        Ok(Ended {
            report: self.report,
            findings: self.findings,
            stop,
        })
    }

    /// Plans, asks and applies once.
    fn attempt(&mut self) -> Result<Option<Stop>, Stop> {
        // a read transaction: the plan rests on one state of the store
        self.store.connection.begin_reading()?;
        let planned = self.plan();
        let ended = self.store.connection.roll_back();
        let mut plan = planned?;
        ended?;
        let digest = plan.spool.digest()?;
        self.report.plan = plan.fault.is_none().then(|| digest.clone());
        self.report.newly_refused = self.findings.newly_refused;
        self.report.finding_counts = self.findings.counts.clone();
        let keeps = self.options.on_fault == OnFault::KeepStages && !self.report.stages.is_empty();
        let source_failed = |fault: &Stop| {
            matches!(
                fault,
                Stop::Fault {
                    side: Side::Source,
                    ..
                }
            )
        };
        if let Some(fault) = plan.fault.take_if(|fault| !(keeps && source_failed(fault))) {
            return Err(fault);
        }
        self.ui.planned(&mut plan.spool);
        self.ask(&plan, &digest)?;
        self.report.outcome = match (self.options.mode, &plan.fault) {
            (Mode::DryRun, _) => End::Rehearsed,
            (_, Some(_)) => End::KeptPartial,
            _ => End::Committed,
        };
        let begun = Instant::now();
        let applied = self.apply(&mut plan);
        self.report.lock_seconds = Some(begun.elapsed().as_secs_f64());
        if applied.is_err() {
            // a fault may have ended the transaction already
            let _ = self.store.connection.roll_back();
            self.report.outcome = End::RolledBack;
        }
        applied?;
        Ok(plan.fault)
    }

    /// The guards, and the person's last word.
    fn ask(&mut self, plan: &Plan, digest: &str) -> Result<(), Stop> {
        if let Some(expected) = &self.options.expect
            && expected != digest
        {
            return Err(Stop::Held {
                code: "plan-differs".into(),
                message: format!(
                    "the plan is {digest}, not the expected {expected}: source, store, answers or configuration changed since the rehearsal. Rehearse again, or leave --expect out."
                ),
            });
        }
        for guard in self.unanswered(plan) {
            if !self.ui.attended() {
                return Err(Stop::Held {
                    code: guard.finding.code.clone(),
                    message: guard.finding.message.clone(),
                });
            }
            if self.ui.consent(&guard.finding)? == Consent::No {
                return Err(Stop::Cancelled);
            }
        }
        if self.ui.attended()
            && self.options.mode != Mode::DryRun
            && self.ui.satisfied(&self.report)? == Consent::No
        {
            return Err(Stop::Cancelled);
        }
        if self.ui.cancelled() {
            return Err(Stop::Cancelled);
        }
        Ok(())
    }

    /// The guards that nobody has answered yet; what the data itself holds up is no one's to
    /// allow, and was shown to whoever is there.
    fn unanswered<'p>(&self, plan: &'p Plan) -> Vec<&'p Guard> {
        let attended = self.ui.attended();
        plan.guards
            .iter()
            .filter(|guard| match guard.answer {
                Some(answer) => !self.options.answers.contains(&answer),
                None => !attended,
            })
            .collect()
    }

    /// One transaction, committed whole or taken back.
    fn apply(&mut self, plan: &mut Plan) -> Result<(), Stop> {
        let rehearsal = self.options.mode == Mode::DryRun;
        let credentials = match &self.options.credentials {
            Some(hand_out) if !rehearsal => hand_out.begin(&plan.spool, &self.report.started)?,
            _ => None,
        };
        self.store.connection.begin_writing()?;
        self.ui.applying(plan.spool.changes());
        let run = self.write(plan, credentials.as_ref())?;
        if rehearsal {
            self.store.connection.roll_back()?;
            return Ok(());
        }
        if let Some(credentials) = &credentials {
            credentials.sync()?;
        }
        self.store.connection.commit()?;
        self.report.run = Some(run);
        if let Some(credentials) = credentials {
            credentials.keep();
        }
        Ok(())
    }

    /// Writes the run's row, every change, the findings and the decisions.
    fn write(&mut self, plan: &mut Plan, credentials: Option<&Credentials>) -> Result<i64, Stop> {
        let connection = &mut self.store.connection;
        self.report.finished = to_the_second((self.clock)());
        let run = journal::insert_run(connection, &self.report, &plan.notes)?;
        let mut out = credentials.map(Credentials::writer);
        apply::apply(
            connection,
            &mut plan.spool,
            &plan.facts,
            Context {
                recipe: &self.report.recipe,
                run,
                credentials: out.as_mut().map(|out| out as &mut dyn std::io::Write),
            },
            self.ui,
        )?;
        if let Some(mut out) = out {
            std::io::Write::flush(&mut out)?;
        }
        if let Some(Stop::Fault { message, .. }) = &plan.fault {
            self.findings
                .push(&Finding::new("source-fault", Severity::Error, message))?;
        }
        let absent = match plan.fault {
            None => journal::Absent::Close,
            Some(_) => journal::Absent::Leave,
        };
        journal::record_findings(connection, &self.report, run, &mut self.findings, absent)?;
        journal::record_decisions(connection, self.decisions)?;
        journal::set_finished(connection, run, &to_the_second((self.clock)()))?;
        Ok(run)
    }

    /// Plans; and once more where what goes holds a unique value that somebody wished for:
    /// the second plan knows what goes, and gives it.
    fn plan(&mut self) -> Result<Plan, Stop> {
        let first = self.plan_once(Going::default())?;
        if !first.going.frees_wanted() {
            return Ok(first);
        }
        let going = first.going;
        let expected = going.deleted.clone();
        self.start_over()?;
        let mut second = self.plan_once(going)?;
        second.spool.ends_give_way = true;
        if second.going.deleted == expected {
            return Ok(second);
        }
        // what took the value made its holder stay: nobody takes it
        self.start_over()?;
        self.plan_once(Going::default())
    }

    fn start_over(&mut self) -> Result<(), Stop> {
        self.report.stages.clear();
        self.ui.taken_back(Extent::Plan);
        let refused = journal::refused_rows(&mut self.store.connection, &self.report.family())?;
        self.findings = Findings::new(refused)?;
        Ok(())
    }

    fn plan_once(&mut self, gone: Going) -> Result<Plan, Stop> {
        let empty = Findings::new(Default::default())?;
        let sweeps = match self.options.vanished {
            Vanished::Delete => self.recipe.sweeps(),
            Vanished::Stay => &[],
        };
        let ahead = match ledger::is_empty(&mut self.store.connection)? {
            true => None,
            false => Some(Ahead::new(self.store.another()?)?),
        };
        let mut planner = Planner::new(
            &mut self.store.connection,
            ahead,
            Policy {
                recipe: self.recipe.name(),
                on_conflict: self.options.on_conflict,
                sweeps,
            },
            gone,
            std::mem::replace(&mut self.findings, empty),
            self.decisions,
            self.ui,
        )?;
        let planned = stages::run(&mut planner, self.recipe, &mut self.report);
        let guards = match &planned {
            Ok(None) => guards::check(&mut planner, self.recipe, self.options.delete_guard),
            _ => Ok(Vec::new()),
        };
        self.report.entities = planner
            .tallies
            .iter()
            .map(|(entity, tally)| ((*entity).to_string(), tally.counts()))
            .collect();
        let Planner {
            spool,
            findings,
            facts,
            going,
            ..
        } = planner;
        self.findings = findings;
        let fault = planned?;
        let guards = guards?;
        for guard in &guards {
            let answered = guard
                .answer
                .is_some_and(|answer| self.options.answers.contains(&answer));
            // a run that is held tells of its guard as of its end
            if self.ui.attended() || answered {
                self.findings.push(&guard.finding)?;
            }
        }
        Ok(Plan {
            spool,
            facts,
            going,
            fault,
            guards,
            notes: self.recipe.notes(),
        })
    }
}
