//! One thing that a person should know about a run.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Info,
    Warning,
    Error,
}

impl Severity {
    pub fn word(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }

    pub fn from_word(word: &str) -> Self {
        match word {
            "info" => Severity::Info,
            "warning" => Severity::Warning,
            _ => Severity::Error,
        }
    }
}

/// The row whose fall made another row fall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    pub entity: Cow<'static, str>,
    pub legacy_id: String,
    /// The code of that row's own finding.
    pub code: Cow<'static, str>,
}

/// A finding, in the field order of the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub code: Cow<'static, str>,
    pub severity: Severity,
    pub stage: Option<Cow<'static, str>>,
    pub entity: Option<Cow<'static, str>>,
    pub legacy_id: Option<String>,
    pub name: Option<String>,
    pub message: String,
    pub cause: Option<Cause>,
    /// The row was refused: the reason for exit 3 where it is a new one. Not part of reports.
    #[serde(default, skip_serializing)]
    pub refuses: bool,
}

impl Finding {
    /// A finding about the run as a whole.
    pub fn new(code: &'static str, severity: Severity, message: impl Into<String>) -> Self {
        Finding {
            code: code.into(),
            severity,
            stage: None,
            entity: None,
            legacy_id: None,
            name: None,
            message: message.into(),
            cause: None,
            refuses: false,
        }
    }

    /// The row that the finding is about.
    pub fn on(mut self, entity: &'static str, legacy_id: impl ToString, name: &str) -> Self {
        self.entity = Some(entity.into());
        self.legacy_id = Some(legacy_id.to_string());
        self.name = (!name.is_empty()).then(|| name.to_string());
        self
    }

    pub fn because(mut self, cause: Cause) -> Self {
        self.cause = Some(cause);
        self
    }

    pub fn refusing(mut self) -> Self {
        self.refuses = true;
        self
    }

    /// This finding's row as the cause of another's fall: the first cause is handed on.
    pub fn as_cause(&self) -> Option<Cause> {
        if let Some(cause) = &self.cause {
            return Some(cause.clone());
        }
        Some(Cause {
            entity: self.entity.clone()?,
            legacy_id: self.legacy_id.clone()?,
            code: self.code.clone(),
        })
    }

    /// A hash of all that a person reads: equal findings of two runs are the same finding.
    pub fn identity(&self) -> i64 {
        self.identity_of(&serde_json::to_string(self).unwrap_or_default())
    }

    /// The same, where the finding's JSON is at hand.
    pub fn identity_of(&self, json: &str) -> i64 {
        xxhash_rust::xxh3::xxh3_64_with_seed(json.as_bytes(), u64::from(self.refuses)) as i64
    }

    /// A hash of the refused row, whatever the words.
    pub fn refused_row(&self) -> u64 {
        let text = format!("{:?}/{:?}", self.entity, self.legacy_id);
        xxhash_rust::xxh3::xxh3_64(text.as_bytes())
    }
}

/// What one row of an entity is called in a sentence: `device`, `ip address`.
pub fn one(entity: &str) -> String {
    let words = entity.replace('_', " ");
    match words.strip_suffix("sses") {
        Some(stem) => format!("{stem}ss"),
        None => words.strip_suffix('s').unwrap_or(&words).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_each() {
        for (entity, expected) in [
            ("devices", "device"),
            ("ip_addresses", "ip address"),
            ("statistics", "statistic"),
            ("vaps", "vap"),
            ("", ""),
        ] {
            assert_eq!(one(entity), expected);
        }
    }
}
