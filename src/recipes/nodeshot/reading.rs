//! Reading one legacy row: each field comes out clean, and what was wrong with it becomes
//! a finding; nothing stops a run.

use chrono::NaiveDateTime;
use chrono_tz::Tz;

use crate::engine::finding::one;
use crate::engine::{Cause, Finding, Planner, Severity, Stop};
use crate::legacy::{LegacyRow, LegacyTable};
use crate::model::{Data, Key};
use crate::sql::Cell;
use crate::text;
use crate::time::{self, TimeNote, TimeProblem};

/// A row under the reader's hands.
pub struct Reading<'a> {
    table: &'static LegacyTable,
    entity: &'static str,
    zone: Tz,
    row: &'a mut LegacyRow,
    /// How the row is called in findings.
    pub name: String,
    /// Leftovers, on their way to the `data` column.
    pub data: Data,
    pub findings: Vec<Finding>,
}

impl<'a> Reading<'a> {
    pub fn new(
        table: &'static LegacyTable,
        entity: &'static str,
        zone: Tz,
        row: &'a mut LegacyRow,
    ) -> Self {
        Reading {
            table,
            entity,
            zone,
            row,
            name: String::new(),
            data: Data::default(),
            findings: Vec::new(),
        }
    }

    pub fn id(&self) -> i64 {
        self.row.id
    }

    pub fn key(&self) -> Key {
        Key::id(self.row.id)
    }

    /// A finding about this row.
    pub fn about(
        &self,
        code: &'static str,
        severity: Severity,
        message: impl Into<String>,
    ) -> Finding {
        Finding::new(code, severity, message).on(self.entity, self.row.id, &self.name)
    }

    /// Notes that something about the row is worth knowing.
    pub fn note(&mut self, code: &'static str, severity: Severity, message: impl Into<String>) {
        let finding = self.about(code, severity, message);
        self.findings.push(finding);
    }

    fn take(&mut self, at: impl Into<usize>) -> (Cell, &'static str) {
        let at = at.into();
        let cell = self
            .row
            .cells
            .get_mut(at)
            .map_or(Cell::Null, |cell| std::mem::replace(cell, Cell::Null));
        (cell, self.table.columns[at].name)
    }

    /// A text without what no store can hold. Bytes that are no text come out with U+FFFD
    /// in their place, and their hexadecimal form is kept.
    pub fn text(&mut self, at: impl Into<usize>) -> Option<String> {
        let (cell, column) = self.take(at);
        let raw = match cell {
            Cell::Null => return None,
            Cell::Int(number) => number.to_string(),
            Cell::Real(number) => number.to_string(),
            Cell::Text(text) => text.into_string(),
            Cell::Bytes(bytes) => match String::from_utf8(bytes.into_vec()) {
                Ok(text) => text,
                Err(error) => {
                    let lossy = String::from_utf8_lossy(error.as_bytes()).into_owned();
                    let hex = crate::text::hex(error.as_bytes());
                    self.data.set(column, hex);
                    self.note(
                        "not-text",
                        Severity::Warning,
                        format!("{column} holds bytes that are no UTF-8 text: they are replaced by U+FFFD, and kept as hexadecimal in data.{column}."),
                    );
                    lossy
                }
            },
        };
        match text::storable(&raw) {
            std::borrow::Cow::Borrowed(_) => Some(raw),
            std::borrow::Cow::Owned(clean) => {
                self.note(
                    "nul-removed",
                    Severity::Warning,
                    format!(
                        "{column} holds NUL characters, which no text column can: they are removed."
                    ),
                );
                Some(clean)
            }
        }
    }

    /// A text that says something.
    pub fn nonblank(&mut self, at: impl Into<usize>) -> Option<String> {
        self.text(at).filter(|text| !text.trim().is_empty())
    }

    /// A text as it came, "" where it is missing.
    pub fn text_or_empty(&mut self, at: impl Into<usize>) -> String {
        self.text(at).unwrap_or_default()
    }

