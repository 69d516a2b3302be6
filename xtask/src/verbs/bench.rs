//! `cargo xtask bench`: imports beside the floor, in one run on one machine, as Markdown.

mod backup;
mod documents;
mod measure;
mod servers;
mod sqlite;
mod streams;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use clap::{Args, ValueEnum};
use xtask::world::{Spec, layers_geojson};

use super::world::oddities;
use crate::steps::build_release;

/// How an import ends. 3: rows were refused, as a world with oddities wants it.
const IMPORTED: &[i32] = &[0, 3];
/// What an import may have resident where the world has as many nodes as this.
const MEMORY_GOAL: (usize, f64) = (100_000, 250.0);

/// What the command line says.
#[derive(Args)]
#[command(after_help = "\
The part for servers works in databases of its own, dropped at the end, on the servers that
HEIRLOOM_TEST_MYSQL_URL and HEIRLOOM_TEST_POSTGRES_URL name, else on those on this machine's usual
ports; the user of PostgreSQL must be a superuser. It compares with pgloader where that is
installed: sudo apt-get install pgloader.")]
pub struct Options {
    /// Measure one part only
    #[arg(long, value_enum)]
    only: Option<Part>,
    /// Rows in nodeshot_node
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..=2_000_000))]
    nodes: u32,
    /// Seed of the world
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Leave the oddities of real installations out
    #[arg(long)]
    clean: bool,
    /// How often to measure; the medians are shown
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=99))]
    rounds: u32,
    /// Work in this folder and keep what was built
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

/// What can be measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// From SQLite to SQLite
    Sqlite,
    /// From MySQL and SQLite to PostgreSQL
    Servers,
    /// Backup and restore of either kind of store
    Backup,
    /// A ConnectorDB export into SQLite and out again
    Streams,
    /// A dump of ApiOmat's documents into SQLite and out again
    Documents,
}

/// What every part measures with.
struct Bench<'a> {
    heirloom: &'a Path,
    folder: &'a Path,
    spec: Spec,
    rounds: u32,
}

/// Measures each part in rounds and prints a table for it; a missed goal is no failure.
pub fn run(options: &Options) -> Result<()> {
    let has = |part| options.only.is_none_or(|only| only == part);
    if has(Part::Servers) {
        servers::ensure_there()?;
    }
    if has(Part::Backup) {
        backup::ensure_there()?;
    }
    let heirloom = build_release("heirloom")?;
    let scratch = tempfile::Builder::new()
        .prefix("heirloom-bench-")
        .tempdir()?;
    let folder = options.keep.as_deref().unwrap_or(scratch.path());
    fs::create_dir_all(folder)?;
    let bench = Bench {
        heirloom: &heirloom,
        folder: &folder.canonicalize()?,
        spec: Spec {
            nodes: options.nodes as usize,
            seed: options.seed,
            oddities: oddities(options.clean),
        },
        rounds: options.rounds,
    };
    fs::write(bench.folder.join("layers.geojson"), layers_geojson())?;
    if has(Part::Sqlite) {
        sqlite::run(&bench)?;
    }
    if has(Part::Servers) {
        servers::run(&bench)?;
    }
    if has(Part::Backup) {
        backup::run(&bench)?;
    }
    if has(Part::Streams) {
        streams::run(&bench)?;
    }
    if has(Part::Documents) {
        documents::run(&bench)?;
    }
    Ok(())
}

impl Bench<'_> {
    /// Calls for each round and collects what it measured.
    fn rounds<R>(&self, round: impl Fn() -> Result<R>) -> Result<Vec<R>> {
        (1..=self.rounds)
            .map(|number| {
                println!("== round {number} of {}", self.rounds);
                round()
            })
            .collect()
    }

    /// An import that asks nothing. It ends with one of [`IMPORTED`].
    fn import(&self, from: &str, store: &str) -> Command {
        let mut import = Command::new(self.heirloom);
        import
            .args(["--store", store, "--verbosity", "0", "import", "nodeshot"])
            .args(["--from", from, "--layers", "layers.geojson", "--noinput"])
            .current_dir(self.folder);
        import
    }

    /// A sync of a source that was imported before.
    fn sync(&self, from: &str, store: &str) -> Command {
        let mut sync = Command::new(self.heirloom);
        sync.args(["--store", store, "--verbosity", "0", "sync"])
            .env("HEIRLOOM_NODESHOT_URL", from)
            .current_dir(self.folder);
        sync
    }

    /// The goal for memory beside what was measured, where there is one for this size.
    fn memory_goal(&self, peak_mib: f64) -> String {
        let (nodes, most) = MEMORY_GOAL;
        if self.spec.nodes == nodes {
            format!("; ≤ {most} MiB: {}", met(peak_mib <= most))
        } else {
            String::new()
        }
    }
}

fn met(is: bool) -> &'static str {
    if is { "met" } else { "missed" }
}

fn remove(file: &Path) -> Result<()> {
    if file.exists() {
        fs::remove_file(file)?;
    }
    Ok(())
}

fn remove_folder(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    Ok(())
}
