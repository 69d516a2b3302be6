//! Lists that grow: which rows of a legacy list are new, and where they go among those that the
//! store has. A list of the store is never shortened by an import, and its rows stay in order.

use std::collections::VecDeque;
use std::mem;

use super::Planner;
use crate::engine::change::{Brought, ListChange};
use crate::engine::{Outcome, Stop};
use crate::model::series::Series;
use crate::model::{Key, Value};
use crate::store::digest::ListDigest;
use crate::store::ledger;
use crate::store::ledger::ranges::{self, Range};
use crate::store::lists::{List, ListRow};

/// Rows that are spooled together.
const CHUNK: usize = 500;
/// And what is in them, in bytes.
const CHUNK_BYTES: usize = 1 << 20;
/// Rows of the store that are read together.
const PAGE: usize = 2_000;

/// What a legacy list became, as far as earlier runs know.
pub struct Known {
    pub list: List,
    text: Box<str>,
    /// What came in of it, in order.
    pub ranges: Vec<Range>,
    /// The first row that no range has.
    next_row: i64,
    length: i64,
}

impl Planner<'_> {
    /// What is known of a legacy list that hangs on the store's row `list.owner`.
    ///
    /// # Errors
    /// The store fails.
    pub fn known_list(&mut self, list: List, text: &str) -> Result<Known, Stop> {
        let mut known = self.known_ranges(list.series, text)?;
        let behind = known.iter().map(|range| range.first_row + range.rows);
        let next_row = behind.max().unwrap_or(0);
        // of an owner that is gone, or another's
        known.retain(|range| range.store_id == list.owner);
        Ok(Known {
            list,
            text: text.into(),
            ranges: known,
            next_row,
            length: list.length(self.connection)?,
        })
    }

    /// What earlier runs brought of a legacy list, wherever it hangs.
    ///
    /// # Errors
    /// The store fails.
    pub fn known_ranges(&mut self, series: &Series, text: &str) -> Result<Vec<Range>, Stop> {
        match ledger::kind(self.connection, self.recipe, series.name)? {
            Some(kind) => Ok(ranges::of(self.connection, kind, text)?),
            None => Ok(Vec::new()),
        }
    }

    /// Among the rows of the store's list, from the first on. The legacy rows follow those that
    /// earlier runs brought.
    #[must_use]
    pub fn merge_into<'k>(&self, known: &'k Known) -> Merge<'k> {
        Merge::new(known, Start::First, Notes::Follow)
    }

    /// The same for all rows of a legacy list that is another one by now: what the ledger knows
    /// of it is noted anew.
    #[must_use]
    pub fn merge_anew<'k>(&self, known: &'k Known) -> Merge<'k> {
        Merge::new(known, Start::First, Notes::Replace)
    }

    /// Behind the last row of the store's list.
    #[must_use]
    pub fn append_to<'k>(&self, known: &'k Known) -> Merge<'k> {
        Merge::new(known, Start::End, Notes::Follow)
    }

    /// The last row of the store's list.
    ///
    /// # Errors
    /// The store fails.
    pub fn last_of(&mut self, known: &Known) -> Result<Option<ListRow>, Stop> {
        let last = known.list.page(self.connection, known.length - 1, 1)?;
        Ok(last.into_iter().next())
    }

    /// How many rows a list of the store has that imports brought, and that they did not.
    ///
    /// # Errors
    /// The store fails.
    pub fn counts_of(&mut self, list: List) -> Result<(u64, u64), Stop> {
        Ok(list.counts(self.connection)?)
    }

    /// A lane of the same owner that no row has yet.
    ///
    /// # Errors
    /// The store fails.
    pub fn new_lane(&mut self, list: List) -> Result<i64, Stop> {
        Ok(list.highest_lane(self.connection)? + 1)
    }

    /// Hands out the fields of every row of a list of the store.
    ///
    /// # Errors
    /// The store fails.
    pub fn each_row(&mut self, list: List, mut each: impl FnMut(&[Value])) -> Result<(), Stop> {
        list.each(self.connection, |fields| {
            each(fields);
            Ok(())
        })
    }

    /// Accounts for rows of a legacy list, `numbers` among them, in one line for the person.
    pub fn account_list(
        &mut self,
        entity: &'static str,
        text: &str,
        numbers: std::ops::Range<u64>,
        outcome: Outcome,
    ) {
        if numbers.is_empty() {
            return;
        }
        let mut key = Key::text(text);
        let tally = self.tallies.of(entity);
        for number in numbers.clone() {
            key.number = number as i64;
            tally.add(outcome, &key);
        }
        let told = Key::text(format!("{text}[{}..{}]", numbers.start, numbers.end));
        self.ui.row(outcome, entity, &told, "");
    }
}

/// Where a merge begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    First,
    End,
}

/// What a merge makes of the ledger's notes on its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Notes {
    Follow,
    Replace,
}

