//! `heirloom export`

use std::io::{self, BufWriter};
use std::path::Path;

use super::args::{Export, Geojson};
use super::context::Context;
use super::exit::{Exit, Failure};
use crate::export::geojson::{self, Detail};
use crate::files::{Readers, folder_of, write_whole};

pub fn run(context: &Context, export: &Export) -> Result<Exit, Failure> {
    let Export::Geojson(Geojson { out, full }) = export;
    let detail = if *full { Detail::Full } else { Detail::Public };
    if let Some(path) = out {
        check_place(path)?;
    }
    let mut store = context.open_store()?;
    let connection = &mut store.connection;
    let Some(path) = out else {
        geojson::write(connection, detail, &mut BufWriter::new(io::stdout().lock()))?;
        return Ok(Exit::Done);
    };
    let readers = match detail {
        Detail::Public => Readers::Anybody,
        Detail::Full => Readers::Owner,
    };
    let written = write_whole(path, readers, |out| geojson::write(connection, detail, out))
        .map_err(|error| {
            let mut failure = Failure::from(error);
            failure.message = format!("{} is not written: {}", path.display(), failure.message);
            failure
        })?;
    context.confirm(&format!("{written} nodes in {}.", path.display()))?;
    Ok(Exit::Done)
}

/// A place where no file can be is a wrong command, not a fault of the disk.
fn check_place(path: &Path) -> Result<(), Failure> {
    let place = path.display();
    if path.exists() && !path.is_file() {
        return Err(Failure::wrong(format!(
            "--out: {place} is there already, and no plain file. Without --out the export goes to standard output."
        )));
    }
    tempfile::NamedTempFile::new_in(folder_of(path))
        .map_err(|error| Failure::wrong(format!("--out: {place} cannot be written: {error}")))?;
    Ok(())
}
