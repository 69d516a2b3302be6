//! Reads ahead: while one page is mapped, the next one is read on a thread of its own.

use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

use diesel::QueryResult;
use diesel::result::Error as DbError;
use diesel::sqlite::SqliteConnection;

use crate::sql::{Bind, Cell, Cells, query};

/// The next rows of a table in id order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageQuery {
    pub table: &'static str,
    pub columns: String,
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

/// A connection on a thread of its own. It reads one table at a time, page by page, as far
/// ahead as [`AHEAD`]; asking for anything but the next page ends that.
pub struct ReadAhead {
    requests: Sender<Request>,
    coming: Option<(PageQuery, Receiver<Rows>)>,
}

impl ReadAhead {
    /// # Errors
    /// No thread can be started.
    pub fn new(connection: SqliteConnection) -> std::io::Result<Self> {
        let (requests, asked) = channel();
        std::thread::Builder::new()
            .name("read-ahead".into())
            .spawn(move || serve(connection, &asked))?;
        Ok(ReadAhead {
            requests,
            coming: None,
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
        self.requests.send(request(replies)).map_err(|_| gone())?;
        Ok(rows)
    }
}

/// The thread ends only with its value, or by a mistake in it.
fn gone() -> DbError {
    DbError::QueryBuilderError("the reading thread has ended".into())
}

fn serve(mut connection: SqliteConnection, asked: &Receiver<Request>) {
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

fn read(connection: &mut SqliteConnection, page: &PageQuery) -> Rows {
    let PageQuery {
        table,
        columns,
        after,
        limit,
    } = page;
    let limit = Bind::Int(Some(*limit as i64));
    match after {
        Some(after) => query(
            connection,
            &format!("SELECT {columns} FROM \"{table}\" WHERE id > ? ORDER BY id LIMIT ?"),
            &[Bind::Int(Some(*after)), limit],
        ),
        None => query(
            connection,
            &format!("SELECT {columns} FROM \"{table}\" ORDER BY id LIMIT ?"),
            &[limit],
        ),
    }
}
