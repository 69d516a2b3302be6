//! What the parts of the server share.

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::watch;

use super::connectordb::Schemas;
use super::door::Door;
use super::home::Home;
use super::jobs::{Jobs, Runner};
use super::later::Later;
use super::listen::Transport;
use super::maintenance::{Office, Turn};
use super::metrics::Metrics;
use super::pool::Pool;
use crate::config::{DatabaseUrl, ServerConfig};

/// What a server is made of.
pub struct Setup {
    pub store: DatabaseUrl,
    pub config: ServerConfig,
    pub home: Home,
    /// Where scheduled backups are.
    pub backups: PathBuf,
    /// Who does the runs that are asked for.
    pub runner: Arc<dyn Runner>,
}

/// See the module. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

pub struct Inner {
    pub config: ServerConfig,
    pub stores: Pool,
    pub door: Door,
    pub later: Later,
    pub jobs: Arc<Jobs>,
    pub office: Office,
    pub metrics: Metrics,
    pub schemas: Schemas,
    stopping: watch::Sender<bool>,
}

impl Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl App {
    pub(super) fn new(setup: Setup) -> Self {
        let transport = Transport::from(&setup.config.tls);
        App(Arc::new(Inner {
            stores: Pool::new(setup.store),
            door: Door::new(transport, &mut rand::rng()),
            later: Later::default(),
            jobs: Arc::new(Jobs::new(setup.runner, &setup.home)),
            office: Office::new(setup.home, setup.backups),
            metrics: Metrics::new(),
            schemas: Schemas::default(),
            config: setup.config,
            stopping: watch::Sender::new(false),
        }))
    }

    #[must_use]
    pub fn transport(&self) -> Transport {
        Transport::from(&self.config.tls)
    }

    /// For a backup or a restore that nobody asked for over HTTP: keeps out those that somebody
    /// asks for. `None` where one goes on.
    #[must_use]
    pub fn maintenance_turn(&self) -> Option<Turn> {
        self.office.turn()
    }

    /// Ends what would go on for ever.
    pub(super) fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Whether the server is told to stop.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Ready when the server is told to stop.
    pub fn stopped(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut stopping = self.stopping.subscribe();
        async move {
            // an error means that the server is gone
            let _ = stopping.wait_for(|stopping| *stopping).await;
        }
    }

    /// Writes what can wait from time to time.
    pub(super) fn spawn_writer(&self) {
        let app = self.clone();
        tokio::spawn(async move {
            loop {
                app.later.wait().await;
                app.flush().await;
            }
        });
    }

    pub(super) async fn flush(&self) {
        self.later.flush(&self.stores).await;
    }
}
