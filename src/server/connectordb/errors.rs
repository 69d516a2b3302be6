//! How an error reads: `{"code", "msg", "ref"}`, all three in every one, because the Python
//! client breaks off with another error where one is missing. The reference stands in the log.

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::server::trouble::Trouble;

/// The body of an error.
#[derive(Serialize, ToSchema)]
pub struct Refusal {
    /// The status
    #[schema(example = 404)]
    code: u16,
    msg: String,
    /// By which the log has it
    r#ref: String,
}

/// What the old server says of a fault of its own.
const INTERNAL: u16 = 520;

/// Whether an address is one of this API.
pub fn is_ours(path: &str) -> bool {
    path == "/api/v1" || path.starts_with("/api/v1/")
}

/// There is no such thing, or none that whoever asks may know of.
pub fn hidden() -> Trouble {
    Trouble::not_found("Can't access this resource.")
}

/// It may not be written, whatever the reason.
pub fn denied(message: impl Into<String>) -> Trouble {
    Trouble::forbidden(message)
}

/// Something to be written cannot be found, or not by whoever asks.
pub fn untouchable() -> Trouble {
    denied("Can't access this resource.")
}

/// Nothing is at this address.
pub fn unknown_path() -> Trouble {
    Trouble::not_found("This path is not recognized")
}

/// Gives every answer of this API the headers, and every error the words, that it has there.
pub async fn speak(request: Request, next: Next) -> Response {
    if !is_ours(request.uri().path()) {
        return next.run(request).await;
    }
    let response = next.run(request).await;
    let mut response = in_words(response);
    let keep_none = HeaderValue::from_static("no-store, must-revalidate");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, keep_none);
    response
}

fn in_words(mut response: Response) -> Response {
    let Some(trouble) = response.extensions_mut().remove::<Trouble>() else {
        return response;
    };
    let status = match trouble.status {
        StatusCode::INTERNAL_SERVER_ERROR => {
            StatusCode::from_u16(INTERNAL).unwrap_or(trouble.status)
        }
        status => status,
    };
    let refusal = Refusal {
        code: status.as_u16(),
        msg: trouble.message,
        r#ref: uuid::Uuid::new_v4().into(),
    };
    tracing::info!(
        target: "heirloom::server",
        "ref {}: {} {:?}", refusal.r#ref, refusal.code, refusal.msg
    );
    let (mut parts, _) = response.into_parts();
    parts.status = status;
    parts.headers.remove(header::CONTENT_LENGTH);
    let json = HeaderValue::from_static(super::body::JSON);
    parts.headers.insert(header::CONTENT_TYPE, json);
    let (_, body) = Json(refusal).into_response().into_parts();
    Response::from_parts(parts, body)
}
