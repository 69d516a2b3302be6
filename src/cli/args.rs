//! What may be typed.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};

use crate::legacy::apiomat::System;
use crate::recipes::connectordb::{Destination, Only};
use crate::server::Kept;

/// Carries the data of a legacy installation into its successor: rehearsed before, all of
/// it or none of it, repeatable until launch.
#[derive(Debug, Parser)]
#[command(
    name = "heirloom",
    version,
    after_help = "Examples:\n  heirloom import nodeshot --from sqlite:old.db --layers layers.geojson --dry-run\n  heirloom import nodeshot --from sqlite:old.db --layers layers.geojson\n  heirloom runs show 1\n\nExit codes: 0 done, 1 fault (try again), 2 wrong command or configuration, 3 done but rows were\nrefused, 4 cancelled, 5 held by a guard, 6 another run is at work."
)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    /// 0 nothing but errors, 1 progress and summary, 2 a line for each row, 3 also what the engine does
    #[arg(long, global = true, default_value_t = 1, value_parser = clap::value_parser!(u8).range(0..=3), value_name = "0|1|2|3")]
    pub verbosity: u8,
    #[command(subcommand)]
    pub command: Command,
}

/// Options that may stand before or after the command.
#[derive(Debug, Args)]
pub struct Global {
    /// The configuration; ./heirloom.toml where there is one
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The store: sqlite:PATH (default sqlite:heirloom.sqlite3, created on first use)
    #[arg(long, global = true, value_name = "URL")]
    pub store: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Bring in a legacy installation: plan, ask, apply
    #[command(subcommand)]
    Import(Box<Import>),
    /// One unattended run of the configured source, as the scheduler does it
    Sync(Sync),
    /// Empty the store of what imports brought, for a clean import before launch
    Reset(Reset),
    /// Answers to what the data cannot say
    #[command(subcommand)]
    Decisions(Decisions),
    /// The whole store in one file, and what lies in the folder for backups
    Backup(Backup),
    /// Replace the whole store by a backup
    Restore(Restore),
    /// Answer over HTTP, and follow the configured source by the schedule, until told to stop
    Serve(Serve),
    /// Write data out
    #[command(subcommand)]
    Export(Export),
    /// Earlier runs and what they found
    #[command(subcommand)]
    Runs(Runs),
    /// One SHA-256 over all data: equal data, equal digest, in any store
    Digest,
    /// The areas that nodes belong to
    #[command(subcommand)]
    Layers(Layers),
    /// The states that nodes can be in
    #[command(subcommand)]
    Statuses(Statuses),
    /// Accounts
    #[command(subcommand)]
    Users(Users),
    /// Write an annotated heirloom.toml, create the store and the first admin
    Init(Init),
}

#[derive(Debug, Subcommand)]
pub enum Import {
    /// A nodeshot 0.9 database
    Nodeshot(Nodeshot),
    /// A ConnectorDB 0.3 export, or a part of one
    Connectordb(Connectordb),
    /// The metadata of one ApiOmat application: customer, modules, classes, attributes, servercode
    Apiomat(Apiomat),
    /// The documents of an ApiOmat application in one system, from a dump of mongodump
    ApiomatData(ApiomatData),
}

#[derive(Debug, Args)]
#[command(
    after_help = "SOURCE is a file that `heirloom export apiomat` wrote; the JSON that ApiOmat's REST interface gives\nof application, class and attribute, in one file or a folder; the metadata in an SDK; or a dump of\nthe global database, whose collections and fields [apiomat] in heirloom.toml must name. What the\nold migration.jar wrote cannot be read: its form was never published.\n\nExamples:\n  Rehearse, then run exactly what was rehearsed:\n    heirloom import apiomat ConferenceApp.apiomat.json --reset-password false --dry-run\n    heirloom import apiomat ConferenceApp.apiomat.json --reset-password false --expect sha256:…\n  The customer's password becomes the word secret, as the old tool did it:\n    heirloom import apiomat ConferenceApp.apiomat.json --reset-password true\n  Out of a dump of the global database:\n    heirloom import apiomat dump/apiomat --app ConferenceApp --reset-password false"
)]
pub struct Apiomat {
    /// The metadata; only read, never written
    #[arg(value_name = "SOURCE")]
    pub source: PathBuf,
    /// The application that it must be, or that is taken out of several
    #[arg(long, value_name = "NAME")]
    pub app: Option<String>,
    /// true: the new account of the customer gets the password secret; false: the hash is kept. Asked for where it is left out
    #[arg(long, value_name = "true|false")]
    pub reset_password: Option<bool>,
    #[command(flatten)]
    pub run: RunOptions,
}

