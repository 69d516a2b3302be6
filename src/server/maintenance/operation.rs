//! The status document, and the one operation at a time that it tells of.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::archive::{self, Drill};
use crate::server::pool::Pool;
use crate::store::columns::TimeText;
use crate::store::maintenance::{self, Maintenance};
use crate::time::{parse_stored, to_micros, to_text};

/// What can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Backup,
    Restore,
}

impl Kind {
    pub fn word(self) -> &'static str {
        match self {
            Kind::Backup => "backup",
            Kind::Restore => "restore",
        }
    }
}

/// One backup or restore. The first five keys are Connectware's; all are null before the first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    /// Spelled as clients expect it
    pub succeded: Option<bool>,
    /// The backup's own: its version and when it was made
    #[schema(example = "0.1.0_2026-11-21T15:37:19.242Z")]
    pub id: Option<String>,
    /// `OK`, what goes on, or what went wrong and what to do
    pub status_message: Option<String>,
    pub start_date: Option<String>,
    /// Null while it goes on
    pub end_date: Option<String>,
    /// How far it is, while it goes on
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
}

/// How far an operation is.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Progress {
    /// `receiving`, `writing`, `checking`, `upgrading`, `loading` or `proving`
    pub phase: &'static str,
    /// The table at hand
    pub table: String,
    /// Rows of all tables, or bytes that were received
    pub done: u64,
    pub of: Option<u64>,
}

impl From<archive::Progress<'_>> for Progress {
    fn from(progress: archive::Progress<'_>) -> Self {
        Progress {
            phase: progress.phase.word(),
            table: progress.table.into(),
            done: progress.rows,
            of: progress.total,
        }
    }
}

/// The status document.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Status {
    /// Whether a backup or a restore goes on
    pub running: bool,
    pub backup: Operation,
    pub restore: Operation,
    /// What the last drill of a scheduled backup came to; null before the first
    #[schema(value_type = Option<Object>)]
    pub drill: Option<Drill>,
}

/// See the module.
#[derive(Default)]
pub struct Operations(Mutex<State>);

#[derive(Default)]
struct State {
    running: Option<Kind>,
    backup: Operation,
    restore: Operation,
}

impl State {
    fn of(&mut self, kind: Kind) -> &mut Operation {
        match kind {
            Kind::Backup => &mut self.backup,
            Kind::Restore => &mut self.restore,
        }
    }
}

impl Operations {
    pub fn status(&self, drill: Option<Drill>) -> Status {
        let state = self.state();
        Status {
            running: state.running.is_some(),
            backup: state.backup.clone(),
            restore: state.restore.clone(),
            drill,
        }
    }

    pub fn is_running(&self) -> bool {
        self.state().running.is_some()
    }

    /// Begins an operation; `None` where one goes on.
    pub fn begin(
        self: &Arc<Self>,
        kind: Kind,
        id: Option<String>,
        stores: &Pool,
        now: DateTime<Utc>,
    ) -> Option<Ticket> {
        let mut state = self.state();
        if state.running.is_some() {
            return None;
        }
        state.running = Some(kind);
        let before = std::mem::replace(
            state.of(kind),
            Operation {
                succeded: Some(false),
                id,
                status_message: Some("running".into()),
                start_date: Some(iso(now)),
                ..Operation::default()
            },
        );
        drop(state);
        Some(Ticket {
            operations: self.clone(),
            stores: stores.clone(),
            kind,
            before: Some(before),
        })
    }

    /// Takes up what was remembered before the server was started.
    pub fn recall(&self, rows: Vec<Maintenance>, now: DateTime<Utc>) {
        let mut state = self.state();
        for row in rows {
            let kind = match row.kind.as_str() {
                "backup" => Kind::Backup,
                _ => Kind::Restore,
            };
            *state.of(kind) = recalled(row, now);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn recalled(row: Maintenance, now: DateTime<Utc>) -> Operation {
    let stored = |time: &TimeText| parse_stored(&time.0).map(|at| iso(at.and_utc()));
    let ended = row.finished.is_some();
    Operation {
        succeded: Some(row.succeeded.unwrap_or(false)),
        id: row.archive,
        status_message: Some(match ended {
            true => row.message,
            false => format!(
                "the server was stopped before the {} was over: it was done as a whole, or nothing of it. Ask for it again.",
                row.kind
            ),
        }),
        start_date: stored(&row.started),
        end_date: row
            .finished
            .as_ref()
            .and_then(stored)
            .or_else(|| Some(iso(now))),
        progress: None,
    }
}

/// Who has it goes on alone, until it is ended or lost.
pub struct Ticket {
    operations: Arc<Operations>,
    stores: Pool,
    kind: Kind,
    /// What the status said before.
    before: Option<Operation>,
}

impl Ticket {
    /// Tells how far it is.
    pub fn tell(&self, progress: Progress) {
        let mut state = self.operations.state();
        let operation = state.of(self.kind);
        operation.status_message = Some(match progress.table.as_str() {
            "" => progress.phase.into(),
            table => format!("{} {table}", progress.phase),
        });
        operation.progress = Some(progress);
    }

    /// Remembers that it began, so that it is told of if it never ends.
    pub async fn note(&self) {
        let row = self.row();
        let noted = self
            .stores
            .with(move |connection| Ok(maintenance::keep(connection, &row)?))
            .await;
        if let Err(trouble) = noted {
            trouble.log();
        }
    }

    /// Takes it back: the status is as it was before.
    pub fn withdraw(mut self) {
        if let Some(before) = self.before.take() {
            let mut state = self.operations.state();
            *state.of(self.kind) = before;
            state.running = None;
        }
    }

    /// Ends it: with the backup's id, or with what went wrong.
    pub async fn end(mut self, ended: Result<String, String>, now: DateTime<Utc>) {
        self.settle(ended, now);
        self.note().await;
        self.free();
    }

    fn settle(&mut self, ended: Result<String, String>, now: DateTime<Utc>) {
        self.before = None;
        let mut state = self.operations.state();
        let operation = state.of(self.kind);
        operation.succeded = Some(ended.is_ok());
        operation.end_date = Some(iso(now));
        operation.progress = None;
        operation.status_message = Some(match ended {
            Ok(id) => {
                operation.id = Some(id);
                "OK".into()
            }
            Err(message) => message,
        });
    }

    fn free(&self) {
        self.operations.state().running = None;
    }

    fn row(&self) -> Maintenance {
        let mut state = self.operations.state();
        let operation = state.of(self.kind).clone();
        drop(state);
        let stored = |text: &Option<String>| {
            let at: DateTime<Utc> = text.as_ref()?.parse().ok()?;
            Some(TimeText(to_text(to_micros(at))))
        };
        let ended = operation.end_date.is_some();
        Maintenance {
            kind: self.kind.word().into(),
            archive: operation.id,
            succeeded: operation.succeded.filter(|_| ended),
            message: operation.status_message.unwrap_or_default(),
            started: stored(&operation.start_date)
                .unwrap_or_else(|| TimeText(to_text(DateTime::UNIX_EPOCH.naive_utc()))),
            finished: stored(&operation.end_date),
        }
    }
}

/// A client that goes away in the middle of its upload, a thread that breaks off.
impl Drop for Ticket {
    fn drop(&mut self) {
        if self.before.is_some() {
            let message = format!(
                "the {} broke off; nothing was changed. Ask for it again.",
                self.kind.word()
            );
            self.settle(Err(message), Utc::now());
            self.free();
        }
    }
}

/// UTC, ISO 8601 with milliseconds, as clients of Connectware read it.
fn iso(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
