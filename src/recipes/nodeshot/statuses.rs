//! Stage `statuses`: what a node's legacy status becomes.

use std::collections::HashMap;

use super::reading::Reading;
use super::schema::node::At;
use super::settings::Settings;
use crate::config::StatusMapping;
use crate::engine::{Planner, Severity, Stop};
use crate::model::{Record as _, Value, tables};

/// The statuses that nodeshot 0.9 itself knows, `u` apart.
const KNOWN: [&str; 4] = ["p", "a", "h", "ah"];

/// From legacy statuses to ids in the store.
#[derive(Debug, Default)]
pub struct Statuses {
    map: HashMap<String, i64>,
    /// What the mapping says for the rest.
    other: Option<i64>,
    /// What the store says for the rest.
    default: i64,
}

/// Checks the mapping against the store's statuses.
pub fn prepare(settings: &Settings, plan: &mut Planner) -> Result<Statuses, Stop> {
    let table = tables::Status::TABLE;
    let (slug, is_default) = (table.column("slug"), table.column("is_default"));
    let rows = plan.facts(table)?;
    let by_slug: HashMap<String, i64> = rows
        .iter()
        .filter_map(|row| Some((row.values[slug].as_text()?.to_string(), row.id)))
        .collect();
    let default = rows
        .iter()
        .find(|row| row.values[is_default] == Value::Int(1))
        .map(|row| row.id)
        .ok_or_else(|| {
            Stop::Wrong("the store has no default status. Add one: heirloom statuses add --name NAME --default".into())
        })?;
    let find = |key: &str, name: &str| {
        by_slug.get(name).copied().ok_or_else(|| {
            let mut known: Vec<&str> = by_slug.keys().map(String::as_str).collect();
            known.sort_unstable();
            Stop::Wrong(format!(
                "nodeshot.status_mapping.{key} names the status {name:?}, which does not exist. There are: {}. Add it: heirloom statuses add --name {name:?}",
                known.join(", ")
            ))
        })
    };
    let mut statuses = Statuses {
        default,
        ..Statuses::default()
    };
    if let StatusMapping::Map { entries, default } = &settings.status_mapping {
        for (legacy, name) in entries {
            statuses.map.insert(legacy.clone(), find(legacy, name)?);
        }
        if let Some(name) = default {
            statuses.other = Some(find("default", name)?);
        }
    } else {
        statuses.other = Some(statuses.default);
    }
    Ok(statuses)
}

impl Statuses {
    /// The status of a node, and whether it is a hotspot in its `data`.
    pub fn of(&self, reading: &mut Reading) -> i64 {
        let legacy = reading.text_or_empty(At::status);
        if legacy == "h" || legacy == "ah" {
            reading.data.set("is_hotspot", true);
        }
        if !KNOWN.contains(&legacy.as_str()) {
            reading.data.set_text("status", Some(legacy.clone()));
        }
        if let Some(id) = self.map.get(&legacy) {
            return *id;
        }
        match self.other {
            Some(id) => {
                if !KNOWN.contains(&legacy.as_str()) {
                    reading.note(
                        "status-unknown",
                        Severity::Info,
                        format!("{legacy:?} is no status of nodeshot 0.9: the node gets the mapping's default."),
                    );
                }
                id
            }
            None => {
                reading.note(
                    "status-unmapped",
                    Severity::Warning,
                    format!("The mapping has nothing for the status {legacy:?}, and no default: the node gets the store's default status."),
                );
                self.default
            }
        }
    }
}
