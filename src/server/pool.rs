//! Connections to the store for requests. One serves one thread at a time, and none is held
//! while nothing is asked of it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;

use super::trouble::Trouble;
use crate::config::DatabaseUrl;
use crate::store::{Connection, Missing, Store, lock};

/// Requests that ask the store at the same time.
const CONNECTIONS: usize = 8;

/// How long a request waits for its turn, or for another writer, before it is told to come
/// again.
const PATIENCE: Duration = Duration::from_secs(5);

/// See the module.
#[derive(Clone)]
pub struct Pool(Arc<Inner>);

struct Inner {
    url: DatabaseUrl,
    idle: Mutex<Vec<Store>>,
    turns: Arc<Semaphore>,
}

impl Pool {
    pub fn new(url: DatabaseUrl) -> Self {
        Pool(Arc::new(Inner {
            url,
            idle: Mutex::default(),
            turns: Arc::new(Semaphore::new(CONNECTIONS)),
        }))
    }

    /// Asks the store on a thread that may block.
    ///
    /// # Errors
    /// What `work` returns; [`Trouble::busy`] where the store cannot be reached, or all
    /// connections are taken for too long.
    pub async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        self.with_store(|store| work(&mut store.connection)).await
    }

    /// As [`Pool::with`], for what needs to know where the store is.
    ///
    /// # Errors
    /// As [`Pool::with`].
    pub async fn with_store<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Store) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        let turn = self.turn().await?;
        let pool = self.clone();
        spawn_blocking(move || pool.work(turn, work))
            .await
            .map_err(|error| Trouble::fault(error.to_string()))?
    }

    /// Where the store is.
    pub fn url(&self) -> &DatabaseUrl {
        &self.0.url
    }

    /// Whether no run, reset or restore is under way, in any process.
    ///
    /// # Errors
    /// As [`Pool::with`].
    pub async fn run_lock_is_free(&self) -> Result<bool, Trouble> {
        self.with_store(|store| Ok(lock::is_free(store)?)).await
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit, Trouble> {
        let turn = self.0.turns.clone().acquire_owned();
        match tokio::time::timeout(PATIENCE, turn).await {
            Ok(Ok(turn)) => Ok(turn),
            _ => Err(Trouble::busy("all connections to the store are taken")),
        }
    }

    fn work<T>(
        &self,
        _turn: OwnedSemaphorePermit,
        work: impl FnOnce(&mut Store) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let idle = self.idle().pop();
        let mut store = match idle {
            Some(store) => store,
            None => self.connect()?,
        };
        let done = work(&mut store);
        match &done {
            // a connection that is lost was probably not the only one
            Err(trouble) if trouble.is_of_the_store() => self.idle().clear(),
            _ => self.idle().push(store),
        }
        done
    }

    fn connect(&self) -> Result<Store, Trouble> {
        let mut store = Store::open(&self.0.url, Missing::Create)?;
        let patience = u32::try_from(PATIENCE.as_millis()).unwrap_or(u32::MAX);
        store.connection.serve_requests(patience)?;
        Ok(store)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Store>> {
        // nothing is done while it is held that could panic
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
