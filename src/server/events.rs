//! `GET /api/events`: how far runs are, sent while they go on.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt as _, stream};
use tokio::sync::broadcast::error::RecvError;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::rights::Staff;
use super::state::App;
use super::trouble::ErrorBody;

/// How often an idle stream says that it is there.
const ALIVE: Duration = Duration::from_secs(15);

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(events))
}

/// The progress of runs, as server-sent events
///
/// Each event is called `job` and holds what `GET /api/runs/jobs/JOB` says, without the report.
/// The first one is the run that is under way, if there is one.
#[utoipa::path(
    get, path = "/api/events", tag = "runs",
    responses(
        (status = 200, description = "A stream that ends with the server", body = String, content_type = "text/event-stream"),
        (status = 401, description = "No account", body = ErrorBody),
        (status = 403, description = "For staff", body = ErrorBody),
    )
)]
async fn events(
    State(app): State<App>,
    _: Staff,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let news = app.jobs.watch();
    let first = app.jobs.list().into_iter().next();
    let later = stream::unfold(news, |mut news| async move {
        loop {
            match news.recv().await {
                Ok(job) => return Some((job, news)),
                // whoever is too slow misses some
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    });
    let told = stream::iter(first)
        .chain(later)
        .map(|job| Event::default().event("job").json_data(job))
        .filter_map(|event| async { event.ok().map(Ok) })
        .take_until(Box::pin(app.stopped()));
    Sse::new(told).keep_alive(KeepAlive::new().interval(ALIVE))
}
