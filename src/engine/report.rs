//! The report of a run, as JSON and as what `runs show` reads back.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::finding::{Finding, Severity};
use super::findings::Findings;
use super::tally::Counts;
use crate::files::{Readers, write_whole};
use crate::time::to_the_second;

/// Everything but the findings, of which there may be as many as rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub format: u32,
    /// `None` for a rehearsal.
    pub run: Option<i64>,
    pub recipe: String,
    pub mode: Mode,
    pub outcome: End,
    /// UTC, RFC 3339.
    pub started: String,
    pub finished: String,
    /// The plan's digest, `sha256:…`; none where there is no complete plan.
    pub plan: Option<String>,
    pub source: Source,
    pub stages: Vec<StageTime>,
    pub entities: BTreeMap<String, Counts>,
    /// How long the store's write lock was held, in seconds. It is not known before the commit,
    /// so the store does not keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock_seconds: Option<f64>,
    /// How many findings of each code there are. Not part of the JSON report.
    #[serde(skip)]
    pub finding_counts: BTreeMap<String, (Severity, u64)>,
    /// Rows refused that the last committed run had not refused.
    #[serde(skip)]
    pub newly_refused: u64,
    /// See [`Recipe::scope`](super::Recipe::scope).
    #[serde(skip)]
    pub scope: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    Import,
    DryRun,
    Sync,
    Undo,
    /// The store was emptied of what imports brought.
    Reset,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    Committed,
    Rehearsed,
    RolledBack,
    Failed,
    Cancelled,
    Held,
    Skipped,
    KeptPartial,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub kind: String,
    pub identity: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StageTime {
    pub stage: String,
    pub seconds: f64,
}

/// The word under which a mode or an end is written.
pub fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

impl Report {
    /// Of a run that has just begun: failed, until it gets further.
    pub fn begun(recipe: &str, mode: Mode, source: Source, at: DateTime<Utc>) -> Self {
        Report {
            format: 1,
            run: None,
            recipe: recipe.into(),
            mode,
            outcome: End::Failed,
            started: to_the_second(at),
            finished: String::new(),
            plan: None,
            source,
            stages: Vec::new(),
            entities: BTreeMap::new(),
            lock_seconds: None,
            finding_counts: BTreeMap::new(),
            newly_refused: 0,
            scope: None,
        }
    }

    /// Whose findings those of the run are: findings of one scope say nothing of another's.
    pub fn family(&self) -> String {
        match &self.scope {
            Some(scope) => format!("{} {scope}", self.recipe),
            None => self.recipe.clone(),
        }
    }

    pub fn counts(&self, entity: &str) -> Counts {
        self.entities.get(entity).copied().unwrap_or_default()
    }

    /// Writes the report with its findings as one JSON document. The findings are handed in
    /// one by one by `each`, wherever they are kept.
    ///
    /// # Errors
    /// The output fails, or `each` does.
    pub fn write<E: From<io::Error>>(
        &self,
        out: &mut impl Write,
        each: impl FnOnce(&mut dyn FnMut(Finding) -> Result<(), E>) -> Result<(), E>,
    ) -> Result<(), E> {
        let head = serde_json::to_string_pretty(self).map_err(io::Error::from)?;
        let head = head.trim_end().trim_end_matches('}').trim_end();
        write!(out, "{head},\n  \"findings\": [")?;
        let mut first = true;
        each(&mut |finding| {
            let separator = if first { "\n    " } else { ",\n    " };
            first = false;
            let finding = serde_json::to_string(&finding).map_err(io::Error::from)?;
            write!(out, "{separator}{finding}")?;
            Ok(())
        })?;
        writeln!(out, "{}]\n}}", if first { "" } else { "\n  " })?;
        out.flush()?;
        Ok(())
    }

    /// Writes the report to a file, whole or not at all.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write_file(&self, findings: &mut Findings, path: &Path) -> io::Result<()> {
        write_whole(path, Readers::Owner, |out| {
            self.write(out, |each| findings.each(each))
        })
    }
}
