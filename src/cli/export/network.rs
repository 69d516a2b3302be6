//! `heirloom export geojson`, `heirloom export netjson`

use std::io::{self, BufWriter, Write};

use super::super::args::ExportOptions;
use super::super::context::Context;
use super::super::exit::{Exit, Failure};
use super::super::outputs::Outputs;
use crate::export::geojson::{self, Detail, ExportError};
use crate::export::netjson;
use crate::files::{Readers, write_whole};
use crate::store::Connection;

/// In which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Geojson,
    Netjson,
}

pub fn run(context: &Context, form: Form, options: &ExportOptions) -> Result<Exit, Failure> {
    let ExportOptions { out, full } = options;
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
            form,
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
    let written = write_whole(path, readers, |out| write(form, connection, detail, out)).map_err(
        |error| {
            let mut failure = Failure::from(error);
            failure.message = format!("{} is not written: {}", path.display(), failure.message);
            failure
        },
    )?;
    context.confirm(&format!("{written} in {}.", path.display()))?;
    Ok(Exit::Done)
}

/// Writes what was asked for, and says in words how much that was.
fn write(
    form: Form,
    connection: &mut Connection,
    detail: Detail,
    out: &mut impl Write,
) -> Result<String, ExportError> {
    let reach = detail.reach();
    Ok(match form {
        Form::Geojson => {
            let nodes = geojson::write(connection, reach, detail, out)?;
            format!("{nodes} nodes")
        }
        Form::Netjson => {
            let (devices, links) = netjson::write(connection, reach, detail, out)?;
            format!("{devices} devices and {links} links")
        }
    })
}
