//! What happens to every request: an id, a line in the log, headers, a limit of time.

use std::any::Any;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use rand::RngExt as _;
use tracing::Instrument as _;

use super::listen::Transport;
use super::state::App;
use super::trouble::Trouble;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Pages load their own style and nothing else, and send forms home only.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; \
    form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

const HEADERS: [(HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
];

/// Counts and logs, and sets the headers that every answer has.
pub async fn around(State(app): State<App>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let id = format!("{:016x}", rand::rng().random::<u64>());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let address = without_token(request.uri());
    let span = tracing::info_span!(target: "heirloom::server", "request", id);
    let mut response = next.run(request).instrument(span.clone()).await;
    let took = begun.elapsed();
    let status = response.status().as_u16();
    tracing::info!(
        target: "heirloom::server", parent: &span,
        "{method} {address} {status} {} ms", took.as_millis()
    );
    let route = route.as_ref().map_or("none", |route| route.as_str());
    app.metrics.request(&method, route, status, took);
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    secure(headers, app.transport());
    response
}

fn secure(headers: &mut HeaderMap, transport: Transport) {
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    if transport == Transport::Encrypted {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
}

/// The address as the log may have it, on one line.
fn without_token(uri: &Uri) -> String {
    let Some(query) = uri.query() else {
        return uri.path().into();
    };
    let parts = query.split('&').map(|pair| match pair.split_once('=') {
        // however its name is spelled
        Some((key, _)) if key.contains('%') || is_secret(key) => format!("{key}=***"),
        _ => pair.to_owned(),
    });
    format!("{}?{}", uri.path(), parts.collect::<Vec<_>>().join("&"))
}

fn is_secret(key: &str) -> bool {
    let names = ["apitoken", "apikey"];
    names.iter().any(|name| key.eq_ignore_ascii_case(name))
}

/// Gives up on what takes too long, a body that trickles in among it.
pub async fn in_time(State(app): State<App>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(app.config.timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Trouble::too_slow().into_response(),
    }
}

/// Refuses what another site makes a browser send: it adds the password by itself.
pub async fn same_site(request: Request, next: Next) -> Response {
    let reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    if reads || is_of_this_site(request.headers()) {
        return next.run(request).await;
    }
    Trouble::forbidden("another site made the browser send this; it is not done").into_response()
}

fn is_of_this_site(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = headers.get("sec-fetch-site") {
        return ["same-origin", "none"].iter().any(|own| site == own);
    }
    let Some(origin) = headers.get(header::ORIGIN) else {
        // no browser
        return true;
    };
    let origin = origin
        .to_str()
        .ok()
        .and_then(|origin| origin.split_once("://"));
    matches!((origin, text(header::HOST)), (Some((_, origin)), Some(host)) if origin == host)
}

/// What a handler comes to that broke off.
pub fn broken(panic: Box<dyn Any + Send>) -> Response {
    let said = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    Trouble::fault(format!(
        "a request broke off: {}",
        said.unwrap_or("no words")
    ))
    .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_do_not_reach_the_log() {
        fn check(uri: &str, expected: &str) {
            assert_eq!(without_token(&uri.parse().unwrap()), expected);
        }
        check("/a", "/a");
        check("/a?b=1&apiToken=x&c", "/a?b=1&apiToken=***&c");
        check("/a?APITOKEN=x", "/a?APITOKEN=***");
        check("/a?apikey=x", "/a?apikey=***");
        check("/a?api%54oken=x", "/a?api%54oken=***");
    }

    #[test]
    fn other_sites() {
        fn check(headers: &[(&'static str, &str)], expected: bool) {
            let headers = headers
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
                .collect();
            assert_eq!(is_of_this_site(&headers), expected, "{headers:?}");
        }
        check(&[], true);
        check(&[("sec-fetch-site", "same-origin")], true);
        check(&[("sec-fetch-site", "none")], true);
        check(&[("sec-fetch-site", "cross-site")], false);
        check(&[("sec-fetch-site", "same-site")], false);
        check(&[("host", "a:1"), ("origin", "https://a:1")], true);
        check(&[("host", "a:1"), ("origin", "https://b")], false);
        check(&[("origin", "null")], false);
    }
}
