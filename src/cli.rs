//! The command line: arguments to calls, results to words and exit codes.

mod args;
mod context;
mod digest;
pub mod exit;
mod export;
mod hidden;
mod import;
mod init;
mod layers;
mod logging;
mod password_input;
mod prompt;
mod runs;
mod signals;
mod statuses;
mod summary;
mod terminal;
mod users;

use std::ffi::OsString;

use clap::Parser as _;

pub use args::Cli;
use args::Command;
use context::Context;
use exit::{Exit, Failure};

/// Runs a command line and returns the exit code. Says on standard error what went wrong.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() {
                Exit::Wrong
            } else {
                Exit::Done
            };
        }
    };
    logging::start(cli.verbosity);
    match dispatch(cli) {
        Ok(exit) => exit,
        Err(failure) => {
            failure.print();
            failure.exit
        }
    }
}

fn dispatch(cli: Cli) -> Result<Exit, Failure> {
    if let Command::Init(options) = cli.command {
        return init::run(&cli.global, cli.verbosity, &options);
    }
    let context = Context::new(&cli.global, cli.verbosity)?;
    match cli.command {
        Command::Import(import) => import::run(&context, &import),
        Command::Export(export) => export::run(&context, &export),
        Command::Runs(command) => runs::run(&context, &command),
        Command::Digest => digest::run(&context),
        Command::Layers(command) => layers::run(&context, &command),
        Command::Statuses(command) => statuses::run(&context, &command),
        Command::Users(command) => users::run(&context, &command),
        Command::Init(_) => Ok(Exit::Done),
    }
}
