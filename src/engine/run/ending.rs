//! How a run that did not come through is told and recorded.

use std::borrow::Cow;

use super::Clock;
use crate::engine::finding::{Finding, Severity};
use crate::engine::findings::Findings;
use crate::engine::journal::{self, Notes};
use crate::engine::report::{End, Mode, Report, Source};
use crate::engine::{Side, Stop};
use crate::store::Store;
use crate::time::to_the_second;

/// The report of a run that could not even begin, because its source cannot be read. It is
/// recorded where there is a store.
///
/// # Errors
/// The store or the disk cannot be written.
pub fn failed(
    store: Option<&mut Store>,
    recipe: &'static str,
    mode: Mode,
    source: Source,
    stop: &Stop,
    clock: Clock,
) -> Result<(Report, Findings), Stop> {
    let mut report = Report::begun(recipe, mode, source, clock());
    let mut findings = Findings::new(Default::default())?;
    report.outcome = end_of(stop);
    report.finished = to_the_second(clock());
    if let Some(finding) = finding_of(stop) {
        findings.push(&finding)?;
    }
    if let Some(store) = store {
        report.run = Some(record_attempt(store, &report, stop)?);
    }
    Ok((report, findings))
}

pub(super) fn end_of(stop: &Stop) -> End {
    match stop {
        Stop::Cancelled => End::Cancelled,
        Stop::Held { .. } => End::Held,
        Stop::Busy => End::Skipped,
        Stop::Wrong(_) | Stop::Fault { .. } | Stop::Stale(_) | Stop::Moved(_) => End::Failed,
    }
}

pub(super) fn finding_of(stop: &Stop) -> Option<Finding> {
    match stop {
        Stop::Held { code, message } => Some(held(code.clone(), message)),
        Stop::Fault { side, message } => Some(Finding::new(
            match side {
                Side::Source => "source-fault",
                Side::Store => "store-fault",
            },
            Severity::Error,
            message,
        )),
        Stop::Wrong(message) => Some(Finding::new("wrong-command", Severity::Error, message)),
        Stop::Busy => Some(Finding::new("busy", Severity::Info, stop.to_string())),
        Stop::Cancelled | Stop::Stale(_) | Stop::Moved(_) => None,
    }
}

/// Records an attempt that left the store as it was, in a transaction of its own.
pub(super) fn record_attempt(store: &mut Store, report: &Report, stop: &Stop) -> Result<i64, Stop> {
    // whoever holds the write lock is not waited for a second time
    if store.connection.set_patience(500).is_err() {
        store.reconnect()?;
    }
    store.connection.write(|connection| {
        let run = journal::insert_run(connection, report, &Notes::default())?;
        if let Some(finding) = finding_of(stop) {
            journal::insert_findings(connection, &report.family(), run, Some(run), &[finding])?;
        }
        Ok(run)
    })
}

fn held(code: Cow<'static, str>, message: &str) -> Finding {
    Finding {
        code,
        ..Finding::new("held", Severity::Error, message)
    }
}
