//! Guards: what a run must not do without a person's word.

use std::collections::BTreeMap;

use super::finding::{Finding, Severity};
use super::plan::Planner;
use super::{Recipe, Stop};

/// Entities with fewer live rows count only in the whole.
const FEW: u64 = 20;

/// Why a run is held, and what lets it through.
#[derive(Clone, Debug)]
pub struct Guard {
    pub finding: Finding,
    /// The option that answers it; `None`: only what the finding names.
    pub answer: Option<Answer>,
}

/// What a person may say in advance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    AllowDeletes,
    AcceptSource,
}

/// How many rows that imports brought the source still has: `found` of `known`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Familiar {
    pub known: u64,
    pub found: u64,
}

impl Guard {
    fn new(code: &'static str, answer: Option<Answer>, message: String) -> Self {
        Guard {
            finding: Finding::new(code, Severity::Error, message),
            answer,
        }
    }
}

/// The guards that a complete plan runs into.
///
/// # Errors
/// The store fails.
pub fn check(
    planner: &mut Planner,
    recipe: &dyn Recipe,
    delete_guard: f64,
) -> Result<Vec<Guard>, Stop> {
    let mut guards = Vec::new();
    guards.extend(another_source(recipe.familiar()));
    let deletions = planner.deletions()?;
    if deletions.is_empty() {
        // nothing came in before: there is nothing to lose
        guards.extend(held(recipe));
        return Ok(guards);
    }
    let before = planner.last_notes()?;
    guards.extend(emptied(&before.rows, &recipe.notes().rows));
    guards.extend(too_many_deletes(&deletions, delete_guard));
    guards.extend(held(recipe));
    Ok(guards)
}

/// What the recipe itself holds up.
fn held(recipe: &dyn Recipe) -> Option<Guard> {
    recipe.hold().map(|finding| Guard {
        finding,
        answer: None,
    })
}

fn another_source(familiar: Familiar) -> Option<Guard> {
    let Familiar { known, found } = familiar;
    (found * 2 < known).then(|| {
        Guard::new(
            "another-source",
            Some(Answer::AcceptSource),
            format!(
                "Only {found} of the {known} nodes that were imported before are in this source, by their id and the time they were added: it seems to be another installation. Check --from and url under [nodeshot] (and time_zone, which changes every time). If it is the right one, --accept-source lets it through."
            ),
        )
    })
}

fn emptied(before: &BTreeMap<String, u64>, now: &BTreeMap<String, u64>) -> Option<Guard> {
    let emptied: Vec<String> = before
        .iter()
        .filter(|(table, rows)| **rows > 0 && now.get(*table) == Some(&0))
        .map(|(table, rows)| format!("{table} ({rows} rows in the last run)"))
        .collect();
    (!emptied.is_empty()).then(|| {
        Guard::new(
            "table-emptied",
            Some(Answer::AllowDeletes),
            format!(
                "Of the legacy database is empty now: {}. Check that it is whole. If the rows are really gone, --allow-deletes lets it through.",
                emptied.join(", ")
            ),
        )
    })
}

/// `deletions` has for each entity the rows that go and those that live.
fn too_many_deletes(deletions: &[(&str, u64, u64)], limit: f64) -> Option<Guard> {
    let mut over = Vec::new();
    let (mut all_deleted, mut all_live) = (0, 0);
    for &(entity, deleted, live) in deletions {
        all_deleted += deleted;
        all_live += live;
        if live >= FEW && exceeds(deleted, live, limit) {
            over.push(format!("{deleted} of {live} {}", entity.replace('_', " ")));
        }
    }
    if over.is_empty() && exceeds(all_deleted, all_live, limit) {
        over.push(format!("{all_deleted} of all {all_live} rows"));
    }
    (!over.is_empty()).then(|| {
        Guard::new(
            "too-many-deletes",
            Some(Answer::AllowDeletes),
            format!(
                "The run would delete {}, more than delete_guard under [nodeshot] allows ({} %). Check that the source is whole and that layers and configuration are the right ones. If the rows are really gone, --allow-deletes lets it through.",
                over.join(", "),
                limit * 100.0
            ),
        )
    })
}

fn exceeds(deleted: u64, live: u64, limit: f64) -> bool {
    deleted as f64 > live as f64 * limit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_nodes_is_the_same_source() {
        let held = |found, known| another_source(Familiar { known, found }).is_some();
        assert!(!held(0, 0));
        assert!(!held(1, 2));
        assert!(held(1, 3));
        assert!(held(0, 1));
    }

    #[test]
    fn a_table_that_was_empty_before_holds_nothing_up() {
        let before = BTreeMap::from([("a".to_string(), 5), ("b".to_string(), 0)]);
        let held = |rows: [(&str, u64); 2]| {
            let now = rows.map(|(table, rows)| (table.to_string(), rows));
            emptied(&before, &now.into()).is_some()
        };
        assert!(!held([("a", 1), ("b", 0)]));
        assert!(held([("a", 0), ("b", 9)]));
        assert!(emptied(&before, &BTreeMap::new()).is_none(), "not read");
    }

    #[test]
    fn a_fifth_is_allowed_and_no_more() {
        assert!(!exceeds(20, 100, 0.2));
        assert!(exceeds(21, 100, 0.2));
        assert!(!exceeds(0, 0, 0.0));
        assert!(exceeds(1, 9, 0.0));
    }
}
