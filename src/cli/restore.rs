//! `heirloom restore`: a whole store replaced by a backup.

use std::io::Write as _;

use chrono::Utc;
use serde::Serialize;

use super::args::Restore;
use super::backup::described;
use super::context::Context;
use super::exit::{Exit, Failure};
use super::outputs::Outputs;
use super::prompt::{Person, Presence};
use super::watch::Bar;
use super::{signals, terminal};
use crate::archive::{self, ArchiveError, Manifest, Mode, Read, Restored, Source};
use crate::engine::{Consent, Finding, Severity, Stop, Ui as _};
use crate::files::{Readers, write_whole};
use crate::sql::query_int;
use crate::store::lock::Held;
use crate::store::{Missing, Store};
use crate::time::{to_micros, to_rfc3339};

pub fn run(context: &Context, options: &Restore) -> Result<Exit, Failure> {
    if !options.noinput && !terminal::attended() {
        return Err(Failure::wrong(
            "there is no terminal to ask on. Give --noinput to replace the store without being asked.",
        ));
    }
    let mut outputs = Outputs::default();
    outputs.keep("the backup", &options.file);
    outputs.keep_database("the store", &context.store);
    if let Some(report) = &options.report {
        outputs.check("--report", report)?;
    }
    signals::watch();
    let mut report = Report::new();
    let ended = restore(context, options, &mut report);
    if let Some(file) = &options.report {
        report.end(&ended);
        write_whole(file, Readers::Anybody, |out| -> std::io::Result<()> {
            serde_json::to_writer_pretty(&mut *out, &report)?;
            out.write_all(b"\n")
        })?;
    }
    ended.map(|_| Exit::Done)
}

fn restore(context: &Context, options: &Restore, report: &mut Report) -> Result<Restored, Failure> {
    let mut bar = Bar::new(context.verbosity);
    let source = Source::open(&options.file, &mut bar)?;
    drop(bar);
    report.archive = Some(Head::from(&source.read.manifest));
    let (missing, mode) = match options.dry_run {
        true => (Missing::StandIn, Mode::Rehearse),
        false => (Missing::Create, Mode::Commit),
    };
    let mut store = Store::open(&context.store, missing)?;
    if !options.noinput {
        ask(context, &source.read, &mut store)?;
    }
    let mut store = Held::take(store)?.ok_or(ArchiveError::Busy)?;
    let mut bar = Bar::new(context.verbosity);
    let restored = archive::restore(&mut store, &source, mode, chrono::Utc::now(), &mut bar)?;
    drop(bar);
    report.restored(&restored, mode);
    tell(context, &restored, mode)?;
    Ok(restored)
}

fn ask(context: &Context, read: &Read, store: &mut Store) -> Result<(), Failure> {
    let nodes = "SELECT count(*) FROM nodes";
    let nodes = query_int(&mut store.connection, nodes, &[])?.unwrap_or(0);
    let question = Finding::new(
        "restore",
        Severity::Warning,
        format!(
            "Everything in the store {}, {nodes} nodes among it, will be replaced by the backup {}.",
            store.url(),
            described(read)
        ),
    );
    match Person::new(context.verbosity, Presence::Attended).consent(&question)? {
        Consent::Yes => Ok(()),
        Consent::No => Err(Stop::Cancelled.into()),
    }
}

fn tell(context: &Context, restored: &Restored, mode: Mode) -> Result<(), Failure> {
    let rows: u64 = restored.tables.iter().map(|table| table.rows).sum();
    let what = format!("{rows} rows of {}; {}", restored.id, restored.digest);
    context.confirm(&match mode {
        Mode::Commit => format!("restored: {what}"),
        Mode::Rehearse => format!("rehearsed, the store is as it was: {what}"),
    })
}

/// What `--report` writes.
#[derive(Debug, Serialize)]
struct Report {
    format: u32,
    /// `restored`, `rehearsed`, `refused`, `cancelled`, `busy` or `failed`.
    outcome: &'static str,
    /// What went wrong; null where nothing did.
    message: Option<String>,
    started: String,
    finished: String,
    /// Null where it could not be read.
    archive: Option<Head>,
    tables: Vec<Table>,
    digest: Option<String>,
}

#[derive(Debug, Serialize)]
struct Head {
    id: String,
    version: String,
    schema: u32,
}

impl From<&Manifest> for Head {
    fn from(manifest: &Manifest) -> Self {
        Head {
            id: manifest.id.to_string(),
            version: manifest.version.clone(),
            schema: manifest.schema,
        }
    }
}

#[derive(Debug, Serialize)]
struct Table {
    name: String,
    rows: u64,
}

impl Report {
    fn new() -> Self {
        Report {
            format: 1,
            outcome: "failed",
            message: None,
            started: now(),
            finished: String::new(),
            archive: None,
            tables: Vec::new(),
            digest: None,
        }
    }

    fn restored(&mut self, restored: &Restored, mode: Mode) {
        self.outcome = match mode {
            Mode::Commit => "restored",
            Mode::Rehearse => "rehearsed",
        };
        let tables = restored.tables.iter().map(|table| Table {
            name: table.name.clone(),
            rows: table.rows,
        });
        self.tables = tables.collect();
        self.digest = Some(restored.digest.clone());
    }

    fn end(&mut self, ended: &Result<Restored, Failure>) {
        self.finished = now();
        if let Err(failure) = ended
            && self.digest.is_none()
        {
            self.message = Some(failure.message.clone());
            self.outcome = match failure.exit {
                Exit::Busy => "busy",
                Exit::Cancelled => "cancelled",
                Exit::Wrong => "refused",
                _ => "failed",
            };
        }
    }
}

fn now() -> String {
    to_rfc3339(to_micros(Utc::now()))
}