#[derive(Debug, Args)]
#[command(
    after_help = "DUMP is what mongodump made: its folder, the folder of one database in it, one .bson file (.gz\ntoo), or the file of `mongodump --archive`. Only the database of the application in that\nsystem is taken, by its name: databases under [apiomat] says how those are called. Documents\ncome in to the byte; one whose _id is there already and differs stays out. Importing again\nbrings only what is new.\n\nExamples:\n  Rehearse, then run exactly what was rehearsed:\n    heirloom import apiomat-data dump --app ConferenceApp --system live --dry-run\n    heirloom import apiomat-data dump --app ConferenceApp --system live --expect sha256:…\n  A newer dump in place of what came before:\n    heirloom import apiomat-data dump --app ConferenceApp --system test --drop\n  What is whole of a damaged one:\n    heirloom import apiomat-data dump.archive.gz --app ConferenceApp --system live --skip-broken"
)]
pub struct ApiomatData {
    /// The dump; only read, never written
    #[arg(value_name = "DUMP")]
    pub dump: PathBuf,
    /// The application, as ApiOmat calls it
    #[arg(long, value_name = "NAME")]
    pub app: String,
    /// Which of its systems the data is of
    #[arg(long, value_name = "live|staging|test")]
    pub system: System,
    /// Replace the collections that the dump holds; others stay
    #[arg(long)]
    pub drop: bool,
    /// Where the dump is damaged, bring in what is whole
    #[arg(long)]
    pub skip_broken: bool,
    #[command(flatten)]
    pub run: RunOptions,
}

/// Who logs in to a ConnectorDB server.
#[derive(Clone, Debug, Default, Args)]
pub struct Login {
    /// The account on the server: its name or its email
    #[arg(long, value_name = "NAME", requires = "server")]
    pub user: Option<String>,
    /// The first line of this file is the password; else HEIRLOOM_CONNECTORDB_PASSWORD, else it is asked for
    #[arg(long, value_name = "FILE", requires = "server")]
    pub password_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("source").args(["folder", "from"]).required(true),
    group = ArgGroup::new("server").args(["from"]),
    after_help = "FOLDER is what `connectordb export` or the Python client's `export` made: the whole export, or\nthe folder of one user, device or stream in it. With --from it is downloaded first, with what\nthe account may read: an admin's all users, anybody else's own, never passwords. Importing\nagain brings only what is new.\n\nExamples:\n  Rehearse, then run exactly what was rehearsed:\n    heirloom import connectordb /srv/export --dry-run\n    heirloom import connectordb /srv/export --expect sha256:…\n  One device into an account that is there:\n    heirloom import connectordb /srv/export/alice/phone --into alice\n  An export of the Python client, which has no passwords:\n    heirloom import connectordb /srv/export --random-passwords --credentials new.csv\n  From a server that still runs; should it break off, the same command goes on:\n    heirloom import connectordb --from https://cdb.example.org:3124 --user admin --spool /srv/spool"
)]
pub struct Connectordb {
    /// The export; only read, never written
    #[arg(value_name = "FOLDER", conflicts_with_all = ["user", "password_file", "spool"])]
    pub folder: Option<PathBuf>,
    /// A running ConnectorDB server; only read, never written
    #[arg(long, value_name = "URL", requires = "user", conflicts_with_all = ["into", "incomplete"])]
    pub from: Option<String>,
    #[command(flatten)]
    pub login: Login,
    /// Keep the download in this folder, and go on with what an earlier one left there
    #[arg(long, value_name = "DIR", requires = "server")]
    pub spool: Option<PathBuf>,
    /// Bring one device under this account, or one stream under this device
    #[arg(long, value_name = "USER[/DEVICE]")]
    pub into: Option<Destination>,
    /// Bring only this user, device or stream
    #[arg(long, value_name = "USER[/DEVICE[/STREAM]]")]
    pub only: Option<Only>,
    /// Where the export has no password, a random one instead of the username
    #[arg(long)]
    pub random_passwords: bool,
    /// Take an export that lacks connectordb.json, which is written last
    #[arg(long)]
    pub incomplete: bool,
    #[command(flatten)]
    pub run: RunOptions,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  Rehearse, then run exactly what was rehearsed:\n    heirloom import nodeshot --from sqlite:old.db --layers layers.geojson --dry-run --decisions answers.toml\n    heirloom import nodeshot --from sqlite:old.db --layers layers.geojson --decisions answers.toml --expect sha256:…\n  Keep every line while being asked as usual:\n    heirloom import nodeshot --from sqlite:old.db --verbosity 2 | tee import_result.txt\n  Unattended, nodes outside every layer in the layer `city`:\n    heirloom import nodeshot --from sqlite:old.db --noinput --default-layer city --report report.json"
)]
pub struct Nodeshot {
    /// The legacy database: sqlite:PATH. Only read, never written
    #[arg(long, value_name = "URL")]
    pub from: Option<String>,
    /// Layers that come in with the run: a GeoJSON FeatureCollection
    #[arg(long, value_name = "FILE.geojson")]
    pub layers: Option<PathBuf>,
    /// Where nodes outside every layer go; none: they are left out
    #[arg(long, value_name = "SLUG|ID|none")]
    pub default_layer: Option<String>,
    #[command(flatten)]
    pub run: RunOptions,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  What would come in, change and go:\n    heirloom sync --dry-run\n  Every twelve hours, by a timer of the system:\n    heirloom sync --report /var/lib/heirloom/last-sync.json\n  A run was held because much vanished, and that is right:\n    heirloom sync --allow-deletes"
)]
pub struct Sync {
    #[command(flatten)]
    pub run: RunOptions,
}

