//! `/admin/`: the last runs, and where to go.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use super::visitor::Visitor;
use super::{Frame, page};
use crate::engine::journal;
use crate::engine::report::{Report, word};
use crate::server::state::App;
use crate::server::trouble::Trouble;

/// Runs that are shown.
const SHOWN: usize = 10;

pub fn router() -> Router<App> {
    Router::new().route("/admin/", get(show))
}

#[derive(Template)]
#[template(path = "overview.html")]
struct Overview {
    frame: Frame,
    /// For staff.
    runs: Option<Vec<Run>>,
    version: &'static str,
}

struct Run {
    number: i64,
    started: String,
    kind: String,
    outcome: String,
    created: u64,
    updated: u64,
    deleted: u64,
    refused: u64,
}

impl From<Report> for Run {
    fn from(report: Report) -> Self {
        let sum = |count: fn(&crate::engine::tally::Counts) -> u64| {
            report.entities.values().map(count).sum()
        };
        Run {
            number: report.run.unwrap_or_default(),
            started: report.started.clone(),
            kind: format!("{} {}", report.recipe, word(&report.mode)),
            outcome: word(&report.outcome),
            created: sum(|counts| counts.created),
            updated: sum(|counts| counts.updated),
            deleted: sum(|counts| counts.deleted),
            refused: sum(|counts| counts.refused),
        }
    }
}

async fn show(State(app): State<App>, visitor: Visitor) -> Result<Response, Trouble> {
    let runs = match visitor.reader.is_staff() {
        false => None,
        true => {
            let runs = app
                .stores
                .with(|connection| Ok(journal::runs(connection)?))
                .await?;
            Some(runs.into_iter().rev().take(SHOWN).map(Run::from).collect())
        }
    };
    let overview = Overview {
        frame: Frame {
            me: Some(visitor.me()),
        },
        runs,
        version: env!("CARGO_PKG_VERSION"),
    };
    page(StatusCode::OK, &overview)
}
