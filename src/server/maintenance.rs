//! `/api/maintenance/db`: the store backed up and restored, with the calls, codes and keys of
//! Connectware's maintenance API, for superusers.
//!
//! One operation at a time, on a thread of its own; the status document tells of it from
//! memory, so it is answered whatever the store does. There is one current backup, in the
//! server's folder; a new one takes its place when it is whole.

mod operation;
mod ticket;
mod upload;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use chrono::Utc;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::home::Home;
use super::rights::Superuser;
use super::state::App;
use super::stream;
use super::trouble::{ErrorBody, Trouble};
use crate::archive::{self, ArchiveError, Id, Mode, Source, Watch, folder};
use crate::store::lock::Held;
use crate::store::{Missing, Store, maintenance};
use operation::{Kind, Operations, Status};
use ticket::Ticket;

pub use ticket::Turn;

/// What every such file is.
const GZIP: &str = "application/gzip";

/// How often a stopping server looks whether the operation is over.
const LOOK: Duration = Duration::from_millis(50);

/// See the module.
pub struct Office {
    operations: Arc<Operations>,
    /// Where the current backup is, and uploads arrive.
    home: Home,
    /// Where scheduled backups and their drills are.
    backups: PathBuf,
}

impl Office {
    pub fn new(home: Home, backups: PathBuf) -> Self {
        Office {
            operations: Arc::default(),
            home,
            backups,
        }
    }

    /// Keeps backups and restores over HTTP out; `None` where one goes on.
    pub fn turn(&self) -> Option<Turn> {
        self.operations.turn()
    }

    /// Whether a backup or a restore goes on.
    pub fn is_busy(&self) -> bool {
        self.operations.is_running()
    }

    async fn status(&self) -> Result<Status, Trouble> {
        let backups = self.backups.clone();
        let drill = spawn_blocking(move || folder::last_drill(&backups))
            .await
            .map_err(|error| Trouble::fault(error.to_string()))?;
        let drill = drill.unwrap_or_else(|error| {
            tracing::warn!(target: "heirloom::server", "the last drill cannot be read: {error}");
            None
        });
        Ok(self.operations.status(drill))
    }

    /// Waits until nothing goes on.
    pub async fn idle(&self) {
        while self.operations.is_running() {
            tokio::time::sleep(LOOK).await;
        }
    }
}

/// Takes up the status that was remembered before the server was started.
///
/// # Errors
/// The store fails.
pub async fn recall(app: &App) -> Result<(), Trouble> {
    let rows = app
        .stores
        .with(|connection| Ok(maintenance::all(connection)?))
        .await?;
    let mended = app.office.operations.recall(rows, Utc::now());
    let folder = app.office.home.folder().to_owned();
    app.stores
        .with(move |connection| {
            upload::sweep(&folder, std::time::SystemTime::now());
            connection.write(|connection| {
                for row in &mended {
                    maintenance::keep(connection, row)?;
                }
                Ok(())
            })
        })
        .await
}

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(status))
        .routes(routes!(back_up, download))
}

/// What may be large and take long.
pub fn uploads() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(restore))
        .layer(DefaultBodyLimit::disable())
}

/// What the last backup and the last restore came to, or how far one is
#[utoipa::path(
    get, path = "/api/maintenance/db", tag = "maintenance",
    responses(
        (status = 200, description = "The status", body = Status),
        (status = 401, description = "No account", body = ErrorBody),
        (status = 403, description = "For superusers", body = ErrorBody),
    )
)]
async fn status(State(app): State<App>, _: Superuser) -> Result<Json<Status>, Trouble> {
    Ok(Json(app.office.status().await?))
}

/// Begin a backup
///
/// The one before it can be downloaded until this one is whole.
#[utoipa::path(
    post, path = "/api/maintenance/db/backup", tag = "maintenance",
    responses(
        (status = 202, description = "It is under way", body = Status),
        (status = 401, description = "No account", body = ErrorBody),
        (status = 403, description = "For superusers", body = ErrorBody),
        (status = 409, description = "A backup, a restore or a run is under way", body = ErrorBody),
    )
)]
async fn back_up(
    State(app): State<App>,
    _: Superuser,
) -> Result<(StatusCode, Json<Status>), Trouble> {
    let id = Id::new(Utc::now());
    let ticket = begin(&app, Kind::Backup, Some(id.to_string())).await?;
    ticket.note().await;
    let status = app.office.status().await?;
    go_on(&app, ticket, move |app, watch| {
        let mut store = Store::open(app.stores.url(), Missing::Create)?;
        let path = app.office.home.backup();
        folder::create(&mut store.connection, &path, &id, watch)?;
        Ok(id.to_string())
    });
    Ok((StatusCode::ACCEPTED, Json(status)))
}

