//! ConnectorDB 0.3: an export folder's users, their devices and streams, and the streams' points,
//! in four stages.
//!
//! A row's key is its path, `alice/phone/steps`, and a list of points is called by its stream's
//! path: `alice/phone/steps` for the data, `alice/phone/steps/downlink` for what was sent to it.
//! What is brought under an account of the store (`--into`) has keys of its own, so that it is
//! never taken for the row of the same path in a whole export.

pub mod codes;
mod devices;
mod points;
mod reading;
mod streams;
mod users;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::engine::plan::{BATCH, Origin};
use crate::engine::{Cause, Finding, Outcome, Placed, Planner, Recipe, Severity, Stage, Stop};
use crate::legacy::connectordb::{Completeness, DeviceDir, FolderError, Shape, Tree};
pub use crate::legacy::connectordb::{Destination, Only};
use crate::model::{FieldHash, Key, Record as _, Table, tables};

const STAGES: &[Stage] = &[
    Stage {
        name: "users",
        entities: &["users"],
        reads: &["users"],
    },
    Stage {
        name: "devices",
        entities: &["devices"],
        reads: &["devices"],
    },
    Stage {
        name: "streams",
        entities: &["streams"],
        reads: &["streams"],
    },
    Stage {
        name: "datapoints",
        entities: &["datapoints"],
        reads: &["datapoints"],
    },
];

/// The device that stands for the account itself.
const OWN_DEVICE: &str = "user";
/// And the one in which ConnectorDB kept its own log of it.
const META_DEVICE: &str = "meta";

/// What the person asked for.
#[derive(Clone, Debug)]
pub struct Settings {
    pub completeness: Completeness,
    pub only: Option<Only>,
    pub into: Option<Destination>,
    pub passwords: Passwords,
    /// How the source is called: the folder, or the server that it was downloaded from.
    pub identity: Option<String>,
    /// A person says that accounts of the same name are the same ones.
    pub accounts: Accounts,
}

/// What an account gets whose export has no password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passwords {
    /// As ConnectorDB did it.
    Username,
    Random,
}

/// Whether an account of the same name as one that an earlier run brought must prove to be the
/// same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accounts {
    Proven,
    Taken,
}

/// Where a row went, or what kept it out.
type Place = Placed;

/// The recipe, with what its stages hand to each other.
pub struct ConnectorDb {
    path: PathBuf,
    tree: Rc<Tree>,
    settings: Settings,
    /// By path.
    users: HashMap<String, Place>,
    devices: HashMap<String, Place>,
    /// Devices that are the store's own and proven to be the same: their streams are, too.
    adopted: HashSet<String>,
    streams: HashMap<String, streams::Placed>,
    unknown_keys: reading::UnknownKeys,
}

impl ConnectorDb {
    /// Opens an export folder.
    ///
    /// # Errors
    /// It is no export, or the options do not fit what it is.
    pub fn open(path: &Path, settings: Settings) -> Result<Self, Stop> {
        let mut tree = Tree::open(path, settings.completeness)?;
        hang(&mut tree, settings.into.as_ref())?;
        if let Some(only) = &settings.only {
            only.narrow(&mut tree)
                .map_err(|error| Stop::Wrong(error.to_string()))?;
        }
        Ok(ConnectorDb {
            path: path.into(),
            tree: Rc::new(tree),
            settings,
            users: HashMap::new(),
            devices: HashMap::new(),
            adopted: HashSet::new(),
            streams: HashMap::new(),
            unknown_keys: Default::default(),
        })
    }

    /// The key of a row, by its path.
    fn key(&self, path: &str) -> Key {
        match self.settings.into {
            Some(_) => Key::text(format!("into {path}")),
            None => Key::text(path),
        }
    }

    /// Every stream's folder, with the path of its device.
    fn each_device(&self) -> impl Iterator<Item = (String, &DeviceDir)> {
        self.tree.users.iter().flat_map(|user| {
            let devices = user.devices.iter();
            devices.map(|device| (format!("{}/{}", user.key, device.key), device))
        })
    }

    fn report_shape(&self, plan: &mut Planner) -> Result<(), Stop> {
        for problem in &self.tree.problems {
            plan.finding(Finding::new(
                "not-read",
                Severity::Warning,
                format!("{problem}"),
            ))?;
        }
        if self.tree.shape == Shape::Export && self.tree.marker.is_none() {
            plan.finding(Finding::new(
                "export-incomplete",
                Severity::Warning,
                "The export has no connectordb.json, which is written last: something may be missing from it.",
            ))?;
        }
        Ok(())
    }

    /// Finds where `--into` leads.
    fn enter(&mut self, plan: &mut Planner) -> Result<(), Stop> {
        let Some(into) = self.settings.into.clone() else {
            return Ok(());
        };
        let mut account = None;
        plan.each_stored(tables::User::TABLE, &["username"], |id, cells| {
            if cells[0].text() == Some(&into.user) {
                account = Some(id);
            }
        })?;
        let Some(account) = account else {
            return Err(Stop::Wrong(format!(
                "--into: the store has no account {:?}. `heirloom users list` shows those that it has.",
                into.user
            )));
        };
        self.users.insert(into.user.clone(), Ok(account));
        let Some(name) = &into.device else {
            return Ok(());
        };
        let mut device = None;
        let columns = ["user_id", "name"];
        plan.each_stored(tables::StreamDevice::TABLE, &columns, |id, cells| {
            if cells[0].int() == Some(account) && cells[1].text() == Some(name) {
                device = Some(id);
            }
        })?;
        let Some(device) = device else {
            return Err(Stop::Wrong(format!(
                "--into: the account {:?} has no device {name:?} in the store.",
                into.user
            )));
        };
        self.devices
            .insert(format!("{}/{name}", into.user), Ok(device));
        Ok(())
    }
}

