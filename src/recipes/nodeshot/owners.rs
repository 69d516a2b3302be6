//! Node owners: everyone whose email a confirmed node has, ASCII case ignored.

use std::collections::HashMap;

use chrono::NaiveDateTime;

use super::keys::email_hash;

/// One owner, gathered over all of his nodes.
#[derive(Debug)]
pub struct Owner {
    pub key: Box<str>,
    /// As the oldest node writes it.
    pub email: Box<str>,
    /// The owner's name on the oldest node.
    pub name: Box<str>,
    /// When the oldest node was added (none: unknown, and last), and its id.
    pub oldest: (bool, Option<NaiveDateTime>, i64),
    /// The further addresses of all the nodes, as written, each once.
    pub extras: Vec<Box<str>>,
}

impl Owner {
    pub fn joined(&self) -> Option<NaiveDateTime> {
        self.oldest.1
    }
}

/// All owners, by their email's key.
#[derive(Debug, Default)]
pub struct Owners {
    pub list: Vec<Owner>,
    index: HashMap<u128, u32>,
}

impl Owners {
    /// Adds what one node says of its owner.
    pub fn add(
        &mut self,
        key: String,
        email: &str,
        name: &str,
        added: Option<NaiveDateTime>,
        node: i64,
        extras: impl Iterator<Item = String>,
    ) {
        let age = (added.is_none(), added, node);
        let next = self.list.len() as u32;
        let index = *self.index.entry(email_hash(&key)).or_insert(next);
        if index == next {
            self.list.push(Owner {
                key: key.into(),
                email: email.into(),
                name: name.into(),
                oldest: age,
                extras: Vec::new(),
            });
        }
        let Some(owner) = self.list.get_mut(index as usize) else {
            return;
        };
        if age < owner.oldest {
            owner.email = email.into();
            owner.name = name.into();
            owner.oldest = age;
        }
        for extra in extras {
            let known = |other: &str| other.eq_ignore_ascii_case(&extra);
            if !known(&owner.email) && !owner.extras.iter().any(|other| known(other)) {
                owner.extras.push(extra.into());
            }
        }
    }

    pub fn find(&self, key: &str) -> Option<&Owner> {
        let index = *self.index.get(&email_hash(key))?;
        self.list.get(index as usize)
    }

    /// Owners in the order of their oldest nodes: the order in which usernames are given.
    pub fn by_age(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.list.len() as u32).collect();
        order.sort_unstable_by_key(|index| self.list[*index as usize].oldest);
        order
    }

    /// Owners in key order.
    pub fn by_key(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.list.len() as u32).collect();
        order.sort_unstable_by(|a, b| self.list[*a as usize].key.cmp(&self.list[*b as usize].key));
        order
    }
}
