//! What became of each legacy row, counted as sets of keys.

use serde::{Deserialize, Serialize};

use crate::model::Key;

/// What a run did with a legacy row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Created,
    Updated,
    Unchanged,
    /// Left out by configuration, or because another row fell.
    Skipped,
    /// Left out by a rule or a decision.
    Discarded,
    /// Could not be understood.
    Refused,
    /// Came in before, and is gone now: not among the source's keys.
    Deleted,
}

impl Outcome {
    pub const ALL: [Outcome; 6] = [
        Outcome::Created,
        Outcome::Updated,
        Outcome::Unchanged,
        Outcome::Skipped,
        Outcome::Discarded,
        Outcome::Refused,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Outcome::Created => "created",
            Outcome::Updated => "updated",
            Outcome::Unchanged => "unchanged",
            Outcome::Skipped => "skipped",
            Outcome::Discarded => "discarded",
            Outcome::Refused => "refused",
            Outcome::Deleted => "deleted",
        }
    }
}

/// A set of keys as its size and the sum of its hashes: two of them are equal where the sets
/// are, whatever the order, and none holds a key in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeySet {
    pub count: u64,
    sum: u128,
}

impl KeySet {
    pub fn insert(&mut self, key: &Key) {
        self.count += 1;
        self.sum = self.sum.wrapping_add(u128::from(key.hash()));
    }

    fn union(self, other: KeySet) -> KeySet {
        KeySet {
            count: self.count + other.count,
            sum: self.sum.wrapping_add(other.sum),
        }
    }
}

/// The account of one entity: what the source has, and what became of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub retrieved: KeySet,
    outcomes: [KeySet; 6],
    deleted: u64,
}

impl Tally {
    pub fn add(&mut self, outcome: Outcome, key: &Key) {
        match outcome {
            Outcome::Deleted => self.deleted += 1,
            outcome => self.outcomes[outcome as usize].insert(key),
        }
    }

    pub fn of(&self, outcome: Outcome) -> u64 {
        match outcome {
            Outcome::Deleted => self.deleted,
            outcome => self.outcomes[outcome as usize].count,
        }
    }

    /// Whether every key that the scan found has exactly one outcome, and no other key has one.
    pub fn balances(&self) -> bool {
        self.accounted() == self.retrieved
    }

    fn accounted(&self) -> KeySet {
        self.outcomes
            .iter()
            .fold(KeySet::default(), |all, set| all.union(*set))
    }

    pub fn counts(&self) -> Counts {
        Counts {
            retrieved: self.retrieved.count,
            created: self.of(Outcome::Created),
            updated: self.of(Outcome::Updated),
            unchanged: self.of(Outcome::Unchanged),
            skipped: self.of(Outcome::Skipped),
            discarded: self.of(Outcome::Discarded),
            refused: self.of(Outcome::Refused),
            not_reached: self.retrieved.count.saturating_sub(self.accounted().count),
            deleted: self.deleted,
        }
    }
}

/// The account of one entity as reports show it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub retrieved: u64,
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub skipped: u64,
    pub discarded: u64,
    pub refused: u64,
    pub not_reached: u64,
    pub deleted: u64,
}

/// The accounts of all entities of a recipe: few, and looked up for every row.
#[derive(Clone, Debug, Default)]
pub struct Tallies(Vec<(&'static str, Tally)>);

impl Tallies {
    /// The account of an entity, opened where there is none yet.
    pub fn of(&mut self, entity: &'static str) -> &mut Tally {
        let index = self
            .0
            .iter()
            .position(|(name, _)| std::ptr::eq(*name, entity) || *name == entity)
            .unwrap_or_else(|| {
                self.0.push((entity, Tally::default()));
                self.0.len() - 1
            });
        &mut self.0[index].1
    }

    pub fn iter(&self) -> impl Iterator<Item = &(&'static str, Tally)> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_balances_by_key_and_not_by_number() {
        let mut tally = Tally::default();
        for id in [1, 2, 3] {
            tally.retrieved.insert(&Key::id(id));
        }
        tally.add(Outcome::Created, &Key::id(3));
        tally.add(Outcome::Refused, &Key::id(1));
        assert_eq!(tally.counts().not_reached, 1);
        assert!(!tally.balances());
        let mut wrong = tally;
        wrong.add(Outcome::Skipped, &Key::id(9));
        assert!(!wrong.balances(), "as many keys, but another one");
        tally.add(Outcome::Skipped, &Key::id(2));
        assert!(tally.balances());
    }
}
