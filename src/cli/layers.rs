use super::args::Layers;
use super::context::Context;
use super::exit::{Exit, Failure};
pub fn run(_context: &Context, _command: &Layers) -> Result<Exit, Failure> {
    Ok(Exit::Done)
}
