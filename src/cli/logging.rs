//! What the engine does, for those who ask for it (`--verbosity 3`), on standard error.

use std::io::IsTerminal as _;

use tracing::level_filters::LevelFilter;

/// Starts the log. A second start in one process changes nothing.
pub fn start(verbosity: u8) {
    let level = match verbosity {
        0..=2 => LevelFilter::OFF,
        _ => LevelFilter::DEBUG,
    };
    let _ = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .try_init();
}
