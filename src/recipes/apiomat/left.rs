//! What the store has of the application and the source has no more: it stays, and is told.

use std::collections::{HashMap, HashSet};

use super::Apiomat;
use crate::engine::{Finding, Planner, Severity, Stop};
use crate::model::{Record as _, Table, tables};
use crate::text::printable;

/// Rows of one kind that are told by name.
const TOLD: usize = 20;

impl Apiomat {
    pub(super) fn report_left(&self, plan: &mut Planner) -> Result<(), Stop> {
        let Some(Ok(application)) = self.places.get(self.app()) else {
            return Ok(());
        };
        let mut above: HashMap<i64, String> = HashMap::from([(*application, self.app().into())]);
        for (table, owner, entity) in [
            (tables::Module::TABLE, "application_id", "modules"),
            (tables::Class::TABLE, "module_id", "classes"),
        ] {
            above = self.rows_below(plan, table, owner, &above)?;
            self.tell_left(plan, table, entity, &above)?;
        }
        for (table, entity) in [
            (tables::Attribute::TABLE, "attributes"),
            (tables::Servercode::TABLE, "servercode"),
        ] {
            let rows = self.rows_below(plan, table, "class_id", &above)?;
            self.tell_left(plan, table, entity, &rows)?;
        }
        Ok(())
    }

    /// The store's rows that hang on others, by id, with the paths of both.
    fn rows_below(
        &self,
        plan: &mut Planner,
        table: &'static Table,
        owner: &str,
        above: &HashMap<i64, String>,
    ) -> Result<HashMap<i64, String>, Stop> {
        let mut below = HashMap::new();
        let is_module = table.name == tables::Module::TABLE.name;
        let columns: &[&str] = match is_module {
            true => &[owner, "name", "system", "version"],
            false => &[owner, "name"],
        };
        plan.each_stored(table, columns, |id, cells| {
            let text = |at: usize| {
                cells
                    .get(at)
                    .and_then(|cell| cell.text())
                    .unwrap_or_default()
            };
            let owner = cells.first().and_then(|cell| cell.int());
            if let Some(path) = owner.and_then(|owner| above.get(&owner)) {
                let path = match is_module {
                    true => format!("{path}/{}/{}/{}", text(2), text(1), text(3)),
                    false => format!("{path}/{}", text(1)),
                };
                below.insert(id, path);
            }
        })?;
        Ok(below)
    }

    fn tell_left(
        &self,
        plan: &mut Planner,
        table: &'static Table,
        entity: &'static str,
        rows: &HashMap<i64, String>,
    ) -> Result<(), Stop> {
        let none = HashSet::new();
        let met = self.met.get(table.name).unwrap_or(&none);
        let left = rows.iter().filter(|(id, _)| !met.contains(id));
        let mut left: Vec<&String> = left.map(|(_, path)| path).collect();
        if left.is_empty() {
            return Ok(());
        }
        left.sort();
        let named: Vec<_> = left.iter().take(TOLD).map(|path| printable(path)).collect();
        let more = match left.len() > TOLD {
            true => " …",
            false => "",
        };
        let message = format!(
            "The store has {} {entity} of the application that are not in the source: they stay ({}{more}).",
            left.len(),
            named.join(", ")
        );
        plan.finding(Finding::new("not-in-source", Severity::Info, message).on(
            entity,
            self.app(),
            "",
        ))
    }
}
