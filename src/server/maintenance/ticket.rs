//! Who goes on alone, and what becomes of the status where that ends.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::operation::{Kind, Operation, Operations, Progress, iso};
use crate::archive::Id;
use crate::server::pool::Pool;
use crate::store::columns::TimeText;
use crate::store::maintenance::{self, Maintenance};
use crate::time::{to_micros, to_text};

/// Who has it goes on alone, as long as it lives.
pub struct Turn(Arc<Operations>);

impl Turn {
    /// Of operations that are marked as running.
    pub(super) fn of(operations: Arc<Operations>) -> Self {
        Turn(operations)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.state().running = false;
    }
}

/// An operation under way, until it is ended or lost.
pub struct Ticket {
    turn: Turn,
    stores: Pool,
    kind: Kind,
    /// What the status said before.
    before: Operation,
    stage: Stage,
}

/// What a ticket that is lost comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The status is as it was.
    Asked,
    /// It broke off.
    Begun,
    /// It ended as it did.
    Ended,
}

impl Ticket {
    pub(super) fn new(turn: Turn, stores: Pool, kind: Kind, before: Operation) -> Self {
        Ticket {
            turn,
            stores,
            kind,
            before,
            stage: Stage::Asked,
        }
    }

    /// From here on it counts, however it ends.
    pub fn take(&mut self) {
        self.stage = Stage::Begun;
    }

    /// Something else came first: the status is as it was.
    pub fn give_up(mut self) {
        self.stage = Stage::Asked;
    }

    /// Tells which backup it is about.
    pub fn name(&self, id: &Id) {
        let mut state = self.turn.0.state();
        state.of(self.kind).id = Some(id.to_string());
    }

    /// Tells how far it is.
    pub fn tell(&self, progress: Progress) {
        let mut state = self.turn.0.state();
        let operation = state.of(self.kind);
        operation.status_message = Some(match progress.table.as_str() {
            "" => progress.phase.into(),
            table => format!("{} {table}", progress.phase),
        });
        operation.progress = Some(progress);
    }

    /// Remembers how it stands, so that it is told of if it never ends.
    pub async fn note(&self) {
        let row = self.row();
        let noted = self.stores.with(move |connection| {
            Ok(connection.write(|connection| maintenance::keep(connection, &row))?)
        });
        if let Err(trouble) = noted.await {
            trouble.log();
        }
    }

    /// Ends it: with the backup's id, or with what went wrong. A client that is gone by now
    /// changes nothing of that.
    pub async fn end(mut self, ended: Result<String, String>, now: DateTime<Utc>) {
        self.settle(ended, now);
        let over = tokio::spawn(async move { self.note().await });
        // it is logged where it breaks off
        let _ = over.await;
    }

    fn settle(&mut self, ended: Result<String, String>, now: DateTime<Utc>) {
        self.stage = Stage::Ended;
        let mut state = self.turn.0.state();
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

    fn row(&self) -> Maintenance {
        let mut state = self.turn.0.state();
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

/// A client that goes away in the middle of its upload, a thread that breaks off; and what was
/// never begun, which leaves the status as it was.
impl Drop for Ticket {
    fn drop(&mut self) {
        match self.stage {
            Stage::Asked => {
                *self.turn.0.state().of(self.kind) = std::mem::take(&mut self.before);
            }
            Stage::Begun => {
                let message = format!(
                    "the {} broke off; nothing was changed. Ask for it again.",
                    self.kind.word()
                );
                self.settle(Err(message), Utc::now());
            }
            Stage::Ended => {}
        }
    }
}
