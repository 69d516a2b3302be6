//! The store in a file: first import, syncs of an unchanged and of a changed source, beside the
//! floor that the disk and SQLite set.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};
use rusqlite::Connection;
use xtask::world::sqlite;

use super::measure::{Measured, measure, median};
use super::{Bench, IMPORTED, met, remove};
use crate::steps::build_release;

/// What was measured in one round.
struct Round {
    floor: Measured,
    first: Measured,
    unchanged: Measured,
    changed: Measured,
    /// How long the sync of the changed source held the store's write lock, in seconds.
    locked: f64,
}

/// One legacy row of a hundred is another one.
const CHANGE: &str = "
    UPDATE nodeshot_node SET description = description || '.' WHERE id % 100 = 1;
    UPDATE nodeshot_device SET description = description || '.' WHERE id % 100 = 1;
    UPDATE nodeshot_interface SET wireless_channel = wireless_channel || '.' WHERE id % 100 = 1;
    UPDATE nodeshot_link SET dbm = dbm - 1 WHERE id % 100 = 1;
    UPDATE nodeshot_hna SET route = '10.77.0.0/16' WHERE id % 100 = 1;
    UPDATE nodeshot_contact SET message = message || '.' WHERE id % 100 = 1;";

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
        &of(|round| &round.unchanged),
        &of(|round| &round.changed),
        locked(&rounds),
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
    let mut sync = bench.sync("sqlite:world.sqlite3", "sqlite:heirloom.sqlite3");
    let unchanged = measure(&mut sync, IMPORTED)?;
    Connection::open(bench.folder.join("world.sqlite3"))?.execute_batch(CHANGE)?;
    let changed = measure(sync.args(["--report", "changed.json"]), IMPORTED)?;
    let report = fs::read(bench.folder.join("changed.json"))?;
    let report: serde_json::Value = serde_json::from_slice(&report)?;
    ensure!(
        report["entities"]["nodes"]["updated"].as_u64() > Some(0),
        "nothing changed"
    );
    ensure!(
        floor.rows.is_some(),
        "the floor did not tell how many rows it copied"
    );
    Ok(Round {
        floor,
        first,
        unchanged,
        changed,
        locked: report["lock_seconds"].as_f64().unwrap_or(f64::NAN),
    })
}

fn locked(rounds: &[Round]) -> f64 {
    let mut all: Vec<f64> = rounds.iter().map(|round| round.locked).collect();
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
}

fn print_table(
    bench: &Bench,
    floor: &Measured,
    first: &Measured,
    unchanged: &Measured,
    changed: &Measured,
    locked: f64,
) {
    let rows = floor.rows.unwrap_or(0);
    let to_floor = first.seconds / floor.seconds;
    let to_first = unchanged.seconds / first.seconds;
    let to_unchanged = changed.seconds / unchanged.seconds;
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
            "≤ 1/4 of the first, is {to_first:.2}: {}",
            met(to_first <= 0.25)
        ),
        format!(
            "≤ 1.3 × unchanged, is {to_unchanged:.2}: {}; locked for {locked:.2} s, \
             less than half: {}",
            met(to_unchanged <= 1.3),
            met(locked < changed.seconds / 2.0)
        ),
    ];
    let measured = [
        ("floor", floor),
        ("first import", first),
        ("sync, nothing changed", unchanged),
        ("sync, one row of a hundred changed", changed),
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
