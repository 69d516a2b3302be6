//! Reads ahead: while one page is mapped, the next one is read on a thread of its own.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use diesel::QueryResult;
use diesel::result::Error as DbError;

use crate::sql::{Bind, Cell, Cells, Database, query};

/// The next rows of a table in id order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageQuery {
    /// Up to the table's name.
    pub select: String,
    /// From the start without it.
    pub after: Option<i64>,
    pub limit: usize,
}

type Rows = QueryResult<Vec<Cells>>;

/// Pages that are read before anybody asks.
const AHEAD: usize = 3;

enum Request {
    /// This page and all that follow it.
    Pages(PageQuery, SyncSender<Rows>),
    /// One query, with texts as its parameters.
    Query(String, Vec<String>, SyncSender<Rows>),
}

/// How long the end waits for a query that nobody needs any more.
const PATIENCE: Duration = Duration::from_secs(2);

/// A connection on a thread of its own. It reads one table at a time, page by page, as far
/// ahead as [`AHEAD`]; asking for anything but the next page ends that.
pub struct ReadAhead {
    /// `None` once it ends.
    requests: Option<Sender<Request>>,
    coming: Option<(PageQuery, Receiver<Rows>)>,
    /// Nothing comes; it closes when the connection is closed.
    closed: Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

impl ReadAhead {
    /// # Errors
    /// No thread can be started.
    pub fn new(connection: impl Database + Send + 'static) -> std::io::Result<Self> {
        let (requests, asked) = channel();
        let (open, closed) = channel();
        let thread = std::thread::Builder::new()
            .name("read-ahead".into())
            .spawn(move || {
                serve(connection, &asked);
                drop(open);
            })?;
        Ok(ReadAhead {
            requests: Some(requests),
            coming: None,
            closed,
            thread: Some(thread),
        })
    }

    /// # Errors
    /// What the database reports.
    pub fn page(&mut self, query: PageQuery) -> Rows {
        let pages = match self.coming.take() {
            Some((next, pages)) if next == query => pages,
            _ => self.ask(|replies| Request::Pages(query.clone(), replies))?,
        };
        let rows = pages.recv().map_err(|_| gone())?;
        self.coming = next_page(query, &rows).map(|next| (next, pages));
        rows
    }

    /// # Errors
    /// What the database reports.
    pub fn query(&mut self, sql: &str, texts: &[&str]) -> Rows {
        self.coming = None;
        let texts = texts.iter().map(|text| (*text).to_string()).collect();
        let rows = self.ask(|replies| Request::Query(sql.into(), texts, replies))?;
        rows.recv().map_err(|_| gone())?
    }

    fn ask(
        &self,
        request: impl FnOnce(SyncSender<Rows>) -> Request,
    ) -> QueryResult<Receiver<Rows>> {
        let (replies, rows) = sync_channel(AHEAD);
        let requests = self.requests.as_ref().ok_or_else(gone)?;
        requests.send(request(replies)).map_err(|_| gone())?;
        Ok(rows)
    }
}

/// The connection is closed before the program goes on: closing it while the process ends
/// meets the clean-up of the TLS library, and that is a crash.
impl Drop for ReadAhead {
    fn drop(&mut self) {
        self.requests = None;
        self.coming = None;
        let closed = self.closed.recv_timeout(PATIENCE);
        if closed != Err(RecvTimeoutError::Timeout)
            && let Some(thread) = self.thread.take()
        {
            // a mistake in it was told where its rows were asked for
            let _ = thread.join();
        }
    }
}

/// The thread ends only with its value, or by a mistake in it.
fn gone() -> DbError {
    DbError::QueryBuilderError("the reading thread has ended".into())
}

fn serve(mut connection: impl Database, asked: &Receiver<Request>) {
    for request in asked {
        match request {
            Request::Query(sql, texts, replies) => {
                let binds: Vec<Bind> = texts.iter().map(|text| Bind::Text(Some(text))).collect();
                // whoever asked may have gone
                let _ = replies.send(query(&mut connection, &sql, &binds));
            }
            Request::Pages(first, replies) => {
                let mut next = Some(first);
                while let Some(page) = next {
                    let rows = read(&mut connection, &page);
                    next = next_page(page, &rows);
                    if replies.send(rows).is_err() {
                        break;
                    }
                }
            }
        }
    }
}

/// What will be asked for next, where there is more.
fn next_page(page: PageQuery, rows: &Rows) -> Option<PageQuery> {
    let rows = rows.as_ref().ok()?;
    let last = rows.last()?.0.first().and_then(Cell::int)?;
    (rows.len() == page.limit).then_some(PageQuery {
        after: Some(last),
        ..page
    })
}

fn read(connection: &mut impl Database, page: &PageQuery) -> Rows {
    let PageQuery {
        select,
        after,
        limit,
    } = page;
    let limit = Bind::Int(Some(*limit as i64));
    match after {
        Some(after) => query(
            connection,
            &format!("{select} WHERE id > ? ORDER BY id LIMIT ?"),
            &[Bind::Int(Some(*after)), limit],
        ),
        None => query(
            connection,
            &format!("{select} ORDER BY id LIMIT ?"),
            &[limit],
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, Mutex};
    use std::thread::sleep;
    use std::time::Instant;

    use super::*;
    use crate::sql::FromFields;

    /// A connection that takes its time to close, and whose queries end with the lock.
    struct Slow {
        closed: Arc<AtomicBool>,
        holds: Arc<Mutex<()>>,
    }

    impl Database for Slow {
        fn rows<T: FromFields + 'static>(&mut self, _: &str, _: &[Bind]) -> QueryResult<Vec<T>> {
            drop(self.holds.lock());
            Ok(Vec::new())
        }

        fn each<T: FromFields + 'static>(
            &mut self,
            _: &str,
            _: &[Bind],
            _: impl FnMut(T) -> QueryResult<()>,
        ) -> QueryResult<()> {
            Ok(())
        }

        fn run(&mut self, _: &str, _: &[Bind]) -> QueryResult<usize> {
            Ok(0)
        }
    }

    impl Drop for Slow {
        fn drop(&mut self) {
            sleep(Duration::from_millis(100));
            self.closed.store(true, Ordering::SeqCst);
        }
    }

    fn slow() -> (ReadAhead, Arc<AtomicBool>, Arc<Mutex<()>>) {
        let (closed, holds) = (Arc::<AtomicBool>::default(), Arc::<Mutex<()>>::default());
        let connection = Slow {
            closed: closed.clone(),
            holds: holds.clone(),
        };
        let reader = ReadAhead::new(connection).expect("a thread");
        (reader, closed, holds)
    }

    #[test]
    fn the_connection_is_closed_before_the_program_goes_on() {
        let (mut reader, closed, _) = slow();
        reader.query("SELECT 1", &[]).expect("no rows");
        drop(reader);
        assert!(closed.load(Ordering::SeqCst));
    }

    #[test]
    fn a_query_that_nobody_needs_does_not_hold_the_end_up() {
        let (reader, closed, holds) = slow();
        let held = holds.lock().expect("nobody panics with it");
        let rows = reader.ask(|replies| Request::Query("SELECT 1".into(), Vec::new(), replies));
        drop(rows);
        let start = Instant::now();
        drop(reader);
        assert!(start.elapsed() < 3 * PATIENCE);
        assert!(!closed.load(Ordering::SeqCst));
        drop(held);
    }
}
