//! The collections that the store has, and which of them `--drop` replaces.

use std::collections::BTreeMap;

use super::{FIRST_GENERATION, Settings, damage};
use crate::engine::plan::Origin;
use crate::engine::{Planner, Stop};
use crate::legacy::mongodump::{Collection, documents};
use crate::model::{Key, Record as _, Value, tables};
use crate::text::counted;

/// What keeps `--drop` from replacing a collection.
pub fn why_not_replaced(
    collection: &Collection,
    current: &Current,
    own: u64,
) -> Result<Option<String>, Stop> {
    if current.made == Made::Here {
        return Ok(Some("No import made this collection".into()));
    }
    if own > 0 {
        let own = counted(own, "document was", "documents were");
        return Ok(Some(format!("{own} written here")));
    }
    let count = collection.data.as_ref().map(documents::scan).transpose();
    let broken = count.map_err(damage::fault)?.and_then(|count| count.broken);
    Ok(broken.map(|_| "The file of documents is not whole".into()))
}

/// The collections of the application that the store has, by name: their ids and generations.
pub struct There(pub BTreeMap<String, (i64, i64)>);

/// A collection as the store has it.
pub struct Current {
    pub id: i64,
    pub generation: i64,
    pub metadata: Option<String>,
    pub made: Made,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// By an earlier run.
    Brought,
    Here,
}

impl Current {
    /// The row that an earlier run made of it, whatever it is called by now; or else one that has
    /// its name.
    pub fn of(
        plan: &mut Planner,
        key: &Key,
        named: Option<&(i64, i64)>,
    ) -> Result<Option<Self>, Stop> {
        let table = tables::Collection::TABLE;
        let base = plan.bases(table, &[key])?.remove(key);
        let Some(row) = plan.current(table, &[key])?.remove(key) else {
            return Ok(named.map(|(id, generation)| Current {
                id: *id,
                generation: *generation,
                metadata: None,
                made: Made::Here,
            }));
        };
        let value = |column| row.values.get(table.column(column));
        Ok(Some(Current {
            id: row.id,
            generation: value("generation")
                .and_then(Value::as_int)
                .unwrap_or(FIRST_GENERATION),
            metadata: value("metadata").and_then(Value::as_text).map(Into::into),
            made: match base.map(|base| base.origin) {
                Some(Origin::Created) => Made::Brought,
                _ => Made::Here,
            },
        }))
    }
}

impl There {
    pub fn load(plan: &mut Planner, settings: &Settings) -> Result<Self, Stop> {
        let mut there = BTreeMap::new();
        let columns = ["application", "system", "name", "generation"];
        plan.each_stored(tables::Collection::TABLE, &columns, |id, cells| {
            if let [app, system, name, generation] = cells
                && app.text() == Some(&settings.app)
                && system.text() == Some(settings.system.word())
                && let (Some(name), Some(generation)) = (name.text(), generation.int())
            {
                there.insert(name.to_string(), (id, generation));
            }
        })?;
        Ok(There(there))
    }
}
