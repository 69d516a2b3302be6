//! What the store has of the application and the source has no more: it stays, and is told.

use std::collections::{HashMap, HashSet};

use super::Apiomat;
use crate::engine::{Finding, Planner, Severity, Stop};
use crate::model::{Record as _, Table, tables};
use crate::text::printable;

/// Rows of one kind that are told by name.
const TOLD: usize = 20;

/// What tells the rows of a table apart that hang on the same one; the parts of their paths.
fn names(table: &Table) -> &'static [&'static str] {
    match table.name {
        name if name == tables::ApplicationSystem::TABLE.name => &["system"],
        name if name == tables::Module::TABLE.name => &["system", "name", "version"],
        _ => &["name"],
    }
}

/// Hands out the id of each row of a table, that of the row on which it hangs, and what follows
/// that row's path in its own.
pub(super) fn each_named(
    plan: &mut Planner,
    table: &'static Table,
    owner: &'static str,
    mut each: impl FnMut(i64, i64, String),
) -> Result<(), Stop> {
    let columns = [&[owner], names(table)].concat();
    plan.each_stored(table, &columns, |id, cells| {
        let names = cells.iter().skip(1);
        let names: Vec<&str> = names.map(|cell| cell.text().unwrap_or_default()).collect();
        if let Some(owner) = cells.first().and_then(|cell| cell.int()) {
            each(id, owner, names.join("/"));
        }
    })
}

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
        owner: &'static str,
        above: &HashMap<i64, String>,
    ) -> Result<HashMap<i64, String>, Stop> {
        let mut below = HashMap::new();
        each_named(plan, table, owner, |id, owner, name| {
            if let Some(path) = above.get(&owner) {
                below.insert(id, format!("{path}/{name}"));
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
        // what does not come in is in the source nevertheless
        let refused = self.source.refused.iter();
        let refused = refused.filter(|row| row.entity.word() == entity);
        let refused: HashSet<String> = refused
            .map(|row| self.refused_key(row).text.into())
            .collect();
        let is_there = |path: &String| {
            self.fallen.contains(&(table.name, path.clone())) || refused.contains(path)
        };
        let left = rows.iter().filter(|(id, _)| !met.contains(id));
        let left = left.filter(|(_, path)| !is_there(path));
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
