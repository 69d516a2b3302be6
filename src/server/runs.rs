//! `/api/runs`: what runs came to, and new ones.

use std::path::PathBuf;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::Utc;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::input::{InPath, JsonBody};
use super::jobs::{self, Job};
use super::rights::Staff;
use super::state::App;
use super::stream::{from_file, from_store};
use super::trouble::{ErrorBody, Trouble};
use crate::engine::journal;
use crate::engine::report::Report;

/// One JSON object a line.
const LINES: &str = "application/x-ndjson";

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, start))
        .routes(routes!(show))
        .routes(routes!(all_jobs))
        .routes(routes!(job))
        .routes(routes!(rows))
        .routes(routes!(plan))
}

/// All runs, the newest first, without their findings
#[utoipa::path(
    get, path = "/api/runs", tag = "runs",
    responses(
        (status = 200, description = "A list of reports, as `heirloom runs list` shows them", body = [Object]),
        (status = 401, description = "No account", body = ErrorBody),
        (status = 403, description = "For staff", body = ErrorBody),
    )
)]
async fn list(State(app): State<App>, _: Staff) -> Result<Json<Vec<Report>>, Trouble> {
    let mut runs = app
        .stores
        .with(|connection| Ok(journal::runs(connection)?))
        .await?;
    runs.reverse();
    Ok(Json(runs))
}

/// The report of a run
#[utoipa::path(
    get, path = "/api/runs/{run}", tag = "runs",
    params(("run" = i64, Path, description = "Its number")),
    responses(
        (status = 200, description = "With its findings, as `heirloom runs show N --format json` writes it", body = Object),
        (status = 401, description = "No account", body = ErrorBody),
        (status = 403, description = "For staff", body = ErrorBody),
        (status = 404, description = "There is no such run", body = ErrorBody),
    )
)]
async fn show(
    State(app): State<App>,
    _: Staff,
    InPath(number): InPath<i64>,
) -> Result<Response, Trouble> {
    from_store(&app, "application/json", move |connection, out| {
        connection.read(|connection| {
            let report = journal::run(connection, number)?
                .ok_or_else(|| Trouble::not_found(format!("there is no run {number}")))?;
            report.write(out, |each| {
                journal::each_finding(connection, &report, None, each)
            })
        })
    })
    .await
}

#[derive(Serialize, ToSchema)]
struct Begun {
    /// Its name, for `GET /api/runs/jobs/JOB`
    job: String,
}

/// Begin a run
///
/// It asks nobody: recorded decisions and defaults are taken, as by `heirloom sync`.
#[utoipa::path(
    post, path = "/api/runs", tag = "runs",
    request_body = jobs::Request,
    responses(
        (status = 202, description = "It is under way", body = Begun),
        (status = 401, description = "No account", body = ErrorBody),
        (status = 403, description = "For staff", body = ErrorBody),
        (status = 409, description = "Another one is under way", body = ErrorBody),
        (status = 422, description = "There is no such recipe", body = ErrorBody),
    )
)]
async fn start(
    State(app): State<App>,
    Staff(reader): Staff,
    JsonBody(request): JsonBody<jobs::Request>,
) -> Result<(StatusCode, Json<Begun>), Trouble> {
    if request.recipe != "nodeshot" {
        let message = "there is no such recipe; there is: nodeshot";
        return Err(Trouble::refused("unknown-recipe", message));
    }
    let busy = || Trouble::conflict("busy", "another run is under way; begin when it has ended");
    if app.office.is_busy() {
        let message = "a backup or a restore is under way; begin when it has ended";
        return Err(Trouble::conflict("busy", message));
    }
    if !app.stores.run_lock_is_free().await? {
        return Err(busy());
    }
    let counting = app.clone();
    let ended = move |state| {
        counting.metrics.runs(match state {
            jobs::State::Failed => "failed",
            _ => "done",
        });
    };
    let job = app
        .jobs
        .start(request, reader.account.username, Utc::now(), ended)
        .ok_or_else(busy)?;
    Ok((StatusCode::ACCEPTED, Json(Begun { job: job.job })))
}

