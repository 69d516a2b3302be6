//! Bodies as they come and go.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::StreamExt as _;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::server::trouble::Trouble;

/// What answers are.
pub const JSON: &str = "application/json; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

/// The largest body, in bytes.
const LARGEST: usize = 10 * 1024 * 1024;

/// How much of a larger one is read, so that its sender gets to read the answer.
const SWALLOWED: usize = 8 * LARGEST;

/// What was sent, whatever it says it is.
pub struct Sent(Bytes);

impl Sent {
    /// # Errors
    /// 400 where it is not that; what it is is not said, because there may be secrets in it.
    pub fn read<'s, T: Deserialize<'s>>(&'s self) -> Result<T, Trouble> {
        serde_json::from_slice(&self.0).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            Trouble::bad(format!(
                "The body is not the JSON that is expected here (line {line}, column {column})."
            ))
        })
    }
}

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = Trouble;

    async fn from_request(request: Request, _: &S) -> Result<Self, Trouble> {
        let mut pieces = request.into_body().into_data_stream();
        let (mut bytes, mut length) = (Vec::new(), 0);
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|_| Trouble::bad("The body broke off."))?;
            length += piece.len();
            if length <= LARGEST {
                bytes.extend_from_slice(&piece);
            } else if length > SWALLOWED {
                break;
            }
        }
        if length > LARGEST {
            let message = "The body is larger than 10 MiB: send it in several requests.";
            return Err(Trouble::bad(message));
        }
        Ok(Sent(bytes.into()))
    }
}

pub fn json(value: &Json) -> Response {
    with_type(JSON, value.to_string())
}

pub fn text(text: impl Into<String>) -> Response {
    with_type(TEXT, text.into())
}

/// It is done.
pub fn ok() -> Response {
    text("ok")
}

fn with_type(content_type: &'static str, body: String) -> Response {
    let mut response = Body::from(body).into_response();
    let content_type = HeaderValue::from_static(content_type);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, content_type);
    response
}
