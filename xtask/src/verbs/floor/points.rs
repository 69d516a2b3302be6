//! The floor of an import of streams: each file of points is parsed whole, and as many rows are
//! inserted into a table with the same key.

use std::fs;
use std::path::Path;

use anyhow::Result;
use rusqlite::{Connection, Statement};
use serde::Deserialize;

const DDL: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE datapoints (
        stream_id INTEGER NOT NULL,
        is_downlink INTEGER NOT NULL,
        position INTEGER NOT NULL,
        time REAL NOT NULL,
        value TEXT,
        sender TEXT,
        run INTEGER,
        PRIMARY KEY (stream_id, is_downlink, position)
    ) WITHOUT ROWID";

#[derive(Deserialize)]
struct Point {
    #[serde(default)]
    t: f64,
    #[serde(default)]
    d: serde_json::Value,
    o: Option<String>,
}

/// Parses and inserts every `data.json` below a folder; returns how many points there were.
pub fn run(from: &Path, into: &Path) -> Result<u64> {
    let mut into = Connection::open(into)?;
    into.execute_batch(DDL)?;
    let transaction = into.transaction()?;
    let mut counts = Counts::default();
    {
        let mut write =
            transaction.prepare("INSERT INTO datapoints VALUES (?1, 0, ?2, ?3, ?4, ?5, 1)")?;
        folder(from, &mut write, &mut counts)?;
    }
    transaction.commit()?;
    Ok(counts.points)
}

#[derive(Default)]
struct Counts {
    streams: i64,
    points: u64,
}

fn folder(from: &Path, write: &mut Statement, counts: &mut Counts) -> Result<()> {
    let mut entries: Vec<_> = fs::read_dir(from)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if path.is_dir() {
            folder(&path, write, counts)?;
        } else if path.file_name().is_some_and(|name| name == "data.json") {
            let points: Vec<Point> = serde_json::from_slice(&fs::read(&path)?)?;
            counts.streams += 1;
            counts.points += points.len() as u64;
            for (position, point) in (0_i64..).zip(points) {
                let value = point.d.to_string();
                write.execute((counts.streams, position, point.t, value, point.o))?;
            }
        }
    }
    Ok(())
}
