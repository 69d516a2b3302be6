//! The oddities of real installations, one table of them for each legacy table.

mod contacts;
mod devices;
mod interfaces;
mod links;
mod nodes;

pub(super) use contacts::{CONTACTS, STATISTICS};
pub(super) use devices::{DEVICES, HNAS};
pub(super) use interfaces::INTERFACES;
pub(super) use links::LINKS;
pub(super) use nodes::NODES;

use super::admins;
use super::loom::Loom;
use super::rows::Row;

/// Rows of the same table that an odd row is odd with; none for most.
type Partners = Vec<i64>;

/// An oddity that needs no other row.
#[expect(
    clippy::unnecessary_wraps,
    reason = "what every oddity that fits returns"
)]
fn alone() -> Option<Partners> {
    Some(Vec::new())
}

/// Something that real rows of a table have and should not.
#[derive(Debug)]
pub(super) struct Oddity<R: 'static> {
    pub(super) name: &'static str,
    /// Only one row of a world can have it, as the column is unique.
    pub(super) once: bool,
    /// Puts it on a row; None, and the row as it was, where the row can't carry it.
    pub(super) put: fn(&mut R, &Near<'_, R>) -> Option<Partners>,
}

/// What an oddity may look at.
#[derive(Debug)]
pub(super) struct Near<'a, R> {
    pub(super) loom: &'a Loom,
    /// The row written before, where that is plain.
    pub(super) previous: Option<&'a R>,
    /// How many of this oddity the world has already.
    pub(super) turn: usize,
}

impl<R> Near<'_, R> {
    /// A text that must be unique: itself the first time, then with a number.
    fn nth(&self, text: &str) -> String {
        match self.turn {
            0 => text.to_owned(),
            turn => format!("{text} {}", turn + 1),
        }
    }

    /// The last row so far that carries another oddity.
    fn last(&self, oddity: &str) -> Option<i64> {
        self.loom.marks.manifest.ids(oddity).last().copied()
    }
}

const fn odd<R>(
    name: &'static str,
    put: fn(&mut R, &Near<'_, R>) -> Option<Partners>,
) -> Oddity<R> {
    Oddity {
        name,
        once: false,
        put,
    }
}

const fn once<R>(
    name: &'static str,
    put: fn(&mut R, &Near<'_, R>) -> Option<Partners>,
) -> Oddity<R> {
    Oddity {
        name,
        once: true,
        put,
    }
}

/// Every oddity by its name and the legacy table it stands in.
pub fn oddities() -> Vec<(&'static str, &'static str)> {
    fn named<R: Row>(
        table: &'static [Oddity<R>],
    ) -> impl Iterator<Item = (&'static str, &'static str)> {
        table.iter().map(|oddity| (oddity.name, R::TABLE))
    }
    named(NODES)
        .chain(admins::ODDITIES.iter().copied())
        .chain(named(DEVICES))
        .chain(named(HNAS))
        .chain(named(INTERFACES))
        .chain(named(LINKS))
        .chain(named(STATISTICS))
        .chain(named(CONTACTS))
        .collect()
}
