//! The command line: arguments to calls, results to words and exit codes.

mod args;
mod backup;
mod connectordb;
mod context;
mod decisions;
mod digest;
pub mod exit;
mod export;
mod hidden;
mod import;
mod init;
mod jobs;
mod layers;
mod logging;
mod outputs;
mod password_input;
mod prompt;
mod rehearsal;
mod reset;
mod restore;
mod run;
mod runs;
mod serve;
mod signals;
mod statuses;
mod summary;
mod sync;
mod terminal;
mod users;
mod watch;

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
            if !error.use_stderr() {
                let _ = error.print();
                return Exit::Done;
            }
            terminal::complain(&without_passwords(&error.render().to_string()));
            return Exit::Wrong;
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
        Command::Sync(options) => sync::run(&context, &options),
        Command::Reset(options) => reset::run(&context, &options),
        Command::Decisions(command) => decisions::run(&context, &command),
        Command::Backup(options) => backup::run(&context, &options),
        Command::Restore(options) => restore::run(&context, &options),
        Command::Serve(_) => serve::run(&context),
        Command::Export(export) => export::run(&context, &export),
        Command::Runs(command) => runs::run(&context, &command),
        Command::Digest => digest::run(&context),
        Command::Layers(command) => layers::run(&context, &command),
        Command::Statuses(command) => statuses::run(&context, &command),
        Command::Users(command) => users::run(&context, &command),
        Command::Init(_) => Ok(Exit::Done),
    }
}

/// A text with the password of each URL in it masked: whoever mistypes an option gets the
/// words back that he typed.
fn without_passwords(text: &str) -> String {
    let mask = |word: &str| -> String {
        let masked = word.split_once("://").and_then(|(scheme, rest)| {
            let (login, host) = rest.rsplit_once('@')?;
            let (user, _) = login.split_once(':')?;
            Some(format!("{scheme}://{user}:***@{host}"))
        });
        masked.unwrap_or_else(|| word.into())
    };
    text.split('\n')
        .map(|line| line.split(' ').map(mask).collect::<Vec<_>>().join(" "))
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_masked_wherever_they_stand() {
        assert_eq!(
            without_passwords(
                "error: unexpected argument 'mysql://u:s:3c@ret@h/d' found\n\nUsage: x"
            ),
            "error: unexpected argument 'mysql://u:***@h/d' found\n\nUsage: x"
        );
        assert_eq!(
            without_passwords("sqlite:a@b ftp://h/d"),
            "sqlite:a@b ftp://h/d"
        );
    }
}
