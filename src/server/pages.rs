//! The pages: plain, made here, working without scripts. Whoever is not logged in is sent to
//! the form for it, and back.

mod account;
mod layer_form;
mod layers;
mod overview;
mod session;
mod visitor;

use askama::Template;
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;

use super::state::App;
use super::trouble::Trouble;
use visitor::Me;

const STYLE: &str = include_str!("../../web/style.css");

pub fn router() -> Router<App> {
    Router::new()
        .route("/admin", get(|| async { Redirect::permanent("/admin/") }))
        .route("/admin/style.css", get(style))
        .merge(overview::router())
        .merge(session::router())
        .merge(account::router())
        .merge(layers::router())
        .layer(middleware::from_fn(as_page))
}

async fn style() -> impl IntoResponse {
    [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "max-age=3600"),
    ]
    .into_response()
    .map(|_| axum::body::Body::from(STYLE))
}

/// What stands around every page.
#[derive(Default)]
struct Frame {
    me: Option<Me>,
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    frame: Frame,
    status: u16,
    message: String,
}

/// A page as an answer.
fn page(status: StatusCode, page: &impl Template) -> Result<Response, Trouble> {
    let text = page
        .render()
        .map_err(|error| Trouble::fault(error.to_string()))?;
    Ok((status, Html(text)).into_response())
}

/// Says as a page what went wrong.
async fn as_page(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let Some(trouble) = response.extensions().get::<Trouble>() else {
        return response;
    };
    let shown = ErrorPage {
        frame: Frame::default(),
        status: trouble.status.as_u16(),
        message: trouble.message.clone(),
    };
    let Ok(text) = shown.render() else {
        return response;
    };
    let (mut parts, _) = response.into_parts();
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    parts.headers.insert(header::CONTENT_TYPE, html);
    parts.headers.remove(header::CONTENT_LENGTH);
    // a browser would ask for a password in a window of its own
    parts.headers.remove(header::WWW_AUTHENTICATE);
    Response::from_parts(parts, text.into())
}
