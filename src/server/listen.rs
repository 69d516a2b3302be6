//! Opening the port, serving, and ending in time.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum_server::Handle;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use hyper_util::rt::TokioTimer;

use super::maintenance;
use super::state::{App, Setup};
use super::tls::{self, TlsError};
use crate::config::{Listen, Tls};

/// How long a client may take for the head of its request, at most.
const HEAD: Duration = Duration::from_secs(10);

/// Threads that answer; what blocks has threads of its own.
const THREADS: usize = 2;

/// Why nobody can be served.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    #[error(
        "server.listen: nobody can listen on {address}: {source}. Stop what listens there, or set another address or port."
    )]
    Address { address: String, source: io::Error },
    #[error(
        "the server cannot keep its files: {0}. Check that the folder of the store may be written."
    )]
    Home(io::Error),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("the server cannot start: {0}")]
    Start(io::Error),
}

/// An open port, and everything that is needed to answer there.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<Arc<rustls::ServerConfig>>,
    app: App,
}

impl Server {
    /// Opens the port; nobody is answered yet. `None` where none is configured.
    ///
    /// # Errors
    /// [`ListenError`].
    pub fn open(setup: Setup) -> Result<Option<Server>, ListenError> {
        let Listen::At(address) = &setup.config.listen else {
            return Ok(None);
        };
        setup.home.prepare().map_err(ListenError::Home)?;
        let tls = tls::configure(&setup.config.tls, &setup.home, chrono::Utc::now())?;
        let failed = |source| ListenError::Address {
            address: address.clone(),
            source,
        };
        let listener = TcpListener::bind(address.as_str()).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Some(Server {
            listener,
            address,
            tls,
            app: App::new(setup),
        }))
    }

    /// Where it listens, as a browser takes it.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = match self.tls {
            Some(_) => "https",
            None => "http",
        };
        format!("{scheme}://{}", self.address)
    }

    /// What the server knows and does, for whoever runs beside it.
    #[must_use]
    pub fn app(&self) -> App {
        self.app.clone()
    }

    /// Answers until `stop` is ready. Requests under way then have the grace of the
    /// configuration to end.
    ///
    /// # Errors
    /// The machinery that answers cannot be started.
    pub fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), ListenError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("http")
            .enable_all()
            .build()
            .map_err(ListenError::Start)?;
        let served = runtime.block_on(self.serve(stop));
        // not waiting for what was given up
        runtime.shutdown_background();
        served
    }

    async fn serve(
        self,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), ListenError> {
        let app = self.app;
        let handle = Handle::new();
        let grace = app.config.grace;
        let closing = (app.clone(), handle.clone());
        let told = tokio::spawn(async move {
            stop.await;
            let (app, handle) = closing;
            app.stop();
            handle.graceful_shutdown(Some(grace));
            Instant::now() + grace
        });
        app.spawn_writer();
        if let Err(trouble) = maintenance::recall(&app).await {
            trouble.log();
        }
        let service = super::router(&app).into_make_service_with_connect_info::<SocketAddr>();
        let mut server = axum_server::from_tcp(self.listener)
            .map_err(ListenError::Start)?
            .handle(handle.clone())
            .http1_only();
        server
            .http_builder()
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD.min(app.config.timeout));
        let served = match self.tls {
            Some(config) => {
                let acceptor = RustlsAcceptor::new(RustlsConfig::from_config(config));
                // keeps the builder, and with it the limits
                server.acceptor(acceptor).serve(service).await
            }
            None => server.serve(service).await,
        };
        served.map_err(ListenError::Start)?;
        app.flush().await;
        // a run hears of the wish to stop by itself, and takes back what it did
        let deadline = told.await.unwrap_or_else(|_| Instant::now());
        let over = async { tokio::join!(app.jobs.idle(), app.office.idle()) };
        if tokio::time::timeout_at(deadline.into(), over)
            .await
            .is_err()
        {
            tracing::warn!(target: "heirloom::server", "what was under way did not stop in time: the store is as it was");
        }
        Ok(())
    }
}

impl ListenError {
    /// Whether the configuration is wrong, as opposed to a fault that may pass.
    #[must_use]
    pub fn is_wrong_configuration(&self) -> bool {
        matches!(
            self,
            ListenError::Tls(TlsError::File { .. } | TlsError::Pair(_))
        )
    }
}

/// Whether passwords and cookies are safe from listeners on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    Encrypted,
    Plain,
}

impl From<&Tls> for Transport {
    fn from(tls: &Tls) -> Self {
        match tls {
            Tls::Off => Transport::Plain,
            Tls::SelfSigned | Tls::Files { .. } => Transport::Encrypted,
        }
    }
}
