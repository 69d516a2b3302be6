//! Answers that are written while they are sent: memory does not grow with the store.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use futures_util::stream;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use super::state::App;
use super::trouble::Trouble;
use crate::store::Connection;

/// Bytes that are sent at once, and how many such pieces wait at most.
const PIECE: usize = 64 * 1024;
const WAITING: usize = 4;

/// Answers with what `write` writes from the store. Where it fails before the first piece is
/// full, the answer says so; later the connection breaks off, so that half a document does not
/// look whole.
///
/// # Errors
/// The store fails at once.
pub async fn from_store(
    app: &App,
    content_type: &'static str,
    write: impl FnOnce(&mut Connection, &mut Pieces) -> Result<(), Trouble> + Send + 'static,
) -> Result<Response, Trouble> {
    let stores = app.stores.clone();
    answer(app, content_type, async move |mut out: Pieces| {
        stores
            .with(move |connection| {
                write(connection, &mut out)?;
                Ok(out.flush()?)
            })
            .await
    })
    .await
}

/// The same for what needs no store: `write` runs on a thread that may block.
///
/// # Errors
/// `write` fails at once.
pub async fn from_thread(
    app: &App,
    content_type: &'static str,
    write: impl FnOnce(&mut Pieces) -> Result<(), Trouble> + Send + 'static,
) -> Result<Response, Trouble> {
    answer(app, content_type, async move |mut out: Pieces| {
        let written = spawn_blocking(move || {
            write(&mut out)?;
            Ok(out.flush()?)
        });
        written
            .await
            .map_err(|error| Trouble::fault(error.to_string()))?
    })
    .await
}

/// Answers with a file; `None` where it is not there.
///
/// # Errors
/// It cannot be read.
pub async fn from_file(
    app: &App,
    content_type: &'static str,
    path: PathBuf,
) -> Result<Option<Response>, Trouble> {
    let opened = spawn_blocking(move || {
        let file = File::open(path)?;
        let bytes = file.metadata()?.len();
        Ok::<_, io::Error>((file, bytes))
    });
    let (mut file, bytes) = match opened
        .await
        .map_err(|error| Trouble::fault(error.to_string()))?
    {
        Ok(opened) => opened,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let mut response = from_thread(app, content_type, move |out| {
        io::copy(&mut file, out)?;
        Ok(())
    })
    .await?;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes));
    Ok(Some(response))
}

async fn answer<W: Future<Output = Result<(), Trouble>> + Send + 'static>(
    app: &App,
    content_type: &'static str,
    work: impl FnOnce(Pieces) -> W,
) -> Result<Response, Trouble> {
    let (sender, mut pieces) = mpsc::channel(WAITING);
    let failing = sender.clone();
    let work = work(Pieces {
        buffer: Vec::with_capacity(PIECE),
        sender,
        handle: Handle::current(),
        patience: app.config.timeout,
    });
    tokio::spawn(async move {
        let done = work.await;
        if let Err(trouble) = done {
            // nobody hears it who has gone
            let _ = failing.send(Err(trouble)).await;
        }
    });
    let first = pieces.recv().await.transpose()?;
    let pieces = stream::unfold((first, pieces), |(first, mut pieces)| async move {
        let piece = match first {
            Some(piece) => Ok(piece),
            None => pieces.recv().await?,
        };
        let piece = piece.map_err(|trouble: Trouble| {
            trouble.log();
            io::Error::other("the answer broke off")
        });
        Some((piece, (None, pieces)))
    });
    let mut response = Response::new(Body::from_stream(pieces));
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    Ok(response)
}

/// What is on its way to the client.
pub struct Pieces {
    buffer: Vec<u8>,
    sender: mpsc::Sender<Result<Bytes, Trouble>>,
    handle: Handle,
    /// A client that takes nothing for so long is given up.
    patience: Duration,
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.buffer, Vec::with_capacity(PIECE));
        let sent = self.sender.send_timeout(Ok(piece.into()), self.patience);
        self.handle
            .block_on(sent)
            .map_err(|_| io::Error::new(io::ErrorKind::BrokenPipe, "the client is gone"))
    }
}
