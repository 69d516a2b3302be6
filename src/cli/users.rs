use super::args::Users;
use super::context::Context;
use super::exit::{Exit, Failure};
pub fn run(_context: &Context, _command: &Users) -> Result<Exit, Failure> {
    Ok(Exit::Done)
}
