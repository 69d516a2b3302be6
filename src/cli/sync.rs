//! `heirloom sync`: one unattended run of the configured source.

use super::args::{Nodeshot, Sync};
use super::context::Context;
use super::exit::{Exit, Failure};
use super::import::nodeshot::bring_in;
use super::prompt::Presence;
use crate::engine::report::Mode;

pub fn run(context: &Context, options: &Sync) -> Result<Exit, Failure> {
    if context.config.nodeshot.url.is_none() {
        return Err(no_source());
    }
    let mut run = options.run.clone();
    run.noinput = true;
    // where a fault of the source ends the run, it has brought what it could
    run.nodelete |= context.config.schedule.nodelete;
    let arguments = Nodeshot {
        from: None,
        layers: None,
        default_layer: None,
        run,
    };
    bring_in(context, &arguments, Mode::Sync, Presence::Unattended)
}

/// There is nothing to follow.
pub(super) fn no_source() -> Failure {
    Failure::wrong(
        "there is no legacy database to follow: set url under [nodeshot] in heirloom.toml. What came in before stays.",
    )
}
