//! A dump of documents in and out again, beside the floor: the same file read, and as many blobs
//! inserted.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::Command;

use anyhow::Result;
use bson::oid::ObjectId;
use bson::{DateTime, rawdoc};

use super::measure::{Measured, measure, median};
use super::{Bench, met, remove, remove_folder};
use crate::steps::build_release;

/// How much more than the floor an import or an export may take.
const TIMES_GOAL: f64 = 2.0;
/// What it may have resident, in MiB.
const MEMORY_GOAL: f64 = 150.0;

const DOCUMENTS: u32 = 1_000_000;

/// What fills a document up to 500 bytes.
const FILLER: &str = "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore magna aliqua. Ut enim ad minim veniam, quis nostrud exercitation ullamco laboris nisi ut aliquip ex ea commodo consequat. Duis aute irure dolor in reprehenderit in voluptate.";

struct Round {
    floor: Measured,
    import: Measured,
    again: Measured,
    export: Measured,
}

/// Builds the dump, measures in rounds and prints a table.
pub fn run(bench: &Bench) -> Result<()> {
    // the floor must not be one of a build without optimization
    let xtask = build_release("xtask")?;
    println!("== building a dump of {DOCUMENTS} documents");
    let file = bench.folder.join("dump/ConferenceApp/Attendee.bson");
    build(&file)?;
    let rounds = bench.rounds(|| round(bench, &xtask, &file))?;
    print_table(&rounds, fs::metadata(&file)?.len());
    Ok(())
}

fn round(bench: &Bench, xtask: &Path, file: &Path) -> Result<Round> {
    for store in ["floor.sqlite3", "documents.sqlite3"] {
        for ending in ["", "-wal", "-shm"] {
            remove(&bench.folder.join(format!("{store}{ending}")))?;
        }
    }
    remove_folder(&bench.folder.join("dump-out"))?;
    let mut floor = Command::new(xtask);
    floor
        .arg("floor")
        .arg("--from")
        .arg(file)
        .args(["--into", "floor.sqlite3"])
        .current_dir(bench.folder);
    let heirloom = |arguments: &[&str]| {
        let mut command = Command::new(bench.heirloom);
        command
            .args(["--store", "sqlite:documents.sqlite3", "--verbosity", "0"])
            .args(arguments)
            .current_dir(bench.folder);
        measure(&mut command, &[0])
    };
    let of = ["--app", "ConferenceApp", "--system", "live"];
    let import = [&["import", "apiomat-data", "dump", "--noinput"], &of[..]].concat();
    let export = [
        "export",
        "apiomat-data",
        "ConferenceApp",
        "--system",
        "live",
        "--out",
        "dump-out",
    ];
    Ok(Round {
        floor: measure(&mut floor, &[0])?,
        import: heirloom(&import)?,
        again: heirloom(&import)?,
        export: heirloom(&export)?,
    })
}

fn build(file: &Path) -> Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut out = BufWriter::new(File::create(file)?);
    for number in 0..DOCUMENTS {
        let mut id = [0x5a; 12];
        id[8..].copy_from_slice(&number.to_be_bytes());
        let at = DateTime::from_millis(1_481_448_617_000 + i64::from(number) * 250);
        let document = rawdoc! {
            "_id": ObjectId::from_bytes(id),
            "createdAt": at,
            "lastModifiedAt": at,
            "ownerUserName": format!("attendee{number}@posta.example"),
            "allowedRolesRead": [],
            "name": format!("Attendee {number}"),
            "age": i64::from(number % 90),
            "seat": [41.9, 12.5],
            "about": FILLER,
        };
        out.write_all(document.as_bytes())?;
    }
    out.flush()?;
    Ok(())
}

fn print_table(rounds: &[Round], bytes: u64) {
    let of = |pick: fn(&Round) -> &Measured| median(rounds.iter().map(pick));
    let floor = of(|round| &round.floor);
    let size = bytes as f64 / 1e6;
    println!(
        "\n| {DOCUMENTS} documents, {size:.0} MB | seconds | MB/s | × floor | peak MiB | goal |"
    );
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
            size / one.seconds,
            one.peak_mib
        );
    };
    row("floor", &floor);
    row("`import apiomat-data`", &of(|round| &round.import));
    row("the same again", &of(|round| &round.again));
    row("`export apiomat-data`", &of(|round| &round.export));
}
