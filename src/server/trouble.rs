//! What a request came to that did not go well: the error policy of the server in one place.
//!
//! The client reads a code and a message that say what to do next. What happened inside goes to
//! the log, with the request's id, and never to the client: no SQL, no paths, no addresses of
//! databases.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use diesel::result::{DatabaseErrorKind, Error as DbError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::engine::Stop;
use crate::export::geojson::ExportError;
use crate::password::HashError;
use crate::store::StoreError;
use crate::store::accounts::AccountError;
use crate::store::layers::LayerError;

/// How long a client waits before it asks a busy store again, in seconds.
const AGAIN: u64 = 5;

/// See the module.
#[derive(Clone, Debug)]
pub struct Trouble {
    pub status: StatusCode,
    /// Stable, in kebab-case.
    pub code: &'static str,
    /// For the client.
    pub message: String,
    /// For the log.
    inside: Option<String>,
    retry_after: Option<u64>,
}

/// The body of every error.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ErrorBody {
    pub error: ErrorText,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ErrorText {
    /// Stable, in kebab-case
    #[schema(example = "not-found")]
    pub code: String,
    pub message: String,
}

impl Trouble {
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Trouble {
            status,
            code,
            message: message.into(),
            inside: None,
            retry_after: None,
        }
    }

    /// The request cannot be understood.
    pub fn bad(message: impl Into<String>) -> Self {
        Trouble::new(StatusCode::BAD_REQUEST, "bad-request", message)
    }

    /// What is asked for cannot be: `code` says what of it.
    pub fn refused(code: &'static str, message: impl Into<String>) -> Self {
        Trouble::new(StatusCode::UNPROCESSABLE_ENTITY, code, message)
    }

    pub fn unauthorized(message: impl Into<String>) -> Self {
        Trouble::new(StatusCode::UNAUTHORIZED, "unauthorized", message)
    }

    pub fn forbidden(message: impl Into<String>) -> Self {
        Trouble::new(StatusCode::FORBIDDEN, "forbidden", message)
    }

    pub fn not_found(message: impl Into<String>) -> Self {
        Trouble::new(StatusCode::NOT_FOUND, "not-found", message)
    }

    pub fn wrong_method() -> Self {
        let message = "this address takes other methods; the header Allow names them";
        Trouble::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method-not-allowed",
            message,
        )
    }

    /// Something else is at work that excludes it.
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Trouble::new(StatusCode::CONFLICT, code, message)
    }

    pub fn too_slow() -> Self {
        let message = "the request took too long; send it faster, or ask for less";
        Trouble::new(StatusCode::REQUEST_TIMEOUT, "timeout", message)
    }

    pub fn too_many(seconds: u64) -> Self {
        let message =
            format!("too many attempts to log in went wrong; try again in {seconds} seconds");
        let trouble = Trouble::new(StatusCode::TOO_MANY_REQUESTS, "too-many-attempts", message);
        trouble.again_in(seconds)
    }

    /// The store is taken, or the server.
    pub fn busy(inside: impl Into<String>) -> Self {
        let message = "the store is busy with a longer piece of work; try again in a moment";
        let trouble = Trouble::new(StatusCode::SERVICE_UNAVAILABLE, "busy", message);
        trouble.again_in(AGAIN).because(inside)
    }

    /// The store cannot be opened or reached.
    pub fn away(inside: impl Into<String>) -> Self {
        let message = "the store cannot be reached right now; try again in a moment";
        let trouble = Trouble::new(StatusCode::SERVICE_UNAVAILABLE, "store-away", message);
        trouble.again_in(AGAIN).because(inside)
    }

    /// A fault of ours.
    pub fn fault(inside: impl Into<String>) -> Self {
        let message = "something went wrong in the server, and its log says what; try again";
        Trouble::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", message).because(inside)
    }

    #[must_use]
    pub fn because(mut self, inside: impl Into<String>) -> Self {
        self.inside = Some(inside.into());
        self
    }

    #[must_use]
    pub fn again_in(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Whether the connection to the store may be spoilt.
    pub fn is_of_the_store(&self) -> bool {
        self.status.is_server_error()
    }

    /// Writes what happened inside to the log.
    pub fn log(&self) {
        let Some(inside) = &self.inside else { return };
        match self.status {
            StatusCode::INTERNAL_SERVER_ERROR => tracing::error!("{inside}"),
            _ => tracing::warn!("{inside}"),
        }
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        self.log();
        let body = ErrorBody {
            error: ErrorText {
                code: self.code.into(),
                message: self.message.clone(),
            },
        };
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let basic = HeaderValue::from_static("Basic realm=\"Heirloom\", charset=\"UTF-8\"");
            headers.insert(header::WWW_AUTHENTICATE, basic);
        }
        // a page says the same in its own way
        response.extensions_mut().insert(self);
        response
    }
}

impl From<DbError> for Trouble {
    fn from(error: DbError) -> Self {
        let text = format!("the store: {error}");
        let collided = matches!(
            error,
            DbError::DatabaseError(DatabaseErrorKind::SerializationFailure, _)
        );
        if collided || text.contains("locked") || text.contains("lock timeout") {
            Trouble::busy(text)
        } else {
            Trouble::fault(text)
        }
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Database(error) => error.into(),
            error => Trouble::away(error.to_string()),
        }
    }
}

impl From<AccountError> for Trouble {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Database(error) => error.into(),
            unknown @ AccountError::Unknown(_) => Trouble::not_found(unknown.to_string()),
            taken => Trouble::conflict("taken", taken.to_string()),
        }
    }
}

impl From<LayerError> for Trouble {
    fn from(error: LayerError) -> Self {
        match error {
            LayerError::Database(error) => error.into(),
            unknown @ LayerError::Unknown { .. } => Trouble::not_found(unknown.to_string()),
            taken @ LayerError::Taken { .. } => Trouble::conflict("taken", taken.to_string()),
            used @ LayerError::InUse { .. } => Trouble::conflict("in-use", used.to_string()),
        }
    }
}

impl From<ExportError> for Trouble {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Store(error) => error.into(),
            ExportError::Output(error) => Trouble::fault(error.to_string()),
        }
    }
}

impl From<HashError> for Trouble {
    fn from(error: HashError) -> Self {
        Trouble::fault(error.to_string())
    }
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        Trouble::fault(error.to_string())
    }
}

impl From<Stop> for Trouble {
    fn from(stop: Stop) -> Self {
        Trouble::fault(stop.to_string())
    }
}
