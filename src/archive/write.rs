//! The whole store into a stream, from one state of it.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::{mem, thread};

use diesel::connection::SimpleConnection as _;
use diesel::result::Error as DbError;
use sha2::{Digest as _, Sha256};

use super::encode::push_row;
use super::error::ArchiveError;
use super::format::{FORMAT, Id, MANIFEST, Manifest, SUMS, Sums, TableHead, TableSum, member_name};
use super::member::{Members, sum};
use super::{LINE_MAX, Phase, Progress, Watch};
use crate::model::{series, tables};
use crate::sql::{Cells, Database as _, query_int};
use crate::store::connection::Connection;
use crate::store::contents::{self, Contents, Ids};
use crate::store::digest::DataDigest;
use crate::store::{rows, schema_version};
use crate::text::hex;

/// Members are written no larger than this, so that those that wait stay small.
const MEMBER: usize = 2 << 20;
/// Members that wait to be compressed.
const AHEAD: usize = 2;
/// Rows between two looks at whether to go on.
const STEP: u64 = 1_000;

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub id: Id,
    pub schema: u32,
    pub tables: Vec<TableSum>,
    /// What `heirloom digest` said of the store at that moment.
    pub digest: String,
}

/// Writes the store as it is at one moment, whoever writes to it meanwhile. Memory is bounded
/// by the longest row. No transaction may be open on the connection.
///
/// # Errors
/// The store or the output fails, or `watch` wants it to stop.
pub fn write<W: Write + Send>(
    connection: &mut Connection,
    id: &Id,
    out: W,
    watch: &mut dyn Watch,
) -> Result<(W, Written), ArchiveError> {
    thread::scope(|scope| {
        let (sender, receiver) = sync_channel(AHEAD);
        let at = id.at();
        let press = scope.spawn(move || press(Members::new(out, at), &receiver));
        let read = connection.read(|connection| all_tables(connection, id, &sender, watch));
        drop(sender);
        let pressed = press
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("the compression broke off")));
        match (read, pressed) {
            // where the output failed, reading ended for want of a reader
            (Err(ArchiveError::Cancelled), _) => Err(ArchiveError::Cancelled),
            (_, Err(error)) => Err(ArchiveError::Writing(error)),
            (Err(error), Ok(_)) => Err(error),
            (Ok(written), Ok(members)) => {
                let out = members.finish().map_err(ArchiveError::Writing)?;
                Ok((out, written))
            }
        }
    })
}

/// A member, complete.
type Ready = (String, Vec<u8>);

fn press<W: Write>(mut members: Members<W>, ready: &Receiver<Ready>) -> io::Result<Members<W>> {
    for (name, bytes) in ready {
        members.add(&name, &bytes)?;
    }
    Ok(members)
}

fn all_tables(
    connection: &mut Connection,
    id: &Id,
    sender: &SyncSender<Ready>,
    watch: &mut dyn Watch,
) -> Result<Written, ArchiveError> {
    let contents = contents::all();
    hold(connection, &contents)?;
    let manifest = manifest(connection, id, &contents)?;
    let paper = paper(&manifest)?;
    let mut sums = Sums {
        manifest: sum(&paper),
        tables: Vec::with_capacity(contents.len()),
        digest: String::new(),
    };
    send(sender, (MANIFEST.into(), paper))?;
    let mut total = 0;
    for table in &contents {
        let sql = format!("SELECT count(*) FROM {}", table.name);
        total += query_int(connection, &sql, &[])?
            .unwrap_or(0)
            .unsigned_abs();
    }
    let mut digest = DataDigest::default();
    let mut done = 0;
    for table in &contents {
        let mut writing = Writing {
            table,
            sender,
            member: Vec::new(),
            members: 0,
            rows: 0,
            hash: Sha256::new(),
            line: Vec::new(),
        };
        if tables::find(table.name).is_some() || series::find(table.name).is_some() {
            digest.table(table.name);
        }
        writing.all_rows(connection, &mut digest, &mut |rows| {
            watch.step(Progress {
                phase: Phase::Writing,
                table: table.name,
                rows: done + rows,
                total: Some(total),
            });
            !watch.cancelled()
        })?;
        let sum = writing.end()?;
        done += sum.rows;
        sums.tables.push(sum);
    }
    sums.digest = digest.finish();
    send(sender, (SUMS.into(), self::paper(&sums)?))?;
    Ok(Written {
        id: id.clone(),
        schema: manifest.schema,
        tables: sums.tables,
        digest: sums.digest,
    })
}

