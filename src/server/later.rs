//! What a login writes: its token, when it was, a hash in today's form. A login never waits for
//! a write, so all of that is written a moment later; until then it is found here. What was
//! checked before the store was restored is not written after it: there an account may be
//! another's.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{NaiveDateTime, Utc};
use diesel::QueryResult;
use tokio::sync::Notify;

use super::pool::Pool;
use super::trouble::Trouble;
use crate::store::Connection;
use crate::store::accounts;
use crate::store::maintenance::{self, Epoch};
use crate::store::tokens::{self, Token};
use crate::time::to_micros;

/// What may wait at most; beyond it the oldest is lost.
const WAITING: usize = 10_000;

/// How long it waits after a write that failed.
const PAUSE: Duration = Duration::from_secs(2);

/// Something to write, and the epoch of the store in which it was checked.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    note: Note,
    epoch: Epoch,
}

/// One thing to write.
#[derive(Clone, Debug, PartialEq)]
pub enum Note {
    Token(Token),
    Login {
        account: i64,
        at: NaiveDateTime,
        renewed: Option<Renewed>,
    },
}

/// The same password in another form.
#[derive(Clone, Debug, PartialEq)]
pub struct Renewed {
    pub old: String,
    pub new: String,
}

/// See the module.
#[derive(Default)]
pub struct Later {
    waiting: Mutex<Vec<Entry>>,
    bell: Notify,
    /// Held while something is written, or taken back.
    writing: tokio::sync::Mutex<()>,
}

impl Later {
    pub fn push(&self, note: Note, epoch: Epoch) {
        let mut waiting = self.waiting();
        if waiting.len() >= WAITING {
            waiting.remove(0);
        }
        waiting.push(Entry { note, epoch });
        drop(waiting);
        self.bell.notify_one();
    }

    /// A token that is not written yet, and its epoch.
    pub fn token(&self, hash: &str) -> Option<(Token, Epoch)> {
        self.waiting().iter().find_map(|entry| match &entry.note {
            Note::Token(token) if token.hash == hash => Some((token.clone(), entry.epoch.clone())),
            _ => None,
        })
    }

    /// Those of an account.
    pub fn tokens(&self, user: i64) -> Vec<Token> {
        let waiting = self.waiting();
        let tokens = waiting.iter().filter_map(|entry| match &entry.note {
            Note::Token(token) if token.user_id == user => Some(token.clone()),
            _ => None,
        });
        tokens.collect()
    }

    /// Does `work`, which ends tokens in the store, while none is written that it would miss,
    /// and drops those for which `ends` holds.
    ///
    /// # Errors
    /// What `work` returns.
    pub async fn end<T>(
        &self,
        ends: impl Fn(&Token) -> bool,
        work: impl Future<Output = Result<T, Trouble>>,
    ) -> Result<T, Trouble> {
        let _writing = self.writing.lock().await;
        let done = work.await?;
        self.waiting().retain(|entry| match &entry.note {
            Note::Token(token) => !ends(token),
            Note::Login { .. } => true,
        });
        Ok(done)
    }

    /// Ready when there is something to write.
    pub async fn wait(&self) {
        self.bell.notified().await;
    }

    /// Writes what waits. Where that fails it goes on waiting.
    pub async fn flush(&self, stores: &Pool) {
        let _writing = self.writing.lock().await;
        let notes = self.waiting().clone();
        if notes.is_empty() {
            return;
        }
        let written = notes.clone();
        let done = stores
            .with(move |connection| {
                let now = to_micros(Utc::now());
                connection.write(|connection| -> Result<(), Trouble> {
                    tokens::await_restore(connection)?;
                    let epoch = maintenance::epoch(connection)?;
                    tokens::forget_expired(connection, now)?;
                    for entry in written.iter().filter(|entry| entry.epoch == epoch) {
                        write(connection, &entry.note)?;
                    }
                    Ok(())
                })
            })
            .await;
        match done {
            Ok(()) => self.waiting().retain(|note| !notes.contains(note)),
            Err(trouble) => {
                trouble.log();
                tokio::time::sleep(PAUSE).await;
                self.bell.notify_one();
            }
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn write(connection: &mut Connection, note: &Note) -> QueryResult<()> {
    match note {
        Note::Token(token) => tokens::insert(connection, token),
        Note::Login {
            account,
            at,
            renewed,
        } => {
            accounts::note_login(connection, *account, *at)?;
            match renewed {
                Some(Renewed { old, new }) => accounts::renew_hash(connection, *account, old, new),
                None => Ok(()),
            }
        }
    }
}
