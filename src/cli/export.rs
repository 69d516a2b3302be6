//! `heirloom export`

mod connectordb;
mod network;

use super::args::Export;
use super::context::Context;
use super::exit::{Exit, Failure};
use network::Form;

pub fn run(context: &Context, export: &Export) -> Result<Exit, Failure> {
    match export {
        Export::Geojson(options) => network::run(context, Form::Geojson, options),
        Export::Netjson(options) => network::run(context, Form::Netjson, options),
        Export::Connectordb(arguments) => connectordb::run(context, arguments),
    }
}
