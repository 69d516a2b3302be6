//! `cargo xtask`: the project's own tasks, one file of `verbs` each.

mod licences;
mod steps;
mod verbs;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    bin_name = "cargo xtask",
    about = "The project's own tasks",
    disable_help_subcommand = true
)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Check everything: format, lints, licences, tests
    Test(verbs::test::Options),
    /// Import the shipped legacy database into a new store and show what to try next
    Demo,
    /// Kill imports, syncs and resets at random moments, many times
    Kill(verbs::kill::Options),
    /// Build a believable legacy database of any size
    World(verbs::world::Options),
    /// Measure imports beside the floor that the disk and SQLite set
    Bench(verbs::bench::Options),
    /// Copy a legacy database row by row, unmapped (what `bench` compares with)
    #[command(hide = true)]
    Floor(verbs::floor::Options),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().verb {
        Verb::Test(options) => verbs::test::run(&options),
        Verb::Demo => verbs::demo::run(),
        Verb::Kill(options) => verbs::kill::run(&options),
        Verb::World(options) => verbs::world::run(&options),
        Verb::Bench(options) => verbs::bench::run(&options),
        Verb::Floor(options) => verbs::floor::run(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
