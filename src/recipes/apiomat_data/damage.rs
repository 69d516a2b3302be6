//! Damage in a dump: it stops the run, unless the person said that what is whole shall come in.

use std::path::Path;

use super::Broken;
use crate::engine::{Finding, Outcome, Planner, Severity, Stop};
use crate::legacy::mongodump::{BadDocument, Broken as End, Data, Oddity, Problem, Unreadable};
use crate::model::Key;

/// Damaged documents of one collection that are told one by one.
const TOLD: u64 = 100;

/// What was found so far.
pub struct Damages {
    broken: Broken,
    count: u64,
    first: Option<String>,
}

/// Whether a part of the dump cannot be read that should be there.
pub fn is_damage(what: &Oddity) -> bool {
    matches!(
        what,
        Oddity::Metadata(_) | Oddity::Broken(_) | Oddity::Cut | Oddity::Escape | Oddity::LinkedFile
    )
}

/// A file that cannot be read for want of a disk or of rights.
pub fn fault(error: Unreadable) -> Stop {
    Stop::source(format!(
        "{error}. Check the disk and your rights on it, and try again."
    ))
}

impl Damages {
    pub fn new(broken: Broken) -> Self {
        Damages {
            broken,
            count: 0,
            first: None,
        }
    }

    /// Notes one; true where it is to be told of, because the run goes on.
    fn note(&mut self, message: &str) -> bool {
        self.count += 1;
        if self.first.is_none() {
            self.first = Some(message.into());
        }
        self.broken == Broken::Skipped
    }

    /// A file beside the documents.
    pub fn of_dump(&mut self, plan: &mut Planner, problem: &Problem) -> Result<(), Stop> {
        let message = format!("{problem}");
        if !self.note(&message) {
            return Ok(());
        }
        plan.finding(
            Finding::new("broken-file", Severity::Error, format!("{message}."))
                .on("collections", problem.path.display(), "")
                .refusing(),
        )
    }

    /// A document that cannot be understood; `before` it were so many others.
    pub fn of_document(
        &mut self,
        plan: &mut Planner,
        path: &str,
        data: &Data,
        bad: &BadDocument,
        before: u64,
    ) -> Result<(), Stop> {
        let message = format!("{}: {bad}", shown(data));
        let number = bad.index;
        plan.account_list("documents", path, number..number + 1, Outcome::Refused);
        if !self.note(&message) || before >= TOLD {
            return Ok(());
        }
        plan.finding(
            Finding::new("bad-document", Severity::Error, format!("{message}."))
                .on("documents", Key::text(format!("{path}[{number}]")), "")
                .refusing(),
        )
    }

    /// The bad documents that were not told one by one.
    pub fn of_others(&self, plan: &mut Planner, path: &str, bad: u64) -> Result<(), Stop> {
        let others = bad.saturating_sub(TOLD);
        if others == 0 || self.broken == Broken::Stops {
            return Ok(());
        }
        let message = format!("{others} more documents of {path} cannot be understood.");
        plan.finding(
            Finding::new("bad-document", Severity::Error, message)
                .on("documents", path, "")
                .refusing(),
        )
    }

    /// Nothing behind this can be read.
    pub fn of_end(
        &mut self,
        plan: &mut Planner,
        path: &str,
        data: &Data,
        end: &End,
    ) -> Result<(), Stop> {
        let lost = match bytes_behind(data, end.offset) {
            Some(bytes) => format!("the {bytes} bytes from there on are not read"),
            None => "what follows is not read".into(),
        };
        let message = format!("{}: {end}; {lost}", shown(data));
        if !self.note(&message) {
            return Ok(());
        }
        plan.finding(
            Finding::new(
                "broken-documents",
                Severity::Error,
                format!("{message}. The documents before it come in."),
            )
            .on("documents", path, "")
            .refusing(),
        )
    }

    /// Ends the run where damage does.
    pub fn end(self) -> Result<(), Stop> {
        let (Some(first), Broken::Stops) = (self.first, self.broken) else {
            return Ok(());
        };
        let others = match self.count {
            1 => String::new(),
            count => format!(" Damaged places: {count}, of which this is the first."),
        };
        Err(Stop::source(format!(
            "the dump is damaged: {first}.{others} Make a new dump; where there can be none, --skip-broken brings in what is whole and tells of the rest."
        )))
    }
}

fn shown(data: &Data) -> String {
    super::shown(data.file())
}

/// How much of a file lies behind a place in it; of what is packed nobody knows.
fn bytes_behind(data: &Data, offset: u64) -> Option<u64> {
    let Data::File(path, crate::legacy::mongodump::Packing::Plain) = data else {
        return None;
    };
    let length = length_of(path)?;
    length.checked_sub(offset)
}

fn length_of(path: &Path) -> Option<u64> {
    std::fs::metadata(path).ok().map(|found| found.len())
}