/// Keeps a restore from emptying tables under the reader: other than deletions, that would be
/// seen by a transaction that began before.
fn hold(connection: &mut Connection, contents: &[Contents]) -> Result<(), ArchiveError> {
    if let Connection::Postgres(connection) = connection {
        let names: Vec<&str> = contents.iter().map(|table| table.name).collect();
        connection.batch_execute(&format!(
            "LOCK TABLE {} IN ACCESS SHARE MODE",
            names.join(", ")
        ))?;
    }
    Ok(())
}

fn manifest(
    connection: &mut Connection,
    id: &Id,
    contents: &[Contents],
) -> Result<Manifest, ArchiveError> {
    let mut tables = Vec::with_capacity(contents.len());
    for table in contents {
        tables.push(TableHead {
            name: table.name.into(),
            columns: table
                .columns
                .iter()
                .map(|(name, _)| (*name).into())
                .collect(),
            highest_id: match table.ids {
                Ids::Remembered => Some(rows::highest_id(connection, table.name)?),
                Ids::Chosen => None,
            },
        });
    }
    Ok(Manifest {
        format: FORMAT,
        version: id.version().into(),
        schema: schema_version(),
        id: id.clone(),
        tables,
    })
}

fn paper(paper: &impl serde::Serialize) -> Result<Vec<u8>, ArchiveError> {
    let mut bytes = serde_json::to_vec_pretty(paper)
        .map_err(|error| ArchiveError::Writing(io::Error::other(error)))?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn send(sender: &SyncSender<Ready>, ready: Ready) -> Result<(), ArchiveError> {
    sender
        .send(ready)
        .map_err(|_| ArchiveError::Writing(io::ErrorKind::BrokenPipe.into()))
}

/// One table under way.
struct Writing<'a> {
    table: &'a Contents,
    sender: &'a SyncSender<Ready>,
    member: Vec<u8>,
    members: u32,
    rows: u64,
    hash: Sha256,
    line: Vec<u8>,
}

impl Writing<'_> {
    fn all_rows(
        &mut self,
        connection: &mut Connection,
        digest: &mut DataDigest,
        go_on: &mut dyn FnMut(u64) -> bool,
    ) -> Result<(), ArchiveError> {
        let columns: Vec<String> = self
            .table
            .columns
            .iter()
            .map(|(name, _)| format!("\"{name}\""))
            .collect();
        let sql = format!(
            "SELECT {} FROM {} ORDER BY {}",
            columns.join(", "),
            self.table.name,
            self.table.key.join(", ")
        );
        let data = tables::find(self.table.name);
        let list = series::find(self.table.name);
        let mut stopped = None;
        if !go_on(0) {
            return Err(ArchiveError::Cancelled);
        }
        let read = connection.each(&sql, &[], |Cells(cells)| {
            let mut one = || {
                self.row(&cells)?;
                if self.rows.is_multiple_of(STEP) && !go_on(self.rows) {
                    return Err(ArchiveError::Cancelled);
                }
                Ok(())
            };
            if let Err(error) = one() {
                stopped = Some(error);
                return Err(DbError::RollbackTransaction);
            }
            if let Some(data) = data {
                digest.row(data, &rows::stored(data, cells));
            } else if let Some(series) = list {
                digest.list_row(series, cells);
            }
            Ok(())
        });
        match (stopped, read) {
            (Some(error), _) => Err(error),
            (None, read) => Ok(read?),
        }
    }

    fn row(&mut self, cells: &[crate::sql::Cell]) -> Result<(), ArchiveError> {
        self.line.clear();
        self.rows += 1;
        push_row(&mut self.line, &self.table.columns, cells);
        if self.line.len() > LINE_MAX {
            return Err(ArchiveError::RowTooLarge {
                table: self.table.name.into(),
                row: self.rows,
            });
        }
        self.hash.update(&self.line);
        if self.member.len() + self.line.len() > MEMBER {
            self.send_member()?;
        }
        let mut rest = &self.line[..];
        // a row that is larger than a member goes on in the next ones
        while rest.len() > MEMBER {
            let (part, others) = rest.split_at(MEMBER);
            self.members += 1;
            let name = member_name(self.table.name, self.members);
            send(self.sender, (name, part.to_vec()))?;
            rest = others;
        }
        self.member.extend_from_slice(rest);
        Ok(())
    }

    fn send_member(&mut self) -> Result<(), ArchiveError> {
        if self.member.is_empty() {
            return Ok(());
        }
        self.members += 1;
        let name = member_name(self.table.name, self.members);
        send(self.sender, (name, mem::take(&mut self.member)))
    }

    fn end(mut self) -> Result<TableSum, ArchiveError> {
        self.send_member()?;
        Ok(TableSum {
            name: self.table.name.into(),
            rows: self.rows,
            sha256: hex(&self.hash.finalize()),
        })
    }
}
