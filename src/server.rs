//! The HTTP server: accounts and rights, the API of the program's own, a few pages.
//!
//! A request passes [`around`] (id, log, headers, time), then the router of its area, one file
//! each. Handlers take what they need as extractors: a right from [`rights`], a body from
//! [`input`]. The store is asked on threads that may block, through [`pool`]; what goes wrong is
//! one [`Trouble`], which says one thing to the client and another to the log.

mod account;
mod around;
mod attempts;
mod connectordb;
mod credentials;
mod decisions;
mod door;
mod events;
mod exports;
mod home;
mod input;
mod jobs;
mod later;
mod layers;
mod listen;
mod login;
mod maintenance;
mod metrics;
mod openapi;
mod pages;
mod pool;
mod rights;
mod runs;
mod state;
mod status;
mod stream;
mod tls;
mod tokens;
mod trouble;

pub use home::Home;
pub use jobs::{Kept, Progress, Request, Result as RunResult, Runner, Watcher};
pub use listen::{ListenError, Server};
pub use maintenance::Turn;
pub use state::{App, Setup};
pub use trouble::Trouble;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Uri;
use axum::middleware;
use tower_http::catch_panic::CatchPanicLayer;

/// The largest body of most requests, in bytes.
const BODY: usize = 64 * 1024;

/// Everything that is answered. An area whose bodies are larger or slower than usual brings
/// limits of its own, and is merged outside of [`around::in_time`].
fn router(app: &App) -> Router {
    let (api, uploads, document) = openapi::split();
    let timed = Router::new()
        .merge(api)
        .merge(openapi::router(document))
        .merge(pages::router())
        .layer(DefaultBodyLimit::max(BODY))
        .layer(middleware::from_fn_with_state(app.clone(), around::in_time));
    timed
        .merge(uploads)
        .fallback(nothing_there)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn(around::same_site))
        .layer(CatchPanicLayer::custom(around::broken))
        .layer(middleware::from_fn(connectordb::speak))
        .layer(middleware::from_fn_with_state(app.clone(), around::around))
        .with_state(app.clone())
}

async fn nothing_there(uri: Uri) -> Trouble {
    if connectordb::is_ours(uri.path()) {
        return connectordb::unknown_path();
    }
    Trouble::not_found(format!("there is nothing at {}", uri.path()))
}

async fn wrong_method() -> Trouble {
    Trouble::wrong_method()
}
