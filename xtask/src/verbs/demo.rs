//! `cargo xtask demo`: from nothing to an imported store, and what to try next.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::steps::{build_release, root, run as run_program};

const LEGACY: &str = "sqlite:fixtures/nodeshot/world.sqlite3";
const LAYERS: &str = "fixtures/nodeshot/layers.geojson";

/// Builds, imports into a scratch folder that stays, and says what to type next.
pub fn run() -> Result<()> {
    let heirloom = build_release("heirloom")?;
    let scratch = tempfile::Builder::new()
        .prefix("heirloom-demo-")
        .tempdir()?
        .keep();
    let store = format!("sqlite:{}", scratch.join("heirloom.sqlite3").display());
    let report = scratch.join("report.json");
    let import = [
        "import",
        "nodeshot",
        "--from",
        LEGACY,
        "--layers",
        LAYERS,
        "--noinput",
    ];
    println!("== importing {LEGACY} into {store}");
    let status = run_program(
        Command::new(&heirloom)
            .args(["--store", &store])
            .args(import)
            .arg("--report")
            .arg(&report)
            .current_dir(root()),
    )?;
    match status.code() {
        Some(0) => {}
        Some(3) => println!(
            "Exit code 3: done, and the shipped database has rows that no store may take, so they were refused and stand in the report."
        ),
        _ => bail!("the import ended with {status}"),
    }
    println!("\nThe store is {store}\nThe report is {}", report.display());
    next(&heirloom, &store, &import.join(" "));
    Ok(())
}

fn next(heirloom: &Path, store: &str, import: &str) {
    println!("\nWhat to type next, in {}:", root().display());
    let commands = [
        ("what the run did and found", "runs show 1"),
        ("all runs", "runs list"),
        ("the accounts", "users list"),
        ("the layers", "layers list"),
        ("the nodes on a map", "export geojson --out nodes.geojson"),
        ("one hash over all data", "digest"),
    ];
    let rehearsal = format!("{import} --dry-run");
    let last = [(
        "the same import, rehearsed: nothing to do",
        rehearsal.as_str(),
    )];
    for (why, command) in commands.iter().chain(&last) {
        println!(
            "  # {why}\n  {} --store {store} {command}",
            heirloom.display()
        );
    }
}
