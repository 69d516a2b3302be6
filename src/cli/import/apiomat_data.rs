//! `heirloom import apiomat-data`

use super::super::args::ApiomatData as Arguments;
use super::super::context::Context;
use super::super::exit::{Exit, Failure};
use super::super::outputs::Outputs;
use super::super::run::{self, Attempt, Job, presence};
use super::super::signals;
use crate::config::OnConflict;
use crate::engine::report::{Mode, Source};
use crate::engine::run::Vanished;
use crate::recipes::apiomat_data::{ApiomatData, Broken, Existing, Settings};

pub fn run(context: &Context, arguments: &Arguments) -> Result<Exit, Failure> {
    let presence = presence(&arguments.run)?;
    let mut outputs = Outputs::default();
    outputs.keep_folder("the dump", &arguments.dump);
    run::check_outputs(context, &arguments.run, outputs)?;
    let apiomat = &context.config.apiomat;
    let settings = Settings {
        app: arguments.app.clone(),
        system: arguments.system,
        databases: apiomat.databases.clone(),
        collections: apiomat.collections.clone(),
        existing: match arguments.drop {
            true => Existing::Replaced,
            false => Existing::Stay,
        },
        broken: match arguments.skip_broken {
            true => Broken::Skipped,
            false => Broken::Stops,
        },
    };
    // an archive is read before the run begins
    signals::watch();
    let mode = match arguments.run.dry_run {
        true => Mode::DryRun,
        false => Mode::Import,
    };
    let source = Source {
        kind: "mongodump".into(),
        identity: arguments.dump.display().to_string(),
    };
    let attempt = Attempt {
        recipe: "apiomat-data",
        mode,
        source,
    };
    let opened = ApiomatData::open(&arguments.dump, settings);
    let mut recipe = attempt.opened(context, &arguments.run, opened)?;
    let job = Job {
        options: &arguments.run,
        mode,
        presence,
        on_conflict: OnConflict::Store,
        // what a dump lacks may be in another one
        vanished: Vanished::Stay,
        delete_guard: 1.0,
        credentials: None,
        command: command(arguments),
        asked: 0,
    };
    run::run(context, &job, &mut recipe)
}

/// The command as it was typed.
fn command(arguments: &Arguments) -> Vec<String> {
    let dump = arguments.dump.display().to_string();
    let mut words: Vec<String> = ["import", "apiomat-data", &dump].map(String::from).into();
    words.extend(["--app".into(), arguments.app.clone()]);
    words.extend(["--system".into(), arguments.system.to_string()]);
    for (flag, given) in [
        ("--drop", arguments.drop),
        ("--skip-broken", arguments.skip_broken),
    ] {
        if given {
            words.push(flag.into());
        }
    }
    words
}
