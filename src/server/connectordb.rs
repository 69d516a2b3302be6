//! `/api/v1/`: ConnectorDB's REST API, for its clients and devices, which know no other.
//!
//! Paths, statuses, words and rights are those of ConnectorDB 0.3. Who asks is always a device:
//! a password stands for the account's device `user`, a key for the device that has it, and
//! nothing for nobody. What may be done is the less of what the account's role and the device's
//! role allow ([`access`]). Every write is one transaction ([`acting`]), and every error has the
//! form of [`errors`].

mod access;
mod acting;
mod auth;
mod body;
mod data;
mod devices;
mod email;
mod errors;
mod fields;
mod find;
mod root;
mod schemas;
mod streams;
mod users;

use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::state::App;

pub use errors::{is_ours, speak, unknown_path};
pub use schemas::Schemas;

/// Each address with a slash behind it and without: a client that is sent elsewhere repeats a
/// POST as a GET.
pub fn router() -> OpenApiRouter<App> {
    let user = get(users::read)
        .post(users::create)
        .put(users::update)
        .delete(users::remove);
    let device = get(devices::read)
        .post(devices::create)
        .put(devices::update)
        .delete(devices::remove);
    let stream = get(streams::read)
        .post(streams::create)
        .put(streams::update)
        .delete(streams::remove);
    let data = get(data::read).post(data::insert).put(data::restamp);
    OpenApiRouter::new()
        .routes(routes!(root::this))
        .route("/api/v1", get(root::this))
        .routes(routes!(root::version))
        .route("/api/v1/meta/version/", get(root::version))
        .routes(routes!(users::list))
        .route("/api/v1/crud", get(users::list))
        .routes(routes!(
            users::read,
            users::create,
            users::update,
            users::remove
        ))
        .route("/api/v1/crud/{user}/", user)
        .routes(routes!(
            devices::read,
            devices::create,
            devices::update,
            devices::remove
        ))
        .route("/api/v1/crud/{user}/{device}/", device)
        .routes(routes!(
            streams::read,
            streams::create,
            streams::update,
            streams::remove
        ))
        .route("/api/v1/crud/{user}/{device}/{stream}/", stream)
        .routes(routes!(data::read, data::insert, data::restamp))
        .route("/api/v1/crud/{user}/{device}/{stream}/data/", data)
        // bodies have a limit of their own
        .layer(DefaultBodyLimit::disable())
}
