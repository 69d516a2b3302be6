//! ApiOmat's metadata: one application with its customer, its settings in each system, its modules,
//! classes, attributes and servercode, in five stages.
//!
//! A row's key is its path: `App`, `App/live`, `App/live/Main/1.0.0/Car/color`. A customer's is its
//! email; one without is known by name to its application only.

mod applications;
mod classes;
pub mod codes;
mod customers;
mod left;
mod notes;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde_json::{Map, Value as Json};

use crate::engine::finding::one;
use crate::engine::plan::BATCH;
use crate::engine::{
    Draft, Finding, Outcome, Placed, Planner, Recipe, Severity, Stage, Stop, Target,
};
use crate::legacy::apiomat::{self, ApiomatError, Entity, Names, Source};
use crate::model::{Key, Record};
use crate::text::printable;

const STAGES: &[Stage] = &[
    Stage {
        name: "customers",
        entities: &["customers", "accounts"],
        reads: &["customers"],
    },
    Stage {
        name: "applications",
        entities: &["applications", "systems"],
        reads: &["applications", "systems"],
    },
    Stage {
        name: "modules",
        entities: &["modules"],
        reads: &["modules"],
    },
    Stage {
        name: "classes",
        entities: &["classes"],
        reads: &["classes"],
    },
    Stage {
        name: "attributes",
        entities: &["attributes", "servercode"],
        reads: &["attributes", "servercode"],
    },
];

/// What becomes of the customer's password. Never that of an account which was there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomerPassword {
    /// The hash comes in as it is.
    Kept,
    /// The word `secret`, as the old tool did it.
    Reset,
}

/// Whether an application of the same name as one that an earlier run brought must have the same
/// customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership {
    Proven,
    Taken,
}

/// What the person asked for.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    pub password: CustomerPassword,
    pub ownership: Ownership,
}

/// The recipe, with what its stages hand to each other.
pub struct Apiomat {
    path: PathBuf,
    source: Rc<Source>,
    settings: Settings,
    /// Why the application cannot have its name in the store.
    taken: Option<String>,
    /// The key under which the customer is known, or will be.
    customer_key: Option<Key>,
    /// The owner that the application has in the store, where the source knows only their name.
    owner: Option<i64>,
    customer: Option<Placed>,
    /// Of applications, modules and classes, by path.
    places: HashMap<String, Placed>,
    /// The rows of each table that the source has.
    met: HashMap<&'static str, HashSet<i64>>,
    /// Rows of the source that do not come in, by table and path.
    fallen: HashSet<(&'static str, String)>,
}

/// Reads the metadata of one application.
///
/// # Errors
/// There are none, or they are of another application.
pub fn read(path: &Path, names: &Names, app: Option<&str>) -> Result<Source, Stop> {
    Ok(apiomat::open(path, names, app)?)
}

impl Apiomat {
    #[must_use]
    pub fn new(path: &Path, source: Source, settings: Settings) -> Self {
        Apiomat {
            path: path.into(),
            source: Rc::new(source),
            settings,
            taken: None,
            customer_key: None,
            owner: None,
            customer: None,
            places: HashMap::new(),
            met: HashMap::new(),
            fallen: HashSet::new(),
        }
    }

    fn app(&self) -> &str {
        &self.source.definition.application.name
    }

    /// The path of what is in the application.
    fn path_of(&self, below: &str) -> String {
        format!("{}/{below}", self.app())
    }

    /// Places rows that hang on others, in the order of their paths.
    fn place_below<R: Record>(
        &mut self,
        plan: &mut Planner,
        (entity, owner): (&'static str, &'static str),
        mut rows: Vec<Mapped<R>>,
    ) -> Result<(), Stop> {
        let mut there = HashSet::new();
        left::each_named(plan, R::TABLE, owner, |_, owner, name| {
            there.insert((owner, name));
        })?;
        rows.sort_by(|one, other| one.path.cmp(&other.path));
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let batch: Vec<_> = rows.by_ref().take(BATCH).collect();
            let keys: Vec<Key> = batch.iter().map(|row| Key::text(&*row.path)).collect();
            let known = plan.bases(R::TABLE, &keys.iter().collect::<Vec<_>>())?;
            let current = plan.current(R::TABLE, &keys.iter().collect::<Vec<_>>())?;
            let mut drafts = Vec::new();
            for (row, key) in batch.into_iter().zip(keys) {
                let above = self.places.get(&row.parent);
                let above = above
                    .ok_or_else(|| Stop::store(format!("nothing was made of {:?}", row.parent)))?;
                let cause = match above {
                    Ok(id) if known.contains_key(&key) || !there.contains(&(*id, row.tail())) => {
                        let data = self.data(row.rest, R::TABLE, current.get(&key));
                        drafts.push(Draft {
                            key,
                            name: row.name,
                            record: (row.record)(*id, data),
                            target: Target::New { id: None },
                            claim: None,
                            keeps: row.keeps,
                            entity: Some(entity),
                        });
                        continue;
                    }
                    Ok(_) => {
                        let finding = taken(entity, &key).on(entity, &key, &row.name);
                        plan.fall(entity, &key, Outcome::Refused, finding)?
                    }
                    Err(cause) => plan.fall_with(entity, &key, &row.name, &cause.clone())?,
                };
                self.fallen.insert((R::TABLE.name, row.path.clone()));
                self.places.insert(row.path, Err(cause));
            }
            self.place(plan, drafts)?;
        }
        Ok(())
    }

