//! The status document, and the one operation at a time that it tells of.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::ticket::{Ticket, Turn};
use crate::archive::{self, Drill};
use crate::server::pool::Pool;
use crate::store::columns::TimeText;
use crate::store::maintenance::{Maintenance, RESTORED};
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
    /// The backup's own: its version and when it was made; null where it cannot be read
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
    /// Whether a backup or a restore goes on, one by the schedule too
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
pub(super) struct State {
    pub(super) running: bool,
    backup: Operation,
    restore: Operation,
}

impl State {
    pub(super) fn of(&mut self, kind: Kind) -> &mut Operation {
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
            running: state.running,
            backup: state.backup.clone(),
            restore: state.restore.clone(),
            drill,
        }
    }

    pub fn is_running(&self) -> bool {
        self.state().running
    }

    /// Keeps all others out; `None` where something goes on.
    pub fn turn(self: &Arc<Self>) -> Option<Turn> {
        let mut state = self.state();
        if state.running {
            return None;
        }
        state.running = true;
        Some(Turn::of(self.clone()))
    }

    /// Begins an operation; `None` where one goes on.
    pub fn begin(
        self: &Arc<Self>,
        kind: Kind,
        id: Option<String>,
        stores: &Pool,
        now: DateTime<Utc>,
    ) -> Option<Ticket> {
        let turn = self.turn()?;
        let before = std::mem::replace(
            self.state().of(kind),
            Operation {
                succeded: Some(false),
                id,
                status_message: Some("running".into()),
                start_date: Some(iso(now)),
                ..Operation::default()
            },
        );
        Some(Ticket::new(turn, stores.clone(), kind, before))
    }

    /// Takes up what was remembered before the server was started; what it makes of those that
    /// never ended.
    pub fn recall(&self, rows: Vec<Maintenance>, now: DateTime<Utc>) -> Vec<Maintenance> {
        let (mut last, restored): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|row| row.kind != RESTORED);
        // a restore writes its own end with the data: nobody else knows whether it was done
        for mut restored in restored {
            restored.kind = Kind::Restore.word().into();
            let place = last.iter_mut().find(|row| row.kind == restored.kind);
            match place {
                None => last.push(restored),
                Some(row) if row.started.0 <= restored.started.0 => {
                    restored.started = row.started.clone();
                    *row = restored;
                }
                Some(_) => {}
            }
        }
        let mut mended = Vec::new();
        for mut row in last {
            if row.finished.is_none() {
                row.succeeded = Some(false);
                row.message = format!(
                    "the server was stopped before the {} was over; nothing was changed. Ask for it again.",
                    row.kind
                );
                row.finished = Some(TimeText(to_text(to_micros(now))));
            }
            mended.push(row.clone());
            let kind = match row.kind.as_str() {
                "backup" => Kind::Backup,
                _ => Kind::Restore,
            };
            *self.state().of(kind) = recalled(row);
        }
        mended
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn recalled(row: Maintenance) -> Operation {
    let stored = |time: &TimeText| parse_stored(&time.0).map(|at| iso(at.and_utc()));
    Operation {
        succeded: row.succeeded,
        id: row.archive,
        status_message: Some(row.message),
        start_date: stored(&row.started),
        end_date: row.finished.as_ref().and_then(stored),
        progress: None,
    }
}

/// UTC, ISO 8601 with milliseconds, as clients of Connectware read it.
pub(super) fn iso(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::DatabaseUrl;

    fn begun() -> (Arc<Operations>, Ticket) {
        let operations = Arc::new(Operations::default());
        let stores = Pool::new(DatabaseUrl::Sqlite("/nowhere/store.sqlite3".into()));
        let ticket = operations
            .begin(Kind::Restore, None, &stores, Utc::now())
            .expect("nothing goes on");
        assert!(
            operations
                .begin(Kind::Backup, None, &stores, Utc::now())
                .is_none()
        );
        (operations, ticket)
    }

    #[test]
    fn what_was_not_begun_leaves_the_status() {
        let (operations, ticket) = begun();
        drop(ticket);
        assert!(!operations.is_running());
        assert_eq!(operations.status(None).restore, Operation::default());
    }

    #[test]
    fn what_something_else_came_before_leaves_the_status() {
        let (operations, mut ticket) = begun();
        ticket.take();
        ticket.give_up();
        assert!(!operations.is_running());
        assert_eq!(operations.status(None).restore, Operation::default());
    }

    #[test]
    fn what_breaks_off_is_told_of_and_frees_the_place() {
        let (operations, mut ticket) = begun();
        ticket.take();
        drop(ticket);
        let status = operations.status(None);
        assert!(!status.running);
        assert_eq!(status.restore.succeded, Some(false));
        assert!(status.restore.end_date.is_some());
    }

    /// A client that goes away ends the future that answers it.
    #[test]
    fn an_end_whose_client_is_gone_is_an_end() {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let (operations, ticket) = begun();
        runtime.block_on(async {
            let ending = ticket.end(Err("wrong part".into()), Utc::now());
            let gone = tokio::time::timeout(std::time::Duration::ZERO, ending);
            let _ = gone.await;
            while operations.is_running() {
                tokio::task::yield_now().await;
            }
        });
        let restore = operations.status(None).restore;
        assert_eq!(restore.status_message.as_deref(), Some("wrong part"));
    }

    #[test]
    fn a_restore_that_was_killed_behind_its_commit_was_done() {
        let at = |hour: u32| TimeText(format!("2026-11-21 0{hour}:00:00"));
        let row = |kind: &str, started, finished: Option<TimeText>| Maintenance {
            kind: kind.into(),
            archive: (kind == RESTORED).then(|| "the id".into()),
            succeeded: finished.as_ref().map(|_| true),
            message: "OK".into(),
            started,
            finished,
        };
        let check = |rows: Vec<Maintenance>, succeded, id: Option<&str>| {
            let operations = Operations::default();
            let mended = operations.recall(rows, Utc::now());
            assert!(mended.iter().all(|row| row.finished.is_some()));
            let restore = operations.status(None).restore;
            assert_eq!((restore.succeded, restore.id.as_deref()), (succeded, id));
        };
        let killed = row("restore", at(3), None);
        let done = row(RESTORED, at(4), Some(at(4)));
        let earlier = row(RESTORED, at(1), Some(at(1)));
        check(
            vec![killed.clone(), done.clone()],
            Some(true),
            Some("the id"),
        );
        check(vec![earlier, killed.clone()], Some(false), None);
        check(vec![killed], Some(false), None);
        check(vec![done], Some(true), Some("the id"));
        check(vec![], None, None);
    }
}
