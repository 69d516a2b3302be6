//! Lists of a plan: their rows, and what the ledger notes of them.

use super::{Context, stale_or_fault};
use crate::engine::change::{Brought, ListChange, Spool};
use crate::engine::{Stop, Ui};
use crate::model::Value;
use crate::model::series::Series;
use crate::sql::Bind;
use crate::store::bulk::{Inserter, bind};
use crate::store::connection::Connection;
use crate::store::contents::IMAGE_COLUMNS;
use crate::store::digest::ListDigest;
use crate::store::ledger;
use crate::store::ledger::ranges;
use crate::store::lists::{self, List, ListRow};

/// Applies what becomes of lists; the rows on which they hang are there by now.
pub(super) fn apply(
    connection: &mut Connection,
    spool: &mut Spool,
    context: &Context,
    ui: &mut dyn Ui,
) -> Result<(), Stop> {
    for (series, changes) in spool.lists()? {
        let mut writer = Writer {
            series,
            kind: ledger::make_kind(connection, context.recipe, series.name)?,
            run: context.run,
            rows: lists::inserter(series),
            ranges: ranges::inserter(),
            list: List {
                series,
                owner: 0,
                lane: 0,
            },
            position: 0,
            taken: ListDigest::default(),
            planned: 0,
            late: Vec::new(),
            is_cut: false,
            last: None,
        };
        for change in changes {
            if ui.cancelled() {
                return Err(Stop::Cancelled);
            }
            ui.advance(writer.write(connection, &change?)?);
        }
    }
    Ok(())
}

struct Writer {
    series: &'static Series,
    /// The ledger's number for these lists.
    kind: i64,
    run: i64,
    rows: Inserter,
    ranges: Inserter,
    /// The list that is open.
    list: List,
    /// Where its next row goes.
    position: i64,
    /// Its rows that were taken away.
    taken: ListDigest,
    /// How long it was when the plan was made, and the rows that were written behind that.
    planned: i64,
    late: Vec<ListRow>,
    /// Whether nothing stands any more where the next row goes.
    is_cut: bool,
    /// The first field of the row that was written last: lists go up by it.
    last: Option<Value>,
}

/// Rows of the store that are read together.
const PAGE: usize = 2_000;

impl Writer {
    /// Returns how many rows were written.
    fn write(&mut self, connection: &mut Connection, change: &ListChange) -> Result<u64, Stop> {
        match change {
            ListChange::Open {
                owner,
                lane,
                length,
                keep,
            } => {
                (self.list.owner, self.list.lane) = (*owner, *lane);
                if self.list.length(connection)? < *length {
                    return Err(self.stale());
                }
                self.taken = ListDigest::default();
                self.late = Vec::new();
                self.planned = *length;
                if keep < length {
                    self.take(connection, *keep)?;
                }
                self.position = *keep;
                self.is_cut = keep < length;
                Ok(0)
            }
            ListChange::Rows { cells, brought } => self.insert(connection, cells, brought),
            ListChange::Enter {
                text,
                first_row,
                rows,
                digest,
                rewritten,
                replaces,
            } => {
                // what was taken away is what was written again
                if std::mem::take(&mut self.taken).finish() != *rewritten {
                    return Err(self.stale());
                }
                if *replaces {
                    self.forget(connection, text)?;
                }
                self.put_back(connection)?;
                self.ranges.insert(
                    connection,
                    &[
                        Bind::Int(Some(self.kind)),
                        Bind::Text(Some(text)),
                        Bind::Int(Some(*first_row)),
                        Bind::Int(Some(*rows)),
                        Bind::Int(Some(self.list.owner)),
                        Bind::Int(Some(self.run)),
                        Bind::Bytes(Some(digest)),
                    ],
                )?;
                ledger::grow(connection, self.kind, 1)?;
                Ok(0)
            }
        }
    }

