//! `heirloom backup`, `backup verify`, `backup list`

use std::path::{Path, PathBuf};

use chrono::Utc;

use super::args::{Backup, BackupCommand};
use super::context::Context;
use super::exit::{Exit, Failure};
use super::outputs::Outputs;
use super::signals;
use super::terminal::{say, table};
use super::watch::Bar;
use crate::archive::folder::{self, Entry, Maker, State};
use crate::archive::{self, Id, Read};
use crate::text::printable;

pub fn run(context: &Context, options: &Backup) -> Result<Exit, Failure> {
    signals::watch();
    match &options.command {
        None => write(context, options.out.as_deref())?,
        Some(BackupCommand::Verify { file }) => verify(context, file)?,
        Some(BackupCommand::List) => list(&context.config.backup.directory)?,
    }
    Ok(Exit::Done)
}

fn write(context: &Context, out: Option<&Path>) -> Result<(), Failure> {
    let id = Id::new(Utc::now());
    if let Some(out) = out {
        let mut outputs = Outputs::default();
        outputs.keep_database("the store", &context.store);
        outputs.check("--out", out)?;
    }
    let mut store = context.open_store()?;
    let path = place(context, out, &id)?;
    folder::create(
        &mut store.connection,
        &path,
        &id,
        &mut Bar::new(context.verbosity),
    )?;
    say(&printable(&path.display().to_string()))?;
    Ok(())
}

fn place(context: &Context, out: Option<&Path>, id: &Id) -> Result<PathBuf, Failure> {
    match out {
        Some(out) => Ok(out.into()),
        None => {
            let directory = &context.config.backup.directory;
            folder::prepare(directory)?;
            Ok(directory.join(folder::file_name(id, Maker::Person)))
        }
    }
}

fn verify(context: &Context, file: &Path) -> Result<(), Failure> {
    let read = archive::verify(file, &mut Bar::new(context.verbosity))?;
    context.confirm(&format!(
        "{} is whole: {}",
        file.display(),
        described(&read)
    ))
}

/// What a backup is, in one line.
pub fn described(read: &Read) -> String {
    let manifest = &read.manifest;
    let nodes = read.sums.tables.iter().find(|table| table.name == "nodes");
    format!(
        "{}, schema {}, {} rows in {} tables, {} nodes among them; {}",
        manifest.id,
        manifest.schema,
        read.rows(),
        manifest.tables.len(),
        nodes.map_or(0, |table| table.rows),
        read.sums.digest
    )
}

fn list(directory: &Path) -> Result<(), Failure> {
    let rows: Vec<Vec<String>> = folder::list(directory)?.iter().map(row).collect();
    let header = ["id", "date", "bytes", "made by", "state", "file"];
    say(table(&header, &rows).trim_end())?;
    Ok(())
}

fn row(entry: &Entry) -> Vec<String> {
    let id = entry.id.as_ref();
    let at = id.map(|id| id.at().format("%Y-%m-%d %H:%M:%S").to_string());
    let maker = match entry.maker {
        Some(Maker::Schedule) => "schedule",
        Some(Maker::Person) => "person",
        None => "-",
    };
    let name = entry.path.file_name().unwrap_or_default().to_string_lossy();
    vec![
        id.map_or("-".into(), Id::to_string),
        at.unwrap_or("-".into()),
        entry.bytes.to_string(),
        maker.into(),
        State::word(entry.state).into(),
        printable(&name).into_owned(),
    ]
}
