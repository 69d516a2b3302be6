//! `heirloom export apiomat-data`

use super::super::args::ExportApiomatData as Arguments;
use super::super::context::Context;
use super::super::exit::{Exit, Failure};
use crate::export::apiomat_data::{ExportError, Wanted, write};
use crate::text::counted;

pub fn run(context: &Context, arguments: &Arguments) -> Result<Exit, Failure> {
    let wanted = Wanted {
        app: &arguments.app,
        system: arguments.system,
        databases: &context.config.apiomat.databases,
    };
    let mut store = context.open_store()?;
    let written = write(&mut store.connection, &arguments.out, &wanted)?;
    context.confirm(&format!(
        "{} with {} in {}.",
        counted(written.collections, "collection", "collections"),
        counted(written.documents, "document", "documents"),
        arguments.out.join(&written.database).display()
    ))?;
    Ok(Exit::Done)
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Store(error) => error.into(),
            ExportError::Nothing { .. } => Failure::wrong(error.to_string()),
            ExportError::Write(error) => error.into(),
        }
    }
}
