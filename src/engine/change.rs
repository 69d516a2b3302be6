//! The plan on disk: the complete change set of a run in canonical order.

mod lines;

use std::io;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::tape::{self, Records, Tape};
use crate::model::series::{self, Series};
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

/// What becomes of one list of a series, in the order in which it is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ListChange {
    /// The list is `length` rows long; the first `keep` of them stay, and what follows takes the
    /// place of the others.
    Open {
        owner: i64,
        lane: i64,
        length: i64,
        keep: i64,
    },
    /// Rows behind those that the list has by then, their fields one behind the other.
    Rows {
        cells: Vec<Value>,
        /// Who brought each row; empty where this run brings all of them.
        brought: Vec<Brought>,
    },
    /// The ledger's note on rows that this run brings.
    Enter {
        text: Box<str>,
        first_row: i64,
        rows: i64,
        digest: Vec<u8>,
        /// Of the rows behind the first `keep`, as they were when the plan was made.
        rewritten: Vec<u8>,
        /// Whether it stands for all that was noted of the list before.
        replaces: bool,
    },
}

/// Who brought a row of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Brought {
    /// This run.
    Now,
    /// An earlier run, or nobody: it was written in the store.
    Before(Option<i64>),
}

/// The changes of all tables, each table on a tape of its own, and what the plan rests on.
pub struct Spool {
    files: Vec<TableSpool>,
    /// What goes, apart from what comes and changes.
    ends: Vec<TableSpool>,
    /// Lists, whose rows come behind those of all tables.
    lists: Vec<(&'static Series, Tape)>,
    list_rows: u64,
    /// Whether something that comes may take a unique value of something that goes.
    pub ends_give_way: bool,
    /// Whether an account gets a password when the plan is applied.
    pub makes_passwords: bool,
}

struct TableSpool {
    table: &'static Table,
    tape: Tape,
    /// Whether an update may change a unique column.
    moves: bool,
    /// Whether a row that changes or goes has a password that an import generated.
    holds_passwords: bool,
}

/// A place to come back to when a stage is given up.
pub struct Mark {
    tapes: Vec<tape::Mark>,
    list_rows: u64,
}

impl Spool {
    pub fn new() -> io::Result<Self> {
        let spools = || -> io::Result<Vec<TableSpool>> {
            let spool = |table: &&'static Table| {
                Ok(TableSpool {
                    table,
                    tape: Tape::new()?,
                    moves: false,
                    holds_passwords: false,
                })
            };
            tables::ALL.iter().map(spool).collect()
        };
        let lists = series::ALL.iter().map(|series| Ok((*series, Tape::new()?)));
        Ok(Spool {
            files: spools()?,
            ends: spools()?,
            lists: lists.collect::<io::Result<_>>()?,
            list_rows: 0,
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
        spool.tape.push(change)?;
        spool.holds_passwords |= change
            .act
            .row_before()
            .is_some_and(|row| table.generated_password(row).is_some());
        spool.moves |= !change.act.moved(spool.table).is_empty();
        Ok(())
    }

    pub fn push_list(&mut self, series: &Series, change: &ListChange) -> io::Result<()> {
        if let ListChange::Rows { cells, .. } = change {
            self.list_rows += (cells.len() / series.fields.len()) as u64;
        }
        let (_, tape) = self
            .lists
            .iter_mut()
            .find(|(known, _)| known.name == series.name)
            .ok_or_else(|| io::Error::other("a series that is not the store's"))?;
        tape.push(change)
    }

    pub fn mark(&self) -> Mark {
        let lists = self.lists.iter().map(|(_, tape)| tape);
        Mark {
            tapes: self.tapes().chain(lists).map(Tape::mark).collect(),
            list_rows: self.list_rows,
        }
    }

    pub fn rewind(&mut self, mark: Mark) -> io::Result<()> {
        let tables = self.files.iter_mut().chain(&mut self.ends);
        let lists = self.lists.iter_mut().map(|(_, tape)| tape);
        let tapes = tables.map(|spool| &mut spool.tape).chain(lists);
        for (tape, mark) in tapes.zip(mark.tapes) {
            tape.rewind(mark)?;
        }
        self.list_rows = mark.list_rows;
        Ok(())
    }

    /// How many rows and ledger entries change.
    pub fn changes(&self) -> u64 {
        self.tapes().map(Tape::records).sum::<u64>() + self.list_rows
    }

    /// SHA-256 over every change: table by table, parents first, each in key order, then the
    /// lists. Passwords that an import generated are no part of it, neither new ones nor those
    /// of rows that change or go.
    pub fn digest(&mut self) -> io::Result<String> {
        let mut hash = Sha256::new();
        for spool in self.files.iter_mut().chain(&mut self.ends) {
            hash.update(spool.table.name.as_bytes());
            if spool.holds_passwords {
                hash_without_passwords(&mut hash, spool)?;
            } else {
                spool.tape.hash(&mut hash)?;
            }
        }
        for (series, tape) in &mut self.lists {
            hash.update(series.name.as_bytes());
            tape.hash(&mut hash)?;
        }
        Ok(format!("sha256:{}", hex(&hash.finalize())))
    }

    /// The names of the tables that have changes.
    pub fn tables(&self) -> Vec<&'static str> {
        let changing = self.files.iter().filter(|spool| spool.tape.records() > 0);
        let lists = self.lists.iter().filter(|(_, tape)| tape.records() > 0);
        changing
            .map(|spool| spool.table.name)
            .chain(lists.map(|(series, _)| series.name))
            .collect()
    }

    /// Readers of the tables that have changes, parents first.
    pub fn readers(&mut self) -> io::Result<Vec<(&'static Table, Changes)>> {
        readers_of(&mut self.files, |spool| spool.tape.records() > 0)
    }

    /// Readers of the series whose lists change.
    pub fn lists(&mut self) -> io::Result<Vec<(&'static Series, Records<ListChange>)>> {
        let changing = self.lists.iter_mut().filter(|(_, tape)| tape.records() > 0);
        changing
            .map(|(series, tape)| Ok((*series, tape.read()?)))
            .collect()
    }

    /// Readers of what goes, children first.
    pub fn ends(&mut self) -> io::Result<Vec<(&'static Table, Changes)>> {
        let mut readers = readers_of(&mut self.ends, |spool| spool.tape.records() > 0)?;
        readers.reverse();
        Ok(readers)
    }

    /// Readers of the tables in which unique values pass from row to row. The readers of one
    /// call must be done with before the next call.
    pub fn movers(&mut self) -> io::Result<Vec<(&'static Table, Changes)>> {
        let moving = |spool: &TableSpool| spool.moves && spool.tape.records() > 0;
        let mut movers = readers_of(&mut self.files, moving)?;
        if self.ends_give_way {
            movers.extend(readers_of(&mut self.ends, moving)?);
        }
        Ok(movers)
    }

    fn tapes(&self) -> impl Iterator<Item = &Tape> {
        self.files.iter().chain(&self.ends).map(|spool| &spool.tape)
    }
}

fn hash_without_passwords(hash: &mut Sha256, spool: &mut TableSpool) -> io::Result<()> {
    hash.update(spool.tape.records().to_le_bytes());
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
    let chosen = spools.iter_mut().filter(|spool| which(spool));
    chosen
        .map(|spool| Ok((spool.table, spool.tape.read()?)))
        .collect()
}

/// The changes of one table, read back.
pub type Changes = Records<Change>;
