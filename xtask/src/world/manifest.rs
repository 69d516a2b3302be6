//! Which oddity stands where: what tests of an importer assert against.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::Spec;

/// Where each oddity of a world is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Rows in `nodeshot_node`.
    pub nodes: usize,
    /// The seed it was built with.
    pub seed: u64,
    /// One entry for each oddity that occurs, in the order of the tables.
    pub oddities: Vec<Placed>,
}

/// The rows that carry one oddity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed {
    /// The oddity, in kebab-case.
    pub name: String,
    /// The legacy table of the rows.
    pub table: String,
    /// The odd rows.
    pub ids: Vec<i64>,
    /// Rows of the same table that the odd ones are odd with (the other of a pair); else empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub partners: Vec<i64>,
}

impl Manifest {
    /// The odd rows of that name; none where the world has none.
    pub fn ids(&self, name: &str) -> &[i64] {
        self.oddities
            .iter()
            .find(|placed| placed.name == name)
            .map_or(&[], |placed| &placed.ids)
    }
}

/// The manifest while a world is being built, with the rows that are taken.
#[derive(Debug)]
pub(super) struct Marks {
    pub(super) manifest: Manifest,
    taken: HashMap<&'static str, HashSet<i64>>,
}

impl Marks {
    pub(super) fn new(spec: Spec) -> Self {
        let manifest = Manifest {
            nodes: spec.nodes,
            seed: spec.seed,
            oddities: Vec::new(),
        };
        Self {
            manifest,
            taken: HashMap::new(),
        }
    }

    /// Whether a row carries an oddity or is the other of a pair.
    pub(super) fn is_odd(&self, table: &str, id: i64) -> bool {
        self.taken.get(table).is_some_and(|ids| ids.contains(&id))
    }

    /// Keeps rows from carrying or being partner to another oddity.
    pub(super) fn take(&mut self, table: &'static str, id: i64, partners: &[i64]) {
        let taken = self.taken.entry(table).or_default();
        taken.insert(id);
        taken.extend(partners);
    }

    pub(super) fn add(&mut self, name: &str, table: &'static str, id: i64, partners: Vec<i64>) {
        self.take(table, id, &partners);
        let known = self
            .manifest
            .oddities
            .iter()
            .position(|placed| placed.name == name);
        let position = known.unwrap_or_else(|| {
            self.manifest.oddities.push(Placed {
                name: name.to_owned(),
                table: table.to_owned(),
                ids: Vec::new(),
                partners: Vec::new(),
            });
            self.manifest.oddities.len() - 1
        });
        let placed = &mut self.manifest.oddities[position];
        placed.ids.push(id);
        placed.partners.extend(partners);
    }
}