    /// Places rows and notes where each went.
    fn place<R: Record>(&mut self, plan: &mut Planner, drafts: Vec<Draft<R>>) -> Result<(), Stop> {
        let paths: Vec<String> = drafts
            .iter()
            .map(|draft| draft.key.text.to_string())
            .collect();
        let placed = plan.place(drafts)?;
        plan.advance(paths.len())?;
        for (path, placed) in paths.into_iter().zip(placed) {
            if let Ok(id) = placed {
                self.met.entry(R::TABLE.name).or_default().insert(id);
            }
            self.places.insert(path, placed);
        }
        Ok(())
    }
}

/// A row on its way to one that hangs on another.
struct Mapped<R> {
    path: String,
    /// The path of the row on which it hangs.
    parent: String,
    name: String,
    /// What has no column.
    rest: Map<String, Json>,
    record: Below<R>,
    keeps: Vec<&'static str>,
}

/// What a row becomes, given the id of the one on which it hangs, and what goes to `data`.
type Below<R> = Box<dyn FnOnce(i64, String) -> R>;

impl<R> Mapped<R> {
    /// What follows in its path that of the row on which it hangs.
    fn tail(&self) -> String {
        let tail = self.path.strip_prefix(&self.parent);
        tail.and_then(|tail| tail.strip_prefix('/'))
            .unwrap_or_default()
            .into()
    }
}

/// A row that was made by hand, or renamed so, is where this one would be.
fn taken(entity: &str, key: &Key) -> Finding {
    let message = format!(
        "The store has another {} in the place of {}: this one does not come in.",
        one(entity),
        printable(&key.text)
    );
    Finding::new("row-taken", Severity::Error, message)
}

impl Recipe for Apiomat {
    fn name(&self) -> &'static str {
        "apiomat"
    }

    fn source(&self) -> (String, String) {
        let kind = self.source.origin.word();
        (kind.into(), self.path.display().to_string())
    }

    fn stages(&self) -> &'static [Stage] {
        STAGES
    }

    fn scope(&self) -> Option<String> {
        Some(self.app().into())
    }

    fn prepare(&mut self, plan: &mut Planner) -> Result<(), Stop> {
        // a plan may be made anew: nothing of an earlier one stays
        self.customer = None;
        self.places.clear();
        self.met.clear();
        self.customer_key = self.key_of_customer(plan)?;
        (self.taken, self.owner) = self.in_the_way(plan)?;
        self.fallen.clear();
        notes::report(plan, &self.source.notes)
    }

    fn scan(
        &mut self,
        stage: &'static str,
        each: &mut dyn FnMut(&'static str, &Key),
    ) -> Result<(), Stop> {
        let stage = STAGES.iter().find(|known| known.name == stage);
        let entities = stage.map_or(&[][..], |stage| stage.entities);
        if let Some(key) = self
            .customer_key
            .as_ref()
            .filter(|_| entities.contains(&"accounts"))
        {
            each("accounts", key);
        }
        for refused in &self.source.refused {
            let entity = refused.entity.word();
            if entities.contains(&entity) {
                each(entity, &self.refused_key(refused));
            }
        }
        let definition = &self.source.definition;
        let mut in_stage = |entity: Entity, key: Key| {
            if entities.contains(&entity.word()) {
                each(entity.word(), &key);
            }
        };
        if let Some(key) = &self.customer_key {
            in_stage(Entity::Customer, key.clone());
        }
        in_stage(Entity::Application, Key::text(self.app()));
        for system in &definition.systems {
            let path = self.path_of(system.system.word());
            in_stage(Entity::System, Key::text(path));
        }
        for module in &definition.modules {
            let path = self.path_of(&module.path());
            in_stage(Entity::Module, Key::text(path.as_str()));
            for class in &module.classes {
                let path = format!("{path}/{}", class.name);
                in_stage(Entity::Class, Key::text(path.as_str()));
                for attribute in &class.attributes {
                    let path = format!("{path}/{}", attribute.name);
                    in_stage(Entity::Attribute, Key::text(path));
                }
                for code in &class.servercode {
                    let path = format!("{path}/{}", code.name);
                    in_stage(Entity::Servercode, Key::text(path));
                }
            }
        }
        Ok(())
    }

    fn run(&mut self, stage: &'static str, plan: &mut Planner) -> Result<(), Stop> {
        self.refuse(plan, stage)?;
        match stage {
            "customers" => self.place_customer(plan),
            "applications" => self.place_application(plan),
            "modules" => self.place_modules(plan),
            "classes" => self.place_classes(plan),
            _ => {
                self.place_attributes(plan)?;
                self.report_left(plan)
            }
        }
    }
}

impl From<ApiomatError> for Stop {
    fn from(error: ApiomatError) -> Self {
        if error.is_wrong_command() {
            Stop::Wrong(error.to_string())
        } else {
            Stop::source(error.to_string())
        }
    }
}
