//! `GET /api/account` says who one is, `PUT /api/account/password` sets one's own password.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::door;
use super::input::JsonBody;
use super::rights::Reader;
use super::state::App;
use super::trouble::{ErrorBody, Trouble};
use crate::password::{self, Secret};
use crate::store::tokens::{self, Token};
use crate::store::{accounts, maintenance};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(show))
        .routes(routes!(set_password))
}

#[derive(Serialize, ToSchema)]
struct Who {
    id: i64,
    username: String,
    email: Option<String>,
    is_staff: bool,
    is_superuser: bool,
}

/// Whose account this is
#[utoipa::path(
    get, path = "/api/account", tag = "accounts",
    responses(
        (status = 200, description = "One's own account", body = Who),
        (status = 401, description = "No account", body = ErrorBody),
    )
)]
async fn show(reader: Reader) -> Json<Who> {
    let account = reader.account;
    Json(Who {
        id: account.id,
        username: account.username,
        email: account.email,
        is_staff: account.is_staff,
        is_superuser: account.is_superuser,
    })
}

#[derive(Deserialize, ToSchema)]
struct NewPassword {
    /// The password as it is
    current: String,
    /// At least eight characters
    password: String,
}

/// Set one's own password
///
/// All other sessions and tokens of the account end.
#[utoipa::path(
    put, path = "/api/account/password", tag = "accounts",
    request_body = NewPassword,
    responses(
        (status = 204, description = "It is set"),
        (status = 401, description = "No account, or the password is not the current one", body = ErrorBody),
        (status = 422, description = "No password that can be set", body = ErrorBody),
        (status = 429, description = "Too many attempts went wrong", body = ErrorBody),
    )
)]
async fn set_password(
    State(app): State<App>,
    reader: Reader,
    JsonBody(wanted): JsonBody<NewPassword>,
) -> Result<StatusCode, Trouble> {
    let current = Secret::new(wanted.current);
    change(&app, &reader, &current, Secret::new(wanted.password)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sets the password of whoever asks.
///
/// # Errors
/// 401 where `current` is wrong, 422 where `wanted` is too short or the same.
pub async fn change(
    app: &App,
    reader: &Reader,
    current: &Secret,
    wanted: Secret,
) -> Result<(), Trouble> {
    let refused = |message: String| Err(Trouble::refused("password", message));
    if let Err(short) = password::acceptable(wanted.expose()) {
        return refused(short.to_string());
    }
    if &wanted == current {
        return refused("the new password is the same as the current one".into());
    }
    let entered = door::enter(app, &reader.account.username, current, reader.peer).await?;
    let hash = app.door.hash(wanted).await?;
    let user = entered.account.id;
    let keep = reader.token.as_ref().map(|token| token.id.clone());
    let keep = keep.unwrap_or_default();
    let kept = keep.clone();
    let work = app.stores.with(move |connection| {
        connection.write(|connection| {
            tokens::await_restore(connection)?;
            if maintenance::epoch(connection)? != entered.epoch {
                let message = "the store was restored meanwhile; log in again";
                return Err(Trouble::conflict("restored", message));
            }
            Ok(accounts::set_password(connection, user, &hash, &keep)?)
        })
    });
    let ends = |token: &Token| token.user_id == user && token.id != kept;
    app.later.end(ends, work).await
}
