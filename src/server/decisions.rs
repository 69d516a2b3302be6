//! `/api/decisions`: recorded answers, questions that wait for one, and new answers.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use chrono::Utc;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::input::{InPath, JsonBody};
use super::rights::Staff;
use super::state::App;
use super::trouble::{ErrorBody, Trouble};
use crate::engine::decisions::{Decision, Decisions, GIVEN_BEFORE};
use crate::engine::journal;
use crate::store::Connection;
use crate::text::storable;
use crate::time::to_the_second;

/// The longest answer, in characters: a layer's slug or one of two words.
const LONGEST: usize = 200;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show, answer))
}

#[derive(Clone, Debug, Serialize, ToSchema)]
struct Listed {
    key: String,
    answer: Option<String>,
    answered: Option<String>,
    by: Option<String>,
    /// Why it waits for a person; none where nothing waits
    waiting: Option<String>,
}

fn all(connection: &mut Connection) -> Result<BTreeMap<String, Listed>, Trouble> {
    let blank = |key: &str| Listed {
        key: key.into(),
        answer: None,
        answered: None,
        by: None,
        waiting: None,
    };
    let mut listed = BTreeMap::new();
    for (key, decision) in journal::decisions(connection)? {
        let known = Listed {
            answer: Some(decision.answer),
            answered: Some(decision.answered),
            by: Some(decision.by),
            ..blank(&key)
        };
        listed.insert(key, known);
    }
    for (key, why) in journal::waiting_decisions(connection)? {
        let entry = listed.entry(key.clone());
        entry.or_insert_with(|| blank(&key)).waiting = Some(why);
    }
    Ok(listed)
}

/// Recorded answers, and the questions that wait for one
#[utoipa::path(
    get, path = "/api/decisions", tag = "decisions",
    responses(
        (status = 200, description = "In the order of their keys", body = [Listed]),
        (status = 401, description = "No account", body = ErrorBody),
        (status = 403, description = "For staff", body = ErrorBody),
    )
)]
async fn list(State(app): State<App>, _: Staff) -> Result<Json<Vec<Listed>>, Trouble> {
    let listed = app.stores.with(|connection| connection.read(all)).await?;
    Ok(Json(listed.into_values().collect()))
}

/// One of them
#[utoipa::path(
    get, path = "/api/decisions/{key}", tag = "decisions",
    params(("key" = String, Path, description = "`nodeshot.layer.LEGACYID`")),
    responses(
        (status = 200, description = "The answer, or that it waits for one", body = Listed),
        (status = 401, description = "No account", body = ErrorBody),
        (status = 403, description = "For staff", body = ErrorBody),
        (status = 404, description = "Nobody asked that", body = ErrorBody),
    )
)]
async fn show(
    State(app): State<App>,
    _: Staff,
    InPath(key): InPath<String>,
) -> Result<Json<Listed>, Trouble> {
    let mut listed = app.stores.with(|connection| connection.read(all)).await?;
    let found = listed.remove(&key);
    found.map(Json).ok_or_else(unknown)
}

fn unknown() -> Trouble {
    Trouble::not_found("no run asked that; GET /api/decisions lists what was asked")
}

#[derive(Deserialize, ToSchema)]
struct Answer {
    /// A layer's slug or id, `default` or `discard`
    answer: String,
}

/// Answer a question
///
/// The answer holds from the next run on, for the facts that it meets. Where it is none of the
/// choices, the question waits again.
#[utoipa::path(
    put, path = "/api/decisions/{key}", tag = "decisions",
    params(("key" = String, Path, description = "`nodeshot.layer.LEGACYID`")),
    request_body = Answer,
    responses(
        (status = 200, description = "It is recorded", body = Listed),
        (status = 401, description = "No account", body = ErrorBody),
        (status = 403, description = "For staff", body = ErrorBody),
        (status = 404, description = "Nobody asked that", body = ErrorBody),
        (status = 422, description = "No answer", body = ErrorBody),
    )
)]
async fn answer(
    State(app): State<App>,
    Staff(reader): Staff,
    InPath(key): InPath<String>,
    JsonBody(given): JsonBody<Answer>,
) -> Result<Json<Listed>, Trouble> {
    let answer = storable(given.answer.trim()).into_owned();
    if answer.is_empty() || answer.chars().count() > LONGEST {
        let message = "an answer is a layer's slug or id, default or discard";
        return Err(Trouble::refused("no-answer", message));
    }
    let decision = Decision {
        answer,
        facts: GIVEN_BEFORE.into(),
        answered: to_the_second(Utc::now()),
        by: reader.account.username,
    };
    let listed = app
        .stores
        .with(move |connection| {
            connection.write(|connection| {
                if !all(connection)?.contains_key(&key) {
                    return Err(unknown());
                }
                let known = BTreeMap::from([(key.clone(), decision)]);
                let answers = Decisions::new(known, String::new(), String::new());
                journal::record_decisions(connection, &answers)?;
                all(connection)?.remove(&key).ok_or_else(unknown)
            })
        })
        .await?;
    Ok(Json(listed))
}
