//! `crud/USER/DEVICE/STREAM/data`: what is in a stream.

mod insert;
pub mod query;
mod range;

use std::io::Write as _;

use axum::extract::State;
use axum::response::Response;
use diesel::QueryResult;
use diesel::result::Error as DbError;

use super::auth::Operator;
use super::body::{self, JSON, Sent};
use super::errors::{Refusal, denied, hidden};
use super::find::FoundStream;
use super::streams::{Path, find};
use crate::server::input::InPath;
use crate::server::state::App;
use crate::server::stream::{Pieces, from_store};
use crate::server::trouble::Trouble;
use crate::store::Connection;
use crate::store::streams::points::{self, Lane, Point};
use insert::{Order, insert_points};
use query::{Params, no_more};
use range::Wanted;

/// Read a stream's data
///
/// Either by index, as in Python, or by time, `t1 < t <= t2`.
#[utoipa::path(
    get, path = "/api/v1/crud/{user}/{device}/{stream}/data", tag = "connectordb",
    params(
        ("user" = String, Path, description = "Its account"),
        ("device" = String, Path, description = "Its device"),
        ("stream" = String, Path, description = "Its name"),
        ("i1" = Option<i64>, Query, description = "The first index; negative from the end"),
        ("i2" = Option<i64>, Query, description = "The index behind the last; 0 or less from the end"),
        ("t1" = Option<f64>, Query, description = "Seconds since 1970"),
        ("t2" = Option<f64>, Query, description = "Seconds since 1970; 0: to the end"),
        ("limit" = Option<u64>, Query, description = "Points at most, by time; 0: all"),
        ("downlink" = Option<bool>, Query, description = "What others sent to it"),
        ("q" = Option<String>, Query, description = "`length`: how many there are; `time2index`: the index of the first one after `t`"),
        ("t" = Option<f64>, Query, description = "For `time2index`"),
    ),
    responses(
        (status = 200, description = "Points: `t` seconds since 1970, `d` the value where it is not null, `o` who sent it where that is another device", body = [Object]),
        (status = 400, description = "No range, or none that can be read", body = Refusal),
        (status = 403, description = "The range is out of order", body = Refusal),
        (status = 404, description = "There is no such stream, or it may not be seen", body = Refusal),
    ),
    security((), ("basic" = []), ("apikey" = []))
)]
pub async fn read(
    State(app): State<App>,
    operator: Operator,
    InPath(path): InPath<Path>,
    params: Params,
) -> Result<Response, Trouble> {
    let lane = match params.flag("downlink")? {
        true => Lane::Downlink,
        false => Lane::Data,
    };
    match params.get("q") {
        Some("length") => {
            let length = app
                .stores
                .with(move |connection| {
                    let found = seen(connection, &operator, &path)?;
                    Ok(lane.of(found.stream.id).length(connection)?)
                })
                .await?;
            Ok(body::text(length.to_string()))
        }
        Some("time2index") => {
            let time = query::number(params.get("t").unwrap_or_default());
            let message = "time2index requires an argument of \"t\" which is a decimal timestamp";
            let time = time.ok_or_else(|| denied(message))?;
            let index = app
                .stores
                .with(move |connection| {
                    let found = seen(connection, &operator, &path)?;
                    Ok(points::until(connection, &lane.of(found.stream.id), time)?)
                })
                .await?;
            Ok(body::text(index.to_string()))
        }
        q => {
            no_more(q)?;
            let wanted = Wanted::read(&params)?;
            from_store(&app, JSON, move |connection, out| {
                let found = seen(connection, &operator, &path)?;
                let list = lane.of(found.stream.id);
                let range = wanted.positions(connection, &list)?;
                let mut first = true;
                out.write_all(b"[")?;
                points::each(connection, &list, range, |point| {
                    write(out, &point, std::mem::take(&mut first))
                })?;
                Ok(out.write_all(b"]")?)
            })
            .await
        }
    }
}

fn seen(
    connection: &mut Connection,
    operator: &Operator,
    path: &Path,
) -> Result<FoundStream, Trouble> {
    find(connection, operator, path)?.ok_or_else(hidden)
}

/// Writes a point as the old server did: what is 0 or null is left out.
fn write(out: &mut Pieces, point: &Point, first: bool) -> QueryResult<()> {
    let mut text = String::from(if first { "{" } else { ",{" });
    let mut gap = "";
    if point.time != 0.0 {
        text.push_str(&format!("\"t\":{}", point.time));
        gap = ",";
    }
    if let Some(value) = &point.value {
        text.push_str(&format!("{gap}\"d\":{value}"));
        gap = ",";
    }
    if let Some(sender) = &point.sender {
        let sender = serde_json::Value::from(&**sender);
        text.push_str(&format!("{gap}\"o\":{sender}"));
    }
    text.push('}');
    out.write_all(text.as_bytes())
        .map_err(|error| DbError::SerializationError(error.into()))
}

/// Add points, in order, behind those that are there
///
/// Points that another device than the stream's own sends to a downlink are kept apart.
#[utoipa::path(
    post, path = "/api/v1/crud/{user}/{device}/{stream}/data", tag = "connectordb",
    params(
        ("user" = String, Path, description = "Its account"),
        ("device" = String, Path, description = "Its device"),
        ("stream" = String, Path, description = "Its name"),
    ),
    request_body(content = [Object], description = "Points: `t` seconds since 1970 (missing or 0: now), `d` the value"),
    responses(
        (status = 200, description = "`ok`: all of them are in", body = String, content_type = "text/plain"),
        (status = 400, description = "The body cannot be, or is larger than 10 MiB", body = Refusal),
        (status = 403, description = "Out of order, not as the schema has it, or not theirs to write; none is in", body = Refusal),
    ),
    security(("basic" = []), ("apikey" = []))
)]
pub async fn insert(
    State(app): State<App>,
    operator: Operator,
    InPath(path): InPath<Path>,
    sent: Sent,
) -> Result<Response, Trouble> {
    insert_points(app, operator, path, sent, Order::Strict).await
}

/// Add points, those that are too early as late as they have to be
#[utoipa::path(
    put, path = "/api/v1/crud/{user}/{device}/{stream}/data", tag = "connectordb",
    params(
        ("user" = String, Path, description = "Its account"),
        ("device" = String, Path, description = "Its device"),
        ("stream" = String, Path, description = "Its name"),
    ),
    request_body(content = [Object], description = "As for POST"),
    responses(
        (status = 200, description = "`ok`: all of them are in", body = String, content_type = "text/plain"),
        (status = 400, description = "The body cannot be, or is larger than 10 MiB", body = Refusal),
        (status = 403, description = "Out of order, not as the schema has it, or not theirs to write; none is in", body = Refusal),
    ),
    security(("basic" = []), ("apikey" = []))
)]
pub async fn restamp(
    State(app): State<App>,
    operator: Operator,
    InPath(path): InPath<Path>,
    sent: Sent,
) -> Result<Response, Trouble> {
    insert_points(app, operator, path, sent, Order::Restamp).await
}
