//! A backup that a client sends: straight to a file, never into memory.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, SystemTime};

use axum::body::Bytes;
use axum::extract::{FromRequest as _, Multipart, Request};
use axum::http::StatusCode;
use tempfile::NamedTempFile;
use tokio::sync::mpsc;

use super::operation::Progress;
use super::ticket::Ticket;
use crate::archive::GZIP;
use crate::server::state::App;
use crate::server::trouble::Trouble;

/// The name of the one part that counts.
const PART: &str = "file";

/// No upload is larger, in bytes.
pub const LARGEST: u64 = 64 << 30;

/// What the names of uploads begin with, behind a dot.
const BEGINNING: &str = "upload-";

/// Pieces that wait for the disk at most.
const WAITING: usize = 8;

/// Receives a multipart body whose part `file` is a backup, into a file that is gone with the
/// value. The client is given up where it sends nothing for the time of a request.
///
/// # Errors
/// 400 where that is not what comes, 408 where it stops, 413 where it never ends, 507 where the
/// disk is full.
pub async fn receive(
    app: &App,
    request: Request,
    folder: &Path,
    ticket: &Ticket,
) -> Result<NamedTempFile, Trouble> {
    let mut form = Multipart::from_request(request, app)
        .await
        .map_err(|_| no_part())?;
    loop {
        let part = in_time(app, form.next_field())
            .await?
            .map_err(|error| broken(&error))?;
        let Some(mut part) = part else {
            return Err(no_part());
        };
        if part.name() != Some(PART) {
            continue;
        }
        sweep(folder, SystemTime::now());
        let mut writer = Writer::new(folder)?;
        let mut received = 0;
        while let Some(bytes) = in_time(app, part.chunk())
            .await?
            .map_err(|error| broken(&error))?
        {
            received += bytes.len() as u64;
            if received > LARGEST {
                let message = "no backup is as large as that";
                return Err(Trouble::new(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "too-large",
                    message,
                ));
            }
            writer.push(bytes).await?;
            ticket.tell(Progress {
                phase: "receiving",
                table: String::new(),
                done: received,
                of: None,
            });
        }
        return writer.end().await;
    }
}

/// Removes uploads that killed servers left.
pub fn sweep(folder: &Path, now: SystemTime) {
    crate::files::sweep(folder, BEGINNING, now);
}

/// Writes on a thread that may wait for the disk.
struct Writer {
    pieces: mpsc::Sender<Bytes>,
    thread: tokio::task::JoinHandle<Result<NamedTempFile, Trouble>>,
}

impl Writer {
    fn new(folder: &Path) -> Result<Self, Trouble> {
        let file = tempfile::Builder::new()
            .prefix(&format!(".{BEGINNING}"))
            .suffix(crate::files::UNFINISHED)
            .tempfile_in(folder)?;
        let (pieces, coming) = mpsc::channel(WAITING);
        let thread = tokio::task::spawn_blocking(move || write(file, coming));
        Ok(Writer { pieces, thread })
    }

    async fn push(&mut self, bytes: Bytes) -> Result<(), Trouble> {
        match self.pieces.send(bytes).await {
            Ok(()) => Ok(()),
            // the thread has ended: with what went wrong
            Err(_) => Err(match (&mut self.thread).await {
                Ok(Err(trouble)) => trouble,
                _ => Trouble::fault("the upload's writer ended early"),
            }),
        }
    }

    async fn end(self) -> Result<NamedTempFile, Trouble> {
        drop(self.pieces);
        self.thread
            .await
            .map_err(|error| Trouble::fault(error.to_string()))?
    }
}

fn write(
    mut file: NamedTempFile,
    mut coming: mpsc::Receiver<Bytes>,
) -> Result<NamedTempFile, Trouble> {
    let mut first = Vec::with_capacity(GZIP.len());
    while let Some(bytes) = coming.blocking_recv() {
        if first.len() < GZIP.len() {
            first.extend(bytes.iter().take(GZIP.len() - first.len()));
            if !GZIP.starts_with(&first) {
                return Err(no_backup());
            }
        }
        file.write_all(&bytes).map_err(full)?;
    }
    if first != GZIP {
        return Err(no_backup());
    }
    file.flush().map_err(full)?;
    Ok(file)
}

async fn in_time<T>(app: &App, next: impl Future<Output = T>) -> Result<T, Trouble> {
    let patience: Duration = app.config.timeout;
    tokio::select! {
        next = tokio::time::timeout(patience, next) => next.map_err(|_| Trouble::too_slow()),
        () = app.stopped() => {
            let message = "the server is being stopped; nothing was changed";
            Err(Trouble::new(StatusCode::SERVICE_UNAVAILABLE, "stopping", message))
        }
    }
}

fn no_part() -> Trouble {
    Trouble::bad(
        "send the backup as multipart/form-data in a part named file, as `curl -F file=@backup.tgz` does",
    )
}

fn no_backup() -> Trouble {
    Trouble::bad(
        "the upload is no backup of Heirloom: it is no gzip file. Send a file that `heirloom backup` or GET /api/maintenance/db/backup gave",
    )
}

fn broken(error: &axum::extract::multipart::MultipartError) -> Trouble {
    Trouble::bad("the upload broke off, or is no multipart body; send it again")
        .because(error.to_string())
}

fn full(error: std::io::Error) -> Trouble {
    let message = "the upload cannot be kept, the disk may be full; make room on the server and send it again";
    Trouble::new(StatusCode::INSUFFICIENT_STORAGE, "no-room", message).because(error.to_string())
}
