//! `heirloom export`

mod apiomat;
mod apiomat_data;
mod connectordb;
mod network;

use super::args::Export;
use super::context::Context;
use super::exit::{Exit, Failure};
use crate::legacy::mongodump::WriteError;
use network::Form;

pub fn run(context: &Context, export: &Export) -> Result<Exit, Failure> {
    match export {
        Export::Geojson(options) => network::run(context, Form::Geojson, options),
        Export::Netjson(options) => network::run(context, Form::Netjson, options),
        Export::Connectordb(arguments) => connectordb::run(context, arguments),
        Export::Apiomat(arguments) => apiomat::run(context, arguments),
        Export::ApiomatData(arguments) => apiomat_data::run(context, arguments),
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        match error.is_wrong_command() {
            true => Failure::wrong(error.to_string()),
            false => Failure::fault(format!(
                "{error}. Nothing is left of the folder; make room or give another place."
            )),
        }
    }
}
