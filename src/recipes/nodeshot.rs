//! nodeshot 0.9: a community network's node database, in seven stages.
//!
//! `schema` says what becomes of each legacy column; each stage has a file; `reading` turns
//! a raw row into clean fields and findings. The source is read more than once rather than
//! held: what stays in memory are keys, never rows.

mod addresses;
pub mod codes;
mod contacts;
mod devices;
mod interfaces;
mod keys;
mod layers;
mod links;
mod nodes;
mod owners;
mod reading;
pub mod schema;
mod settings;
mod statuses;
mod users;

use std::collections::BTreeMap;

use chrono_tz::Tz;

use crate::config::DatabaseUrl;
use crate::engine::journal::Notes;
use crate::engine::plan::BATCH;
use crate::engine::{
    Familiar, Finding, Outcome, Planner, Recipe, Severity, Snapshot, Stage, Stop, Swept,
};
use crate::legacy::{Clock, Columns, LegacyRow, LegacyTable, Shape, Source, SourceError, Unknown};
use crate::model::{Key, Record, tables};
use keys::{KeyMap, Parents};
pub use settings::Settings;

const STAGES: &[Stage] = &[
    Stage {
        name: "nodes",
        entities: &["nodes"],
        reads: &["nodes"],
    },
    Stage {
        name: "users",
        entities: &["users"],
        reads: &["users"],
    },
    Stage {
        name: "layers",
        entities: &[],
        reads: &["nodes"],
    },
    Stage {
        name: "statuses",
        entities: &[],
        reads: &["nodes"],
    },
    Stage {
        name: "devices",
        entities: &["devices"],
        reads: &["devices"],
    },
    Stage {
        name: "interfaces",
        entities: &["interfaces", "ip_addresses", "vaps", "links", "routes"],
        reads: &["interfaces", "links", "routes"],
    },
    Stage {
        name: "contacts",
        entities: &["contacts", "statistics"],
        reads: &["contacts", "statistics"],
    },
];

/// Layers and statuses are prepared by people, and stay.
const SWEEPS: &[Swept] = &[
    Swept {
        table: tables::User::TABLE,
        entity: Some("users"),
        stays: users::stays,
        part_of: None,
    },
    Swept::parts(tables::EmailAddress::TABLE, tables::User::TABLE, "user_id"),
    Swept::new(tables::Node::TABLE, Some("nodes")),
    Swept::new(tables::Device::TABLE, Some("devices")),
    Swept::new(tables::RoutingProtocol::TABLE, None),
    Swept::parts(
        tables::DeviceRoutingProtocol::TABLE,
        tables::Device::TABLE,
        "device_id",
    ),
    Swept::new(tables::Interface::TABLE, Some("interfaces")),
    Swept::new(tables::IpAddress::TABLE, Some("ip_addresses")),
    Swept::new(tables::Vap::TABLE, Some("vaps")),
    Swept::new(tables::Link::TABLE, Some("links")),
    Swept::new(tables::Route::TABLE, Some("routes")),
    Swept::new(tables::Contact::TABLE, Some("contacts")),
    Swept::new(tables::NetworkStatistic::TABLE, Some("statistics")),
];

/// The recipe, with what its stages hand to each other.
pub struct Nodeshot {
    source: Source,
    shape: Shape,
    settings: Settings,
    zone: Tz,
    layers: layers::Layers,
    statuses: statuses::Statuses,
    owners: owners::Owners,
    accounts: users::Accounts,
    /// The layer of each node that comes in.
    located: KeyMap<i64>,
    nodes: Parents<()>,
    /// Nodes that are refused now and that an earlier run brought: (legacy id, store id).
    kept_nodes: Vec<(i64, i64)>,
    devices: Parents<()>,
    interfaces: Parents<interfaces::End>,
    confirmed: u64,
    familiar: Familiar,
    /// The zone in which the last run read local times.
    last_zone: Tz,
    /// How many rows each legacy table has.
    rows: BTreeMap<&'static str, u64>,
    /// Nodes that a person decided to leave out.
    decided_out: u64,
}

