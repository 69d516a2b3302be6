//! The log, on standard error: what the engine does, for those who ask for it
//! (`--verbosity 3`), and what the server answers.

use std::io::IsTerminal as _;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Starts the log. A second start in one process changes nothing.
pub fn start(verbosity: u8) {
    let (all, server) = match verbosity {
        0 => (LevelFilter::OFF, LevelFilter::WARN),
        1 | 2 => (LevelFilter::OFF, LevelFilter::INFO),
        _ => (LevelFilter::DEBUG, LevelFilter::DEBUG),
    };
    let filter = Targets::new()
        .with_default(all)
        .with_target("heirloom::server", server);
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    let _ = tracing_subscriber::registry()
        .with(filter)
        .with(lines)
        .try_init();
}
