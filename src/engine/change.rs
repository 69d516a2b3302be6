//! The plan on disk: the complete change set of a run in canonical order.

mod lines;

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::model::{Fingerprint, Key, Table, Value, tables};
use crate::store::ledger::Entry;
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
    pub before: Option<Before>,
}

/// What the ledger says of a row until a change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Before {
    pub fingerprint: Fingerprint,
    pub adopted: bool,
    pub created_run: i64,
    pub changed_run: i64,
}

impl From<&Entry> for Before {
    fn from(entry: &Entry) -> Self {
        Before {
            fingerprint: entry.fingerprint.clone(),
            adopted: entry.adopted,
            created_run: entry.created_run,
            changed_run: entry.changed_run,
        }
    }
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
    /// The row goes.
    Delete(Vec<Value>),
    /// Only the ledger's entry goes.
    Forget,
    /// Only the ledger changes: the source's new value stands in the store already, or an
    /// edit there was kept.
    Rebase,
}

impl Act {
    /// Whether it takes a row or its entry away.
    pub fn ends(&self) -> bool {
        matches!(self, Act::Delete(_) | Act::Forget)
    }

    /// The row as it is until the change.
    fn row_before(&self) -> Option<&[Value]> {
        match self {
            Act::Update { before, .. } | Act::Delete(before) => Some(before),
            _ => None,
        }
    }

    /// The rows in it, as they are and as they will be.
    fn rows_mut(&mut self) -> impl Iterator<Item = &mut Vec<Value>> {
        let (one, other) = match self {
            Act::Insert(row) | Act::Delete(row) => (Some(row), None),
            Act::Update { before, after } => (Some(before), Some(after)),
            Act::Adopt | Act::Forget | Act::Rebase => (None, None),
        };
        one.into_iter().chain(other)
    }

    /// The unique columns whose value an update or the end of a row gives up, and whether they
    /// may be null.
    pub fn moved(&self, table: &Table) -> Vec<(&'static str, bool)> {
        let changes = |column: &str| {
            let index = table.column(column);
            match self {
                Act::Update { before, after } => before.get(index) != after.get(index),
                Act::Delete(before) => before.get(index) != Some(&Value::Null),
                _ => false,
            }
        };
        let unique = table.unique().iter().copied();
        unique.filter(|(column, _)| changes(column)).collect()
    }
}

/// The changes of all tables, each table in a file of its own, and what the plan rests on.
pub struct Spool {
    files: Vec<TableSpool>,
    /// What goes, apart from what comes and changes.
    ends: Vec<TableSpool>,
    /// Whether something that comes may take a unique value of something that goes.
    pub ends_give_way: bool,
    /// Whether an account gets a password when the plan is applied.
    pub makes_passwords: bool,
}

struct TableSpool {
    table: &'static Table,
    file: BufWriter<File>,
    length: u64,
    changes: u64,
    /// Whether an update may change a unique column.
    moves: bool,
    /// Whether a row that changes or goes has a password that an import generated.
    holds_passwords: bool,
}

/// A place to come back to when a stage is given up.
pub struct Mark(Vec<(u64, u64)>);

