//! Reads the ledger ahead: while one batch is placed, the entries of the next are read through a
//! second connection, on a thread of its own. Only who holds the run lock changes the ledger, so
//! a run reads one state of it through any connection.

use std::collections::HashMap;
use std::ops::Bound;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use diesel::QueryResult;
use diesel::result::Error as DbError;

use super::{Entries, Entry, page};
use crate::model::Key;
use crate::store::Connection;

/// Entries that are read together.
const PAGE: usize = 2_000;

type Page = QueryResult<Vec<(Key, Entry)>>;

/// The entries of one kind, from a key on.
struct Request {
    kind: i64,
    from: Bound<Key>,
    reply: Sender<Page>,
}

/// See the module. Batches of one kind are asked for in key order; asking for an earlier one
/// begins anew.
pub struct Ahead {
    /// `None` once it ends.
    requests: Option<Sender<Request>>,
    streams: HashMap<i64, Stream>,
    thread: Option<JoinHandle<()>>,
}

/// How far the entries of one kind were read.
struct Stream {
    /// Nothing up to here is handed out any more.
    passed: Bound<Key>,
    /// What was read behind it.
    read: Vec<(Key, Entry)>,
    /// The page behind that; `None` at the end.
    coming: Option<Receiver<Page>>,
}

impl Ahead {
    /// # Errors
    /// No thread can be started.
    pub fn new(connection: Connection) -> std::io::Result<Self> {
        let (requests, asked) = channel();
        let thread = std::thread::Builder::new()
            .name("ledger-ahead".into())
            .spawn(move || serve(connection, &asked))?;
        Ok(Ahead {
            requests: Some(requests),
            streams: HashMap::new(),
            thread: Some(thread),
        })
    }

    /// Every entry from `first` to `last`.
    ///
    /// # Errors
    /// What the database reports.
    pub fn range(&mut self, kind: i64, first: &Key, last: &Key) -> QueryResult<Entries> {
        let goes_on = self
            .streams
            .remove(&kind)
            .filter(|stream| match &stream.passed {
                Bound::Unbounded => true,
                Bound::Included(passed) => passed < first,
                Bound::Excluded(passed) => passed <= first,
            });
        let mut stream = match goes_on {
            Some(stream) => stream,
            None => Stream {
                passed: Bound::Excluded(first.clone()),
                read: Vec::new(),
                coming: Some(self.ask(kind, Bound::Included(first.clone()))?),
            },
        };
        while stream.read.last().is_none_or(|(key, _)| key < last)
            && let Some(coming) = stream.coming.take()
        {
            let mut entries = coming.recv().map_err(|_| gone())??;
            if entries.len() == PAGE
                && let Some((behind, _)) = entries.last()
            {
                stream.coming = Some(self.ask(kind, Bound::Excluded(behind.clone()))?);
            }
            stream.read.append(&mut entries);
        }
        let before = stream.read.partition_point(|(key, _)| key < first);
        let behind = stream.read.partition_point(|(key, _)| key <= last);
        let rest = stream.read.split_off(behind);
        let mut entries = std::mem::replace(&mut stream.read, rest);
        entries.drain(..before);
        stream.passed = Bound::Included(last.clone());
        self.streams.insert(kind, stream);
        Ok(Entries {
            entries,
            covered: Some((first.clone(), last.clone())),
        })
    }

    fn ask(&self, kind: i64, from: Bound<Key>) -> QueryResult<Receiver<Page>> {
        let (reply, coming) = channel();
        let requests = self.requests.as_ref().ok_or_else(gone)?;
        requests
            .send(Request { kind, from, reply })
            .map_err(|_| gone())?;
        Ok(coming)
    }
}

/// The connection is closed before anybody goes on: closing it while the process ends meets the
/// clean-up of the TLS library, and that is a crash.
impl Drop for Ahead {
    fn drop(&mut self) {
        self.requests = None;
        self.streams.clear();
        if let Some(thread) = self.thread.take() {
            // a mistake in it was told where its entries were asked for
            let _ = thread.join();
        }
    }
}

fn serve(mut connection: Connection, asked: &Receiver<Request>) {
    for Request { kind, from, reply } in asked {
        // whoever asked may have gone
        let _ = reply.send(page(&mut connection, kind, from.as_ref(), PAGE));
    }
}

/// The thread ends only with its value, or by a mistake in it.
fn gone() -> DbError {
    DbError::QueryBuilderError("the thread that reads the ledger has ended".into())
}
