//! `GET /metrics`: what the server counts, for Prometheus. For staff.

use std::time::Duration;

use axum::extract::State;
use axum::http::{Method, header};
use axum::response::IntoResponse;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::rights::Staff;
use super::state::App;
use super::trouble::{ErrorBody, Trouble};

const TEXT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Upper bounds in seconds.
const BUCKETS: [f64; 8] = [0.005, 0.02, 0.05, 0.2, 0.5, 2.0, 5.0, 30.0];

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct Answered {
    method: String,
    /// The pattern, not the address: there are few of them.
    route: String,
    status: u16,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct Came {
    outcome: &'static str,
}

/// See the module.
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    seconds: Histogram,
    logins: Family<Came, Counter>,
    runs: Family<Came, Counter>,
}

impl Metrics {
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("heirloom");
        let metrics = Metrics {
            requests: Family::default(),
            seconds: Histogram::new(BUCKETS),
            logins: Family::default(),
            runs: Family::default(),
            registry: Registry::default(),
        };
        registry.register(
            "http_requests",
            "Requests by method, route and status",
            metrics.requests.clone(),
        );
        registry.register(
            "http_request_seconds",
            "How long requests took",
            metrics.seconds.clone(),
        );
        registry.register(
            "logins",
            "Passwords that were checked, by outcome",
            metrics.logins.clone(),
        );
        registry.register(
            "runs",
            "Runs that were asked for over HTTP, by outcome",
            metrics.runs.clone(),
        );
        Metrics {
            registry,
            ..metrics
        }
    }

    pub fn request(&self, method: &Method, route: &str, status: u16, took: Duration) {
        let standard = [
            Method::GET,
            Method::HEAD,
            Method::POST,
            Method::PUT,
            Method::DELETE,
        ];
        let method = match standard.contains(method) {
            true => method.to_string(),
            false => "other".into(),
        };
        self.requests
            .get_or_create(&Answered {
                method,
                route: route.into(),
                status,
            })
            .inc();
        self.seconds.observe(took.as_secs_f64());
    }

    pub fn logins(&self, outcome: &'static str) {
        self.logins.get_or_create(&Came { outcome }).inc();
    }

    pub fn runs(&self, outcome: &'static str) {
        self.runs.get_or_create(&Came { outcome }).inc();
    }
}

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(metrics))
}

/// What the server counts
#[utoipa::path(
    get, path = "/metrics", tag = "status",
    responses(
        (status = 200, description = "In the text format of OpenMetrics", body = String,
            content_type = "application/openmetrics-text"),
        (status = 401, description = "No account", body = ErrorBody),
        (status = 403, description = "For staff", body = ErrorBody),
    )
)]
async fn metrics(State(app): State<App>, _: Staff) -> Result<impl IntoResponse, Trouble> {
    let mut text = String::new();
    encode(&mut text, &app.metrics.registry).map_err(|error| Trouble::fault(error.to_string()))?;
    Ok(([(header::CONTENT_TYPE, TEXT)], text))
}
