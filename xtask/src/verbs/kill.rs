//! `cargo xtask kill`: the test that kills runs at random moments, as often as you like.

use anyhow::Result;
use clap::Args;

use crate::steps::{cargo, step};

/// What the command line says.
#[derive(Args)]
#[command(after_help = "\
Imports, syncs and resets are killed in turn, with the store in a SQLite file and then on the
PostgreSQL server of the tests. Afterwards the store must be as before or as after, its lock free,
and the next run must work.")]
pub struct Options {
    /// How often for each kind of store
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(3..=100_000))]
    kills: u32,
}

/// Kills, up to the first store that is found between before and after.
pub fn run(options: &Options) -> Result<()> {
    for store in ["sqlite", "postgres"] {
        let test = ["test", "--locked", "--test", "it", "--", "--nocapture"];
        let mut command = cargo(&test);
        command
            .arg("killed::a_killed_run_is_whole_or_not_there")
            .env("HEIRLOOM_TEST_KILLS", options.kills.to_string())
            .env("HEIRLOOM_TEST_STORE", store);
        step(&format!("{} kills, {store}", options.kills), &mut command)?;
    }
    Ok(())
}
