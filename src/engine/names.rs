//! Unique values: who holds which slug, username or address, and what a newcomer gets.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use diesel::QueryResult;

use crate::model::{Table, Value};
use crate::sql::Cell;
use crate::store::connection::Connection;
use crate::store::ids::IdSet;
use crate::store::rows;

/// What a row got of the unique value that it wished for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The wish is the one of the last run: what the row got then stays.
    /// `renamed` is that, where it is not the wish itself.
    Kept { wish: u64, renamed: Option<String> },
    /// The value is the row's from now on.
    Given { value: String, wish: u64 },
    /// Another row holds it, and nothing else will do.
    Taken(Holder),
}

impl Claim {
    /// What the row is called where it did not get what it wished for.
    pub fn renamed(&self, wish: &str) -> Option<&str> {
        match self {
            Claim::Given { value, .. } => (value != wish).then_some(value),
            Claim::Kept { renamed, .. } => renamed.as_deref(),
            Claim::Taken(_) => None,
        }
    }
}

/// Who holds a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A row of the store, by its id there.
    Stored(i64),
    /// A row of this plan, by its legacy number (0 where its key is a text).
    Planned(i64),
}

/// What to do where another row holds the wished value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnTaken {
    /// `rome` becomes `rome2`, `rome3`, …
    Number,
    Refuse,
}

/// The holders of one column's values, by a hash of the value (letter case counts).
#[derive(Default)]
pub struct Names {
    holders: HashMap<u64, Holder, Hashed>,
    /// The next number to try for a wish that was taken.
    next: HashMap<u64, u64, Hashed>,
    /// Rows of the store that keep what a person wrote there, whatever they wish for.
    edited: HashSet<i64>,
    /// Rows of the store that somebody would have liked to take a value from.
    wanted: HashSet<i64>,
    /// Who wishes for another value than before, where a refusal lets a row keep its old one.
    wants: Vec<Want>,
}

/// A row's new wish, and what it gives up for it: the value and the row's id in the store.
struct Want {
    wish: u64,
    gives: Option<(u64, i64)>,
}

/// The keys are hashes already.
type Hashed = BuildHasherDefault<Identity>;

#[derive(Default)]
struct Identity(u64);

impl Hasher for Identity {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
    fn finish(&self) -> u64 {
        self.0
    }
}

impl Names {
    pub fn load(connection: &mut Connection, table: &Table, column: &str) -> QueryResult<Names> {
        let mut names = Names::default();
        rows::each(connection, table, &[column], |id, cells| {
            if let Some(value) = cells.first().and_then(Cell::text) {
                names.holders.insert(hash(value), Holder::Stored(id));
            }
        })?;
        Ok(names)
    }

    /// Forgets what rows of the store hold that will be gone.
    pub fn free(&mut self, gone: &IdSet) {
        self.holders
            .retain(|_, holder| !matches!(holder, Holder::Stored(id) if gone.contains(*id)));
    }

    /// The rows of the store that somebody would have liked to take a value from.
    pub fn take_wanted(&mut self) -> HashSet<i64> {
        std::mem::take(&mut self.wanted)
    }

    /// Notes that a row of the store, of this legacy number, keeps what it holds.
    pub fn keep(&mut self, wish: u64, number: i64, own: i64) {
        if let Some(holder) = self.holders.get_mut(&wish)
            && *holder == Holder::Stored(own)
        {
            *holder = Holder::Planned(number);
        }
    }

    /// Notes that a row of the store keeps an edit and takes nothing.
    pub fn edited(&mut self, own: i64) {
        self.edited.insert(own);
    }

    /// Frees what a row of the store gives up, because this plan writes another value there.
    pub fn release(&mut self, value: u64, own: i64) {
        if self.holders.get(&value) == Some(&Holder::Stored(own)) {
            self.holders.remove(&value);
        }
    }

