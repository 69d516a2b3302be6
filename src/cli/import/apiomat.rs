//! `heirloom import apiomat`

use super::super::args::Apiomat as Arguments;
use super::super::context::Context;
use super::super::exit::{Exit, Failure};
use super::super::outputs::Outputs;
use super::super::prompt::{self, Presence};
use super::super::run::{self, Attempt, Job, presence};
use super::super::signals;
use crate::config::OnConflict;
use crate::engine::report::{self, Mode};
use crate::engine::run::Vanished;
use crate::legacy::apiomat::{Names, Source};
use crate::recipes::apiomat::{self, Apiomat, CustomerPassword, Ownership, Settings};
use crate::text::printable;

pub fn run(context: &Context, arguments: &Arguments) -> Result<Exit, Failure> {
    let presence = presence(&arguments.run)?;
    let mut outputs = Outputs::default();
    match arguments.source.is_dir() {
        true => outputs.keep_folder("the metadata", &arguments.source),
        false => outputs.keep("the metadata", &arguments.source),
    }
    run::check_outputs(context, &arguments.run, outputs)?;
    let names = Names::of(&context.config.apiomat);
    let mode = match arguments.run.dry_run {
        true => Mode::DryRun,
        false => Mode::Import,
    };
    let attempt = Attempt {
        recipe: "apiomat",
        mode,
        source: report::Source {
            kind: "unknown".into(),
            identity: arguments.source.display().to_string(),
        },
    };
    let read = apiomat::read(&arguments.source, &names, arguments.app.as_deref());
    let source = attempt.opened(context, &arguments.run, read)?;
    let is_asked = arguments.reset_password.is_none() && source.definition.customer.is_some();
    let password = password(arguments, &source, presence)?;
    let settings = Settings {
        password,
        ownership: match arguments.run.accept_source {
            true => Ownership::Taken,
            false => Ownership::Proven,
        },
    };
    let mut recipe = Apiomat::new(&arguments.source, source, settings);
    let job = Job {
        options: &arguments.run,
        mode,
        presence,
        on_conflict: OnConflict::Store,
        // several applications come in one by one
        vanished: Vanished::Stay,
        delete_guard: 1.0,
        credentials: None,
        command: command(arguments, password),
        asked: u64::from(is_asked),
    };
    run::run(context, &job, &mut recipe)
}

/// What becomes of the customer's password: nobody but a person can know.
fn password(
    arguments: &Arguments,
    source: &Source,
    presence: Presence,
) -> Result<CustomerPassword, Failure> {
    match (arguments.reset_password, &source.definition.customer) {
        (Some(true), _) => Ok(CustomerPassword::Reset),
        (Some(false), _) | (None, None) => Ok(CustomerPassword::Kept),
        (None, Some(customer)) if presence == Presence::Attended => {
            signals::watch();
            prompt::show(&format!(
                "The customer is {}. Should a new account for them get the password \"secret\", to be changed\nat the first login, as the old tool did it? Otherwise the hash of the old password is kept.\n",
                printable(&customer.name)
            ));
            loop {
                prompt::show_prompt("Reset the password (true or false)", None);
                match prompt::read_line()?.trim() {
                    "true" | "y" | "yes" => return Ok(CustomerPassword::Reset),
                    "false" | "n" | "no" => return Ok(CustomerPassword::Kept),
                    _ => {}
                }
            }
        }
        (None, Some(_)) => Err(Failure::wrong(
            "say what becomes of the customer's password: --reset-password true makes it the word secret, to be changed at the first login; --reset-password false keeps the hash that the source has.",
        )),
    }
}

/// The command as it was typed, or answered.
fn command(arguments: &Arguments, password: CustomerPassword) -> Vec<String> {
    let source = arguments.source.display().to_string();
    let mut words: Vec<String> = ["import", "apiomat", &source].map(String::from).into();
    if let Some(app) = &arguments.app {
        words.extend(["--app".into(), app.clone()]);
    }
    let resets = password == CustomerPassword::Reset;
    words.extend(["--reset-password".into(), resets.to_string()]);
    words
}
