//! `cargo xtask bench`: imports beside the floor, in one run on one machine, as Markdown.

mod measure;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};
use clap::Args;
use xtask::world::{Spec, layers_geojson, sqlite};

use self::measure::{Measured, measure, median};
use super::world::oddities;
use crate::setup;
use crate::steps::build_release;

/// What the command line says.
#[derive(Args)]
pub struct Options {
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

/// The three measurements of one round.
struct Round {
    floor: Measured,
    first: Measured,
    again: Measured,
}

/// Builds a world, measures in rounds and prints a table; a missed goal is no failure.
pub fn run(options: &Options) -> Result<()> {
    setup::run()?;
    let heirloom = build_release("heirloom")?;
    // the floor must not be one of a build without optimization
    let xtask = build_release("xtask")?;
    let scratch = tempfile::Builder::new()
        .prefix("heirloom-bench-")
        .tempdir()?;
    let folder = options.keep.as_deref().unwrap_or(scratch.path());
    fs::create_dir_all(folder)?;
    let folder = &folder.canonicalize()?;
    let spec = Spec {
        nodes: options.nodes as usize,
        seed: options.seed,
        oddities: oddities(options.clean),
    };
    let world = folder.join("world.sqlite3");
    println!("== building a world of {} nodes", spec.nodes);
    remove(&world)?;
    sqlite::build(spec, &world)?;
    fs::write(folder.join("layers.geojson"), layers_geojson())?;
    let mut rounds = Vec::new();
    for number in 1..=options.rounds {
        println!("== round {number} of {}", options.rounds);
        rounds.push(round(&heirloom, &xtask, folder)?);
    }
    let of = |pick: fn(&Round) -> &Measured| median(rounds.iter().map(pick));
    print_table(
        spec.nodes,
        &of(|round| &round.floor),
        &of(|round| &round.first),
        &of(|round| &round.again),
    );
    Ok(())
}

fn round(heirloom: &Path, xtask: &Path, folder: &Path) -> Result<Round> {
    for store in ["floor.sqlite3", "heirloom.sqlite3"] {
        for ending in ["", "-wal", "-shm"] {
            remove(&folder.join(format!("{store}{ending}")))?;
        }
    }
    let mut copy = Command::new(xtask);
    copy.args([
        "floor",
        "--from",
        "world.sqlite3",
        "--into",
        "floor.sqlite3",
    ]);
    let floor = measure(copy.current_dir(folder), &[0])?;
    let mut import = Command::new(heirloom);
    import
        .args([
            "--store",
            "sqlite:heirloom.sqlite3",
            "--verbosity",
            "0",
            "import",
            "nodeshot",
        ])
        .args([
            "--from",
            "sqlite:world.sqlite3",
            "--layers",
            "layers.geojson",
            "--noinput",
        ])
        .current_dir(folder);
    // 3: rows were refused, as a world with oddities wants it.
    let first = measure(&mut import, &[0, 3])?;
    let again = measure(&mut import, &[0, 3])?;
    ensure!(
        floor.rows.is_some(),
        "the floor did not tell how many rows it copied"
    );
    Ok(Round {
        floor,
        first,
        again,
    })
}

fn remove(file: &Path) -> Result<()> {
    if file.exists() {
        fs::remove_file(file)?;
    }
    Ok(())
}

fn print_table(nodes: usize, floor: &Measured, first: &Measured, again: &Measured) {
    let rows = floor.rows.unwrap_or(0);
    let met = |is: bool| if is { "met" } else { "missed" };
    let to_floor = first.seconds / floor.seconds;
    let to_first = again.seconds / first.seconds;
    let size = if nodes == 100_000 {
        format!("; ≤ 250 MiB: {}", met(first.peak_mib <= 250.0))
    } else {
        String::new()
    };
    println!("\n| {nodes} nodes | rows | seconds | rows/s | × floor | peak MiB | goal |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | --- |");
    let goals = [
        "read each row and write it, unmapped".to_owned(),
        format!("≤ 3 × floor: {}{size}", met(to_floor <= 3.0)),
        format!(
            "≤ 1/3 of the first, is {to_first:.2}: {}",
            met(to_first <= 1.0 / 3.0)
        ),
    ];
    let measured = [
        ("floor", floor),
        ("first import", first),
        ("import again, nothing changed", again),
    ];
    for ((name, one), goal) in measured.into_iter().zip(goals) {
        println!(
            "| {name} | {rows} | {:.2} | {:.0} | {:.2} | {:.0} | {goal} |",
            one.seconds,
            rows as f64 / one.seconds,
            one.seconds / floor.seconds,
            one.peak_mib,
        );
    }
}
