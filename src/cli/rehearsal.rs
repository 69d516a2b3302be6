//! What a rehearsal did, for whoever looks later: the outcome of each row and the plan, each in
//! a file of JSON lines.

use std::io::{self, Write as _};
use std::path::PathBuf;

use serde::Serialize;

use super::exit::Failure;
use crate::engine::change::Spool;
use crate::engine::{Extent, Outcome};
use crate::files::{Readers, Unfinished};
use crate::model::Key;
use crate::server::Kept;

/// See the module. Nothing is left of it unless it is kept.
pub struct Rehearsal {
    rows: Unfinished,
    /// The bytes of the rows before the stage under way.
    before_stage: u64,
    plan_path: PathBuf,
    plan: Option<Unfinished>,
    /// The first thing that went wrong: then there is nothing to keep.
    fault: Option<io::Error>,
}

#[derive(Serialize)]
struct Row<'a> {
    entity: &'a str,
    legacy_id: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
    outcome: &'static str,
}

impl Rehearsal {
    /// # Errors
    /// The files cannot be made.
    pub fn begin(kept: &Kept) -> Result<Self, Failure> {
        let rows = Unfinished::begin(&kept.rows, Readers::Owner).map_err(|error| {
            Failure::fault(format!(
                "cannot keep what a rehearsal does in {}: {error}. Make room there; nothing was read.",
                kept.rows.display()
            ))
        })?;
        Ok(Rehearsal {
            rows,
            before_stage: 0,
            plan_path: kept.plan.clone(),
            plan: None,
            fault: None,
        })
    }

    pub fn stage(&mut self) {
        match self.rows.length() {
            Ok(length) => self.before_stage = length,
            Err(error) => self.fail(error),
        }
    }

    pub fn row(&mut self, outcome: Outcome, entity: &str, key: &Key, name: &str) {
        let row = Row {
            entity,
            legacy_id: key.to_string(),
            name,
            outcome: outcome.word(),
        };
        let written = serde_json::to_writer(&mut self.rows, &row).map_err(io::Error::from);
        let written = written.and_then(|()| self.rows.write_all(b"\n"));
        self.note(written);
    }

    pub fn take_back(&mut self, rows: Extent) {
        let length = match rows {
            Extent::Stage => self.before_stage,
            Extent::Plan => 0,
        };
        self.plan = None;
        let cut = self.rows.cut(length);
        self.note(cut);
    }

    pub fn plan(&mut self, spool: &mut Spool) {
        let written = Unfinished::begin(&self.plan_path, Readers::Owner).and_then(|mut plan| {
            spool.write_lines(&mut plan)?;
            Ok(plan)
        });
        match written {
            Ok(plan) => self.plan = Some(plan),
            Err(error) => self.fail(error),
        }
    }

    /// Lets both files stay, where it came to a plan.
    ///
    /// # Errors
    /// The disk refused one of them.
    pub fn keep(self) -> io::Result<()> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        match self.plan {
            Some(plan) => {
                plan.keep()?;
                self.rows.keep()
            }
            None => Ok(()),
        }
    }

    fn note(&mut self, done: io::Result<()>) {
        if let Err(error) = done {
            self.fail(error);
        }
    }

    fn fail(&mut self, error: io::Error) {
        self.fault.get_or_insert(error);
    }
}
