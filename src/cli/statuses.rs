//! `heirloom statuses`

use super::args::Statuses;
use super::context::Context;
use super::exit::{Exit, Failure};
use super::layers::name_and_slug;
use super::terminal::{say, table};
use crate::store::statuses::{self, Added, Place, StatusError};
use crate::text::printable;

pub fn run(context: &Context, command: &Statuses) -> Result<Exit, Failure> {
    match command {
        Statuses::List => list(context)?,
        Statuses::Add {
            name,
            slug,
            default,
        } => {
            let place = if *default {
                Place::Default
            } else {
                Place::Plain
            };
            add(context, name, slug.as_deref(), place)?;
        }
        Statuses::Remove { slug } => {
            statuses::remove(&mut context.open_store()?.connection, slug)?;
            context.confirm(&format!("The status {slug} is removed."))?;
        }
    }
    Ok(Exit::Done)
}

fn list(context: &Context) -> Result<(), Failure> {
    let rows: Vec<Vec<String>> = statuses::list(&mut context.open_store()?.connection)?
        .iter()
        .map(|status| {
            vec![
                status.id.to_string(),
                printable(&status.slug).into_owned(),
                printable(&status.name).into_owned(),
                status.nodes.to_string(),
                if status.is_default { "yes" } else { "no" }.into(),
            ]
        })
        .collect();
    say(table(&["id", "slug", "name", "nodes", "default"], &rows).trim_end())?;
    Ok(())
}

fn add(context: &Context, name: &str, slug: Option<&str>, place: Place) -> Result<(), Failure> {
    let (name, slug) = name_and_slug(name, slug)?;
    let mut store = context.open_store()?;
    let added = match statuses::add(&mut store.connection, &slug, &name, place) {
        Ok(added) => added,
        Err(taken @ StatusError::Taken { .. }) => {
            return Err(Failure::wrong(format!(
                "{taken}. Give another one with --slug, or make that one the default with --default."
            )));
        }
        Err(error) => return Err(error.into()),
    };
    context.confirm(&match (added, place) {
        (Added::New, Place::Plain) => format!("The status {slug} is added."),
        (Added::New, Place::Default) => {
            format!("The status {slug} is added, and is the default now.")
        }
        (Added::MadeDefault { name }, _) => {
            format!("The status {slug} was there already ({name}); it is the default now.")
        }
        (Added::WasDefault { name }, _) => {
            format!("The status {slug} was there already ({name}), and is the default.")
        }
    })
}
