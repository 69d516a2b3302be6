//! How large a world is, and every ratio and rate it is built with.

/// What to build. The same spec gives the same world, byte for byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spec {
    /// Rows in `nodeshot_node`; every other table follows from it.
    pub nodes: usize,
    /// Seed of all randomness.
    pub seed: u64,
    /// Whether the dirt of real installations is in it.
    pub oddities: Oddities,
}

/// Whether a world holds the oddities of [`super::oddities`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oddities {
    /// Every one at least once from [`SMALL`] nodes up, then at [`ODD_EVERY`].
    Woven,
    /// Those that SQLite, MySQL with `utf8mb4` and PostgreSQL all hold, and no fractions of
    /// seconds: the same rows in each of them.
    Portable,
    /// None: only rows that an importer takes without a question.
    LeftOut,
}

/// From this many nodes up every oddity occurs.
pub const SMALL: usize = 300;
/// After each oddity of a table has occurred once, one row in this many is odd (1.5 %).
pub const ODD_EVERY: usize = 67;
/// Share of nodes whose email was never confirmed.
pub const UNCONFIRMED: f64 = 0.05;
/// Devices of twenty consecutive nodes: 1.5 for each on average.
pub const DEVICES: Pattern<20> =
    Pattern([0, 1, 2, 3, 0, 1, 2, 4, 0, 2, 1, 1, 3, 0, 2, 5, 1, 0, 1, 1]);
/// Interfaces of ten consecutive devices: two for each on average.
pub const INTERFACES: Pattern<10> = Pattern([2, 2, 1, 3, 2, 2, 1, 4, 2, 1]);
/// Of five consecutive nodes, how many belong to a person who has none yet.
pub const NEW_OWNERS_OF_FIVE: usize = 4;
/// Announced networks for each ten thousand devices.
pub const HNA_PER_10K_DEVICES: usize = 500;
/// One contact message for this many nodes.
pub const NODES_PER_CONTACT: usize = 10;
/// Days of statistics at most.
pub const STATISTIC_DAYS: usize = 1500;
/// Share of interfaces that have an IPv4 address, an IPv6 address, a MAC.
pub const WITH_IPV4: f64 = 0.97;
/// See [`WITH_IPV4`].
pub const WITH_IPV6: f64 = 0.33;
/// See [`WITH_IPV4`].
pub const WITH_MAC: f64 = 0.98;

impl Spec {
    /// Rows in `nodeshot_device`.
    pub fn devices(&self) -> usize {
        DEVICES.before(self.nodes)
    }

    /// Rows in `nodeshot_interface`.
    pub fn interfaces(&self) -> usize {
        INTERFACES.before(self.devices())
    }

    /// Rows in `nodeshot_link`, at most: where too few radios are near each other, fewer.
    pub fn links(&self) -> usize {
        self.nodes
    }

    /// Rows in `nodeshot_hna`.
    pub fn hnas(&self) -> usize {
        self.devices() * HNA_PER_10K_DEVICES / 10_000
    }

    /// Rows in `nodeshot_contact`.
    pub fn contacts(&self) -> usize {
        self.nodes / NODES_PER_CONTACT
    }

    /// Rows in `nodeshot_statistic`.
    pub fn statistics(&self) -> usize {
        STATISTIC_DAYS.min(90 + self.nodes / 4)
    }
}

/// How many children each parent has, repeating every `N` parents.
///
/// A closed form: which parent a child belongs to is computed, never kept, so the tables can be
/// written one after the other without holding any of them.
#[derive(Debug, Clone, Copy)]
pub struct Pattern<const N: usize>(pub [usize; N]);

impl<const N: usize> Pattern<N> {
    fn of_round(&self) -> usize {
        self.0.iter().sum()
    }

    /// Children of all parents before this one.
    pub fn before(&self, parent: usize) -> usize {
        parent / N * self.of_round() + self.0[..parent % N].iter().sum::<usize>()
    }

    /// The children of a parent.
    pub fn children(&self, parent: usize) -> std::ops::Range<usize> {
        self.before(parent)..self.before(parent + 1)
    }

    /// The parent of a child, and which of its children it is.
    pub fn parent(&self, child: usize) -> (usize, usize) {
        let mut left = child % self.of_round();
        let mut parent = child / self.of_round() * N;
        for &count in &self.0 {
            if left < count {
                break;
            }
            left -= count;
            parent += 1;
        }
        (parent, left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_finds_the_parent_of_each_child() {
        for parent in 0..100 {
            for (position, child) in DEVICES.children(parent).enumerate() {
                assert_eq!(DEVICES.parent(child), (parent, position));
            }
        }
        assert_eq!(DEVICES.before(100_000), 150_000);
        assert_eq!(INTERFACES.before(150_000), 300_000);
    }
}
