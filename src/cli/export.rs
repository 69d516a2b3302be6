//! `heirloom export`

use std::io::{self, BufWriter};

use super::args::{Export, Geojson};
use super::context::Context;
use super::exit::{Exit, Failure};
use super::outputs::Outputs;
use crate::export::geojson::{self, Detail};
use crate::files::{Readers, write_whole};

pub fn run(context: &Context, export: &Export) -> Result<Exit, Failure> {
    let Export::Geojson(Geojson { out, full }) = export;
    let detail = if *full { Detail::Full } else { Detail::Public };
    if let Some(path) = out {
        let mut outputs = Outputs::default();
        outputs.keep_database("the store", &context.store);
        outputs.check("--out", path)?;
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
