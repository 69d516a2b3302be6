//! Weaves oddities into the rows of a table while they stream into a sink.

use std::collections::{HashSet, VecDeque};

use anyhow::Result;

use super::held::{NOT_IN_MYSQL, NOT_IN_POSTGRES};
use super::manifest::Marks;
use super::odd::{Near, Oddity};
use super::plan::{Plan, id_of};
use super::rows::Row;
use super::sink::Sink;
use super::spec::{ODD_EVERY, Oddities, SMALL, Spec};

/// A world being built: the plan, and what has become odd in it so far.
#[derive(Debug)]
pub(super) struct Loom {
    pub(super) plan: Plan,
    pub(super) marks: Marks,
    unheld: HashSet<&'static str>,
}

/// Whether a row may carry an oddity: only where all it hangs on comes in does the oddity show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Plain,
    Hidden,
}

impl From<bool> for Standing {
    fn from(plain: bool) -> Self {
        if plain { Self::Plain } else { Self::Hidden }
    }
}

impl Loom {
    /// A loom for a sink that can't hold these oddities.
    pub(super) fn new(spec: Spec, unheld: Vec<&'static str>) -> Self {
        let mut unheld = HashSet::from_iter(unheld);
        if spec.oddities == Oddities::Portable {
            unheld.extend([NOT_IN_MYSQL, NOT_IN_POSTGRES].concat());
        }
        Self {
            plan: Plan::new(spec),
            marks: Marks::new(spec),
            unheld,
        }
    }

    /// Whether the sink can hold an oddity.
    pub(super) fn holds(&self, oddity: &str) -> bool {
        !self.unheld.contains(oddity)
    }

    /// Whether the row of that number carries an oddity.
    pub(super) fn is_odd(&self, table: &str, number: usize) -> bool {
        self.marks.is_odd(table, id_of(number))
    }

    /// Writes `count` rows of a table, each as `make` gives it or with one oddity.
    pub(super) fn weave<R: Row + Clone>(
        &mut self,
        sink: &impl Sink,
        oddities: &'static [Oddity<R>],
        count: usize,
        make: impl Fn(&Self, usize) -> Option<(R, Standing)>,
    ) -> Result<()> {
        let mut put = sink.open(R::TABLE, R::COLUMNS)?;
        let mut turns = Turns::new(self.plan.spec, oddities, count);
        let mut previous = None;
        for number in 0..count {
            let Some((mut row, standing)) = make(self, number) else {
                continue;
            };
            let woven =
                standing == Standing::Plain && turns.weave(self, &mut row, previous.as_ref());
            put(&row.cells())?;
            previous = (standing == Standing::Plain && !woven).then_some(row);
        }
        Ok(())
    }
}

/// Of ten rows of a small world about so many stand and hang on nothing odd.
const PLAIN_OF_TEN: usize = 6;

/// Whose turn it is.
struct Turns<R: 'static> {
    oddities: &'static [Oddity<R>],
    waiting: VecDeque<&'static Oddity<R>>,
    round: usize,
    every: usize,
    since: usize,
}

impl<R: Row + Clone> Turns<R> {
    fn new(spec: Spec, oddities: &'static [Oddity<R>], count: usize) -> Self {
        let woven = match spec.oddities {
            Oddities::Woven | Oddities::Portable => oddities,
            Oddities::LeftOut => &[],
        };
        // In the rows of a small world each oddity gets a row of its own, and a plain one before it.
        let small = count * SMALL.min(spec.nodes) / spec.nodes.max(1);
        let every = (small * PLAIN_OF_TEN / 10 / oddities.len().max(1)).max(2);
        Self {
            oddities: woven,
            waiting: woven.iter().collect(),
            round: 0,
            every,
            since: 0,
        }
    }

    /// Puts the next oddity that fits on a row, where it is time for one.
    fn weave(&mut self, loom: &mut Loom, row: &mut R, previous: Option<&R>) -> bool {
        self.since += 1;
        if self.waiting.is_empty() {
            self.round += 1;
            self.every = ODD_EVERY;
            self.waiting
                .extend(self.oddities.iter().filter(|oddity| !oddity.once));
        }
        if self.since < self.every {
            return false;
        }
        for position in 0..self.waiting.len() {
            let oddity = self.waiting[position];
            let near = Near {
                loom,
                previous,
                turn: self.round,
            };
            let plain = (!loom.holds(oddity.name)).then(|| row.clone());
            if let Some(partners) = (oddity.put)(row, &near) {
                if let Some(plain) = plain {
                    *row = plain;
                    loom.marks.take(R::TABLE, row.id(), &partners);
                } else {
                    loom.marks.add(oddity.name, R::TABLE, row.id(), partners);
                }
                self.waiting.remove(position);
                self.since = 0;
                return true;
            }
        }
        false
    }
}