#[derive(Debug, Args)]
#[command(
    after_help = "What it does stands in heirloom.toml: listen and tls under [server]; sync, backup and\ntime_zone under [schedule], url under [nodeshot], directory and keep under [backup]. Results\ngo to standard output, the log of requests and what fails to standard error; --verbosity 0\nleaves out all but faults. SIGTERM and Ctrl-C end it: a run under way is taken back, for which\nit has the time of grace under [server], and requests under way are answered.\n\nExamples:\n  As a service:\n    sudo cp config/heirloom.service /etc/systemd/system/\n    sudo systemctl enable --now heirloom\n  In a terminal, on another port, every quarter of an hour, with what changes row by row:\n    HEIRLOOM_SERVER_LISTEN=127.0.0.1:9000 HEIRLOOM_SCHEDULE_SYNC='0 */15 * * * *' heirloom serve --verbosity 2"
)]
pub struct Serve {}

#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "The file's name goes to standard output. It is only its owner's to read: it holds password\nhashes. Others may write to the store meanwhile; the backup has one state of it.\n\nExamples:\n  heirloom backup\n  heirloom backup --out /mnt/safe/before-upgrade.tar.gz\n  heirloom backup verify /mnt/safe/before-upgrade.tar.gz"
)]
pub struct Backup {
    /// The file to write; without it one in the folder that [backup] directory names
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Option<BackupCommand>,
}

