//! Rows of a backup into a store: one thread unpacks and checks, the other writes.

use std::fs::File;
use std::mem;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use diesel::QueryResult;

use super::decode::bind;
use super::error::ArchiveError;
use super::format::TableHead;
use super::read::{Piece, Read, Scrutiny, read};
use super::replace::unfit;
use super::{Phase, Progress, Watch};
use crate::sql::{Bind, Cell};
use crate::store::connection::Connection;

/// Rows that are handed over at once.
const BATCH: usize = 2_000;
/// And bytes of text in them, so that large rows do not pile up.
const BATCH_BYTES: usize = 1 << 20;
const AHEAD: usize = 3;

/// Writes a table's rows, one behind the other.
pub type Insert<'a> = dyn FnMut(&mut Connection, &TableHead, &[Bind<'_>]) -> QueryResult<()> + 'a;

/// Reads the file once more, which must hold what `before` says of it, and writes every row.
/// Whoever calls takes everything back where this fails.
///
/// # Errors
/// The file is another by now, the store refuses a row, `watch` wants it to stop.
pub fn load(
    connection: &mut Connection,
    file: &File,
    before: &Read,
    insert: &mut Insert<'_>,
    watch: &mut dyn Watch,
) -> Result<(), ArchiveError> {
    thread::scope(|scope| {
        let (sender, receiver) = sync_channel(AHEAD);
        let reader = scope.spawn(move || unpack(file, &sender));
        let total = Some(before.rows());
        let mut rows = 0;
        let mut written = Ok(());
        for Batch {
            table,
            count,
            cells,
        } in &receiver
        {
            let Some(table) = before.manifest.tables.get(table) else {
                written = Err(ArchiveError::Changed);
                break;
            };
            if watch.cancelled() {
                written = Err(ArchiveError::Cancelled);
                break;
            }
            let binds: Vec<Bind> = cells.iter().map(bind).collect();
            if let Err(error) = insert(connection, table, &binds) {
                written = Err(unfit(&table.name, error));
                break;
            }
            rows += count as u64;
            watch.step(Progress {
                phase: Phase::Loading,
                table: &table.name,
                rows,
                total,
            });
        }
        drop(receiver);
        let read = reader
            .join()
            .unwrap_or_else(|_| Err(ArchiveError::damaged("it cannot be unpacked")));
        written?;
        match read {
            Ok(read) if read == *before => Ok(()),
            // it was whole a moment ago
            Ok(_) => Err(ArchiveError::Changed),
            Err(error) if error.is_refusal() => Err(ArchiveError::Changed),
            Err(error) => Err(error),
        }
    })
}

/// Rows of one table, their fields one behind the other.
struct Batch {
    table: usize,
    count: usize,
    cells: Vec<Cell>,
}

fn unpack(file: &File, sender: &SyncSender<Batch>) -> Result<Read, ArchiveError> {
    let mut batch = Batch {
        table: 0,
        count: 0,
        cells: Vec::new(),
    };
    let mut bytes = 0;
    // nobody listens where the other side failed, and says why
    let hand_over = |batch: Batch| sender.send(batch).map_err(|_| ArchiveError::Cancelled);
    let read = read(file, Scrutiny::Whole, &mut (), &mut |piece| {
        let Piece::Row(table, cells) = piece else {
            return Ok(());
        };
        if table != batch.table || batch.count >= BATCH || bytes >= BATCH_BYTES {
            let full = mem::replace(
                &mut batch,
                Batch {
                    table,
                    count: 0,
                    cells: Vec::with_capacity(BATCH * cells.len()),
                },
            );
            bytes = 0;
            if full.count > 0 {
                hand_over(full)?;
            }
        }
        bytes += cells.iter().map(size).sum::<usize>();
        batch.count += 1;
        batch.cells.extend(cells);
        Ok(())
    })?;
    if batch.count > 0 {
        hand_over(batch)?;
    }
    Ok(read)
}

fn size(cell: &Cell) -> usize {
    match cell {
        Cell::Text(text) => text.len(),
        Cell::Bytes(bytes) => bytes.len(),
        _ => 0,
    }
}
