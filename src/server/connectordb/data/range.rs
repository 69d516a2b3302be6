//! Which points are asked for.

use std::ops::Range;

use super::query::Params;
use crate::server::connectordb::errors::denied;
use crate::server::trouble::Trouble;
use crate::store::Connection;
use crate::store::lists::List;
use crate::store::streams::points;

/// What a request says of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wanted {
    Index {
        i1: i64,
        i2: i64,
    },
    /// `None`: from the beginning, to the end.
    Time {
        after: Option<f64>,
        until: Option<f64>,
        limit: Option<i64>,
    },
}

impl Wanted {
    /// # Errors
    /// 400 where it is none; 403 where a transform is asked for.
    pub fn read(params: &Params) -> Result<Self, Trouble> {
        if params.get("transform").is_some() {
            return Err(denied("Transforms are not supported."));
        }
        let has = |keys: [&str; 2]| keys.iter().any(|key| params.get(key).is_some());
        if has(["i1", "i2"]) {
            let (i1, i2) = (params.integer("i1")?, params.integer("i2")?);
            return Ok(Wanted::Index { i1, i2 });
        }
        if !has(["t1", "t2"]) {
            return Err(Trouble::bad(
                "A range needs [both \"i1\" and \"i2\" int] or [\"t1\" and [\"t2\" decimal and/or \"limit\" int]]",
            ));
        }
        let after = params.number("t1")?;
        let limit = match params.integer("limit")? {
            limit if limit < 0 => return Err(Trouble::bad("Could not parse limit parameter")),
            limit => limit,
        };
        Ok(Wanted::Time {
            after: params.get("t1").map(|_| after),
            until: Some(params.number("t2")?).filter(|until| *until > 0.0),
            limit: (limit > 0).then_some(limit),
        })
    }

    /// The positions that this is in a list.
    ///
    /// # Errors
    /// 403 where the range is out of order; the store fails.
    pub fn positions(
        self,
        connection: &mut Connection,
        list: &List,
    ) -> Result<Range<i64>, Trouble> {
        let length = list.length(connection)?;
        match self {
            Wanted::Index { i1, i2 } => {
                slice(i1, i2, length).ok_or_else(|| denied("Invalid index range."))
            }
            Wanted::Time {
                after,
                until,
                limit,
            } => {
                let start = match after {
                    Some(time) => points::until(connection, list, time)?,
                    None => 0,
                };
                let end = match until {
                    Some(time) => points::until(connection, list, time)?,
                    None => length,
                };
                let most = limit.map_or(end, |limit| start.saturating_add(limit));
                Ok(start..end.min(most))
            }
        }
    }
}

/// A range of indexes as Python has it, but that the end 0 is the end of all.
fn slice(i1: i64, i2: i64, length: i64) -> Option<Range<i64>> {
    if length == 0 {
        return (i1 <= 0).then_some(0..0);
    }
    let from_end = |index: i64| index.saturating_add(length);
    let start = if i1 < 0 { from_end(i1).max(0) } else { i1 };
    let end = if i2 <= 0 { from_end(i2) } else { i2 };
    let end = end.min(length);
    (start <= end).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices() {
        let check = |i1, i2, length, expected: Option<Range<i64>>| {
            assert_eq!(slice(i1, i2, length), expected, "{i1} {i2} {length}");
        };
        check(0, 0, 5, Some(0..5));
        check(-2, 0, 5, Some(3..5));
        check(-9, 0, 5, Some(0..5));
        check(0, -1, 5, Some(0..4));
        check(1, 3, 5, Some(1..3));
        check(1, 9, 5, Some(1..5));
        check(5, 10, 5, Some(5..5));
        check(5, 0, 5, Some(5..5));
        check(3, 1, 5, None);
        check(6, 10, 5, None);
        check(0, -6, 5, None);
        check(0, 0, 0, Some(0..0));
        check(-3, 7, 0, Some(0..0));
        check(1, 0, 0, None);
        check(i64::MIN, i64::MIN, 5, None);
        check(i64::MIN, i64::MAX, 5, Some(0..5));
    }
}
