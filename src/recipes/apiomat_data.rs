//! ApiOmat's instance data: one application's documents in one system, from a dump that mongodump
//! made, in one stage.
//!
//! A collection's key is `App/live/Name`, a document's is that and its place in the dump. The
//! ledger accounts for the documents by collection and generation.

mod bringing;
mod choice;
mod classes;
pub mod codes;
mod damage;
mod ids;
mod references;
mod stored;
mod types;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::engine::{Draft, Finding, Outcome, Planner, Recipe, Severity, Stage, Stop, Target};
use crate::legacy::apiomat::{System, databases};
use crate::legacy::mongodump::{Collection, Dump, DumpError, Kind, Problem, documents};
use crate::model::{Key, Record as _, tables};
use crate::text::{counted, printable};
use bringing::Bringing;
use choice::choose;
use classes::Classes;
use damage::Damages;
use references::References;
use stored::{Current, Made, There, why_not_replaced};

const STAGES: &[Stage] = &[Stage {
    name: "documents",
    entities: &["collections", "documents"],
    reads: &["documents"],
}];

/// What the person asked for.
#[derive(Clone, Debug)]
pub struct Settings {
    pub app: String,
    pub system: System,
    /// How databases and collections may be called, as configured.
    pub databases: Vec<String>,
    pub collections: Vec<String>,
    pub existing: Existing,
    pub broken: Broken,
}

/// What becomes of the documents that a collection of the dump has in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// They stay, and what is new comes behind them.
    Stay,
    /// `--drop`: they become an older generation.
    Replaced,
}

/// What damage in the dump does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// It stops the run.
    Stops,
    /// `--skip-broken`: what is whole comes in.
    Skipped,
}

/// The recipe.
pub struct ApiomatData {
    path: PathBuf,
    settings: Settings,
    dump: Dump,
    /// Which of its databases is taken.
    database: usize,
}

impl ApiomatData {
    /// Opens a dump and finds the database that is meant.
    ///
    /// # Errors
    /// It is no dump, or has no such database, or two.
    pub fn open(path: &Path, settings: Settings) -> Result<Self, Stop> {
        let dump = Dump::open(path)?;
        let database = choose(&dump, path, &settings)?;
        Ok(ApiomatData {
            path: path.into(),
            settings,
            dump,
            database,
        })
    }

    fn collections(&self) -> &[Collection] {
        let database = self.dump.databases.get(self.database);
        database.map_or(&[], |database| &database.collections)
    }

    fn database(&self) -> &str {
        let database = self.dump.databases.get(self.database);
        database.map_or("", |database| &database.name)
    }

    /// How a collection is called in reports.
    fn path_of(&self, collection: &str) -> String {
        let Settings { app, system, .. } = &self.settings;
        format!("{app}/{system}/{collection}")
    }

    fn report_dump(&self, plan: &mut Planner, damages: &mut Damages) -> Result<(), Stop> {
        for problem in &self.dump.problems {
            if damage::is_damage(&problem.what) && self.concerns(problem) {
                damages.of_dump(plan, problem)?;
            } else {
                plan.finding(Finding::new(
                    "not-read",
                    Severity::Warning,
                    format!("{problem}."),
                ))?;
            }
        }
        let names = self.dump.databases.iter().map(|it| it.name.as_str());
        for name in names.filter(|name| *name != self.database()) {
            let what = match databases::NOBODYS.contains(&name) {
                true => "is no application's",
                false => "is of another application or system",
            };
            plan.finding(Finding::new(
                "other-database",
                Severity::Info,
                format!("The database {} {what}: it is left alone.", printable(name)),
            ))?;
        }
        Ok(())
    }

    /// Whether something in the dump is of the database that is taken, or of no one alone.
    fn concerns(&self, problem: &Problem) -> bool {
        let database = problem.database.as_deref();
        database.is_none_or(|database| database == self.database())
    }

    /// The database may also be another application's.
    fn report_namesake(&self, plan: &mut Planner) -> Result<(), Stop> {
        let mut known = BTreeSet::new();
        for (table, column) in [
            (tables::Application::TABLE, "name"),
            (tables::Collection::TABLE, "application"),
        ] {
            plan.each_stored(table, &[column], |_, cells| {
                let name = cells.first().and_then(|cell| cell.text());
                known.extend(name.map(str::to_owned));
            })?;
        }
        let Settings { app, system, .. } = &self.settings;
        let database = self.database();
        for other in known.iter().filter(|other| *other != app) {
            let Some(theirs) = databases::system_of(&self.settings.databases, other, database)
            else {
                continue;
            };
            plan.finding(Finding::new(
                "ambiguous-database",
                Severity::Warning,
                format!(
                    "The database {database} is taken for the {system} data of {app}, but the {theirs} data of {} would have this name too: check that it is the right one.",
                    printable(other)
                ),
            ))?;
        }
        Ok(())
    }

    /// `--drop` leaves alone what the dump does not hold.
    fn report_others(&self, plan: &mut Planner, there: &There) -> Result<(), Stop> {
        if self.settings.existing == Existing::Stay {
            return Ok(());
        }
        let replacing = |it: &&Collection| it.data.is_some() || it.kind == Kind::View;
        let brought = self.collections().iter().filter(replacing);
        let brought: BTreeSet<&str> = brought.map(|it| &*it.name).collect();
        for name in there.0.keys().filter(|name| !brought.contains(&***name)) {
            plan.finding(
                Finding::new(
                    "collection-stays",
                    Severity::Info,
                    format!(
                        "The store has documents of {}, and the dump has none: they stay.",
                        printable(name)
                    ),
                )
                .on("collections", self.path_of(name), ""),
            )?;
        }
        Ok(())
    }