/// Rows on their way into a list. Until the first new one nothing is written; from there on
/// everything that follows in the list is written anew, behind it.
pub struct Merge<'k> {
    known: &'k Known,
    notes: Notes,
    ahead: VecDeque<ListRow>,
    /// The position of the first row of the store that was not handed out.
    position: i64,
    /// The position behind the rows in `ahead`.
    read: i64,
    opened: bool,
    cells: Vec<Value>,
    bytes: usize,
    brought: Vec<Brought>,
    /// Of the legacy rows, and how many.
    digest: ListDigest,
    rows: i64,
    /// Of the store's rows that are written anew: they must be the same when the plan is applied.
    rewritten: ListDigest,
}

impl<'k> Merge<'k> {
    fn new(known: &'k Known, start: Start, notes: Notes) -> Self {
        let position = match start {
            Start::First => 0,
            Start::End => known.length,
        };
        Merge {
            known,
            notes,
            ahead: VecDeque::new(),
            position,
            read: position,
            opened: false,
            cells: Vec::new(),
            bytes: 0,
            brought: Vec::new(),
            digest: ListDigest::default(),
            rows: 0,
            rewritten: ListDigest::default(),
        }
    }

    /// The store's next row, which the merge has not passed yet.
    ///
    /// # Errors
    /// The store fails.
    pub fn peek(&mut self, plan: &mut Planner) -> Result<Option<&ListRow>, Stop> {
        if self.ahead.is_empty() && self.read < self.known.length {
            let page = self.known.list.page(plan.connection, self.read, PAGE)?;
            self.read = page
                .last()
                .map_or(self.known.length, |row| row.position + 1);
            self.ahead = page.into();
        }
        Ok(self.ahead.front())
    }

    /// Passes the store's next row: what is pushed from here on comes behind it.
    ///
    /// # Errors
    /// The disk is full.
    pub fn pass(&mut self, plan: &mut Planner) -> Result<Option<ListRow>, Stop> {
        self.peek(plan)?;
        let Some(row) = self.ahead.pop_front() else {
            return Ok(None);
        };
        // a row that was deleted by hand leaves a gap
        self.position = row.position + 1;
        if self.opened {
            self.rewritten.add(&row.fields);
            self.write(plan, row.fields.clone(), Brought::Before(row.run))?;
        }
        Ok(Some(row))
    }

    /// A new row goes here.
    ///
    /// # Errors
    /// The disk is full.
    pub fn push(&mut self, plan: &mut Planner, fields: Vec<Value>) -> Result<(), Stop> {
        self.open(plan)?;
        self.met(&fields);
        self.write(plan, fields, Brought::Now)
    }

    /// A legacy row that the list has already.
    pub fn met(&mut self, fields: &[Value]) {
        self.digest.add(fields);
        self.rows += 1;
    }

    fn open(&mut self, plan: &mut Planner) -> Result<(), Stop> {
        if self.opened {
            return Ok(());
        }
        self.opened = true;
        let open = ListChange::Open {
            owner: self.known.list.owner,
            lane: self.known.list.lane,
            length: self.known.length,
            keep: self.position,
        };
        Ok(plan.spool.push_list(self.known.list.series, &open)?)
    }

    fn write(
        &mut self,
        plan: &mut Planner,
        fields: Vec<Value>,
        brought: Brought,
    ) -> Result<(), Stop> {
        self.bytes += fields.iter().map(Value::size).sum::<usize>();
        if brought != Brought::Now && self.brought.is_empty() {
            let before = self.cells.len() / fields.len();
            self.brought.resize(before, Brought::Now);
        }
        if brought != Brought::Now || !self.brought.is_empty() {
            self.brought.push(brought);
        }
        self.cells.extend(fields);
        let width = self.known.list.series.fields.len();
        if self.cells.len() >= CHUNK * width || self.bytes >= CHUNK_BYTES {
            self.flush(plan)?;
        }
        Ok(())
    }

    fn flush(&mut self, plan: &mut Planner) -> Result<(), Stop> {
        self.bytes = 0;
        let rows = ListChange::Rows {
            cells: mem::take(&mut self.cells),
            brought: mem::take(&mut self.brought),
        };
        Ok(plan.spool.push_list(self.known.list.series, &rows)?)
    }

    /// Ends the list, with the ledger's note on its legacy rows.
    ///
    /// # Errors
    /// The store fails, the disk is full.
    pub fn end(mut self, plan: &mut Planner) -> Result<(), Stop> {
        if self.rows == 0 {
            return Ok(());
        }
        if !self.opened {
            // nothing of it is written
            self.position = self.known.length;
            (self.read, self.ahead) = (self.known.length, VecDeque::new());
            self.open(plan)?;
        }
        while self.pass(plan)?.is_some() {}
        if !self.cells.is_empty() {
            self.flush(plan)?;
        }
        let series: &'static Series = self.known.list.series;
        let replaces = self.notes == Notes::Replace;
        let enter = ListChange::Enter {
            text: self.known.text.clone(),
            first_row: if replaces { 0 } else { self.known.next_row },
            rows: self.rows,
            digest: self.digest.finish(),
            rewritten: self.rewritten.finish(),
            replaces,
        };
        Ok(plan.spool.push_list(series, &enter)?)
    }
}