    /// A number, `Err` with what stands there instead.
    pub fn raw_real(&mut self, at: impl Into<usize>) -> Result<Option<f64>, String> {
        match self.take(at).0 {
            Cell::Null => Ok(None),
            Cell::Int(number) => Ok(Some(number as f64)),
            Cell::Real(number) => Ok(Some(number)),
            Cell::Text(text) => match text.trim().parse() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(text.into_string()),
            },
            Cell::Bytes(bytes) => Err(String::from_utf8_lossy(&bytes).into_owned()),
        }
    }

    /// A finite number; anything else becomes null, is kept in `data`, and is a finding.
    pub fn real(&mut self, at: impl Into<usize>) -> Option<f64> {
        let at = at.into();
        let column = self.table.columns[at].name;
        match self.raw_real(at) {
            Ok(Some(number)) if number.is_finite() => Some(number),
            Ok(None) => None,
            Ok(Some(number)) => self.not_a_number(column, number.to_string()),
            Err(text) => self.not_a_number(column, text),
        }
    }

    /// A whole number; anything else becomes null, is kept in `data`, and is a finding.
    pub fn int(&mut self, at: impl Into<usize>) -> Option<i64> {
        let (cell, column) = self.take(at);
        match cell {
            Cell::Null => None,
            Cell::Int(number) => Some(number),
            Cell::Real(number) if number.fract() == 0.0 && number.abs() < 9e15 => {
                Some(number as i64)
            }
            Cell::Real(number) => self.not_a_number(column, number.to_string()),
            Cell::Text(text) => match text.trim().parse() {
                Ok(number) => Some(number),
                Err(_) => self.not_a_number(column, text.into_string()),
            },
            Cell::Bytes(bytes) => {
                self.not_a_number(column, String::from_utf8_lossy(&bytes).into_owned())
            }
        }
    }

    fn not_a_number<T>(&mut self, column: &'static str, text: String) -> Option<T> {
        self.note(
            "not-a-number",
            Severity::Warning,
            format!("{column} is {:?}, which is no number: it becomes null, the text is kept in data.{column}.", text::printable(&text)),
        );
        self.data.set(column, text::storable(&text).into_owned());
        None
    }

    /// A boolean as databases write it.
    pub fn flag(&mut self, at: impl Into<usize>) -> Option<bool> {
        let at = at.into();
        if let Some(Cell::Text(text)) = self.row.cells.get(at) {
            let word = text.trim().to_ascii_lowercase();
            if let Some(flag) = match word.as_str() {
                "t" | "true" => Some(true),
                "f" | "false" => Some(false),
                _ => None,
            } {
                return Some(flag);
            }
        }
        self.int(at).map(|number| number != 0)
    }

    /// A time of the old server's clock as UTC; a zero or unreadable one becomes null.
    pub fn time(&mut self, at: impl Into<usize>) -> Option<NaiveDateTime> {
        let at = at.into();
        let column = self.table.columns[at].name;
        let raw = match self.row.cells.get(at) {
            Some(Cell::Text(text)) => time::utc(text, self.zone),
            Some(Cell::Null) | None => return None,
            Some(_) => Err(TimeProblem::Unreadable),
        };
        match raw {
            Ok(stamp) => {
                match stamp.note {
                    None => {}
                    Some(TimeNote::Ambiguous) => self.note(
                        "time-ambiguous",
                        Severity::Info,
                        format!("{column} occurs twice on the old server's clock: the earlier is taken."),
                    ),
                    Some(TimeNote::Skipped) => self.note(
                        "time-skipped",
                        Severity::Info,
                        format!("{column} does not exist on the old server's clock: it is moved forward by the gap."),
                    ),
                }
                Some(stamp.at)
            }
            Err(TimeProblem::Zero) => {
                self.note(
                    "zero-time",
                    Severity::Warning,
                    format!("{column} is a zero date: it becomes null."),
                );
                None
            }
            Err(TimeProblem::Unreadable) => {
                let text = self.text(at).unwrap_or_default();
                self.note(
                    "unreadable-time",
                    Severity::Warning,
                    format!("{column} is {:?}, which is no time: it becomes null, the text is kept in data.{column}.", text::printable(&text)),
                );
                self.data.set_text(column, Some(text));
                None
            }
        }
    }

    /// Hands the row's notes to the plan.
    ///
    /// # Errors
    /// The disk is full.
    pub fn report(&mut self, plan: &mut Planner) -> Result<(), Stop> {
        for finding in self.findings.drain(..) {
            plan.finding(finding)?;
        }
        Ok(())
    }

    /// Accounts for the row as fallen because of another one.
    ///
    /// # Errors
    /// The disk is full.
    pub fn falls_with(&self, plan: &mut Planner, cause: &Cause) -> Result<Cause, Stop> {
        plan.fall_with(self.entity, &self.key(), &self.name, cause)
    }
}

/// The finding for a row whose parent is not in the source.
pub fn orphan(
    entity: &'static str,
    key: &Key,
    name: &str,
    parent: &str,
    id: Option<i64>,
) -> Finding {
    let whose = match id {
        Some(id) => format!("{parent} {id}, which the legacy database does not have"),
        None => format!("no {parent}"),
    };
    Finding::new(
        "orphan",
        Severity::Error,
        format!("{} {key} belongs to {whose}: it is refused.", one(entity)),
    )
    .on(entity, key, name)
}