    fn bring(&mut self, plan: &mut Planner) -> Result<(), Stop> {
        let mut damages = Damages::new(self.settings.broken);
        self.report_dump(plan, &mut damages)?;
        self.report_namesake(plan)?;
        let there = There::load(plan, &self.settings)?;
        self.report_others(plan, &there)?;
        let classes = Classes::load(plan, &self.settings)?;
        classes.report(plan, &self.settings)?;
        let mut references = References::new()?;
        for collection in self.collections() {
            let path = self.path_of(&collection.name);
            let key = Key::text(path.as_str());
            let current = Current::of(plan, &key, there.0.get(&*collection.name))?;
            let generation = self.generation(plan, &path, collection, current.as_ref())?;
            let mut draft = self.draft(&key, collection, generation);
            draft.target = match &current {
                Some(current) if current.made == Made::Here => Target::Adopt(current.id),
                // which documents count is this run's to say, whatever was edited
                Some(current) if current.generation != generation => {
                    if draft.record.metadata.is_none() {
                        draft.record.metadata = current.metadata.clone();
                    }
                    Target::Exact(Some(current.id))
                }
                // whoever replaces what was deleted wants it back
                None if self.settings.existing == Existing::Replaced => Target::Exact(None),
                _ => Target::New { id: None },
            };
            let placed = plan.place_one(draft)?;
            let mut bringing = Bringing {
                path: &path,
                collection,
                generation,
                class: classes.of(&collection.name),
                damages: &mut damages,
                references: &mut references,
            };
            let documents = match placed {
                Ok(id) => bringing.run(plan, id)?,
                Err(cause) => bringing.skip(plan, &cause)?,
            };
            classes.report_missing(plan, &path, collection, documents)?;
        }
        references.report(plan, &self.settings, &classes, &there)?;
        damages.end()
    }

    /// Which generation the documents of the dump are. The store's own goes on, unless it is to be
    /// replaced by others.
    fn generation(
        &self,
        plan: &mut Planner,
        path: &str,
        collection: &Collection,
        current: Option<&Current>,
    ) -> Result<i64, Stop> {
        let Some(current) = current else {
            return Ok(FIRST_GENERATION);
        };
        if self.settings.existing == Existing::Stay || collection.data.is_none() {
            return Ok(current.generation);
        }
        let list = bringing::list(current.id, current.generation);
        let (brought, own) = plan.counts_of(list)?;
        if brought + own == 0 || bringing::is_the_same(plan, collection, list)? {
            return Ok(current.generation);
        }
        if let Some(reason) = why_not_replaced(collection, current, own)? {
            let message = format!(
                "{reason}: the documents of {} are not replaced, and what is new comes behind them.",
                printable(&collection.name)
            );
            let finding = Finding::new("not-replaced", Severity::Warning, message);
            plan.finding(finding.on("collections", path, ""))?;
            return Ok(current.generation);
        }
        plan.account_list("documents", path, 0..brought, Outcome::Deleted);
        plan.finding(
            Finding::new(
                "documents-replaced",
                Severity::Info,
                format!(
                    "Replaced: {} of {}. What was there stays in the store as generation {} until this run is pruned.",
                    counted(brought, "document", "documents"),
                    printable(&collection.name),
                    current.generation
                ),
            )
            .on("collections", path, ""),
        )?;
        plan.new_lane(list)
    }

    fn draft(
        &self,
        key: &Key,
        collection: &Collection,
        generation: i64,
    ) -> Draft<tables::Collection> {
        let metadata = collection.metadata.as_ref();
        Draft {
            key: key.clone(),
            name: String::new(),
            record: tables::Collection {
                application: self.settings.app.clone(),
                system: self.settings.system.word(),
                name: collection.name.clone(),
                database: self.database().into(),
                kind: match collection.kind {
                    Kind::Collection => "collection",
                    Kind::View => "view",
                    Kind::TimeSeries => "timeseries",
                },
                metadata: metadata.map(|metadata| metadata.text.to_string()),
                generation,
            },
            target: Target::New { id: None },
            claim: None,
            // an old tool's dump says nothing of indexes
            keeps: match metadata {
                Some(_) => Vec::new(),
                None => vec!["metadata"],
            },
            entity: Some("collections"),
        }
    }
}

const FIRST_GENERATION: i64 = 1;

fn shown(path: &Path) -> String {
    printable(&path.to_string_lossy()).into_owned()
}

impl Recipe for ApiomatData {
    fn name(&self) -> &'static str {
        "apiomat-data"
    }

    fn source(&self) -> (String, String) {
        ("mongodump".into(), self.path.display().to_string())
    }

    fn stages(&self) -> &'static [Stage] {
        STAGES
    }

    fn scope(&self) -> Option<String> {
        let Settings { app, system, .. } = &self.settings;
        Some(format!("{app}/{system}"))
    }

    fn prepare(&mut self, _plan: &mut Planner) -> Result<(), Stop> {
        Ok(())
    }

    fn scan(
        &mut self,
        _stage: &'static str,
        each: &mut dyn FnMut(&'static str, &Key),
    ) -> Result<(), Stop> {
        for collection in self.collections() {
            let mut key = Key::text(self.path_of(&collection.name));
            each("collections", &key);
            let Some(data) = &collection.data else {
                continue;
            };
            let count = documents::scan(data).map_err(damage::fault)?;
            for number in 0..count.documents {
                key.number = number as i64;
                each("documents", &key);
            }
        }
        Ok(())
    }

    fn run(&mut self, _stage: &'static str, plan: &mut Planner) -> Result<(), Stop> {
        self.bring(plan)
    }
}

impl From<DumpError> for Stop {
    fn from(error: DumpError) -> Self {
        if error.is_wrong_command() {
            Stop::Wrong(error.to_string())
        } else {
            Stop::source(error.to_string())
        }
    }
}