impl Nodeshot {
    /// Opens a legacy database.
    ///
    /// # Errors
    /// See [`SourceError`].
    pub fn open(url: &DatabaseUrl, settings: Settings) -> Result<Self, SourceError> {
        let mut source = Source::open(url)?;
        // an empty file or another program's database is refused before the store is made
        let shape = source.check(schema::TABLES, schema::is_framework)?;
        Ok(Nodeshot {
            source,
            shape,
            zone: settings.time_zone.unwrap_or(Tz::UTC),
            settings,
            layers: Default::default(),
            statuses: Default::default(),
            owners: Default::default(),
            accounts: Default::default(),
            located: Default::default(),
            nodes: Default::default(),
            kept_nodes: Vec::new(),
            devices: Default::default(),
            interfaces: Default::default(),
            confirmed: 0,
            familiar: Familiar::default(),
            last_zone: Tz::UTC,
            rows: BTreeMap::new(),
            decided_out: 0,
        })
    }

    /// Runs `each` over every batch of a legacy table in id order.
    fn batches(
        &mut self,
        table: &'static LegacyTable,
        plan: &mut Planner,
        mut each: impl FnMut(&mut Self, &mut Planner, Vec<LegacyRow>) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        self.pages(table, Columns::All, plan, |recipe, plan, rows| {
            let count = rows.len();
            each(recipe, plan, rows)?;
            plan.advance(count)
        })
    }

    /// The same over some columns, the id among them, for a pass that is no progress.
    fn pages(
        &mut self,
        table: &'static LegacyTable,
        columns: Columns,
        plan: &mut Planner,
        mut each: impl FnMut(&mut Self, &mut Planner, Vec<LegacyRow>) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let mut after = None;
        loop {
            let rows = self.source.page(table, columns, after, BATCH)?;
            let count = rows.len();
            if let Some(last) = rows.last() {
                after = Some(last.id);
                each(self, plan, rows)?;
                plan.advance(0)?;
            }
            if count < BATCH {
                return Ok(());
            }
        }
    }

    /// New ids of a table stay above every id that the source will keep.
    fn reserve<R: Record>(
        &mut self,
        plan: &mut Planner,
        table: &'static LegacyTable,
    ) -> Result<(), Stop> {
        let highest = self.source.highest_id(table)?;
        plan.reserve_ids(R::TABLE, highest)
    }

    fn report_shape(&mut self, plan: &mut Planner) -> Result<(), Stop> {
        let shape = self.shape.clone();
        for table in shape.missing {
            plan.finding(Finding::new(
                "table-missing",
                Severity::Warning,
                format!("The legacy database has no table {table}: it is taken as empty."),
            ))?;
        }
        for unknown in shape.unknown {
            let finding = match unknown {
                Unknown::Table(table) => Finding::new(
                    "unknown-table",
                    Severity::Warning,
                    format!("The table {table} is not nodeshot 0.9's: its rows are not imported."),
                ),
                Unknown::Column { table, column } => Finding::new(
                    "unknown-column",
                    Severity::Warning,
                    format!(
                        "The column {column} of {table} is not nodeshot 0.9's: it is not imported."
                    ),
                ),
            };
            plan.finding(finding)?;
        }
        if !shape.without_snapshot.is_empty() {
            plan.finding(Finding::new(
                "no-snapshot",
                Severity::Warning,
                format!(
                    "{} cannot be read in one state, because their storage engine has no transactions: stop the old site while the import runs, or import a dump.",
                    shape.without_snapshot.join(", ")
                ),
            ))?;
        }
        if self.settings.time_zone.is_none() && shape.clock == Clock::Local {
            plan.finding(Finding::new(
                "time-zone-assumed",
                Severity::Warning,
                "The legacy database has times of the old server's clock, and nobody said which: they are taken as UTC. Set time_zone under [nodeshot], \"Europe/Rome\" for instance.",
            ))?;
        }
        Ok(())
    }
}

