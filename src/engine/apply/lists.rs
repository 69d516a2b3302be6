//! Lists of a plan: their rows, and what the ledger notes of them.

use super::{Context, stale_or_fault};
use crate::engine::change::{Brought, ListChange, Spool};
use crate::engine::{Stop, Ui};
use crate::model::Value;
use crate::model::series::{Order, Series};
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
            open: Open::new(series, 0, 0, 0, 0),
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
    open: Open,
}

/// The list that is written.
struct Open {
    list: List,
    /// How long it was when the plan was made.
    planned: i64,
    /// Where its next row goes.
    position: i64,
    place: Place,
    /// Its rows that were taken away.
    taken: ListDigest,
    /// Rows that were written behind its end since it was planned.
    late: Vec<ListRow>,
    /// The first field of the row that was written last.
    last: Option<Value>,
}

/// What stands where the next row goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Perhaps a row that comes later.
    Unknown,
    Free,
}

impl Open {
    fn new(series: &'static Series, owner: i64, lane: i64, length: i64, keep: i64) -> Self {
        Open {
            list: List {
                series,
                owner,
                lane,
            },
            planned: length,
            position: keep,
            place: Place::Unknown,
            taken: ListDigest::default(),
            late: Vec::new(),
            last: None,
        }
    }
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
                self.open = Open::new(self.series, *owner, *lane, *length, *keep);
                if self.open.list.length(connection)? < *length {
                    return Err(self.stale());
                }
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
                if std::mem::take(&mut self.open.taken).finish() != *rewritten {
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
                        Bind::Int(Some(self.open.list.owner)),
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
            self.series.name, self.open.list.owner
        ))
    }

    /// Takes away the rows where the next one goes and behind it: the plan writes them again, and
    /// those that it does not know make room.
    fn make_room(&mut self, connection: &mut Connection) -> Result<(), Stop> {
        let Open {
            list,
            planned,
            position,
            ..
        } = self.open;
        self.open.place = Place::Free;
        let mut next = position;
        loop {
            let page = list.page(connection, next, PAGE)?;
            match page.last() {
                Some(last) => next = last.position + 1,
                None => break,
            }
            for row in page {
                if row.position < planned {
                    self.open.taken.add(&row.fields);
                } else {
                    self.open.late.push(row);
                }
            }
        }
        Ok(list.cut(connection, position)?)
    }

    /// Rows that somebody wrote behind the list since it was planned come last again; their place
    /// must still be there.
    fn put_back(&mut self, connection: &mut Connection) -> Result<(), Stop> {
        let late = std::mem::take(&mut self.open.late);
        let Some(first) = late.first() else {
            return Ok(());
        };
        let number = |value: Option<&Value>| value.and_then(Value::as_real);
        let is_in_order = match self.series.order {
            Order::FirstField => number(self.open.last.as_ref()) <= number(first.fields.first()),
            // one of them may be a row of the plan
            Order::Arrival => false,
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
        if self.open.place == Place::Unknown {
            self.make_room(connection)?;
        }
        let width = self.series.fields.len();
        if self.series.order == Order::FirstField {
            let last = cells.len().checked_sub(width);
            self.open.last = last.and_then(|last| cells.get(last).cloned());
        }
        let mut binds = Vec::with_capacity(cells.len() / width * (width + 4));
        let mut rows = 0;
        for (index, fields) in cells.chunks(width).enumerate() {
            let run = match brought.get(index) {
                Some(Brought::Before(run)) => *run,
                Some(Brought::Now) | None => Some(self.run),
            };
            binds.extend(self.open.list.binds());
            binds.push(Bind::Int(Some(self.open.position)));
            let columns = self.series.fields.iter().zip(fields);
            binds.extend(columns.map(|((_, kind), value)| bind(*kind, value)));
            binds.push(Bind::Int(run));
            self.open.position += 1;
            rows += 1;
        }
        self.rows
            .insert(connection, &binds)
            .map_err(|error| stale_or_fault(self.series.name, error))?;
        Ok(rows)
    }
}