/// The current backup
#[utoipa::path(
    get, path = "/api/maintenance/db/backup", tag = "maintenance",
    responses(
        (status = 200, description = "A `.tar.gz`", content_type = "application/gzip"),
        (status = 401, description = "No account", body = ErrorBody),
        (status = 403, description = "For superusers", body = ErrorBody),
        (status = 404, description = "There is none yet", body = ErrorBody),
    )
)]
async fn download(State(app): State<App>, _: Superuser) -> Result<Response, Trouble> {
    let none = "there is no backup yet; ask for one with POST /api/maintenance/db/backup";
    let mut response = stream::from_file(&app, GZIP, app.office.home.backup())
        .await?
        .ok_or_else(|| Trouble::not_found(none))?;
    response.headers_mut().insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"heirloom-backup.tgz\""),
    );
    Ok(response)
}

/// Replace the whole store by a backup
///
/// It is checked from end to end before anything is changed. Afterwards all sessions and tokens
/// have ended, and the accounts are those of the backup.
#[utoipa::path(
    post, path = "/api/maintenance/db/restore", tag = "maintenance",
    request_body(content_type = "multipart/form-data", content = Object, description = "One part named `file`"),
    responses(
        (status = 202, description = "It has arrived, and is being checked", body = Status),
        (status = 400, description = "It is no backup, or no part is named `file`", body = ErrorBody),
        (status = 401, description = "No account", body = ErrorBody),
        (status = 403, description = "For superusers", body = ErrorBody),
        (status = 408, description = "It stopped arriving", body = ErrorBody),
        (status = 409, description = "A backup, a restore or a run is under way", body = ErrorBody),
        (status = 413, description = "It is too large", body = ErrorBody),
        (status = 507, description = "There is no room for it", body = ErrorBody),
    )
)]
async fn restore(
    State(app): State<App>,
    _: Superuser,
    request: Request,
) -> Result<Response, Trouble> {
    let ticket = begin(&app, Kind::Restore, None).await?;
    let file = match upload::receive(&app, request, app.office.home.folder(), &ticket).await {
        Ok(file) => file,
        Err(trouble) => {
            ticket.end(Err(trouble.message.clone()), Utc::now()).await;
            return Err(trouble);
        }
    };
    // a run may have begun meanwhile; from here on none does
    let mut store = match hold(&app).await {
        Ok(Some(store)) => store,
        Ok(None) => {
            ticket.give_up();
            return Err(busy("a run"));
        }
        Err(trouble) => {
            ticket.end(Err(trouble.message.clone()), Utc::now()).await;
            return Err(trouble);
        }
    };
    ticket.note().await;
    let status = app.office.status().await?;
    go_on(&app, ticket, move |_, watch| {
        replace(&mut store, file.path(), watch)
    });
    Ok((StatusCode::ACCEPTED, Json(status)).into_response())
}

/// The store with its run lock; `None` where a run holds it.
async fn hold(app: &App) -> Result<Option<Held>, Trouble> {
    let url = app.stores.url().clone();
    let held = spawn_blocking(move || Held::take(Store::open(&url, Missing::Create)?));
    Ok(held
        .await
        .map_err(|error| Trouble::fault(error.to_string()))??)
}

fn replace(store: &mut Held, file: &Path, watch: &mut dyn Watch) -> Result<String, ArchiveError> {
    let source = Source::open(file, watch)?;
    let restored = archive::restore(store, &source, Mode::Commit, Utc::now(), watch)?;
    Ok(restored.id.to_string())
}

fn busy(what: &str) -> Trouble {
    Trouble::conflict(
        "busy",
        format!("{what} is under way; begin when it has ended"),
    )
}

/// # Errors
/// 409 where something else goes on.
async fn begin(app: &App, kind: Kind, id: Option<String>) -> Result<Ticket, Trouble> {
    let mut ticket = app
        .office
        .operations
        .begin(kind, id, &app.stores, Utc::now())
        .ok_or_else(|| busy("a backup or a restore"))?;
    match app.stores.run_lock_is_free().await {
        Ok(true) => {
            ticket.take();
            Ok(ticket)
        }
        Ok(false) => Err(busy("a run")),
        Err(trouble) => Err(trouble),
    }
}

/// Does the work on a thread that may block, however the client fares, and ends the operation.
fn go_on(
    app: &App,
    ticket: Ticket,
    work: impl FnOnce(&App, &mut dyn Watch) -> Result<String, ArchiveError> + Send + 'static,
) {
    let app = app.clone();
    spawn_blocking(move || {
        let mut eye = Eye {
            app: &app,
            ticket: &ticket,
        };
        let done = work(&app, &mut eye);
        let ended = done.map_err(|error| match error {
            ArchiveError::Cancelled => {
                "the server was stopped; nothing was changed. Ask for it again.".into()
            }
            error => error.to_string(),
        });
        Handle::current().block_on(ticket.end(ended, Utc::now()));
    });
}

/// Shows in the status how far the work is, and ends it with the server.
struct Eye<'a> {
    app: &'a App,
    ticket: &'a Ticket,
}

impl Watch for Eye<'_> {
    fn found(&mut self, id: &Id) {
        self.ticket.name(id);
    }

    fn step(&mut self, progress: archive::Progress<'_>) {
        self.ticket.tell(progress.into());
    }

    fn cancelled(&self) -> bool {
        self.app.is_stopping()
    }
}
