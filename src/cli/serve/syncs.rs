//! The runs that follow the source.

use chrono::{DateTime, SubsecRound as _, Utc};

use crate::cli::args::{RunOptions, Sync};
use crate::cli::context::Context;
use crate::cli::exit::{Exit, Failure};
use crate::cli::sync;
use crate::engine::journal;
use crate::engine::report::Report;
use crate::scheduler::Ending;
use crate::store::{Missing, Store};

/// What a run came to.
pub struct Attempt {
    pub begun: DateTime<Utc>,
    pub failure: Option<Failure>,
    /// As the store has it; none where it was not recorded.
    pub report: Option<Report>,
}

/// When the last run began that settled its due moment. Without a source there is nothing to
/// follow.
pub fn last(context: &Context) -> Result<Option<DateTime<Utc>>, Failure> {
    if context.config.nodeshot.url.is_none() {
        return Err(sync::no_source());
    }
    let last = journal::last_settled(&mut context.open_store()?.connection, "nodeshot")?;
    Ok(last.as_deref().and_then(moment))
}

/// One run, as `heirloom sync` does it.
pub fn attempt(context: &Context) -> (Ending, Attempt) {
    let options = Sync {
        run: RunOptions::default(),
    };
    let begun = Utc::now();
    let result = sync::run(context, &options);
    let ending = match &result {
        // what is wrong, a file that is not there for one, may be mended meanwhile
        Err(failure) if matches!(failure.exit, Exit::Fault | Exit::Wrong) => Ending::Fault,
        _ => Ending::Settled,
    };
    let attempt = Attempt {
        begun,
        failure: result.err(),
        report: recorded(context, begun),
    };
    (ending, attempt)
}

/// The run that began then or later, if it is in the store.
fn recorded(context: &Context, begun: DateTime<Utc>) -> Option<Report> {
    let mut store = Store::open(&context.store, Missing::StandIn).ok()?;
    let report = journal::last_sync(&mut store.connection).ok()??;
    (moment(&report.started)? >= begun.trunc_subsecs(0)).then_some(report)
}

fn moment(rfc3339: &str) -> Option<DateTime<Utc>> {
    rfc3339.parse().ok()
}
