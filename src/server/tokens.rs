//! `GET /api/tokens`, `DELETE /api/tokens/ID`: one's own, sessions of the pages among them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::input::InPath;
use super::rights::Reader;
use super::state::App;
use super::trouble::{ErrorBody, Trouble};
use crate::store::tokens::{self, Token};
use crate::time::stored_to_rfc3339;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(remove))
}

#[derive(Serialize, ToSchema)]
struct Listed {
    id: String,
    /// `token`, or `session` for one of the pages
    kind: String,
    label: Option<String>,
    created: String,
    expires: String,
}

impl From<Token> for Listed {
    fn from(token: Token) -> Self {
        Listed {
            id: token.id,
            kind: token.kind,
            label: token.label,
            created: stored_to_rfc3339(&token.created.0),
            expires: stored_to_rfc3339(&token.expires.0),
        }
    }
}

/// One's own tokens and sessions
#[utoipa::path(
    get, path = "/api/tokens", tag = "accounts",
    responses(
        (status = 200, description = "Without the secrets themselves", body = [Listed]),
        (status = 401, description = "No account", body = ErrorBody),
    )
)]
async fn list(State(app): State<App>, reader: Reader) -> Result<Json<Vec<Listed>>, Trouble> {
    let user = reader.account.id;
    let mut all = app
        .stores
        .with(move |connection| Ok(tokens::of_account(connection, user)?))
        .await?;
    for waiting in app.later.tokens(user) {
        if !all.iter().any(|token| token.id == waiting.id) {
            all.push(waiting);
        }
    }
    Ok(Json(all.into_iter().map(Listed::from).collect()))
}

/// End one of one's own tokens or sessions
#[utoipa::path(
    delete, path = "/api/tokens/{id}", tag = "accounts",
    params(("id" = String, Path, description = "As the list has it")),
    responses(
        (status = 204, description = "It is good for nothing any more"),
        (status = 401, description = "No account", body = ErrorBody),
        (status = 404, description = "None of one's own", body = ErrorBody),
    )
)]
async fn remove(
    State(app): State<App>,
    reader: Reader,
    InPath(id): InPath<String>,
) -> Result<StatusCode, Trouble> {
    match end(&app, reader.account.id, id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Trouble::not_found("you have no token of that id")),
    }
}

/// Ends a token, written or not; whether there was one.
pub async fn end(app: &App, user: i64, id: String) -> Result<bool, Trouble> {
    let waits = app.later.tokens(user).iter().any(|token| token.id == id);
    let named = id.clone();
    let work = app.stores.with(move |connection| {
        Ok(connection.write(|connection| tokens::end(connection, user, &id))?)
    });
    let ends = |token: &Token| token.user_id == user && token.id == named;
    Ok(app.later.end(ends, work).await? > 0 || waits)
}
