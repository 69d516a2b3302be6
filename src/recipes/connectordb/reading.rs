//! Metadata on its way into a row: clean texts, and what is told of them.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::engine::finding::one;
use crate::engine::{Cause, Finding, Outcome, Planner, Severity, Stop};
use crate::legacy::connectordb::{Cause as Blame, Unreadable, names};
use crate::model::{Data, Key, storable_json};
use crate::text;

/// Keys that ConnectorDB 0.3 does not know, and how many files have each.
#[derive(Debug, Default)]
pub struct UnknownKeys(BTreeMap<(&'static str, String), u64>);

impl UnknownKeys {
    pub fn report(self, plan: &mut Planner) -> Result<(), Stop> {
        for ((entity, key), count) in self.0 {
            let key = text::printable(&key);
            plan.finding(match entity {
                "datapoints" => Finding::new(
                    "point-key-left-out",
                    Severity::Warning,
                    format!("Points of {count} streams have a key {key:?} that ConnectorDB 0.3 does not know: it is left out, as ConnectorDB itself would."),
                ),
                _ => Finding::new(
                    "unknown-key",
                    Severity::Info,
                    format!("{count} of the {entity} have a key {key:?} that ConnectorDB 0.3 does not know: it is kept in data."),
                ),
            })?;
        }
        Ok(())
    }

    /// Keeps them in a row's data.
    pub fn keep(&mut self, entity: &'static str, rest: Map<String, Json>, data: &mut Data) {
        for (key, value) in rest {
            *self.0.entry((entity, key.clone())).or_default() += 1;
            data.set(text::storable(&key).into_owned(), storable_json(value));
        }
    }

    pub fn note(&mut self, entity: &'static str, key: &str) {
        *self.0.entry((entity, key.into())).or_default() += 1;
    }
}

/// In bytes, as folders have it.
const LONGEST_NAME: usize = 255;

/// One row under way: its texts, and what is found in them.
pub struct Reading {
    pub entity: &'static str,
    pub key: Key,
    pub name: String,
    pub data: Data,
    missing: Vec<&'static str>,
    findings: Vec<Finding>,
}

impl Reading {
    /// A row by the name in its JSON, or else its folder's.
    pub fn new(entity: &'static str, key: Key, name: Option<String>, folder: &str) -> Self {
        let mut reading = Reading {
            entity,
            key,
            name: String::new(),
            data: Data::default(),
            missing: Vec::new(),
            findings: Vec::new(),
        };
        let name = reading.text("name", name);
        reading.name = match name.is_empty() {
            true => folder.into(),
            false => name,
        };
        let told = if !names::is_usual(&reading.name) {
            Some(
                "ConnectorDB cannot have this name: it comes in, and stays behind in an export to ConnectorDB.",
            )
        } else if entity == "users" && names::is_reserved(&reading.name) {
            Some("ConnectorDB's own importer refuses this name for a user: it comes in.")
        } else {
            None
        };
        if let Some(message) = told {
            reading.note("unusual-name", Severity::Info, message);
        }
        if reading.name != folder {
            reading.note(
                "name-differs",
                Severity::Info,
                format!(
                    "The folder is called {:?}: the name in its file counts.",
                    text::printable(folder)
                ),
            );
        }
        reading
    }

    /// Accounts for a row whose name can be no part of a path.
    pub fn impossible(self, plan: &mut Planner) -> Result<Cause, Stop> {
        let message = format!(
            "The name {:?} can be no part of a path: this {} does not come in.",
            text::printable(&self.name),
            one(self.entity)
        );
        let finding = Finding::new("name-impossible", Severity::Error, message).on(
            self.entity,
            &self.key,
            &self.name,
        );
        plan.fall(self.entity, &self.key, Outcome::Refused, finding)
    }

    /// Whether the name can be no part of a path.
    pub fn impossible_name(&self) -> bool {
        self.name.contains('/')
            || self.name.trim().is_empty()
            || self.name.starts_with('.')
            || self.name.len() > LONGEST_NAME
    }

    pub fn note(&mut self, code: &'static str, severity: Severity, message: impl Into<String>) {
        self.findings.push(Finding::new(code, severity, message).on(
            self.entity,
            &self.key,
            &self.name,
        ));
    }

    /// A text as a store can hold it; absent is empty.
    pub fn text(&mut self, key: &'static str, text: Option<String>) -> String {
        let Some(text) = text else {
            self.missing.push(key);
            return String::new();
        };
        let storable = text::storable(&text);
        if storable != text {
            let message = format!("{key} has signs that no store can hold: they are left out.");
            self.note("text-cleaned", Severity::Warning, message);
        }
        storable.into_owned()
    }

    /// A flag, or what ConnectorDB takes for it where it is absent.
    pub fn flag(&mut self, key: &'static str, flag: Option<bool>, absent: bool) -> bool {
        if flag.is_none() {
            self.missing.push(key);
        }
        flag.unwrap_or(absent)
    }

    /// Keeps a text that says something.
    pub fn keep(&mut self, key: &'static str, text: String) {
        if !text.is_empty() {
            self.data.set(key, text);
        }
    }

    /// The columns that belong to keys which the file lacks.
    pub fn lacking(&self, columns: &[(&str, &'static str)]) -> Vec<&'static str> {
        let lacking = columns.iter().filter(|(key, _)| self.missing.contains(key));
        let mut lacking: Vec<&'static str> = lacking.map(|(_, column)| *column).collect();
        lacking.dedup();
        lacking
    }

    /// Tells what was found; keys that an export of lesser rights leaves out are told once.
    pub fn report(self, plan: &mut Planner) -> Result<(), Stop> {
        if !self.missing.is_empty() {
            plan.finding(
                Finding::new(
                    "fields-missing",
                    Severity::Info,
                    format!(
                        "The file lacks {}: what an earlier run brought of it stays, otherwise ConnectorDB's defaults are taken.",
                        self.missing.join(", ")
                    ),
                )
                .on(self.entity, &self.key, &self.name),
            )?;
        }
        for finding in self.findings {
            plan.finding(finding)?;
        }
        Ok(())
    }
}

/// The finding on a file that cannot be understood; a disk that fails stops the run.
pub fn unreadable(entity: &'static str, key: &Key, error: &Unreadable) -> Result<Finding, Stop> {
    if error.cause == Blame::Fault {
        return Err(Stop::source(format!(
            "{error}. Check the disk and your rights on it, and try again."
        )));
    }
    Ok(Finding::new(
        "unreadable-file",
        Severity::Error,
        format!("{error}: this {} does not come in.", one(entity)),
    )
    .on(entity, key, ""))
}
