//! Ctrl-C, SIGTERM and SIGHUP: a wish to stop, looked at between batches and while asking.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

static CANCELLED: AtomicBool = AtomicBool::new(false);
static NOTICE: Notify = Notify::const_new();
static INSTALLED: OnceLock<()> = OnceLock::new();

/// From here on signals are noted instead of ending the process.
pub fn watch() {
    INSTALLED.get_or_init(|| {
        let handler = || {
            CANCELLED.store(true, Ordering::SeqCst);
            NOTICE.notify_waiters();
        };
        if let Err(error) = ctrlc::set_handler(handler) {
            tracing::debug!("signals cannot be watched: {error}");
        }
    });
}

pub fn cancelled() -> bool {
    CANCELLED.load(Ordering::SeqCst)
}

/// Waits until there is a wish to stop; one that came before counts.
pub async fn stop() {
    let mut notified = std::pin::pin!(NOTICE.notified());
    // listening first: a signal between the look and the wait is not missed
    notified.as_mut().enable();
    if !cancelled() {
        notified.await;
    }
}
