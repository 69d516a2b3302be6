//! The plan on disk: the complete change set of a run in canonical order.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::model::{Fingerprint, Key, Table, Value, tables};
use crate::text::hex;

/// One row's change. The fingerprint is the ledger's new one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub key: Key,
    /// The id in the store.
    pub id: i64,
    pub act: Act,
    pub fingerprint: Fingerprint,
    /// The ledger's entry before, where there is one.
    pub ledger_before: Option<(Fingerprint, i64)>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Act {
    Insert(Vec<Value>),
    Update {
        before: Vec<Value>,
        after: Vec<Value>,
    },
    /// A row that was there before is followed from now on, and left alone.
    Adopt,
    /// Only the ledger changes: the source's new value stands in the store already, or an
    /// edit there was kept.
    Rebase,
}

impl Act {
    /// The unique columns that an update writes, and whether they may be null.
    pub fn moved(&self, table: &Table) -> Vec<(&'static str, bool)> {
        let Act::Update { before, after } = self else {
            return Vec::new();
        };
        let changes = |column: &str| {
            let index = table.column(column);
            before.get(index) != after.get(index)
        };
        let unique = table.unique().iter().copied();
        unique.filter(|(column, _)| changes(column)).collect()
    }
}

/// The changes of all tables, each table in a file of its own, and what the plan rests on.
pub struct Spool {
    files: Vec<TableSpool>,
}

struct TableSpool {
    table: &'static Table,
    file: BufWriter<File>,
    length: u64,
    changes: u64,
    /// Whether an update may change a unique column.
    moves: bool,
}

/// A place to come back to when a stage is given up.
pub struct Mark(Vec<(u64, u64)>);

impl Spool {
    pub fn new() -> io::Result<Self> {
        let files = tables::ALL
            .iter()
            .map(|table| {
                Ok(TableSpool {
                    table,
                    file: BufWriter::with_capacity(1 << 16, tempfile::tempfile()?),
                    length: 0,
                    changes: 0,
                    moves: false,
                })
            })
            .collect::<io::Result<_>>()?;
        Ok(Spool { files })
    }

    pub fn push(&mut self, table: &Table, change: &Change) -> io::Result<()> {
        let spool = self
            .files
            .iter_mut()
            .find(|spool| spool.table.name == table.name)
            .ok_or_else(|| io::Error::other("a table that is not the store's"))?;
        let bytes = postcard::to_stdvec(change).map_err(io::Error::other)?;
        spool.file.write_all(&(bytes.len() as u32).to_le_bytes())?;
        spool.file.write_all(&bytes)?;
        spool.length += bytes.len() as u64 + 4;
        spool.changes += 1;
        spool.moves |= !change.act.moved(spool.table).is_empty();
        Ok(())
    }

    pub fn mark(&self) -> Mark {
        Mark(
            self.files
                .iter()
                .map(|spool| (spool.length, spool.changes))
                .collect(),
        )
    }

    pub fn rewind(&mut self, mark: Mark) -> io::Result<()> {
        for (spool, (length, changes)) in self.files.iter_mut().zip(mark.0) {
            spool.file.flush()?;
            let file = spool.file.get_mut();
            file.set_len(length)?;
            file.seek(SeekFrom::Start(length))?;
            spool.length = length;
            spool.changes = changes;
        }
        Ok(())
    }

    pub fn changes(&self) -> u64 {
        self.files.iter().map(|spool| spool.changes).sum()
    }

    /// SHA-256 over every change: table by table, parents first, each in key order.
    pub fn digest(&mut self) -> io::Result<String> {
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 1 << 16];
        for spool in &mut self.files {
            hash.update(spool.table.name.as_bytes());
            hash.update(spool.length.to_le_bytes());
            spool.file.flush()?;
            let file = spool.file.get_mut();
            file.seek(SeekFrom::Start(0))?;
            loop {
                let read = file.read(&mut buffer)?;
                if read == 0 {
                    break;
                }
                hash.update(&buffer[..read]);
            }
        }
        Ok(format!("sha256:{}", hex(&hash.finalize())))
    }

    /// Readers of the tables that have changes, parents first.
    pub fn readers(&mut self) -> io::Result<Vec<(&'static Table, Changes)>> {
        self.readers_of(|spool| spool.changes > 0)
    }

    /// Readers of the tables in which unique values pass from row to row. The readers of one
    /// call must be done with before the next call.
    pub fn movers(&mut self) -> io::Result<Vec<(&'static Table, Changes)>> {
        self.readers_of(|spool| spool.moves && spool.changes > 0)
    }

    fn readers_of(
        &mut self,
        which: impl Fn(&TableSpool) -> bool,
    ) -> io::Result<Vec<(&'static Table, Changes)>> {
        let mut readers = Vec::new();
        for spool in &mut self.files {
            if !which(spool) {
                continue;
            }
            spool.file.flush()?;
            let mut file = spool.file.get_ref().try_clone()?;
            file.seek(SeekFrom::Start(0))?;
            readers.push((
                spool.table,
                Changes(BufReader::with_capacity(1 << 18, file)),
            ));
        }
        Ok(readers)
    }
}

/// The changes of one table, read back.
pub struct Changes(BufReader<File>);

impl Iterator for Changes {
    type Item = io::Result<Change>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut length = [0; 4];
        match self.0.read_exact(&mut length) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return None,
            Err(error) => return Some(Err(error)),
        }
        let mut bytes = vec![0; u32::from_le_bytes(length) as usize];
        Some(
            self.0
                .read_exact(&mut bytes)
                .and_then(|()| postcard::from_bytes(&bytes).map_err(io::Error::other)),
        )
    }
}
