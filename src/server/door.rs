//! Who comes in with a password.
//!
//! Each answer takes as long as any other, whether or not there is such an account. What was
//! right a moment ago need not be hashed again: a hash under a key of this process, which
//! nobody else has, remembers it as long as the stored password stays the same.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::Utc;
use rand::CryptoRng;
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::attempts::Attempts;
use super::later::{Note, Renewed};
use super::listen::Transport;
use super::state::App;
use super::trouble::Trouble;
use crate::password::{self, Check, Secret};
use crate::store::accounts::{self, Account, AccountError};
use crate::store::maintenance::{self, Epoch};
use crate::time::to_micros;

/// How long a password that was right need not be checked again.
const REMEMBERED: Duration = Duration::from_secs(300);

/// How many are remembered at most.
const ENTRIES: usize = 10_000;

/// Passwords that are hashed at the same time: each takes 19 MiB and one core.
const AT_ONCE: usize = 2;

/// How long one waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// No name and no password is longer, in bytes: hashing more would be work for nothing.
const LONGEST: usize = 1024;

type Print = [u8; 32];

/// See the module.
pub struct Door {
    attempts: Mutex<Attempts>,
    /// By name and password: the stored hash that they matched, and until when.
    seen: Mutex<HashMap<Print, (Print, Instant)>>,
    key: [u8; 32],
    turns: Semaphore,
    transport: Transport,
}

impl Door {
    pub fn new<R: CryptoRng + ?Sized>(transport: Transport, rng: &mut R) -> Self {
        let mut key = [0; 32];
        rng.fill_bytes(&mut key);
        Door {
            attempts: Mutex::default(),
            seen: Mutex::default(),
            key,
            turns: Semaphore::new(AT_ONCE),
            transport,
        }
    }

    /// Hashes a new password, in its turn.
    ///
    /// # Errors
    /// The server is busy, or has no memory.
    pub async fn hash(&self, password: Secret) -> Result<String, Trouble> {
        let _turn = self.turn().await?;
        let hashed = spawn_blocking(move || password::hash(password.expose())).await;
        hashed
            .map_err(|error| Trouble::fault(error.to_string()))?
            .map_err(Trouble::from)
    }

    async fn turn(&self) -> Result<tokio::sync::SemaphorePermit<'_>, Trouble> {
        match tokio::time::timeout(PATIENCE, self.turns.acquire()).await {
            Ok(Ok(turn)) => Ok(turn),
            _ => Err(Trouble::busy("too many passwords wait to be checked")),
        }
    }

    fn print(&self, parts: &[&str]) -> Print {
        let mut hash = Sha256::new();
        hash.update(self.key);
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        hash.finalize().into()
    }

    fn knows(&self, entry: &Print, stored: &Print) -> bool {
        let seen = lock(&self.seen);
        seen.get(entry)
            .is_some_and(|(matched, until)| matched == stored && *until > Instant::now())
    }

    fn remember(&self, entry: Print, stored: Print) {
        let mut seen = lock(&self.seen);
        let now = Instant::now();
        if seen.len() >= ENTRIES {
            seen.retain(|_, (_, until)| *until > now);
        }
        if seen.len() < ENTRIES {
            seen.insert(entry, (stored, now + REMEMBERED));
        }
    }
}

/// Who came in.
pub struct Entered {
    pub account: Account,
    /// The epoch of the store in which that was so.
    pub epoch: Epoch,
}

/// How long the answer to a wrong password takes, at least: longer than any hash of an old
/// system does, so that it does not tell which one the account has.
const WRONG: Duration = Duration::from_millis(400);

/// The account whose password this is.
///
/// # Errors
/// 401, the same for every reason; 429 after too many; the store fails.
pub async fn enter(
    app: &App,
    username: &str,
    password: &Secret,
    peer: IpAddr,
) -> Result<Entered, Trouble> {
    let begun = Instant::now();
    let wrong = || Trouble::unauthorized("the name or the password is wrong");
    if username.len() > LONGEST || password.expose().len() > LONGEST {
        return Err(wrong());
    }
    let (epoch, account) = find(app, username).await?;
    let account = account.filter(|account| account.is_active);
    let stored = account
        .as_ref()
        .and_then(|account| account.password.clone());
    let door = &app.door;
    // behind a proxy of this machine, its address is everybody's
    let everybody = door.transport == Transport::Plain && peer.is_loopback();
    let address = (!everybody).then_some(peer);
    // another address is not let in by what this one knew: it would guess without a limit
    let entry = door.print(&[username, password.expose(), &peer.to_string()]);
    let print = door.print(&[stored.as_deref().unwrap_or_default()]);
    let attempt = || {
        lock(&door.attempts)
            .begin(username, address, Instant::now())
            .map_err(|wait| {
                app.metrics.logins("limited");
                Trouble::too_many(wait.as_secs() + 1)
            })
    };
    if everybody {
        attempt()?;
    }
    if let Some(account) = &account
        && door.knows(&entry, &print)
    {
        if everybody {
            lock(&door.attempts).succeeded(username, address);
        }
        let account = account.clone();
        return Ok(Entered { account, epoch });
    }
    if !everybody {
        attempt()?;
    }
    let (answer, renewed) = check(door, stored, password.clone()).await?;
    let Some(account) = account.filter(|_| answer.is_right()) else {
        app.metrics.logins("refused");
        tokio::time::sleep(WRONG.saturating_sub(begun.elapsed())).await;
        return Err(wrong());
    };
    app.metrics.logins("accepted");
    lock(&door.attempts).succeeded(username, address);
    door.remember(entry, print);
    let note = Note::Login {
        account: account.id,
        at: to_micros(Utc::now()),
        renewed,
    };
    app.later.push(note, epoch.clone());
    Ok(Entered { account, epoch })
}

async fn find(app: &App, username: &str) -> Result<(Epoch, Option<Account>), Trouble> {
    let username = username.to_owned();
    app.stores
        .with(move |connection| {
            let epoch = maintenance::epoch(connection)?;
            match accounts::find(connection, &username) {
                Ok(account) => Ok((epoch, Some(account))),
                Err(AccountError::Unknown(_)) => Ok((epoch, None)),
                Err(error) => Err(error.into()),
            }
        })
        .await
}

async fn check(
    door: &Door,
    stored: Option<String>,
    password: Secret,
) -> Result<(Check, Option<Renewed>), Trouble> {
    let _turn = door.turn().await?;
    let checked = spawn_blocking(move || {
        let answer = password::check_evenly(stored.as_deref(), password.expose());
        let renewed = match (answer, stored) {
            (Check::Outdated, Some(old)) => {
                let new = password::hash(password.expose()).ok();
                new.map(|new| Renewed { old, new })
            }
            _ => None,
        };
        (answer, renewed)
    });
    checked
        .await
        .map_err(|error| Trouble::fault(error.to_string()))
}

fn lock<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}
