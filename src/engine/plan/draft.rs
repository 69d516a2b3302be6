//! A legacy row as mapped, before and after it is held against the ledger.

use crate::engine::finding::Cause;
use crate::engine::names::Claim;
use crate::model::{FieldHash, Fingerprint, Key, Record, Value};
use crate::store::ledger::Entry;

/// A legacy row as mapped, on its way to one store row.
#[derive(Clone, Debug)]
pub struct Draft<R> {
    pub key: Key,
    /// How the row is called where a person reads of it.
    pub name: String,
    pub record: R,
    pub target: Target,
    /// A unique column and what the row got there.
    pub claim: Option<(&'static str, Claim)>,
    /// Columns of which the source says nothing: in a row of an earlier run they stay as they are.
    pub keeps: Vec<&'static str>,
    /// The entity that accounts for the row; parts of another row have none.
    pub entity: Option<&'static str>,
}

/// Which store row a legacy row that is not in the ledger becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A new one; the id is kept where it is free.
    New { id: Option<i64> },
    /// One that is there: followed, and left alone.
    Adopt(i64),
    /// The one that is there, or else a new one: made equal to the draft whatever was
    /// edited or deleted since, because a person names it in this very run.
    Exact(Option<i64>),
}

/// Where a draft went: the row with this id, or nowhere, because a person deleted it in the store,
/// and it stays deleted.
pub type Placed = Result<i64, Cause>;

/// A draft as values, with its new fingerprint.
pub(super) struct Prepared {
    pub key: Key,
    pub name: String,
    pub values: Vec<Value>,
    pub fingerprint: Fingerprint,
    pub target: Target,
    pub entity: Option<&'static str>,
}

impl Prepared {
    pub fn new<R: Record>(draft: Draft<R>, entry: Option<&Entry>) -> Self {
        let mut values = draft.record.into_values();
        let mut wish: Option<FieldHash> = None;
        let mut kept = None;
        if let Some((column, claim)) = draft.claim {
            let index = R::TABLE.column(column);
            match claim {
                Claim::Given {
                    value,
                    wish: wished,
                } => {
                    values[index] = value.into();
                    wish = Some(wished.into());
                }
                Claim::Kept { wish: wished, .. } => {
                    wish = Some(wished.into());
                    kept = Some(index);
                }
                Claim::Taken(_) => {}
            }
        }
        // who keeps what the row got keeps what it wished for
        if wish.is_none() && !draft.keeps.is_empty() {
            wish = entry.and_then(|entry| entry.fingerprint.field(values.len()));
        }
        let mut fingerprint = Fingerprint::of(&values, wish);
        // what the row got for the same wish stays: its field counts as unchanged
        if let (Some(index), Some(entry)) = (kept, entry)
            && let Some(base) = entry.fingerprint.field(index)
        {
            fingerprint.set_field(index, base);
        }
        for column in draft.keeps {
            let index = R::TABLE.column(column);
            if let Some(base) = entry.and_then(|entry| entry.fingerprint.field(index)) {
                fingerprint.set_field(index, base);
            }
        }
        Prepared {
            key: draft.key,
            name: draft.name,
            values,
            fingerprint,
            target: draft.target,
            entity: draft.entity,
        }
    }
}