    /// Takes away what the ledger notes of a list, and keeps it as it was.
    fn forget(&self, connection: &mut Connection, text: &str) -> Result<(), Stop> {
        let known = ranges::of(connection, self.kind, text)?;
        let images: Vec<String> = known
            .iter()
            .map(|range| serde_json::json!({ "rows": range.rows, "run": range.run }).to_string())
            .collect();
        let mut binds = Vec::with_capacity(known.len() * IMAGE_COLUMNS.len());
        for (range, image) in known.iter().zip(&images) {
            binds.extend([
                Bind::Int(Some(self.run)),
                Bind::Int(Some(self.kind)),
                Bind::Int(Some(range.store_id)),
                Bind::Int(Some(range.first_row)),
                Bind::Text(Some(text)),
                Bind::Json(Some(image)),
                Bind::Bytes(Some(&range.digest)),
                Bind::Bool(None),
                Bind::Int(None),
                Bind::Int(None),
            ]);
        }
        Inserter::new("before_images", &IMAGE_COLUMNS).insert(connection, &binds)?;
        ranges::forget(connection, self.kind, text)?;
        Ok(ledger::grow(connection, self.kind, -(known.len() as i64))?)
    }

    fn stale(&self) -> Stop {
        Stop::Stale(format!(
            "the {} of row {} are other ones by now",
            self.series.name, self.list.owner
        ))
    }

    /// Takes away the rows from a position on, which the plan writes again.
    fn take(&mut self, connection: &mut Connection, from: i64) -> Result<(), Stop> {
        let mut next = from;
        loop {
            let page = self.list.page(connection, next, PAGE)?;
            match page.last() {
                Some(last) => next = last.position + 1,
                None => break,
            }
            for row in page {
                if row.position < self.planned {
                    self.taken.add(&row.fields);
                } else {
                    self.late.push(row);
                }
            }
        }
        Ok(self.list.cut(connection, from)?)
    }

    /// Rows that somebody wrote behind the list since it was planned come last again; their place
    /// must still be there.
    fn put_back(&mut self, connection: &mut Connection) -> Result<(), Stop> {
        let late = std::mem::take(&mut self.late);
        let Some(first) = late.first() else {
            return Ok(());
        };
        let is_in_order = match (&self.last, first.fields.first()) {
            (Some(Value::Real(last)), Some(Value::Real(first))) => last <= first,
            _ => false,
        };
        if !is_in_order {
            return Err(self.stale());
        }
        let brought: Vec<Brought> = late.iter().map(|row| Brought::Before(row.run)).collect();
        let cells: Vec<Value> = late.into_iter().flat_map(|row| row.fields).collect();
        self.insert(connection, &cells, &brought)?;
        Ok(())
    }

    fn insert(
        &mut self,
        connection: &mut Connection,
        cells: &[Value],
        brought: &[Brought],
    ) -> Result<u64, Stop> {
        if !self.is_cut {
            // what was written behind the list meanwhile makes room
            self.is_cut = true;
            self.take(connection, self.planned)?;
        }
        let width = self.series.fields.len();
        self.last = cells
            .len()
            .checked_sub(width)
            .and_then(|last| cells.get(last).cloned());
        let mut binds = Vec::with_capacity(cells.len() / width * (width + 4));
        let mut rows = 0;
        for (index, fields) in cells.chunks(width).enumerate() {
            let run = match brought.get(index) {
                Some(Brought::Before(run)) => *run,
                Some(Brought::Now) | None => Some(self.run),
            };
            binds.extend(self.list.binds());
            binds.push(Bind::Int(Some(self.position)));
            let columns = self.series.fields.iter().zip(fields);
            binds.extend(columns.map(|((_, kind), value)| bind(*kind, value)));
            binds.push(Bind::Int(run));
            self.position += 1;
            rows += 1;
        }
        self.rows
            .insert(connection, &binds)
            .map_err(|error| stale_or_fault(self.series.name, error))?;
        Ok(rows)
    }
}
