//! The store in a file: first and repeated imports beside the floor that the disk and SQLite set.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};
use xtask::world::sqlite;

use super::measure::{Measured, measure, median};
use super::{Bench, IMPORTED, met, remove};
use crate::steps::build_release;

/// The three measurements of one round.
struct Round {
    floor: Measured,
    first: Measured,
    again: Measured,
}

/// Builds a world, measures in rounds and prints a table.
pub fn run(bench: &Bench) -> Result<()> {
    // the floor must not be one of a build without optimization
    let xtask = build_release("xtask")?;
    let world = bench.folder.join("world.sqlite3");
    println!("== building a world of {} nodes", bench.spec.nodes);
    remove(&world)?;
    sqlite::build(bench.spec, &world)?;
    let rounds = bench.rounds(|| round(bench, &xtask))?;
    let of = |pick: fn(&Round) -> &Measured| median(rounds.iter().map(pick));
    print_table(
        bench,
        &of(|round| &round.floor),
        &of(|round| &round.first),
        &of(|round| &round.again),
    );
    Ok(())
}

fn round(bench: &Bench, xtask: &Path) -> Result<Round> {
    for store in ["floor.sqlite3", "heirloom.sqlite3"] {
        for ending in ["", "-wal", "-shm"] {
            remove(&bench.folder.join(format!("{store}{ending}")))?;
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
    let floor = measure(copy.current_dir(bench.folder), &[0])?;
    let mut import = bench.import("sqlite:world.sqlite3", "sqlite:heirloom.sqlite3");
    let first = measure(&mut import, IMPORTED)?;
    let again = measure(&mut import, IMPORTED)?;
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

fn print_table(bench: &Bench, floor: &Measured, first: &Measured, again: &Measured) {
    let rows = floor.rows.unwrap_or(0);
    let to_floor = first.seconds / floor.seconds;
    let to_first = again.seconds / first.seconds;
    println!(
        "\n| {} nodes, SQLite to SQLite | rows | seconds | rows/s | × floor | peak MiB | goal |",
        bench.spec.nodes
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | --- |");
    let goals = [
        "read each row and write it, unmapped".to_owned(),
        format!(
            "≤ 3 × floor: {}{}",
            met(to_floor <= 3.0),
            bench.memory_goal(first.peak_mib)
        ),
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
