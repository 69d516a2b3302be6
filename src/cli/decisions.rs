//! `heirloom decisions`

use super::args::Decisions;
use super::context::Context;
use super::exit::{Exit, Failure};
use super::terminal::{say, table};
use crate::engine::journal;
use crate::store::known::Known;
use crate::text::printable;

pub fn run(context: &Context, command: &Decisions) -> Result<Exit, Failure> {
    match command {
        Decisions::List => list(context)?,
        Decisions::Clear { key } => clear(context, key.as_deref())?,
    }
    Ok(Exit::Done)
}

/// Recorded answers, and the questions that wait for one.
fn list(context: &Context) -> Result<(), Failure> {
    let mut store = context.open_store()?;
    let decisions = journal::decisions(&mut store.connection)?;
    let waiting = journal::waiting_decisions(&mut store.connection)?;
    let clean = |text: &str| printable(text).into_owned();
    let mut rows: Vec<Vec<String>> = decisions
        .iter()
        .map(|(key, decision)| {
            let state = match waiting.contains_key(key) {
                true => "waits: the facts are others by now",
                false => "holds",
            };
            vec![
                clean(key),
                clean(&decision.answer),
                clean(&decision.answered),
                clean(&decision.by),
                state.into(),
            ]
        })
        .collect();
    let unanswered = waiting.keys().filter(|key| !decisions.contains_key(*key));
    rows.extend(unanswered.map(|key| {
        let blank = String::new;
        vec![
            clean(key),
            blank(),
            blank(),
            blank(),
            "waits for an answer".into(),
        ]
    }));
    rows.sort();
    say(table(&["key", "answer", "answered", "by", "state"], &rows).trim_end())?;
    Ok(())
}

fn clear(context: &Context, key: Option<&str>) -> Result<(), Failure> {
    let mut store = context.open_store()?;
    let connection = &mut store.connection;
    let cleared = journal::forget_decisions(connection, key)?;
    match (key, cleared) {
        (Some(key), 0) => {
            let known = journal::decisions(connection)?.into_keys().collect();
            Err(Failure::wrong(format!(
                "there is no decision {key}. The decisions are: {}",
                Known(known)
            )))
        }
        (Some(key), _) => context.confirm(&format!("The decision {key} is forgotten.")),
        (None, 1) => context.confirm("1 decision is forgotten."),
        (None, count) => context.confirm(&format!("{count} decisions are forgotten.")),
    }
}
