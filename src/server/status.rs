//! `GET /api/health` and `GET /api/version`, open to everybody.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::state::App;
use super::trouble::{ErrorBody, Trouble};
use crate::sql::query_int;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(health))
        .routes(routes!(version))
}

#[derive(Serialize, ToSchema)]
struct Health {
    #[schema(example = "ok")]
    status: &'static str,
}

/// Whether the server works and reaches its store
#[utoipa::path(
    get, path = "/api/health", tag = "status",
    responses(
        (status = 200, description = "It does", body = Health),
        (status = 503, description = "The store cannot be reached", body = ErrorBody),
    ),
    security(())
)]
async fn health(State(app): State<App>) -> Result<Json<Health>, Trouble> {
    app.stores
        .with(|connection| Ok(query_int(connection, "SELECT 1", &[])?))
        .await
        .map_err(|trouble| Trouble::away(format!("health: {trouble:?}")))?;
    Ok(Json(Health { status: "ok" }))
}

#[derive(Serialize, ToSchema)]
struct Version {
    #[schema(example = "heirloom")]
    name: &'static str,
    version: &'static str,
}

/// Which program this is
#[utoipa::path(
    get, path = "/api/version", tag = "status",
    responses((status = 200, description = "Its name and version", body = Version)),
    security(())
)]
async fn version() -> Json<Version> {
    Json(Version {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
    })
}
