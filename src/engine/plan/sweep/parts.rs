//! Parts of rows, for which nothing in the source stands by itself: an account's addresses, a
//! device's protocol. They go with their row, or stay with it.

use super::{PAGE, Swept};
use crate::engine::Stop;
use crate::engine::plan::Planner;
use crate::model::Key;
use crate::store::ids::IdSet;
use crate::store::ledger::Entry;
use crate::store::rows;

impl Planner<'_> {
    /// Of the rows whose parts vanished: those that vanished themselves, but stay.
    pub(super) fn staying_wholes(
        &mut self,
        parts: &Swept,
        vanished: &[(Key, Entry)],
    ) -> Result<IdSet, Stop> {
        let mut staying = IdSet::default();
        let whole = parts.part_of.and_then(|(whole, _)| {
            let mut sweeps = self.sweeps.iter();
            sweeps.find(|swept| swept.table.name == whole.name)
        });
        let Some(whole) = whole.filter(|_| !vanished.is_empty()) else {
            return Ok(staying);
        };
        // parts hold nothing that would go without them
        let ids = self.going.deleted.entry(parts.table.name).or_default();
        vanished
            .iter()
            .for_each(|(_, entry)| ids.insert(entry.store_id));
        let mut wholes = self.vanished(whole.table)?;
        wholes.retain(|(_, entry)| !entry.adopted);
        for chunk in wholes.chunks(PAGE) {
            let ids: Vec<i64> = chunk.iter().map(|(_, entry)| entry.store_id).collect();
            let held = self.held_by_others(whole.table, &ids)?;
            for row in rows::by_ids(self.connection, whole.table, &ids)?.into_values() {
                let followed = self.state(whole.table)?.met.adopted.contains(row.id);
                if followed || held.contains(&row.id) || (whole.stays)(&row).is_some() {
                    staying.insert(row.id);
                }
            }
        }
        self.going.deleted.remove(parts.table.name);
        Ok(staying)
    }
}
