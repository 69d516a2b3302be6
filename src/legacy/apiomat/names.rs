//! What nobody has published, and configuration says: how the global database of an installation
//! is called, and what its collections and fields are.

use std::collections::BTreeMap;

use super::System;
use super::notes::Entity;
use crate::config::ApiomatConfig;
pub use crate::config::ApiomatTable as Table;

/// The names of an installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// The global database.
    pub global: String,
    /// The systems that rows belong to which do not say one.
    pub systems: Vec<System>,
    /// Where the rows of each kind are.
    pub tables: BTreeMap<Entity, Table>,
}

impl Names {
    /// Those of a configuration.
    #[must_use]
    pub fn of(config: &ApiomatConfig) -> Self {
        let systems = config.systems.iter();
        let tables = config.tables.iter();
        Names {
            global: config.global.clone(),
            systems: systems.filter_map(|word| word.parse().ok()).collect(),
            tables: tables
                .filter_map(|(key, table)| Some((entity(key)?, table.clone())))
                .collect(),
        }
    }

    /// The key under `[apiomat]` that names the rows of a kind.
    #[must_use]
    pub fn key(entity: Entity) -> &'static str {
        entity.word()
    }
}

/// The kind of rows that a key of the configuration names.
fn entity(key: &str) -> Option<Entity> {
    let mut all = [
        Entity::Customer,
        Entity::Application,
        Entity::Module,
        Entity::Class,
        Entity::Attribute,
        Entity::Servercode,
    ]
    .into_iter();
    all.find(|entity| Names::key(*entity) == key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{APIOMAT_TABLES, ApiomatConfig};

    #[test]
    fn every_table_of_the_configuration_is_known() {
        for (key, _) in APIOMAT_TABLES {
            assert_eq!(entity(key).map(Names::key), Some(*key));
        }
        let names = Names::of(&ApiomatConfig::default());
        assert_eq!(names.systems, System::ALL);
        assert_eq!((names.global.as_str(), names.tables.len()), ("apiomat", 0));
    }
}
