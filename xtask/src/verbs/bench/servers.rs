//! The store on a PostgreSQL server: imports from MySQL and SQLite, beside pgloader copying the
//! same tables without mapping anything and beside the floor that PostgreSQL sets.

mod floor;
mod pgloader;
mod table;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};
use xtask::servers::{
    MYSQL_VARIABLE, POSTGRES_VARIABLE, ScratchDatabase, has_mysql, has_postgres, scratch_mysql,
    scratch_postgres,
};
use xtask::world::{Oddities, Spec};

use self::floor::Floor;
use super::measure::{Measured, measure};
use super::{Bench, IMPORTED, remove};
use crate::steps::build_release;

/// The same rows twice.
struct Worlds {
    mysql: ScratchDatabase,
    sqlite: PathBuf,
}

/// What was measured with one source in one round.
struct Imported {
    /// `None` where it is not installed.
    pgloader: Option<Measured>,
    first: Measured,
    again: Measured,
}

/// The measurements of one round.
struct Round {
    floor: Measured,
    mysql: Imported,
    sqlite: Imported,
}

/// Refuses where a server is missing. Private ones, as tests start them, do without what makes data
/// safe, and so would measure something else.
pub fn ensure_there() -> Result<()> {
    ensure!(
        has_mysql() && has_postgres(),
        "no MariaDB or no PostgreSQL answers: start both, or name them with {MYSQL_VARIABLE} and \
         {POSTGRES_VARIABLE}, or measure with --only sqlite"
    );
    floor::ensure_psql()
}

/// Builds the worlds, measures in rounds and prints a table.
pub fn run(bench: &Bench) -> Result<()> {
    let spec = bench.spec;
    println!(
        "== building a world of {} nodes in each database",
        spec.nodes
    );
    let worlds = Worlds {
        mysql: scratch_mysql(),
        sqlite: bench.folder.join("portable.sqlite3"),
    };
    // worlds take a build without optimization minutes
    let xtask = build_release("xtask")?;
    let build = |into: &str| world(&xtask, spec, into);
    build(worlds.mysql.url())?;
    remove(&worlds.sqlite)?;
    build(&format!("sqlite:{}", worlds.sqlite.display()))?;
    let floor = Floor::prepare(build, bench.folder)?;
    let has_pgloader = pgloader::is_there();
    let rounds = bench.rounds(|| round(bench, &worlds, &floor, has_pgloader))?;
    table::print(bench, &rounds);
    Ok(())
}

/// Builds a world of rows that every engine holds: each program and each source has the same.
fn world(xtask: &Path, spec: Spec, into: &str) -> Result<()> {
    let mut world = Command::new(xtask);
    world
        .args(["world", "--nodes", &spec.nodes.to_string()])
        .args(["--seed", &spec.seed.to_string(), "--into", into])
        .arg(match spec.oddities {
            Oddities::LeftOut => "--clean",
            Oddities::Woven | Oddities::Portable => "--portable",
        });
    measure(&mut world, &[0])?;
    Ok(())
}

fn round(bench: &Bench, worlds: &Worlds, floor: &Floor, has_pgloader: bool) -> Result<Round> {
    let floor = floor.measure()?;
    let load = |from: &str, schema: &str| -> Result<Option<Measured>> {
        if !has_pgloader {
            return Ok(None);
        }
        let loaded = pgloader::load(from, schema, bench.folder)?;
        ensure!(
            loaded.rows == floor.rows,
            "pgloader copied {:?} rows of {:?}",
            loaded.rows,
            floor.rows
        );
        Ok(Some(loaded))
    };
    let import = |from: &str| -> Result<(Measured, Measured)> {
        let store = scratch_postgres();
        let mut import = bench.import(from, store.url());
        let first = measure(&mut import, IMPORTED)?;
        Ok((first, measure(&mut import, IMPORTED)?))
    };
    let both = |loaded, (first, again)| Imported {
        pgloader: loaded,
        first,
        again,
    };
    let file = worlds.sqlite.display();
    let mysql = worlds.mysql.url();
    let mysql = both(load(mysql, worlds.mysql.name())?, import(mysql)?);
    let sqlite = both(
        load(&format!("sqlite://{file}"), "public")?,
        import(&format!("sqlite:{file}"))?,
    );
    Ok(Round {
        floor,
        mysql,
        sqlite,
    })
}
