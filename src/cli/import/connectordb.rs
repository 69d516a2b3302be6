//! `heirloom import connectordb`

use std::path::{Path, PathBuf};

use super::super::args::Connectordb as Arguments;
use super::super::connectordb::{self, Transfer};
use super::super::context::Context;
use super::super::exit::{Exit, Failure};
use super::super::outputs::Outputs;
use super::super::prompt::Presence;
use super::super::run::{self, Job, presence};
use crate::config::OnConflict;
use crate::engine::report::Mode;
use crate::engine::run::Vanished;
use crate::legacy::connectordb::Completeness;
use crate::legacy::connectordb::remote::{Spool, download};
use crate::recipes::connectordb::{Accounts, ConnectorDb, Passwords, Settings};

pub fn run(context: &Context, arguments: &Arguments) -> Result<Exit, Failure> {
    let presence = presence(&arguments.run)?;
    let mut outputs = Outputs::default();
    if let Some(folder) = &arguments.folder {
        outputs.keep_folder("the export", folder);
    }
    if let Some(file) = &arguments.login.password_file {
        outputs.keep("the password", file);
    }
    run::check_outputs(context, &arguments.run, outputs)?;
    let source = source(context, arguments, presence)?;
    let settings = Settings {
        completeness: match arguments.incomplete {
            true => Completeness::MayBeIncomplete,
            false => Completeness::Whole,
        },
        only: arguments.only.clone(),
        into: arguments.into.clone(),
        passwords: match arguments.random_passwords {
            true => Passwords::Random,
            false => Passwords::Username,
        },
        identity: source.identity(),
        accounts: match arguments.run.accept_source {
            true => Accounts::Taken,
            false => Accounts::Proven,
        },
    };
    let mut recipe = ConnectorDb::open(source.folder(), settings)?;
    let job = Job {
        options: &arguments.run,
        mode: match arguments.run.dry_run {
            true => Mode::DryRun,
            false => Mode::Import,
        },
        presence,
        on_conflict: OnConflict::Store,
        // what an export lacks may be in another one
        vanished: Vanished::Stay,
        delete_guard: 1.0,
        credentials: None,
        command: command(arguments),
        asked: 0,
    };
    run::run(context, &job, &mut recipe)
}

/// What is imported.
enum Source<'a> {
    Folder(&'a Path),
    /// A download, and where it came from.
    Server(Spool, String),
}

impl Source<'_> {
    fn folder(&self) -> &Path {
        match self {
            Source::Folder(folder) => folder,
            Source::Server(spool, _) => spool.export(),
        }
    }

    fn identity(&self) -> Option<String> {
        match self {
            Source::Folder(_) => None,
            Source::Server(_, address) => Some(address.clone()),
        }
    }
}

fn source<'a>(
    context: &Context,
    arguments: &'a Arguments,
    presence: Presence,
) -> Result<Source<'a>, Failure> {
    let Some(url) = &arguments.from else {
        let folder = arguments.folder.as_deref();
        return Ok(Source::Folder(folder.unwrap_or(Path::new("."))));
    };
    let watch = Transfer::new(context.verbosity);
    let only = arguments.only.as_ref();
    let server = connectordb::log_in(url, &arguments.login, presence, &watch)?;
    let mut spool = match &arguments.spool {
        Some(folder) => Spool::kept(folder, &server, only)?,
        None => Spool::temporary()?,
    };
    let brought = download(&server, &mut spool, only).map_err(|error| {
        let again = match &arguments.spool {
            Some(folder) => format!(
                "What came stays in {}: the same command goes on from there.",
                folder.display()
            ),
            None => "With --spool DIR another attempt goes on where this one ended.".into(),
        };
        connectordb::broken_off(error, &again)
    })?;
    watch.told(&format!("{brought} came from {}.", server.address()));
    Ok(Source::Server(spool, server.address().to_string()))
}

/// The command as it was typed.
fn command(arguments: &Arguments) -> Vec<String> {
    let mut words: Vec<String> = ["import", "connectordb"].map(String::from).into();
    let path = |path: &PathBuf| path.display().to_string();
    words.extend(arguments.folder.as_ref().map(path));
    let login = &arguments.login;
    for (name, value) in [
        ("--from", arguments.from.clone()),
        ("--user", login.user.clone()),
        ("--password-file", login.password_file.as_ref().map(path)),
        ("--spool", arguments.spool.as_ref().map(path)),
        ("--into", arguments.into.as_ref().map(ToString::to_string)),
        ("--only", arguments.only.as_ref().map(ToString::to_string)),
    ] {
        if let Some(value) = value {
            words.extend([name.to_string(), value]);
        }
    }
    for (flag, given) in [
        ("--random-passwords", arguments.random_passwords),
        ("--incomplete", arguments.incomplete),
    ] {
        if given {
            words.push(flag.into());
        }
    }
    words
}
