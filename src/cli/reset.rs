//! `heirloom reset`: a store as it was before the first import.

use chrono::{DateTime, Utc};

use super::args::Reset;
use super::context::Context;
use super::exit::{Exit, Failure};
use super::prompt::{Person, Presence};
use super::{signals, terminal};
use crate::engine::report::{End, Mode, Report, Source};
use crate::engine::tally::Counts;
use crate::engine::{Consent, Finding, Severity, Stop, Ui as _, journal};
use crate::store::lock::Held;
use crate::store::reset::{self, Emptied};
use crate::store::{Store, ledger};
use crate::time::to_the_second;

pub fn run(context: &Context, options: &Reset) -> Result<Exit, Failure> {
    if !options.noinput && !terminal::attended() {
        return Err(Failure::wrong(
            "there is no terminal to ask on. Give --noinput to empty the store without being asked.",
        ));
    }
    let mut store = Held::take(context.open_store()?)?.ok_or(Stop::Busy)?;
    signals::watch();
    empty(context, options, &mut store)
}

fn empty(context: &Context, options: &Reset, store: &mut Store) -> Result<Exit, Failure> {
    if ledger::is_empty(&mut store.connection)? {
        context.confirm("No import brought anything into this store: it stays as it is.")?;
        return Ok(Exit::Done);
    }
    if !options.noinput {
        ask(context, &reset::brought(&mut store.connection)?)?;
    }
    let begun = Utc::now();
    let connection = &mut store.connection;
    let emptied = connection.write(|connection| -> Result<_, Failure> {
        let emptied = reset::empty(connection)?;
        if options.forget_decisions {
            journal::forget_decisions(connection, None)?;
        }
        if signals::cancelled() {
            return Err(Stop::Cancelled.into());
        }
        journal::insert_run(connection, &report(begun, &emptied), &Default::default())?;
        Ok(emptied)
    })?;
    tell(context, options, &emptied)?;
    Ok(Exit::Done)
}

fn ask(context: &Context, brought: &[(&'static str, u64)]) -> Result<(), Failure> {
    let rows: Vec<String> = brought
        .iter()
        .map(|(table, rows)| format!("{rows} {}", table.replace('_', " ")))
        .collect();
    let question = Finding::new(
        "reset",
        Severity::Warning,
        format!(
            "Everything that imports brought will be deleted: {}. Layers, statuses, and rows and accounts of the store's own stay. This cannot be undone.",
            rows.join(", ")
        ),
    );
    match Person::new(context.verbosity, Presence::Attended).consent(&question)? {
        Consent::Yes => Ok(()),
        Consent::No => Err(Stop::Cancelled.into()),
    }
}

fn tell(context: &Context, options: &Reset, emptied: &[Emptied]) -> Result<(), Failure> {
    for Emptied {
        table,
        deleted,
        kept,
    } in emptied
    {
        let name = table.replace('_', " ");
        context.confirm(&match kept {
            0 => format!("{deleted} {name} deleted"),
            kept => format!("{deleted} {name} deleted, {kept} kept, because they are in use"),
        })?;
    }
    context.confirm(match options.forget_decisions {
        true => {
            "The store is as before the first import, and the recorded decisions are forgotten."
        }
        false => "The store is as before the first import. The recorded decisions stay.",
    })
}

fn report(begun: DateTime<Utc>, emptied: &[Emptied]) -> Report {
    let deletions = emptied.iter().map(|emptied| {
        let counts = Counts {
            deleted: emptied.deleted,
            ..Counts::default()
        };
        (emptied.table.to_string(), counts)
    });
    Report {
        outcome: End::Committed,
        finished: to_the_second(Utc::now()),
        entities: deletions.collect(),
        ..Report::begun("all", Mode::Reset, Source::default(), begun)
    }
}
