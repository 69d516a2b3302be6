//! `heirloom export apiomat`

use std::io;
use std::path::PathBuf;

use chrono::Utc;

use super::super::args::ExportApiomat as Arguments;
use super::super::context::Context;
use super::super::exit::{Exit, Failure};
use super::super::outputs::Outputs;
use super::super::terminal::say;
use crate::export::apiomat::{ExportError, read};
use crate::files::{Readers, write_whole};
use crate::legacy::apiomat::file;
use crate::text::printable;

pub fn run(context: &Context, arguments: &Arguments) -> Result<Exit, Failure> {
    let path = match &arguments.out {
        Some(out) => out.clone(),
        None => free_name(&arguments.app)?,
    };
    let mut outputs = Outputs::default();
    outputs.keep_database("the store", &context.store);
    outputs.check("--out", &path)?;
    let mut store = context.open_store()?;
    let definition = read(&mut store.connection, &arguments.app)?;
    write_whole(&path, Readers::Owner, |out| {
        file::write(&definition, Utc::now(), out)
    })
    .map_err(|error: io::Error| {
        Failure::fault(format!(
            "cannot write {}: {error}. Nothing is left of it; make room or give another place.",
            path.display()
        ))
    })?;
    say(&printable(&path.display().to_string()))?;
    Ok(Exit::Done)
}

/// A name that nobody gave takes no file's place.
fn free_name(app: &str) -> Result<PathBuf, Failure> {
    let path = PathBuf::from(format!("{app}.apiomat.json"));
    match path.exists() {
        true => Err(Failure::wrong(format!(
            "{} exists. Give another name with --out, or move the file.",
            path.display()
        ))),
        false => Ok(path),
    }
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Store(error) => error.into(),
            ExportError::NoSuch { .. } => Failure::wrong(error.to_string()),
            ExportError::Wrong { .. } => Failure::fault(error.to_string()),
        }
    }
}
