//! The facts that rows of several tables must agree on, each computed from a row's number.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use super::layers::Area;
use super::people::{Person, person};
use super::places::{PLACES, Place};
use super::spec::{DEVICES, INTERFACES, NEW_OWNERS_OF_FIVE, Spec, UNCONFIRMED};
use super::words::SURNAMES;

/// One stream of randomness for each table, so that no table's rows depend on another's.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stream {
    Status,
    Node,
    Device,
    Interface,
    Kind,
    Hna,
    Link,
    Statistic,
    Contact,
    Admin,
}

/// Type of an interface, as the legacy table spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Wifi,
    Eth,
    Vpn,
    Bridge,
    Batman,
    Vwifi,
    Veth,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Wifi => "wifi",
            Self::Eth => "eth",
            Self::Vpn => "vpn",
            Self::Bridge => "bridge",
            Self::Batman => "batman",
            Self::Vwifi => "vwifi",
            Self::Veth => "veth",
        }
    }
}

/// A spec with its randomness.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) spec: Spec,
    key: [u8; 32],
}

/// The legacy id of the row of that number: ids have gaps, as after years of deleting.
pub(super) fn id_of(number: usize) -> i64 {
    i64::try_from(number + 1 + number / 40).unwrap_or(i64::MAX)
}

/// The number of the row of that legacy id.
pub(super) fn number_of(id: i64) -> usize {
    let before = usize::try_from(id - 1).unwrap_or(0);
    before / 41 * 40 + before % 41
}

impl Plan {
    pub(super) fn new(spec: Spec) -> Self {
        Self {
            spec,
            key: ChaCha8Rng::seed_from_u64(spec.seed).random(),
        }
    }

    pub(super) fn rng(&self, stream: Stream, number: usize) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::from_seed(self.key);
        rng.set_stream((stream as u64) << 40 | number as u64);
        rng
    }

    /// The status of a node, as the legacy table spells it.
    pub(super) fn status(&self, node: usize) -> &'static str {
        let mut rng = self.rng(Stream::Status, node);
        if rng.random_bool(UNCONFIRMED) {
            return "u";
        }
        match (DEVICES.children(node).is_empty(), rng.random_range(0..100)) {
            (true, 0..90) | (false, 0..15) => "p",
            (false, 15..21) => "h",
            (false, 21..28) => "ah",
            _ => "a",
        }
    }

    /// The place of a node, the surname in its name and how often that pair was used before.
    pub(super) fn whereabouts(&self, node: usize) -> (&'static Place, &'static str, usize) {
        const STEP: usize = 7_368_787;
        let pairs = PLACES.len() * SURNAMES.len();
        let start = usize::try_from(self.spec.seed % 104_729).unwrap_or(0);
        let mixed = (node % pairs * STEP + start) % pairs;
        (
            &PLACES[mixed % PLACES.len()],
            SURNAMES[mixed / PLACES.len()],
            node / pairs,
        )
    }

    pub(super) fn area(&self, node: usize) -> Area {
        self.whereabouts(node).0.area
    }

    /// The owner of a node: four of five nodes have one of their own, the fifth belongs to
    /// someone who has others, the earlier ones having the most.
    pub(super) fn owner(&self, node: usize) -> Person {
        let (round, position) = (node / 5, node % 5);
        let so_far = round * NEW_OWNERS_OF_FIVE + position.min(NEW_OWNERS_OF_FIVE);
        let number = if position < NEW_OWNERS_OF_FIVE {
            so_far
        } else {
            let near = self.rng(Stream::Status, node).random::<f64>().powi(2);
            (near * so_far as f64) as usize
        };
        person(self.spec.seed, number)
    }

    /// The type of an interface: a radio first, then a cable, then whatever the router makes up.
    pub(super) fn kind(&self, interface: usize) -> Kind {
        let (_, position) = INTERFACES.parent(interface);
        let dice = self.rng(Stream::Kind, interface).random_range(0..100);
        match (position, dice) {
            (0, 0..85) | (1, 90..95) => Kind::Wifi,
            (0, _) | (1, 0..90) => Kind::Eth,
            (1, _) | (_, 0..25) => Kind::Bridge,
            (_, 25..50) => Kind::Vpn,
            (_, 50..65) => Kind::Batman,
            (_, 65..85) => Kind::Vwifi,
            _ => Kind::Veth,
        }
    }

    /// The slug of a node.
    pub(super) fn slug(&self, node: usize) -> String {
        super::slug::slugify(&self.node_name(node))
    }

    /// The name of a node; no two are alike, nor their slugs.
    pub(super) fn node_name(&self, node: usize) -> String {
        let (place, surname, round) = self.whereabouts(node);
        let again = match round {
            0 => String::new(),
            round => format!(" {}", round + 1),
        };
        match node % 7 {
            5 => super::slug::slugify(&format!("{} {surname}{again}", place.name)),
            6 => format!("{surname} - {}{again}", place.name),
            _ => format!("{} {surname}{again}", place.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::world::Oddities;

    #[test]
    fn ids_and_numbers_belong_together() {
        for number in 0..1000 {
            assert_eq!(number_of(id_of(number)), number);
        }
        assert!(id_of(999) > 1000);
    }

    #[test]
    fn slugs_of_a_large_world_are_unique() {
        let spec = Spec {
            nodes: 60_000,
            seed: 5,
            oddities: Oddities::LeftOut,
        };
        let plan = Plan::new(spec);
        let slugs: HashSet<String> = (0..spec.nodes).map(|node| plan.slug(node)).collect();
        assert_eq!(slugs.len(), spec.nodes);
    }

    #[test]
    fn four_of_five_nodes_bring_a_new_owner() {
        let plan = Plan::new(Spec {
            nodes: 5000,
            seed: 5,
            oddities: Oddities::LeftOut,
        });
        let owners: HashSet<String> = (0..5000).map(|node| plan.owner(node).email).collect();
        assert_eq!(owners.len(), 4000);
    }
}
