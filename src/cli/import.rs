//! `heirloom import`

pub mod apiomat;
pub mod apiomat_data;
pub mod connectordb;
pub mod nodeshot;

use super::args::Import;
use super::context::Context;
use super::exit::{Exit, Failure};
use super::run::presence;
use crate::engine::report::Mode;

pub fn run(context: &Context, import: &Import) -> Result<Exit, Failure> {
    match import {
        Import::Nodeshot(arguments) => {
            let presence = presence(&arguments.run)?;
            nodeshot::bring_in(context, arguments, Mode::Import, presence)
        }
        Import::Connectordb(arguments) => connectordb::run(context, arguments),
        Import::Apiomat(arguments) => apiomat::run(context, arguments),
        Import::ApiomatData(arguments) => apiomat_data::run(context, arguments),
    }
}