#[derive(Debug, Subcommand)]
pub enum BackupCommand {
    /// Read a whole backup and check every sum
    Verify {
        /// As `backup` wrote it
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// The backups in the folder, newest first
    List,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Every sum is checked before anything is changed. The store may be of the other kind than the\none that was backed up. Imports, sessions and tokens end; runs and decisions are those of the backup.\n\nExamples:\n  heirloom restore backups/heirloom-0.1.0_2026-11-21T15-37-19.242Z.tar.gz --dry-run --noinput\n  heirloom restore backups/heirloom-0.1.0_2026-11-21T15-37-19.242Z.tar.gz\n  From SQLite to PostgreSQL:\n    heirloom --store postgres://heirloom@localhost/heirloom restore moving.tar.gz"
)]
pub struct Restore {
    /// As `backup` wrote it
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Do everything and take it back: the store stays as it is
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask
    #[arg(long)]
    pub noinput: bool,
    /// Write what it came to as JSON
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

#[derive(Clone, Debug, Default, Args)]
pub struct RunOptions {
    /// Do everything and take it back: the store stays as it is
    #[arg(long)]
    pub dry_run: bool,
    /// Ask nothing: recorded decisions, then defaults
    #[arg(long)]
    pub noinput: bool,
    /// Where a fault in the source stops the run, keep the stages that were complete
    #[arg(long)]
    pub nodelete: bool,
    /// Apply only the plan with this digest, as a rehearsal printed it
    #[arg(long, value_name = "DIGEST")]
    pub expect: Option<String>,
    /// Delete however much vanished from the source, and take emptied tables for true
    #[arg(long)]
    pub allow_deletes: bool,
    /// Take a source that does not look like the one of the runs before
    #[arg(long)]
    pub accept_source: bool,
    /// Answers, read before and written after whatever the outcome (TOML)
    #[arg(long, value_name = "FILE")]
    pub decisions: Option<PathBuf>,
    /// Write the passwords of new accounts to this new file
    #[arg(long, value_name = "FILE")]
    pub credentials: Option<PathBuf>,
    /// Exit 3 where any row was refused, not only newly refused ones
    #[arg(long)]
    pub strict: bool,
    /// Write the report as JSON
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Where the server keeps what a rehearsal does
    #[arg(skip)]
    pub kept: Option<Kept>,
}

#[derive(Debug, Subcommand)]
pub enum Export {
    /// Nodes as a GeoJSON FeatureCollection
    Geojson(ExportOptions),
    /// Devices and links as a NetJSON NetworkGraph
    Netjson(ExportOptions),
    /// Accounts, devices, streams and points as a folder that ConnectorDB imports
    Connectordb(ExportConnectordb),
    /// The metadata of an ApiOmat application as one file of JSON
    Apiomat(ExportApiomat),
    /// The documents of an ApiOmat application in one system as a folder that mongorestore takes
    ApiomatData(ExportApiomatData),
}

#[derive(Debug, Args)]
#[command(
    after_help = "The file's name goes to standard output. It is only its owner's to read: it holds API keys and\nthe hash of the customer's password.\n\nExamples:\n  heirloom export apiomat ConferenceApp\n  heirloom export apiomat ConferenceApp --out /mnt/safe/conference.json"
)]
pub struct ExportApiomat {
    /// The application, as it was imported
    #[arg(value_name = "APP")]
    pub app: String,
    /// The file to write; APP.apiomat.json without it
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "The folder is only its owner's to read. Documents go out to the byte as they came, with the\nindexes and options of their collections.\n\nExamples:\n  heirloom export apiomat-data ConferenceApp --system live --out dump\n  mongorestore dump"
)]
pub struct ExportApiomatData {
    /// The application, as it was imported
    #[arg(value_name = "APP")]
    pub app: String,
    /// Which of its systems
    #[arg(long, value_name = "live|staging|test")]
    pub system: System,
    /// The folder to write, which must not exist or be empty
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
}

#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("place").args(["folder", "to"]).required(true),
    group = ArgGroup::new("server").args(["from", "to"]),
    after_help = "Accounts are those that came from ConnectorDB or have streams. The folder is only its owner's\nto read: it holds API keys and password hashes. With --from the folder is made of a running\nConnectorDB server, and the store is not looked at; with --to what the store has is brought\ninto one, where none of those users may be yet, by an admin of it.\n\nExamples:\n  heirloom export connectordb /srv/export\n  As the Python client writes it, without passwords:\n    heirloom export connectordb /srv/export --no-passwords\n  One device:\n    heirloom export connectordb /srv/phone --only alice/phone\n  From one server into a folder, and out of the store into another:\n    heirloom export connectordb /srv/export --from https://cdb.example.org:3124 --user admin\n    heirloom export connectordb --to https://new.example.org:3124 --user admin"
)]
pub struct ExportConnectordb {
    /// The folder to write, which must not exist
    #[arg(value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
    /// Not of the store: of what this running ConnectorDB server has
    #[arg(
        long,
        value_name = "URL",
        requires = "user",
        conflicts_with = "no_passwords"
    )]
    pub from: Option<String>,
    /// Not into a folder: into this running ConnectorDB server
    #[arg(
        long,
        value_name = "URL",
        requires = "user",
        conflicts_with = "no_passwords"
    )]
    pub to: Option<String>,
    #[command(flatten)]
    pub login: Login,
    /// Only this user, device or stream
    #[arg(long, value_name = "USER[/DEVICE[/STREAM]]")]
    pub only: Option<Only>,
    /// Version 1, as the Python client writes it: without passwords
    #[arg(long)]
    pub no_passwords: bool,
}

