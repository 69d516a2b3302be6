//! Backup and restore of a whole store, beside what each database has of its own.

use std::process::{Command, Stdio};

use anyhow::{Result, ensure};
use xtask::servers::{ScratchDatabase, has_postgres, scratch_postgres};
use xtask::world::sqlite;

use super::measure::{Measured, measure, median};
use super::{Bench, IMPORTED, met, remove};

/// What a backup or a restore may have resident, whatever the size of the store.
const MEMORY_GOAL: f64 = 150.0;
const STORE: &str = "sqlite:heirloom.sqlite3";

/// The measurements of one kind of store in one round.
struct Pair {
    their_backup: Measured,
    backup: Measured,
    their_restore: Measured,
    restore: Measured,
}

struct Round {
    file: Pair,
    server: Pair,
}

/// Refuses where a program or the server is missing.
pub fn ensure_there() -> Result<()> {
    ensure!(
        has_postgres(),
        "no PostgreSQL answers, which backups are compared with"
    );
    for (program, package) in [
        ("sqlite3", "sqlite3"),
        ("pg_dump", "postgresql-client"),
        ("pg_restore", "postgresql-client"),
    ] {
        let there = Command::new(program)
            .arg("--version")
            .stdout(Stdio::null())
            .status();
        ensure!(
            there.is_ok_and(|status| status.success()),
            "{program} is missing: sudo apt-get install {package}"
        );
    }
    Ok(())
}

/// Fills a store of each kind, measures in rounds and prints a table.
pub fn run(bench: &Bench) -> Result<()> {
    let world = bench.folder.join("backup-world.sqlite3");
    println!("== filling two stores of {} nodes", bench.spec.nodes);
    remove(&world)?;
    sqlite::build(bench.spec, &world)?;
    remove_store(bench, "heirloom.sqlite3")?;
    let server = scratch_postgres();
    for store in [STORE, server.url()] {
        measure(
            &mut bench.import("sqlite:backup-world.sqlite3", store),
            IMPORTED,
        )?;
    }
    let rounds = bench.rounds(|| {
        Ok(Round {
            file: file(bench)?,
            server: on_server(bench, &server)?,
        })
    })?;
    print_table(bench, &rounds);
    Ok(())
}

fn file(bench: &Bench) -> Result<Pair> {
    for file in ["copy.sqlite3", "copy.sqlite3.gz", "back.sqlite3"] {
        remove(&bench.folder.join(file))?;
    }
    remove_store(bench, "restored.sqlite3")?;
    let shell = |script: &str| {
        let mut shell = Command::new("sh");
        shell.args(["-ec", script]).current_dir(bench.folder);
        measure(&mut shell, &[0])
    };
    let their_backup = shell("sqlite3 heirloom.sqlite3 '.backup copy.sqlite3'; gzip copy.sqlite3")?;
    let backup = heirloom(bench, STORE, &["backup", "--out", "file.tar.gz"])?;
    let their_restore = shell("gunzip -c copy.sqlite3.gz > back.sqlite3")?;
    let into = "sqlite:restored.sqlite3";
    let restore = heirloom(bench, into, &["restore", "file.tar.gz", "--noinput"])?;
    Ok(Pair {
        their_backup,
        backup,
        their_restore,
        restore,
    })
}

fn on_server(bench: &Bench, server: &ScratchDatabase) -> Result<Pair> {
    let dump = bench.folder.join("store.dump");
    remove(&dump)?;
    let mut pg_dump = Command::new("pg_dump");
    pg_dump
        .args(["-Fc", "-f"])
        .arg(&dump)
        .args(["-d", server.url()]);
    let their_backup = measure(&mut pg_dump, &[0])?;
    let backup = heirloom(bench, server.url(), &["backup", "--out", "server.tar.gz"])?;
    let theirs = scratch_postgres();
    let mut pg_restore = Command::new("pg_restore");
    pg_restore
        .args(["--single-transaction", "-d", theirs.url()])
        .arg(&dump);
    let their_restore = measure(&mut pg_restore, &[0])?;
    let ours = scratch_postgres();
    let restore = heirloom(
        bench,
        ours.url(),
        &["restore", "server.tar.gz", "--noinput"],
    )?;
    Ok(Pair {
        their_backup,
        backup,
        their_restore,
        restore,
    })
}

fn heirloom(bench: &Bench, store: &str, arguments: &[&str]) -> Result<Measured> {
    let mut command = Command::new(bench.heirloom);
    command
        .args(["--store", store, "--verbosity", "0"])
        .args(arguments)
        .current_dir(bench.folder);
    measure(&mut command, &[0])
}

fn remove_store(bench: &Bench, name: &str) -> Result<()> {
    for ending in ["", "-wal", "-shm"] {
        remove(&bench.folder.join(format!("{name}{ending}")))?;
    }
    Ok(())
}

fn print_table(bench: &Bench, rounds: &[Round]) {
    let of = |pick: fn(&Round) -> &Measured| median(rounds.iter().map(pick));
    println!(
        "\n| {} nodes, backup and restore | seconds | × theirs | peak MiB | goal |",
        bench.spec.nodes
    );
    println!("| --- | ---: | ---: | ---: | --- |");
    let row = |name: &str, theirs: Option<&Measured>, one: &Measured, most: Option<f64>| {
        let times = theirs.map_or(1.0, |theirs| one.seconds / theirs.seconds);
        let mut goals = Vec::new();
        if let Some(most) = most {
            goals.push(format!("≤ {most} × theirs: {}", met(times <= most)));
        }
        if theirs.is_some() {
            let fits = met(one.peak_mib <= MEMORY_GOAL);
            goals.push(format!("≤ {MEMORY_GOAL} MiB: {fits}"));
        }
        println!(
            "| {name} | {:.2} | {times:.2} | {:.0} | {} |",
            one.seconds,
            one.peak_mib,
            goals.join("; ")
        );
    };
    let their_backup = of(|round| &round.file.their_backup);
    let their_restore = of(|round| &round.file.their_restore);
    row("`sqlite3 .backup` and gzip", None, &their_backup, None);
    row(
        "`backup` of SQLite",
        Some(&their_backup),
        &of(|round| &round.file.backup),
        None,
    );
    row("gunzip", None, &their_restore, None);
    row(
        "`restore` into SQLite",
        Some(&their_restore),
        &of(|round| &round.file.restore),
        None,
    );
    let their_backup = of(|round| &round.server.their_backup);
    let their_restore = of(|round| &round.server.their_restore);
    row("`pg_dump -Fc`", None, &their_backup, None);
    row(
        "`backup` of PostgreSQL",
        Some(&their_backup),
        &of(|round| &round.server.backup),
        Some(1.0),
    );
    row("`pg_restore`", None, &their_restore, None);
    row(
        "`restore` into PostgreSQL",
        Some(&their_restore),
        &of(|round| &round.server.restore),
        Some(2.0),
    );
}
