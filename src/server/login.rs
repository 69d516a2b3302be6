//! `POST /api/login` gives a token for a name and a password, `POST /api/logout` ends it.

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use chrono::{Duration, Utc};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::door::{self, Entered};
use super::input::JsonBody;
use super::later::Note;
use super::rights::{self, Reader};
use super::state::App;
use super::tokens::end;
use super::trouble::{ErrorBody, Trouble};
use crate::password::Secret;
use crate::store::tokens::{Token, TokenKind};
use crate::text::storable;
use crate::time::to_micros;

/// How long a token is good for where nobody says: a day.
const HOURS: f64 = 24.0;

/// At most: a hundred years.
const MAX_HOURS: f64 = 876_000.0;

/// The longest label, in characters.
const LABEL: usize = 200;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(login))
        .routes(routes!(logout))
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Login {
    username: String,
    password: String,
    /// How long the token is good for; 24 where nobody says
    expire_time_in_hours: Option<f64>,
    /// What it is for, for the list of tokens
    label: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct Given {
    /// Sent as `Authorization: Bearer TOKEN` or as `?apiToken=TOKEN`
    token: String,
}

/// Where a request comes from.
pub struct Peer(pub IpAddr);

impl<S: Sync> FromRequestParts<S> for Peer {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Peer(rights::peer(parts)))
    }
}

/// Make a token
#[utoipa::path(
    post, path = "/api/login", tag = "accounts",
    request_body = Login,
    responses(
        (status = 200, description = "A token, shown this once", body = Given),
        (status = 401, description = "The name or the password is wrong", body = ErrorBody),
        (status = 429, description = "Too many attempts went wrong", body = ErrorBody),
    ),
    security(())
)]
async fn login(
    State(app): State<App>,
    Peer(peer): Peer,
    JsonBody(login): JsonBody<Login>,
) -> Result<Json<Given>, Trouble> {
    let hours = login.expire_time_in_hours.unwrap_or(HOURS);
    if !(hours > 0.0 && hours <= MAX_HOURS) {
        let problem = format!("expireTimeInHours has to be above 0 and at most {MAX_HOURS}");
        return Err(Trouble::bad(problem));
    }
    let label = login
        .label
        .map(|label| storable(&label).chars().take(LABEL).collect());
    let password = Secret::new(login.password);
    let entered = door::enter(&app, &login.username, &password, peer).await?;
    let seconds = (hours * 3600.0).ceil() as i64;
    let life = Duration::seconds(seconds);
    let token = give(&app, entered, TokenKind::Token, label, life);
    Ok(Json(Given {
        token: token.expose().into(),
    }))
}

/// Makes a token or a session, good from now on; it is written later.
pub fn give(
    app: &App,
    entered: Entered,
    kind: TokenKind,
    label: Option<String>,
    life: Duration,
) -> Secret {
    let now = to_micros(Utc::now());
    let until = now.checked_add_signed(life).unwrap_or(now);
    let (secret, token) = Token::new(
        entered.account.id,
        kind,
        label,
        (now, until),
        &mut rand::rng(),
    );
    app.later.push(Note::Token(token), entered.epoch);
    secret
}

/// End the token of this request
#[utoipa::path(
    post, path = "/api/logout", tag = "accounts",
    responses(
        (status = 204, description = "It is good for nothing any more; a password stays what it is"),
        (status = 401, description = "No account", body = ErrorBody),
    )
)]
async fn logout(State(app): State<App>, reader: Reader) -> Result<StatusCode, Trouble> {
    if let Some(token) = reader.token {
        end(&app, reader.account.id, token.id).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
