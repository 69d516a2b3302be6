//! A ConnectorDB export in and out again, beside the floor: the same JSON parsed, and as many
//! rows inserted.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::measure::{Measured, measure, median};
use super::{Bench, met, remove, remove_folder};
use crate::steps::build_release;

/// How much more than the floor an import or an export may take.
const TIMES_GOAL: f64 = 3.0;
/// What it may have resident, whatever the size of a file, in MiB.
const MEMORY_GOAL: f64 = 200.0;

const POINTS: usize = 1_000_000;

/// An export: so many streams, and all points among them.
const SHAPES: [(&str, usize); 2] = [("one stream", 1), ("1,000 streams", 1_000)];

struct Round {
    floor: Measured,
    import: Measured,
    again: Measured,
    export: Measured,
}

/// Builds both exports, measures in rounds and prints a table for each.
pub fn run(bench: &Bench) -> Result<()> {
    // the floor must not be one of a build without optimization
    let xtask = build_release("xtask")?;
    for (name, streams) in SHAPES {
        println!("== building an export of {POINTS} points in {name}");
        let folder = bench.folder.join("streams");
        remove_folder(&folder)?;
        build(&folder, streams)?;
        let rounds = bench.rounds(|| round(bench, &xtask))?;
        print_table(name, &rounds);
    }
    Ok(())
}

fn round(bench: &Bench, xtask: &Path) -> Result<Round> {
    for store in ["floor.sqlite3", "streams.sqlite3"] {
        for ending in ["", "-wal", "-shm"] {
            remove(&bench.folder.join(format!("{store}{ending}")))?;
        }
    }
    remove_folder(&bench.folder.join("streams-out"))?;
    let mut floor = Command::new(xtask);
    floor
        .args(["floor", "--from", "streams", "--into", "floor.sqlite3"])
        .current_dir(bench.folder);
    let heirloom = |arguments: &[&str]| {
        let mut command = Command::new(bench.heirloom);
        command
            .args(["--store", "sqlite:streams.sqlite3", "--verbosity", "0"])
            .args(arguments)
            .current_dir(bench.folder);
        measure(&mut command, &[0])
    };
    let import = ["import", "connectordb", "streams", "--noinput"];
    Ok(Round {
        floor: measure(&mut floor, &[0])?,
        import: heirloom(&import)?,
        again: heirloom(&import)?,
        export: heirloom(&["export", "connectordb", "streams-out"])?,
    })
}

/// As the Go server writes it.
fn build(folder: &Path, streams: usize) -> Result<()> {
    let user = folder.join("alice");
    let device = user.join("logger");
    fs::create_dir_all(&device)?;
    fs::write(
        folder.join("connectordb.json"),
        r#"{"Version": 2, "ConnectorDB": "0.3.0"}"#,
    )?;
    let hash = "$2a$10$00tLl/yGX3yMm7hq2XBSsesBaA3ViIPfdJy2Xud9rums2OHBvJ7Dq";
    fs::write(
        user.join("user.json"),
        format!(
            r#"{{"name":"alice","nickname":"","email":"alice@example.org","description":"","icon":"","role":"user","public":false,"password":"{hash}","password_salt":"edb88e3c-8d52-4d4a-438e-2f8b4a97544c","password_scheme":"bcrypt"}}"#
        ),
    )?;
    fs::write(
        device.join("device.json"),
        r#"{"name":"logger","nickname":"","description":"","icon":"","apikey":"4f6f1a0e-0f0b-4a5f-8f51-0f3f7b0a7c11","enabled":true,"public":false,"role":"user","visible":true,"user_editable":true}"#,
    )?;
    for stream in 0..streams {
        let name = format!("s{stream:04}");
        let stream = device.join(&name);
        fs::create_dir(&stream)?;
        fs::write(
            stream.join("stream.json"),
            format!(
                r#"{{"name":"{name}","nickname":"","description":"","icon":"","schema":"{{}}","datatype":"","ephemeral":false,"downlink":false}}"#
            ),
        )?;
        let mut data = BufWriter::new(File::create(stream.join("data.json"))?);
        for point in 0..POINTS / streams {
            let before = if point == 0 { '[' } else { ',' };
            let time = 1_481_448_617.0 + point as f64 * 0.25;
            let value = (point * 7 % 1_000) as f64 / 8.0;
            write!(data, "{before}{{\"t\":{time},\"d\":{value}}}")?;
        }
        data.write_all(b"]")?;
        data.flush()?;
    }
    Ok(())
}

fn print_table(name: &str, rounds: &[Round]) {
    let of = |pick: fn(&Round) -> &Measured| median(rounds.iter().map(pick));
    let floor = of(|round| &round.floor);
    println!("\n| {POINTS} points in {name} | seconds | points/s | × floor | peak MiB | goal |");
    println!("| --- | ---: | ---: | ---: | ---: | --- |");
    let row = |what: &str, one: &Measured| {
        let times = one.seconds / floor.seconds;
        let goal = match what {
            "floor" => String::new(),
            _ => format!(
                "≤ {TIMES_GOAL} × floor: {}; ≤ {MEMORY_GOAL} MiB: {}",
                met(times <= TIMES_GOAL),
                met(one.peak_mib <= MEMORY_GOAL)
            ),
        };
        println!(
            "| {what} | {:.2} | {:.0} | {times:.2} | {:.0} | {goal} |",
            one.seconds,
            POINTS as f64 / one.seconds,
            one.peak_mib
        );
    };
    row("floor", &floor);
    row("`import connectordb`", &of(|round| &round.import));
    row("the same again", &of(|round| &round.again));
    row("`export connectordb`", &of(|round| &round.export));
}
