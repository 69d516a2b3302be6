//! Points that are sent: stored behind those that are there, all of a request or none.

use axum::response::Response;
use chrono::Utc;
use serde::Deserialize;
use serde_json::Value as Json;
use serde_json::value::RawValue;
use tokio::task::spawn_blocking;

use crate::server::connectordb::acting::change;
use crate::server::connectordb::auth::Operator;
use crate::server::connectordb::body::{self, Sent};
use crate::server::connectordb::errors::{denied, untouchable};
use crate::server::connectordb::find::FoundStream;
use crate::server::connectordb::streams::{Path, find, locked};
use crate::server::state::App;
use crate::server::trouble::Trouble;
use crate::store::Connection;
use crate::store::streams::points::{self, Lane, Point};

/// What becomes of points that are earlier than the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// None is stored.
    Strict,
    /// They are as late as they have to be.
    Restamp,
}

/// The most points that one request may have: those of the old client have 5,000.
const MOST: usize = 100_000;

/// Whether the first point says when it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    Given,
    /// When the request came; another's may have been written since.
    Now,
}

type Points = (Vec<Point>, Start);

/// A point as it is sent. Who it says has sent it is not believed.
#[derive(Deserialize)]
struct SentPoint<'a> {
    #[serde(default)]
    t: Option<f64>,
    #[serde(borrow, default)]
    d: Option<&'a RawValue>,
}

pub async fn insert_points(
    app: App,
    operator: Operator,
    path: Path,
    sent: Sent,
    order: Order,
) -> Result<Response, Trouble> {
    let now = Utc::now().timestamp_micros() as f64 / 1e6;
    let (asking, asked) = (operator.clone(), path.clone());
    let (found, lane) = app
        .stores
        .with(move |connection| {
            let found = find(connection, &asking, &asked)?.ok_or_else(untouchable)?;
            let lane = lane(&asking, &found)?;
            Ok((found.stream, lane))
        })
        .await?;
    // it may take long, and keeps nobody from the store
    let (reading, schema) = (app.clone(), found.schema().to_owned());
    let read = spawn_blocking(move || read(&reading, &schema, &sent, now)).await;
    let (mut points, start) = read.map_err(|error| Trouble::fault(error.to_string()))??;
    if points.is_empty() || found.fields.is_ephemeral {
        return Ok(body::ok());
    }
    if lane == Lane::Downlink {
        let sender = operator.path();
        for point in &mut points {
            point.sender = Some(sender.as_str().into());
        }
    }
    app.stores
        .with(move |connection| {
            change(connection, &operator, |connection, operator| {
                let now = locked(connection, operator, &path)?;
                if now.stream != found || self::lane(operator, &now)? != lane {
                    return Err(Trouble::busy("the stream was changed meanwhile"));
                }
                store(connection, found.id, lane, (points, start), order)
            })
        })
        .await?;
    Ok(body::ok())
}

/// Where points of an operator go.
///
/// # Errors
/// 403 where it may send none. Nobody but its own device writes to a stream that is no downlink.
fn lane(operator: &Operator, found: &FoundStream) -> Result<Lane, Trouble> {
    if operator.is(&found.of.device) {
        return Ok(Lane::Data);
    }
    match found.stream.fields.has_downlink {
        false => Err(denied("Write access to stream data denied.")),
        true if !found.of.access.touches() => {
            Err(denied("Write access to stream downlink denied."))
        }
        true => Ok(Lane::Downlink),
    }
}

/// # Errors
/// 400 where the body is none; 403 where a value is not as the schema has it, or times go down.
fn read(app: &App, schema: &str, sent: &Sent, now: f64) -> Result<Points, Trouble> {
    let sent: Option<Vec<SentPoint>> = sent.read()?;
    let sent = sent.unwrap_or_default();
    if sent.len() > MOST {
        return Err(Trouble::bad(
            "There are more than 100000 points: send them in several requests.",
        ));
    }
    let first = sent.first().and_then(|first| first.t);
    let start = match first.is_none_or(|time| time == 0.0) {
        true => Start::Now,
        false => Start::Given,
    };
    let unfit = || denied("At least one datapoint did not conform to the stream's schema");
    let schema = app.schemas.compiled(schema).map_err(|_| unfit())?;
    let mut points = Vec::new();
    for point in sent {
        let text = point.d.map_or("null", RawValue::get);
        // also where anything goes: what cannot be read again is not kept
        let value: Json = serde_json::from_str(text)
            .map_err(|_| Trouble::bad("The body has a value that nobody can read."))?;
        if schema.as_ref().is_some_and(|schema| !schema.allows(&value)) {
            return Err(unfit());
        }
        points.push(Point {
            time: point.t.filter(|time| *time != 0.0).unwrap_or(now),
            value: (!value.is_null()).then(|| text.into()),
            sender: None,
        });
    }
    match points.is_sorted_by(|one, next| one.time <= next.time) {
        true => Ok((points, start)),
        false => Err(denied("Timestamps are not ordered!")),
    }
}

fn store(
    connection: &mut Connection,
    stream: i64,
    lane: Lane,
    (mut points, start): Points,
    order: Order,
) -> Result<(), Trouble> {
    let list = lane.of(stream);
    let length = list.length(connection)?;
    let last = points::time_at(connection, &list, length - 1)?.unwrap_or(0.0);
    let is_early = points.first().is_some_and(|first| first.time < last);
    if is_early && order == Order::Strict && start == Start::Given {
        return Err(denied(
            "Greater timestamp already exists for the stream. Insert Failed.",
        ));
    }
    if is_early {
        raise(&mut points, last);
    }
    Ok(points::append(connection, &list, length, &points)?)
}

/// Makes points that are earlier than the last one that late, or a little later where that is a
/// whole second.
fn raise(points: &mut [Point], last: f64) {
    const LATER: f64 = 0.00001;
    let floor = match last.fract() == 0.0 {
        true => last + LATER,
        false => last,
    };
    for point in points {
        point.time = point.time.max(floor);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn early_points_are_raised_in_their_order() {
        let check = |times: &[f64], last: f64, expected: &[f64]| {
            let point = |time: &f64| Point {
                time: *time,
                value: None,
                sender: None,
            };
            let mut points: Vec<Point> = times.iter().map(point).collect();
            raise(&mut points, last);
            let raised: Vec<f64> = points.iter().map(|point| point.time).collect();
            assert_eq!(raised, expected);
        };
        check(&[1.0, 7.0], 5.5, &[5.5, 7.0]);
        check(
            &[1.0, 2.0, 5.0, 6.0],
            5.0,
            &[5.00001, 5.00001, 5.00001, 6.0],
        );
        check(&[-1.0], 0.0, &[0.00001]);
    }
}
