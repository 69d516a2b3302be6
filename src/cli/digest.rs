//! `heirloom digest`

use super::context::Context;
use super::exit::{Exit, Failure};
use super::terminal::say;
use crate::store::digest::digest;

pub fn run(context: &Context) -> Result<Exit, Failure> {
    let mut store = context.open_store()?;
    say(&store.connection.read(digest)?)?;
    Ok(Exit::Done)
}
