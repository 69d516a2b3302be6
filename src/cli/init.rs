use super::args::{Global, Init};
use super::exit::{Exit, Failure};
pub fn run(_global: &Global, _options: &Init) -> Result<Exit, Failure> {
    Ok(Exit::Done)
}