#[derive(Debug, Args)]
pub struct ExportOptions {
    /// The file to write; standard output without it
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Also notes, e-mail addresses and leftovers, and nodes of every access level
    #[arg(long)]
    pub full: bool,
}

#[derive(Debug, Subcommand)]
pub enum Runs {
    /// One line a run
    List,
    /// The report of a run
    Show {
        /// The run's number, as `runs list` shows it
        #[arg(value_name = "N")]
        run: i64,
        /// Words, or the JSON that --report wrote
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Json,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Layers, statuses, own rows and accounts stay, and so do recorded decisions.\n\nExamples:\n  heirloom reset\n  heirloom reset --forget-decisions --noinput"
)]
pub struct Reset {
    /// Also forget the recorded decisions
    #[arg(long)]
    pub forget_decisions: bool,
    /// Do not ask
    #[arg(long)]
    pub noinput: bool,
}

#[derive(Debug, Subcommand)]
pub enum Decisions {
    /// Recorded answers, and the questions that wait for one
    List,
    /// Forget one answer, or all of them
    Clear {
        /// As the list shows it; without it all are forgotten
        #[arg(value_name = "KEY")]
        key: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum Layers {
    /// One line a layer
    List,
    /// Bring in or update layers from a GeoJSON FeatureCollection
    Import {
        /// Each feature is one layer; one whose slug is there is updated
        #[arg(value_name = "FILE.geojson")]
        file: PathBuf,
    },
    /// Add one layer
    Add {
        /// As people call it
        #[arg(long)]
        name: String,
        /// Made from the name without it
        #[arg(long)]
        slug: Option<String>,
        /// Its area as GeoJSON: a Polygon or MultiPolygon, bare or as a feature
        #[arg(long, value_name = "FILE.geojson")]
        area: Option<PathBuf>,
    },
    /// Remove a layer that holds no node
    Remove {
        /// As the list shows it
        #[arg(value_name = "SLUG")]
        slug: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Statuses {
    /// One line a status
    List,
    /// Add one status
    Add {
        /// As people call it
        #[arg(long)]
        name: String,
        /// Made from the name without it
        #[arg(long)]
        slug: Option<String>,
        /// Make it the status of nodes that have no other
        #[arg(long)]
        default: bool,
    },
    /// Remove a status that no node has
    Remove {
        /// As the list shows it
        #[arg(value_name = "SLUG")]
        slug: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Users {
    /// One line an account
    List,
    /// Add an account; the password is typed, or one line of standard input
    Add {
        /// The username: letters, digits and @ . + - _
        #[arg(value_name = "NAME")]
        name: String,
        /// An address that no other account has
        #[arg(long)]
        email: Option<String>,
        /// Staff and superuser
        #[arg(long)]
        admin: bool,
    },
    /// Set a password, or make new ones for accounts that nobody has used yet
    #[command(
        after_help = "Examples:\n  heirloom users password mario\n  heirloom users password --unclaimed --credentials passwords.csv"
    )]
    Password {
        /// The username
        #[arg(
            value_name = "NAME",
            required_unless_present = "unclaimed",
            conflicts_with = "unclaimed"
        )]
        name: Option<String>,
        /// Every account that an import created and nobody has used
        #[arg(long, requires = "credentials")]
        unclaimed: bool,
        /// The new file that hands out the passwords
        #[arg(long, value_name = "FILE", requires = "unclaimed")]
        credentials: Option<PathBuf>,
    },
    /// Say whether a password is right, and renew an outdated hash
    Check {
        /// The username
        #[arg(value_name = "NAME")]
        name: String,
    },
}

#[derive(Debug, Args)]
pub struct Init {
    /// The first admin's name, without being asked
    #[arg(long, value_name = "NAME")]
    pub admin: Option<String>,
}
