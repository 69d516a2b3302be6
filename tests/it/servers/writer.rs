//! An old site that is in use while it is read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::thread::JoinHandle;

use diesel::connection::SimpleConnection;

use super::{one_of_each, within};

/// Above the rows that are there anyway.
const FIRST: i64 = 100_000;
/// So many rows of each table are the writer's own.
const KEPT: i64 = 20;

/// A thread that adds a node with all that hangs on it, and takes an older one away, over and
/// over until the value is dropped. Each of both is one transaction, where there are any.
pub struct Writer {
    ends: Arc<AtomicBool>,
    written: Arc<AtomicI64>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub fn start(mut connection: impl SimpleConnection + Send + 'static) -> Self {
        let (ends, written) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicI64::new(0)),
        );
        let (end, count) = (ends.clone(), written.clone());
        let thread = std::thread::spawn(move || {
            while !end.load(Ordering::Relaxed) {
                let id = FIRST + count.load(Ordering::Relaxed);
                let rows = one_of_each(id);
                let mut written = connection.batch_execute(&format!("BEGIN; {rows} COMMIT"));
                if id - KEPT >= FIRST {
                    let rows = none_of(id - KEPT);
                    written = written
                        .and_then(|()| connection.batch_execute(&format!("BEGIN; {rows} COMMIT")));
                }
                written.expect("the old site writes");
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
        let writer = Writer {
            ends,
            written,
            thread: Some(thread),
        };
        within("the writer writes", || {
            (writer.written() > KEPT).then_some(())
        });
        writer
    }

    /// How often it has written.
    pub fn written(&self) -> i64 {
        self.written.load(Ordering::Relaxed)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        let ended = self.thread.take().map(JoinHandle::join);
        if ended.is_some_and(|ended| ended.is_err()) && !std::thread::panicking() {
            panic!("the old site could not write");
        }
    }
}

fn none_of(id: i64) -> String {
    let tables = ["contact", "statistic", "interface", "device", "node"];
    tables
        .map(|table| format!("DELETE FROM nodeshot_{table} WHERE id = {id};"))
        .concat()
}