/// The last runs that were asked for over HTTP
#[utoipa::path(
    get, path = "/api/runs/jobs", tag = "runs",
    responses(
        (status = 200, description = "Since the server was started, the newest first", body = [Job]),
        (status = 401, description = "No account", body = ErrorBody),
        (status = 403, description = "For staff", body = ErrorBody),
    )
)]
async fn all_jobs(State(app): State<App>, _: Staff) -> Json<Vec<Job>> {
    Json(app.jobs.list())
}

#[derive(Serialize, ToSchema)]
struct Told {
    #[serde(flatten)]
    job: Option<Job>,
    /// The report with its findings, once there is one
    #[schema(value_type = Option<Object>)]
    report: Option<serde_json::Value>,
}

/// How far a run is, or what it came to
#[utoipa::path(
    get, path = "/api/runs/jobs/{job}", tag = "runs",
    params(("job" = String, Path, description = "As `POST /api/runs` gave it")),
    responses(
        (status = 200, description = "Of one before the last start, the report alone", body = Told),
        (status = 401, description = "No account", body = ErrorBody),
        (status = 403, description = "For staff", body = ErrorBody),
        (status = 404, description = "There is no such job, or it is forgotten", body = ErrorBody),
    )
)]
async fn job(
    State(app): State<App>,
    _: Staff,
    InPath(id): InPath<String>,
) -> Result<Json<Told>, Trouble> {
    let job = app.jobs.get(&id);
    let jobs = app.jobs.clone();
    let report = tokio::task::spawn_blocking(move || jobs.report(&id))
        .await
        .map_err(|error| Trouble::fault(error.to_string()))??;
    if job.is_none() && report.is_none() {
        return Err(Trouble::not_found(
            "there is no such job, or it is forgotten",
        ));
    }
    Ok(Json(Told { job, report }))
}

/// What a rehearsal did with each row
///
/// One JSON object a line: `entity`, `legacy_id`, `name` where it has one, `outcome`.
#[utoipa::path(
    get, path = "/api/runs/jobs/{job}/rows", tag = "runs",
    params(("job" = String, Path, description = "As `POST /api/runs` gave it")),
    responses(
        (status = 200, description = "In the order of the stages", body = String, content_type = "application/x-ndjson"),
        (status = 401, description = "No account", body = ErrorBody),
        (status = 403, description = "For staff", body = ErrorBody),
        (status = 404, description = "It is no rehearsal, came to no plan, goes on, or is forgotten", body = ErrorBody),
    )
)]
async fn rows(
    State(app): State<App>,
    _: Staff,
    InPath(id): InPath<String>,
) -> Result<Response, Trouble> {
    rehearsed(&app, app.jobs.kept(&id).map(|kept| kept.rows)).await
}

/// The plan of a rehearsal
///
/// One JSON object a line: `table`, `legacy_id`, `id` in the store, `act` (`insert`, `update`,
/// `follow`, `delete`, `rebase`, `forget`), `changed` (the fields that an update changes), and
/// `fields` as they are then. Passwords are left out.
#[utoipa::path(
    get, path = "/api/runs/jobs/{job}/plan", tag = "runs",
    params(("job" = String, Path, description = "As `POST /api/runs` gave it")),
    responses(
        (status = 200, description = "In the order in which it would be applied", body = String, content_type = "application/x-ndjson"),
        (status = 401, description = "No account", body = ErrorBody),
        (status = 403, description = "For staff", body = ErrorBody),
        (status = 404, description = "It is no rehearsal, came to no plan, goes on, or is forgotten", body = ErrorBody),
    )
)]
async fn plan(
    State(app): State<App>,
    _: Staff,
    InPath(id): InPath<String>,
) -> Result<Response, Trouble> {
    rehearsed(&app, app.jobs.kept(&id).map(|kept| kept.plan)).await
}

async fn rehearsed(app: &App, path: Option<PathBuf>) -> Result<Response, Trouble> {
    let none = "nothing is kept of such a rehearsal: it is none, came to no plan, goes on, or is forgotten";
    let answer = match path {
        Some(path) => from_file(app, LINES, path).await?,
        None => None,
    };
    answer.ok_or_else(|| Trouble::not_found(none))
}
