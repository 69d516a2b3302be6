//! The datapoints of a stream. Times never go down and positions are dense from 0, so a time is
//! found by halving: no index but the primary key is needed.

use std::ops::Range;

use diesel::QueryResult;

use crate::model::series::DATAPOINTS;
use crate::sql::{Bind, Cell, Cells, Database as _, FromFields, query};
use crate::store::Connection;
use crate::store::lists::{self, List};

/// Rows that a statement reads at most: none is open while a slow reader takes more.
const PAGE: i64 = 1_000;

/// The lists of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// What the stream's own device wrote.
    Data,
    /// What others sent to it.
    Downlink,
}

impl Lane {
    #[must_use]
    pub fn of(self, stream: i64) -> List {
        List {
            series: &DATAPOINTS,
            owner: stream,
            lane: match self {
                Lane::Data => 0,
                Lane::Downlink => 1,
            },
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Seconds since 1970, UTC.
    pub time: f64,
    /// JSON as it came; `None` is null.
    pub value: Option<Box<str>>,
    /// Who wrote it, where that is not the stream's own device.
    pub sender: Option<Box<str>>,
}

impl FromFields for Point {
    fn from_fields(mut fields: impl Iterator<Item = Cell>) -> Self {
        let time = match fields.next() {
            Some(Cell::Real(time)) => time,
            Some(Cell::Int(time)) => time as f64,
            _ => 0.0,
        };
        let mut text = || match fields.next() {
            Some(Cell::Text(text)) => Some(text),
            _ => None,
        };
        Point {
            time,
            value: text(),
            sender: text(),
        }
    }
}

/// The time of the point at a position.
///
/// # Errors
/// What the database reports.
pub fn time_at(
    connection: &mut Connection,
    list: &List,
    position: i64,
) -> QueryResult<Option<f64>> {
    let sql = format!(
        "SELECT time FROM datapoints WHERE {} AND position = ?",
        list.condition()
    );
    let [owner, lane] = list.binds();
    let rows = query(connection, &sql, &[owner, lane, Bind::Int(Some(position))])?;
    let rows = rows.into_iter().map(|Cells(cells)| cells.into_iter());
    Ok(rows.map(|cells| Point::from_fields(cells).time).next())
}

/// How many points are not behind a time: the position of the first that is.
///
/// # Errors
/// What the database reports.
pub fn until(connection: &mut Connection, list: &List, time: f64) -> QueryResult<i64> {
    let (mut low, mut high) = (0, list.length(connection)?);
    while low < high {
        let middle = low + (high - low) / 2;
        match time_at(connection, list, middle)? {
            Some(at) if at <= time => low = middle + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}

/// Hands out the points of these positions in their order.
///
/// # Errors
/// What the database reports, or `each` returns.
pub fn each(
    connection: &mut Connection,
    list: &List,
    range: Range<i64>,
    mut each: impl FnMut(Point) -> QueryResult<()>,
) -> QueryResult<()> {
    let sql = format!(
        "SELECT time, value, sender FROM datapoints \
         WHERE {} AND position >= ? AND position < ? ORDER BY position",
        list.condition()
    );
    let [owner, lane] = list.binds();
    let mut from = range.start;
    while from < range.end {
        let to = range.end.min(from.saturating_add(PAGE));
        let binds = [owner, lane, Bind::Int(Some(from)), Bind::Int(Some(to))];
        connection.each(&sql, &binds, &mut each)?;
        from = to;
    }
    Ok(())
}

/// Adds points behind those of the list, of which there are `length`. Belongs into a transaction
/// in which nobody else writes to the stream.
///
/// # Errors
/// What the database reports.
pub fn append(
    connection: &mut Connection,
    list: &List,
    length: i64,
    points: &[Point],
) -> QueryResult<()> {
    let [owner, lane] = list.binds();
    let mut binds = Vec::with_capacity(points.len() * 7);
    for (position, point) in (length..).zip(points) {
        binds.extend([
            owner,
            lane,
            Bind::Int(Some(position)),
            // no minus zero: SQLite does not keep it
            Bind::Real(Some(point.time + 0.0)),
            Bind::Text(point.value.as_deref()),
            Bind::Text(point.sender.as_deref()),
            Bind::Int(None),
        ]);
    }
    lists::inserter(list.series).insert(connection, &binds)
}