    /// Notes a wish that [`Names::settle`] weighs, in the order in which wishes are claimed.
    pub fn want(&mut self, wish: u64, gives: Option<(u64, i64)>) {
        self.wants.push(Want { wish, gives });
    }

    /// A row whose new wish will be refused keeps its old value after all; whoever hoped for
    /// that is refused in turn, and keeps his.
    pub fn settle(&mut self) {
        let wants = std::mem::take(&mut self.wants);
        let mut takers: HashMap<u64, &Want, Hashed> = HashMap::default();
        for want in &wants {
            if !self.holders.contains_key(&want.wish) && !takers.contains_key(&want.wish) {
                takers.insert(want.wish, want);
                continue;
            }
            let mut refused = Some(want);
            while let Some((value, own)) = refused.and_then(|want| want.gives) {
                self.holders.insert(value, Holder::Stored(own));
                refused = takers.remove(&value);
            }
        }
    }

    /// Gives `wish`, or what comes after it, to a row: `number` is its legacy number, `own`
    /// its id in the store where it has one.
    pub fn claim(&mut self, wish: &str, number: i64, own: Option<i64>, on_taken: OnTaken) -> Claim {
        let mut value = wish.to_string();
        if own.is_some_and(|own| self.edited.contains(&own)) {
            let wish = hash(wish);
            return Claim::Given { value, wish };
        }
        loop {
            let holder = self.holders.get(&hash(&value)).copied();
            match holder {
                Some(holder) if own.map(Holder::Stored) != Some(holder) => {
                    if let Holder::Stored(id) = holder {
                        self.wanted.insert(id);
                    }
                    if on_taken == OnTaken::Refuse {
                        return Claim::Taken(holder);
                    }
                    let next = self.next.entry(hash(wish)).or_insert(2);
                    value = format!("{wish}{next}");
                    *next += 1;
                }
                _ => {
                    self.holders.insert(hash(&value), Holder::Planned(number));
                    return Claim::Given {
                        value,
                        wish: hash(wish),
                    };
                }
            }
        }
    }
}

/// The hash under which a value is held; also the wish that the ledger keeps.
pub fn hash(value: &str) -> u64 {
    Value::from(value).hash()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(claim: Claim) -> String {
        match claim {
            Claim::Given { value, .. } => value,
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn who_is_refused_keeps_what_he_would_have_given_up() {
        // 1 wants what 2 gives, 2 what 3 gives, 3 what 9 holds for good; 4 and 5 swap
        let [a, b, c, d, e, f] = [1, 2, 3, 4, 5, 6];
        let mut names = Names {
            holders: HashMap::from_iter([(f, Holder::Stored(9))]),
            ..Names::default()
        };
        names.want(b, Some((a, 1)));
        names.want(c, Some((b, 2)));
        names.want(f, Some((c, 3)));
        names.want(e, Some((d, 4)));
        names.want(d, Some((e, 5)));
        names.settle();
        for (value, row) in [(a, 1), (b, 2), (c, 3), (f, 9)] {
            assert_eq!(names.holders.get(&value), Some(&Holder::Stored(row)));
        }
        assert_eq!(names.holders.len(), 4);
    }

    #[test]
    fn later_rows_get_a_number() {
        let mut names = Names {
            holders: HashMap::from_iter([(hash("rome"), Holder::Stored(5))]),
            ..Names::default()
        };
        assert_eq!(
            given(names.claim("rome", 1, None, OnTaken::Number)),
            "rome2"
        );
        assert_eq!(
            given(names.claim("rome", 2, None, OnTaken::Number)),
            "rome3"
        );
        assert_eq!(
            given(names.claim("rome2", 3, None, OnTaken::Number)),
            "rome22"
        );
        assert_eq!(
            given(names.claim("rome", 4, Some(5), OnTaken::Number)),
            "rome"
        );
        assert_eq!(
            names.claim("rome3", 6, None, OnTaken::Refuse),
            Claim::Taken(Holder::Planned(2))
        );
    }
}