/// Names the levels that a device's or a stream's folder lacks.
fn hang(tree: &mut Tree, into: Option<&Destination>) -> Result<(), Stop> {
    let wrong = |message: &str| Err(Stop::Wrong(message.into()));
    match (tree.shape, into) {
        (Shape::Export | Shape::User, None) => Ok(()),
        (Shape::Export | Shape::User, Some(_)) => wrong(
            "--into is for the folder of one device or one stream. Give the device's folder in the export.",
        ),
        (Shape::Device, Some(into)) if into.device.is_none() => {
            tree.hang_under(&into.user, None);
            Ok(())
        }
        (Shape::Device, _) => {
            wrong("this is the folder of one device: say whose it becomes with --into USER.")
        }
        (Shape::Stream, Some(into)) if into.device.is_some() => {
            tree.hang_under(&into.user, into.device.as_deref());
            Ok(())
        }
        (Shape::Stream, _) => {
            wrong("this is the folder of one stream: say whose it becomes with --into USER/DEVICE.")
        }
    }
}

impl Recipe for ConnectorDb {
    fn name(&self) -> &'static str {
        "connectordb"
    }

    fn source(&self) -> (String, String) {
        let path = || self.path.display().to_string();
        let identity = self.settings.identity.clone().unwrap_or_else(path);
        ("connectordb".into(), identity)
    }

    fn stages(&self) -> &'static [Stage] {
        STAGES
    }

    fn prepare(&mut self, plan: &mut Planner) -> Result<(), Stop> {
        // a plan may be made anew: nothing of an earlier one stays
        self.users.clear();
        self.devices.clear();
        self.adopted.clear();
        self.streams.clear();
        self.unknown_keys = Default::default();
        self.report_shape(plan)?;
        self.enter(plan)
    }

    fn scan(
        &mut self,
        stage: &'static str,
        each: &mut dyn FnMut(&'static str, &Key),
    ) -> Result<(), Stop> {
        for user in &self.tree.users {
            if stage == "users" && user.path.is_some() {
                each("users", &self.key(&user.key));
            }
        }
        for (path, device) in self.each_device() {
            if stage == "devices" && device.path.is_some() {
                each("devices", &self.key(&path));
            }
            for stream in &device.streams {
                let path = format!("{path}/{}", stream.key);
                if stage == "streams" {
                    each("streams", &self.key(&path));
                }
                if stage == "datapoints" {
                    for (list, file) in points::lists(stream) {
                        let mut key = self.key(&list.name(&path));
                        for number in 0..points::count(file)? {
                            key.number = number as i64;
                            each("datapoints", &key);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn run(&mut self, stage: &'static str, plan: &mut Planner) -> Result<(), Stop> {
        match stage {
            "users" => self.place_users(plan),
            "devices" => self.place_devices(plan),
            "streams" => self.place_streams(plan),
            _ => {
                self.place_points(plan)?;
                std::mem::take(&mut self.unknown_keys).report(plan)
            }
        }
    }
}

impl From<FolderError> for Stop {
    fn from(error: FolderError) -> Self {
        if error.is_wrong_command() {
            Stop::Wrong(error.to_string())
        } else {
            Stop::source(error.to_string())
        }
    }
}

/// Who has a value that no two rows may share.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Holder {
    /// A row of the store, by its id there.
    Stored(i64),
    /// A row of this plan.
    Planned(Key),
}

impl Holder {
    /// Whether it keeps another row from the value: one of this key, which has the id `own` in the
    /// store. The rows `giving` give theirs up.
    fn bars(&self, key: &Key, own: Option<i64>, giving: &HashSet<i64>) -> bool {
        match self {
            Holder::Stored(id) => Some(*id) != own && !giving.contains(id),
            Holder::Planned(holder) => holder != key,
        }
    }
}

/// A row that collides with one that no import of this source made.
fn conflict(
    plan: &mut Planner,
    entity: &'static str,
    key: &Key,
    name: &str,
    message: String,
) -> Result<Cause, Stop> {
    let finding = Finding::new("name-taken", Severity::Error, message).on(entity, key, name);
    plan.fall(entity, key, Outcome::Refused, finding)
}

/// The rows of the store whose unique value the source changes, where nobody edited it: another
/// row may take it in the same run.
fn giving(
    plan: &mut Planner,
    table: &'static Table,
    column: &str,
    wanted: impl Iterator<Item = (Key, String)>,
) -> Result<HashSet<i64>, Stop> {
    let index = table.column(column);
    let mut giving = HashSet::new();
    if plan.is_first_run(table)? {
        return Ok(giving);
    }
    let wanted: Vec<(Key, String)> = wanted.collect();
    for chunk in wanted.chunks(BATCH) {
        let keys: Vec<&Key> = chunk.iter().map(|(key, _)| key).collect();
        let bases = plan.bases(table, &keys)?;
        let current = plan.current(table, &keys)?;
        for (key, wish) in chunk {
            let (Some(base), Some(row)) = (bases.get(key), current.get(key)) else {
                continue;
            };
            let written = base.fingerprint.field(index);
            let is_as_written = row.values.get(index).map(FieldHash::from) == written;
            if is_as_written && base.origin == Origin::Created && !base.has(table, column, wish) {
                giving.insert(row.id);
            }
        }
    }
    Ok(giving)
}
