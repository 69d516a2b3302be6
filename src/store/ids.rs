//! The ids that a table has, in memory: a bit each.

use std::collections::HashMap;

use diesel::QueryResult;

use super::connection::Connection;
use crate::model::Table;
use crate::sql::{Database as _, Id};

/// Ids a block.
const BLOCK: i64 = 1_024;

/// A set of ids; dense ones cost a bit each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdSet {
    blocks: HashMap<i64, Box<[u64; 16]>>,
    length: usize,
}

impl IdSet {
    /// All ids of a table.
    pub fn load(connection: &mut Connection, table: &Table) -> QueryResult<IdSet> {
        let sql = format!("SELECT id FROM {}", table.name);
        let mut ids = IdSet::default();
        connection.each(&sql, &[], |Id(id)| {
            ids.insert(id);
            Ok(())
        })?;
        Ok(ids)
    }

    pub fn insert(&mut self, id: i64) {
        let (block, word, bit) = place(id);
        let words = self.blocks.entry(block).or_default();
        self.length += usize::from(words[word] & bit == 0);
        words[word] |= bit;
    }

    pub fn contains(&self, id: i64) -> bool {
        let (block, word, bit) = place(id);
        self.blocks
            .get(&block)
            .is_some_and(|words| words[word] & bit != 0)
    }

    pub fn len(&self) -> usize {
        self.length
    }

    pub fn is_empty(&self) -> bool {
        self.length == 0
    }
}

fn place(id: i64) -> (i64, usize, u64) {
    let within = id.rem_euclid(BLOCK) as usize;
    (id.div_euclid(BLOCK), within / 64, 1 << (within % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_what_was_put_in() {
        let mut ids = IdSet::default();
        assert!(ids.is_empty());
        for id in [i64::MIN, -1, 0, 1, 63, 64, 1_023, 1_024, i64::MAX] {
            assert!(!ids.contains(id));
            ids.insert(id);
            ids.insert(id);
            assert!(ids.contains(id), "{id}");
        }
        assert_eq!(ids.length, 9);
        assert!(!ids.contains(2));
    }
}
