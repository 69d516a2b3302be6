//! `heirloom export`

use std::io::{self, BufWriter, Write};

use super::args::{Export, ExportOptions};
use super::context::Context;
use super::exit::{Exit, Failure};
use super::outputs::Outputs;
use crate::export::geojson::{self, Detail, ExportError};
use crate::export::netjson;
use crate::files::{Readers, write_whole};
use crate::store::Connection;

pub fn run(context: &Context, export: &Export) -> Result<Exit, Failure> {
    let ExportOptions { out, full } = match export {
        Export::Geojson(options) | Export::Netjson(options) => options,
    };
    let detail = if *full { Detail::Full } else { Detail::Public };
    if let Some(path) = out {
        let mut outputs = Outputs::default();
        outputs.keep_database("the store", &context.store);
        outputs.check("--out", path)?;
    }
    let mut store = context.open_store()?;
    let connection = &mut store.connection;
    let Some(path) = out else {
        write(
            export,
            connection,
            detail,
            &mut BufWriter::new(io::stdout().lock()),
        )?;
        return Ok(Exit::Done);
    };
    let readers = match detail {
        Detail::Public => Readers::Anybody,
        Detail::Full => Readers::Owner,
    };
    let written = write_whole(path, readers, |out| write(export, connection, detail, out))
        .map_err(|error| {
            let mut failure = Failure::from(error);
            failure.message = format!("{} is not written: {}", path.display(), failure.message);
            failure
        })?;
    context.confirm(&format!("{written} in {}.", path.display()))?;
    Ok(Exit::Done)
}

/// Writes what was asked for, and says in words how much that was.
fn write(
    export: &Export,
    connection: &mut Connection,
    detail: Detail,
    out: &mut impl Write,
) -> Result<String, ExportError> {
    let reach = detail.reach();
    Ok(match export {
        Export::Geojson(_) => {
            let nodes = geojson::write(connection, reach, detail, out)?;
            format!("{nodes} nodes")
        }
        Export::Netjson(_) => {
            let (devices, links) = netjson::write(connection, reach, detail, out)?;
            format!("{devices} devices and {links} links")
        }
    })
}
