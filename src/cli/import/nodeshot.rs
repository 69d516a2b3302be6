//! `heirloom import nodeshot`

use std::path::Path;

use super::super::args::Nodeshot as Arguments;
use super::super::context::Context;
use super::super::exit::{Exit, Failure};
use super::super::outputs::Outputs;
use super::super::prompt::Presence;
use super::super::run::{self, Attempt, Job};
use crate::config::{DatabaseUrl, LayerChoice};
use crate::engine::Stop;
use crate::engine::report::{Mode, Source};
use crate::engine::run::Vanished;
use crate::geometry::read_layers;
use crate::recipes::nodeshot::{Nodeshot, Settings};

/// Runs the nodeshot recipe from its source to its report.
pub fn bring_in(
    context: &Context,
    arguments: &Arguments,
    mode: Mode,
    presence: Presence,
) -> Result<Exit, Failure> {
    let mode = match arguments.run.dry_run {
        true => Mode::DryRun,
        false => mode,
    };
    let from = source(context, arguments)?;
    let mut outputs = Outputs::default();
    outputs.keep_database("the legacy database", &from);
    if let Some(path) = &arguments.layers {
        outputs.keep("the layers file", path);
    }
    run::check_outputs(context, &arguments.run, outputs)?;
    let mut settings = Settings::from(&context.config.nodeshot);
    if let Some(layer) = &arguments.default_layer {
        settings.default_layer = LayerChoice::from_text(layer);
    }
    if let Some(file) = &arguments.layers {
        settings.layers = read_layers_file(file)?;
    }
    let source = Source {
        kind: from.engine().into(),
        identity: identity(&from),
    };
    let attempt = Attempt {
        recipe: "nodeshot",
        mode,
        source,
    };
    let opened = Nodeshot::open(&from, settings).map_err(Stop::from);
    let mut recipe = attempt.opened(context, &arguments.run, opened)?;
    let configured = &context.config.nodeshot;
    let job = Job {
        options: &arguments.run,
        mode,
        presence,
        on_conflict: configured.on_conflict,
        vanished: match configured.delete_vanished {
            true => Vanished::Delete,
            false => Vanished::Stay,
        },
        delete_guard: configured.delete_guard,
        credentials: configured.credentials.clone(),
        command: command(arguments),
        asked: 0,
    };
    run::run(context, &job, &mut recipe)
}

/// How the source is called in reports.
fn identity(from: &DatabaseUrl) -> String {
    match from {
        DatabaseUrl::Sqlite(path) => path.display().to_string(),
        server => server.clone().without_password().to_string(),
    }
}

fn source(context: &Context, arguments: &Arguments) -> Result<DatabaseUrl, Failure> {
    let url = match &arguments.from {
        Some(url) => DatabaseUrl::parse(url)?,
        None => context.config.nodeshot.url.clone().ok_or_else(|| {
            Failure::wrong(
                "there is no legacy database to import: give --from sqlite:PATH, mysql://USER@HOST/DATABASE or postgres://USER@HOST/DATABASE, or set url under [nodeshot] in heirloom.toml.",
            )
        })?,
    };
    let configured = &context.config.nodeshot;
    Ok(url.with_configured(configured.url.as_ref(), configured.password.as_ref()))
}

fn read_layers_file(path: &Path) -> Result<Vec<crate::geometry::LayerFeature>, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::wrong(format!(
            "cannot read the layers file {}: {error}",
            path.display()
        ))
    })?;
    read_layers(&text).map_err(|error| Failure::wrong(format!("{}: {error}", path.display())))
}

/// The command as it was typed.
fn command(arguments: &Arguments) -> Vec<String> {
    let mut words = vec!["import".to_string(), "nodeshot".into()];
    for (name, value) in [
        ("--from", arguments.from.as_deref().map(without_password)),
        (
            "--layers",
            arguments
                .layers
                .as_ref()
                .map(|path| path.display().to_string()),
        ),
        ("--default-layer", arguments.default_layer.clone()),
    ] {
        if let Some(value) = value {
            words.extend([name.to_string(), value]);
        }
    }
    words
}

/// What was typed as an address, without its password: that stands nowhere.
fn without_password(url: &str) -> String {
    DatabaseUrl::parse(url).map_or_else(
        |_| url.to_string(),
        |url| url.without_password().to_string(),
    )
}
