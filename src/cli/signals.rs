//! Ctrl-C, SIGTERM and SIGHUP: a wish to stop, looked at between batches and while asking.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

static CANCELLED: AtomicBool = AtomicBool::new(false);
static INSTALLED: OnceLock<()> = OnceLock::new();

/// From here on signals are noted instead of ending the process.
pub fn watch() {
    INSTALLED.get_or_init(|| {
        if let Err(error) = ctrlc::set_handler(|| CANCELLED.store(true, Ordering::SeqCst)) {
            tracing::debug!("signals cannot be watched: {error}");
        }
    });
}

pub fn cancelled() -> bool {
    CANCELLED.load(Ordering::SeqCst)
}
