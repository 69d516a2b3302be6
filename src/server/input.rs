//! Bodies and paths as handlers take them; what is wrong with them is a [`Trouble`].

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FormRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::IntoResponse as _;
use serde::de::DeserializeOwned;

use super::trouble::Trouble;

/// A JSON document, whatever its content type says.
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Trouble;

    async fn from_request(request: Request, state: &S) -> Result<Self, Trouble> {
        let bytes = Bytes::from_request(request, state).await?;
        serde_json::from_slice(&bytes)
            .map(JsonBody)
            .map_err(|error| {
                Trouble::bad(format!("the body is not the JSON that is wanted: {error}"))
            })
    }
}

/// The fields of a form.
pub struct Form<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Form<T> {
    type Rejection = Trouble;

    async fn from_request(request: Request, state: &S) -> Result<Self, Trouble> {
        let form = axum::Form::<T>::from_request(request, state).await?;
        Ok(Form(form.0))
    }
}

/// A part of the path.
pub struct InPath<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for InPath<T> {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Trouble> {
        let path = axum::extract::Path::<T>::from_request_parts(parts, state).await?;
        Ok(InPath(path.0))
    }
}

/// What stands behind the question mark.
pub struct InQuery<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for InQuery<T> {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Trouble> {
        let query = axum::extract::Query::<T>::from_request_parts(parts, state).await?;
        Ok(InQuery(query.0))
    }
}

/// Too large is told apart from not understood; both by the framework's own words.
fn rejected(status: StatusCode, words: String) -> Trouble {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => Trouble::new(
            status,
            "too-large",
            "the body is larger than this address takes",
        ),
        _ => Trouble::bad(words),
    }
}

impl From<BytesRejection> for Trouble {
    fn from(rejection: BytesRejection) -> Self {
        rejected(rejection.status(), rejection.body_text())
    }
}

impl From<FormRejection> for Trouble {
    fn from(rejection: FormRejection) -> Self {
        let words = rejection.body_text();
        rejected(rejection.into_response().status(), words)
    }
}

impl From<PathRejection> for Trouble {
    fn from(rejection: PathRejection) -> Self {
        Trouble::not_found(format!(
            "there is nothing of that name: {}",
            rejection.body_text()
        ))
    }
}

impl From<QueryRejection> for Trouble {
    fn from(rejection: QueryRejection) -> Self {
        Trouble::bad(rejection.body_text())
    }
}

impl From<axum::extract::multipart::MultipartError> for Trouble {
    fn from(error: axum::extract::multipart::MultipartError) -> Self {
        rejected(error.status(), error.body_text())
    }
}