impl Spool {
    pub fn new() -> io::Result<Self> {
        let spools = || -> io::Result<Vec<TableSpool>> {
            let spool = |table: &&'static Table| {
                Ok(TableSpool {
                    table,
                    file: BufWriter::with_capacity(1 << 16, tempfile::tempfile()?),
                    length: 0,
                    changes: 0,
                    moves: false,
                    holds_passwords: false,
                })
            };
            tables::ALL.iter().map(spool).collect()
        };
        Ok(Spool {
            files: spools()?,
            ends: spools()?,
            ends_give_way: false,
            makes_passwords: false,
        })
    }

    pub fn push(&mut self, table: &Table, change: &Change) -> io::Result<()> {
        if let Act::Insert(values) = &change.act {
            self.makes_passwords |= values.contains(&Value::Generated);
        }
        let spools = match change.act.ends() {
            true => &mut self.ends,
            false => &mut self.files,
        };
        let spool = spools
            .iter_mut()
            .find(|spool| spool.table.name == table.name)
            .ok_or_else(|| io::Error::other("a table that is not the store's"))?;
        let bytes = postcard::to_stdvec(change).map_err(io::Error::other)?;
        spool.file.write_all(&(bytes.len() as u32).to_le_bytes())?;
        spool.file.write_all(&bytes)?;
        spool.length += bytes.len() as u64 + 4;
        spool.changes += 1;
        spool.holds_passwords |= change
            .act
            .row_before()
            .is_some_and(|row| table.generated_password(row).is_some());
        spool.moves |= !change.act.moved(spool.table).is_empty();
        Ok(())
    }

    pub fn mark(&self) -> Mark {
        Mark(
            self.all()
                .iter()
                .map(|spool| (spool.length, spool.changes))
                .collect(),
        )
    }

    pub fn rewind(&mut self, mark: Mark) -> io::Result<()> {
        for (spool, (length, changes)) in self.files.iter_mut().chain(&mut self.ends).zip(mark.0) {
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
        self.all().iter().map(|spool| spool.changes).sum()
    }

    /// SHA-256 over every change: table by table, parents first, each in key order. Passwords
    /// that an import generated are no part of it, neither new ones nor those of rows that
    /// change or go.
    pub fn digest(&mut self) -> io::Result<String> {
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 1 << 16];
        for spool in self.files.iter_mut().chain(&mut self.ends) {
            hash.update(spool.table.name.as_bytes());
            if spool.holds_passwords {
                hash_without_passwords(&mut hash, spool)?;
                continue;
            }
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

    /// The names of the tables that have changes.
    pub fn tables(&self) -> Vec<&'static str> {
        let changing = self.files.iter().filter(|spool| spool.changes > 0);
        changing.map(|spool| spool.table.name).collect()
    }

    /// Readers of the tables that have changes, parents first.
    pub fn readers(&mut self) -> io::Result<Vec<(&'static Table, Changes)>> {
        readers_of(&mut self.files, |spool| spool.changes > 0)
    }

    /// Readers of what goes, children first.
    pub fn ends(&mut self) -> io::Result<Vec<(&'static Table, Changes)>> {
        let mut readers = readers_of(&mut self.ends, |spool| spool.changes > 0)?;
        readers.reverse();
        Ok(readers)
    }

    /// Readers of the tables in which unique values pass from row to row. The readers of one
    /// call must be done with before the next call.
    pub fn movers(&mut self) -> io::Result<Vec<(&'static Table, Changes)>> {
        let moving = |spool: &TableSpool| spool.moves && spool.changes > 0;
        let mut movers = readers_of(&mut self.files, moving)?;
        if self.ends_give_way {
            movers.extend(readers_of(&mut self.ends, moving)?);
        }
        Ok(movers)
    }

    fn all(&self) -> Vec<&TableSpool> {
        self.files.iter().chain(&self.ends).collect()
    }
}

fn hash_without_passwords(hash: &mut Sha256, spool: &mut TableSpool) -> io::Result<()> {
    hash.update(spool.changes.to_le_bytes());
    for (table, changes) in readers_of(std::slice::from_mut(spool), |_| true)? {
        for change in changes {
            let mut change = change?;
            for row in change.act.rows_mut() {
                if let Some(index) = table.generated_password(row) {
                    row[index] = Value::Generated;
                }
            }
            let bytes = postcard::to_stdvec(&change).map_err(io::Error::other)?;
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(&bytes);
        }
    }
    Ok(())
}

fn readers_of(
    spools: &mut [TableSpool],
    which: impl Fn(&TableSpool) -> bool,
) -> io::Result<Vec<(&'static Table, Changes)>> {
    let mut readers = Vec::new();
    for spool in spools {
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