impl Recipe for Nodeshot {
    fn name(&self) -> &'static str {
        "nodeshot"
    }

    fn source(&self) -> (String, String) {
        (self.source.kind().into(), self.source.identity().into())
    }

    fn snapshot(&self) -> Snapshot {
        match self.shape.without_snapshot.is_empty() {
            true => Snapshot::Whole,
            false => Snapshot::None,
        }
    }

    fn stages(&self) -> &'static [Stage] {
        STAGES
    }

    fn sweeps(&self) -> &'static [Swept] {
        SWEEPS
    }

    fn prepare(&mut self, plan: &mut Planner) -> Result<(), Stop> {
        // a plan may be made anew: nothing of an earlier one stays
        self.owners = Default::default();
        self.accounts = Default::default();
        self.located = Default::default();
        self.nodes = Default::default();
        self.kept_nodes.clear();
        self.devices = Default::default();
        self.interfaces = Default::default();
        self.confirmed = 0;
        self.familiar = Familiar::default();
        self.rows.clear();
        self.decided_out = 0;
        self.report_shape(plan)?;
        self.layers = layers::prepare(&self.settings, plan)?;
        self.statuses = statuses::prepare(&self.settings, plan)?;
        if plan.is_first_run(tables::Node::TABLE)? && plan.has_rows(tables::Node::TABLE)? {
            plan.consent(Finding::new(
                "store-not-clean",
                Severity::Warning,
                "The store has nodes of its own. They stay as they are, and legacy rows whose id, slug or address is taken get another or are refused.",
            ))?;
        }
        Ok(())
    }

    fn scan(
        &mut self,
        stage: &'static str,
        each: &mut dyn FnMut(&'static str, &Key),
    ) -> Result<(), Stop> {
        keys::scan(&mut self.source, &mut self.rows, stage, each)
    }

    fn run(&mut self, stage: &'static str, plan: &mut Planner) -> Result<(), Stop> {
        match stage {
            "nodes" => self.read_nodes(plan),
            "users" => self.place_users(plan),
            "layers" => self.locate_nodes(plan),
            "statuses" => self.place_nodes(plan),
            "devices" => self.place_devices(plan),
            "interfaces" => {
                self.place_interfaces(plan)?;
                self.place_links(plan)?;
                self.place_routes(plan)
            }
            _ => {
                self.place_contacts(plan)?;
                self.place_statistics(plan)
            }
        }
    }

    fn familiar(&self) -> Familiar {
        self.familiar
    }

    fn notes(&self) -> Notes {
        Notes {
            rows: self
                .rows
                .iter()
                .map(|(table, rows)| ((*table).to_string(), *rows))
                .collect(),
            time_zone: Some(self.zone.name().into()),
            ..Notes::default()
        }
    }

    fn hold(&self) -> Option<Finding> {
        let undecided = self.confirmed > self.decided_out;
        (undecided && self.located.is_empty() && self.nodes.is_empty()).then(|| {
            Finding::new(
                "every-node-discarded",
                Severity::Error,
                format!(
                    "Every one of the {} confirmed nodes that have a place would be left out: none comes into a layer, and there is no default layer. Give --default-layer, or layers whose areas hold the nodes (`heirloom layers list`).",
                    self.confirmed
                ),
            )
        })
    }
}

impl From<SourceError> for Stop {
    fn from(error: SourceError) -> Self {
        if error.is_wrong_command() {
            Stop::Wrong(error.to_string())
        } else {
            Stop::source(error.to_string())
        }
    }
}

/// Accounts for a row that a rule leaves out without a word of its own.
fn leave_out(plan: &mut Planner, entity: &'static str, key: &Key) {
    plan.account(entity, key, Outcome::Skipped, "");
}
