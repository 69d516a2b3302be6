//! Rows that come by the million and have no meaning alone: each belongs to a list that hangs on
//! a row of a data table, in which it has a position. The ledger accounts for them by ranges.

use super::Kind;

/// A table of lists. Its columns are, in this order, the owner, the lane (one owner may have
/// several lists), the position from 0, the fields, and the run that brought the row, which is
/// no property of the data.
#[derive(Debug)]
pub struct Series {
    pub name: &'static str,
    /// The column of the row on which a list hangs, and that row's table.
    pub owner: (&'static str, &'static str),
    pub lane: (&'static str, Kind),
    pub fields: &'static [(&'static str, Kind)],
    pub order: Order,
    /// The primary key: owner, lane, position.
    pub key: &'static [&'static str],
}

/// What orders the rows of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The first field, a number, never goes down.
    FirstField,
    /// Rows stand as they came.
    Arrival,
}

/// The data and the downlink of each stream; times never go down.
pub const DATAPOINTS: Series = Series {
    name: "datapoints",
    owner: ("stream_id", "streams"),
    lane: ("is_downlink", Kind::Bool),
    fields: &[
        ("time", Kind::Real),
        ("value", Kind::Text),
        ("sender", Kind::Text),
    ],
    order: Order::FirstField,
    key: &["stream_id", "is_downlink", "position"],
};

/// The documents of each collection. A collection that was replaced keeps its older generations.
pub const DOCUMENTS: Series = Series {
    name: "documents",
    owner: ("collection_id", "collections"),
    lane: ("generation", Kind::Int),
    fields: &[("document", Kind::Bytes)],
    order: Order::Arrival,
    key: &["collection_id", "generation", "position"],
};

pub const ALL: &[&Series] = &[&DATAPOINTS, &DOCUMENTS];

/// The last column of every series.
pub const RUN: &str = "run";

impl Series {
    /// Every column, as rows are written.
    pub fn columns(&self) -> impl Iterator<Item = (&'static str, Kind)> {
        let head = [(self.owner.0, Kind::Ref(self.owner.1)), self.lane];
        let fields = self.fields.iter().copied();
        head.into_iter()
            .chain([("position", Kind::Int)])
            .chain(fields)
            .chain([(RUN, Kind::Int)])
    }
}

/// The series of that name, where there is one.
pub fn find(name: &str) -> Option<&'static Series> {
    ALL.iter().find(|series| series.name == name).copied()
}
