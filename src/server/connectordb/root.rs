//! Who one is, and what answers.

use axum::response::Response;

use super::auth::Operator;
use super::body;
use super::data::query::Params;
use super::errors::{Refusal, unknown_path};
use crate::server::trouble::Trouble;

/// The version whose API this is. It stands in exports.
const VERSION: &str = concat!("0.3.0-heirloom.", env!("CARGO_PKG_VERSION"));

/// The path of the device that asks
#[utoipa::path(
    get, path = "/api/v1/", tag = "connectordb",
    params(("q" = String, Query, description = "`this`")),
    responses(
        (status = 200, description = "`user/device`, or `nobody`", body = String, content_type = "text/plain"),
        (status = 401, description = "The password or the key is wrong", body = Refusal),
    ),
    security((), ("basic" = []), ("apikey" = []))
)]
pub async fn this(operator: Operator, params: Params) -> Result<Response, Trouble> {
    match params.get("q") {
        Some("this") => Ok(body::text(operator.path())),
        _ => Err(unknown_path()),
    }
}

/// The version of ConnectorDB whose API this is
#[utoipa::path(
    get, path = "/api/v1/meta/version", tag = "connectordb",
    responses((status = 200, description = "The version", body = String, content_type = "text/plain")),
    security(())
)]
pub async fn version() -> Response {
    body::text(VERSION)
}
