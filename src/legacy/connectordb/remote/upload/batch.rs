//! Points in portions that a server takes.

use super::super::error::RemoteError;
use crate::legacy::connectordb::points::{Flaw, Points};
use crate::legacy::connectordb::style::go_number;

/// Points in a request, as the Python client sends them.
const POINTS: u64 = 5_000;
/// Bytes in a request, unless one point has more: a server reads it in 5 seconds or not at all.
const BYTES: usize = 1 << 20;
/// What no request may have.
const LARGEST: usize = 10 << 20;

/// The body of a request.
pub struct Batch {
    pub body: String,
    pub points: u64,
}

/// The points of a file, and what of them a server cannot take.
pub struct Batches {
    points: Points,
    /// The one that did not fit into the batch before.
    next: Option<String>,
    pub times: u64,
    pub bad: u64,
    pub unknown: u64,
    pub senders: u64,
}

impl Batches {
    pub fn new(points: Points) -> Self {
        Batches {
            points,
            next: None,
            times: 0,
            bad: 0,
            unknown: 0,
            senders: 0,
        }
    }

    /// # Errors
    /// The disk fails.
    pub fn next_batch(&mut self) -> Result<Option<Batch>, RemoteError> {
        let mut batch = Batch {
            body: String::new(),
            points: 0,
        };
        while batch.points < POINTS {
            let Some(point) = self.next_point()? else {
                break;
            };
            if batch.points > 0 && batch.body.len() + point.len() > BYTES {
                self.next = Some(point);
                break;
            }
            batch.body.push(if batch.points == 0 { '[' } else { ',' });
            batch.body.push_str(&point);
            batch.points += 1;
        }
        batch.body.push(']');
        Ok((batch.points > 0).then_some(batch))
    }

    /// The next one that a server takes.
    fn next_point(&mut self) -> Result<Option<String>, RemoteError> {
        if let Some(point) = self.next.take() {
            return Ok(Some(point));
        }
        loop {
            let point = match self.points.next() {
                None => return Ok(None),
                Some(Ok(point)) => point,
                Some(Err(Flaw::Fault(error))) => return Err(error.into()),
                Some(Err(Flaw::Bad(_) | Flaw::Broken(_))) => {
                    self.bad += 1;
                    continue;
                }
            };
            if point.time <= 0.0 {
                self.times += 1;
                continue;
            }
            let mut text = format!("{{\"t\":{}", go_number(point.time));
            if let Some(value) = &point.value {
                text.push_str(",\"d\":");
                text.push_str(value);
            }
            text.push('}');
            // with the brackets around it
            if text.len() + 2 >= LARGEST {
                self.bad += 1;
                continue;
            }
            self.senders += u64::from(point.sender.is_some());
            self.unknown += u64::from(!point.unknown.is_empty());
            return Ok(Some(text));
        }
    }
}
