//! `heirloom runs`

use std::io::{self, BufWriter};

use super::args::{Format, Runs};
use super::context::Context;
use super::exit::{Exit, Failure};
use super::summary;
use super::terminal::{say, table};
use crate::engine::finding::Severity;
use crate::engine::journal;
use crate::engine::report::Report;
use crate::store::connection::Connection;

pub fn run(context: &Context, command: &Runs) -> Result<Exit, Failure> {
    let mut store = context.open_store()?;
    let connection = &mut store.connection;
    match command {
        Runs::List => list(connection)?,
        // one state of the store, whatever runs meanwhile
        Runs::Show { run, format } => {
            connection.read(|connection| show(connection, *run, *format))?;
        }
    }
    Ok(Exit::Done)
}

fn list(connection: &mut Connection) -> Result<(), Failure> {
    let rows: Vec<Vec<String>> = journal::runs(connection)?
        .iter()
        .map(summary::run_row)
        .collect();
    let header = [
        "run", "started", "recipe", "mode", "outcome", "created", "updated", "deleted", "refused",
    ];
    say(table(&header, &rows).trim_end())?;
    Ok(())
}

fn show(connection: &mut Connection, run: i64, format: Format) -> Result<(), Failure> {
    let Some(mut report) = journal::run(connection, run)? else {
        let last = match journal::runs(connection)?.last().and_then(|last| last.run) {
            Some(last) => format!("The last one is {last}; see: heirloom runs list"),
            None => "There has been none yet.".into(),
        };
        return Err(Failure::wrong(format!("there is no run {run}. {last}")));
    };
    let mut out = BufWriter::new(io::stdout().lock());
    match format {
        Format::Json => report.write(&mut out, |each| {
            journal::each_finding(connection, &report, None, each)
        }),
        Format::Text => {
            report.finding_counts = journal::finding_counts(connection, &report)?;
            show_text(connection, &report, &mut out)
        }
    }
}

/// The heading, the results, and every finding: the loudest first, each severity in the
/// order of the run. One pass a severity, so none is held in memory.
fn show_text(
    connection: &mut Connection,
    report: &Report,
    out: &mut impl io::Write,
) -> Result<(), Failure> {
    writeln!(out, "{}\n", summary::heading(report))?;
    write!(out, "{}", summary::results(report))?;
    for severity in [Severity::Error, Severity::Warning, Severity::Info] {
        let mut first = true;
        journal::each_finding(connection, report, Some(severity), |finding| {
            if std::mem::take(&mut first) {
                writeln!(out)?;
            }
            writeln!(out, "{}", summary::finding_line(&finding))?;
            Ok::<_, Failure>(())
        })?;
    }
    out.flush()?;
    Ok(())
}
