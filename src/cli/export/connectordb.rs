//! `heirloom export connectordb`

use std::path::Path;

use super::super::args::ExportConnectordb as Arguments;
use super::super::connectordb::{self, Transfer};
use super::super::context::Context;
use super::super::exit::{Exit, Failure};
use super::super::prompt::Presence;
use super::super::{summary, terminal};
use crate::export::connectordb::{ExportError, Wanted, write};
use crate::files::Place;
use crate::legacy::connectordb::Style;
use crate::legacy::connectordb::remote::{Amount, Spool, download, upload};
use crate::legacy::connectordb::writer::{WriteError, begin};

pub fn run(context: &Context, arguments: &Arguments) -> Result<Exit, Failure> {
    match (&arguments.folder, &arguments.from, &arguments.to) {
        (Some(folder), Some(url), _) => from_server(context, arguments, url, folder),
        (Some(folder), None, _) => {
            let written = from_store(context, arguments, folder)?;
            context.confirm(&format!("{written} in {}.", folder.display()))?;
            Ok(Exit::Done)
        }
        (None, _, Some(url)) => to_server(context, arguments, url),
        (None, _, None) => Err(Failure::wrong("give FOLDER, or --to URL.")),
    }
}

/// A folder of what a server has.
fn from_server(
    context: &Context,
    arguments: &Arguments,
    url: &str,
    folder: &Path,
) -> Result<Exit, Failure> {
    let new = begin(folder, Place::Free).map_err(ExportError::from)?;
    let watch = Transfer::new(context.verbosity);
    let server = connectordb::log_in(url, &arguments.login, presence(), &watch)?;
    let mut spool = Spool::of_folder(new.path());
    let brought = download(&server, &mut spool, arguments.only.as_ref())
        .map_err(|error| connectordb::broken_off(error, "Nothing is left of the folder."))?;
    new.finish()
        .map_err(|error| ExportError::Write(WriteError::io(folder)(error)))?;
    context.confirm(&format!("{brought} in {}.", folder.display()))?;
    Ok(Exit::Done)
}

/// What the store has into a server, by way of a folder that nobody else sees.
fn to_server(context: &Context, arguments: &Arguments, url: &str) -> Result<Exit, Failure> {
    let watch = Transfer::new(context.verbosity);
    let server = connectordb::log_in(url, &arguments.login, presence(), &watch)?;
    let place = tempfile::TempDir::with_prefix("heirloom-")?;
    let folder = place.path().join("export");
    from_store(context, arguments, &folder)?;
    let brought = upload(&server, &folder)?;
    context.confirm(&format!("{brought} in {}.", server.address()))?;
    Ok(Exit::Done)
}

fn presence() -> Presence {
    match terminal::attended() {
        true => Presence::Attended,
        false => Presence::Unattended,
    }
}

fn from_store(context: &Context, arguments: &Arguments, folder: &Path) -> Result<Amount, Failure> {
    let wanted = Wanted {
        only: arguments.only.clone(),
        style: match arguments.no_passwords {
            true => Style::Python,
            false => Style::Go,
        },
    };
    let mut store = context.open_store()?;
    let mut told = |finding: &_| {
        if context.verbosity >= 1 {
            terminal::complain(&summary::finding_line(finding));
        }
    };
    let written = write(&mut store.connection, folder, &wanted, &mut told)?;
    Ok(Amount {
        users: written.users,
        devices: written.devices,
        streams: written.streams,
        points: written.points,
    })
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Store(error) => error.into(),
            ExportError::NoSuch(_) | ExportError::Nothing => Failure::wrong(error.to_string()),
            ExportError::Write(error) => error.into(),
        }
    }
}
