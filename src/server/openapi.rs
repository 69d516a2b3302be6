//! `GET /api/openapi.json`: the API described beside its code. What is routed by its `routes!`
//! is described, and the other way round.

use axum::response::IntoResponse as _;
use axum::routing::get;
use axum::{Json, Router};
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;

use super::state::App;
use super::{
    account, connectordb, decisions, events, exports, layers, login, maintenance, metrics, runs,
    status, tokens,
};

/// Where the description is, and the one address that is not in it.
const ADDRESS: &str = "/api/openapi.json";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Heirloom",
        description = "The HTTP API of `heirloom serve`. Errors are `{\"error\": {\"code\", \"message\"}}`, below `/api/v1/` `{\"code\", \"msg\", \"ref\"}`.",
    ),
    modifiers(&Locks),
    security(("basic" = []), ("bearer" = []), ("apiToken" = []))
)]
struct Api;

struct Locks;

impl Modify for Locks {
    fn modify(&self, document: &mut Document) {
        let http = |scheme| SecurityScheme::Http(HttpBuilder::new().scheme(scheme).build());
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("basic", http(HttpAuthScheme::Basic));
        components.add_security_scheme("bearer", http(HttpAuthScheme::Bearer));
        let query = ApiKey::Query(ApiKeyValue::new("apiToken"));
        components.add_security_scheme("apiToken", SecurityScheme::ApiKey(query));
        let query = ApiKey::Query(ApiKeyValue::new("apikey"));
        components.add_security_scheme("apikey", SecurityScheme::ApiKey(query));
    }
}

/// The routes of the API, those that take uploads, and the description of all.
pub fn split() -> (Router<App>, Router<App>, Document) {
    let areas = [
        status::router(),
        login::router(),
        tokens::router(),
        account::router(),
        exports::router(),
        layers::router(),
        runs::router(),
        events::router(),
        decisions::router(),
        maintenance::router(),
        metrics::router(),
        connectordb::router(),
    ];
    let router = OpenApiRouter::with_openapi(Api::openapi());
    let (api, mut document) = areas
        .into_iter()
        .fold(router, OpenApiRouter::merge)
        .split_for_parts();
    let (uploads, theirs) = maintenance::uploads().split_for_parts();
    document.merge(theirs);
    (api, uploads, document)
}

pub fn router(document: Document) -> Router<App> {
    let answer = move || {
        let document = document.clone();
        async move { Json(document).into_response() }
    };
    Router::new().route(ADDRESS, get(answer))
}
