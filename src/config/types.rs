//! What can be configured, and the defaults.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use chrono_tz::Tz;

use super::apiomat::ApiomatConfig;
use super::url::DatabaseUrl;
use crate::password::Secret;

/// Everything that can be configured, one field a section.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// The file that was read, if there was one.
    pub file: Option<PathBuf>,
    /// `[store]`
    pub store: StoreConfig,
    /// `[nodeshot]`
    pub nodeshot: NodeshotConfig,
    /// `[schedule]`
    pub schedule: ScheduleConfig,
    /// `[server]`
    pub server: ServerConfig,
    /// `[backup]`
    pub backup: BackupConfig,
    /// `[map]`
    pub map: MapConfig,
    /// `[apiomat]`
    pub apiomat: ApiomatConfig,
}

/// Where the store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreConfig {
    /// SQLite or PostgreSQL.
    pub url: DatabaseUrl,
    /// For a url that names none.
    pub password: Option<Secret>,
}

/// The nodeshot source and its mapping rules.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeshotConfig {
    /// The legacy database; without it there is nothing to sync.
    pub url: Option<DatabaseUrl>,
    /// For a url that names none.
    pub password: Option<Secret>,
    /// Where nodes go that lie outside every area.
    pub default_layer: LayerChoice,
    /// From the legacy status to the store's.
    pub status_mapping: StatusMapping,
    /// Whether links come in.
    pub import_links: bool,
    /// The legacy server's clock. `None`: nobody said, UTC is assumed.
    pub time_zone: Option<Tz>,
    /// Whether what vanished from the source is deleted.
    pub delete_vanished: bool,
    /// Who wins where store and source both changed a field.
    pub on_conflict: OnConflict,
    /// The share of live rows, 0 to 1, beyond which deletions are held.
    pub delete_guard: f64,
    /// The folder for passwords that unattended runs made.
    pub credentials: Option<PathBuf>,
}

/// A default layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LayerChoice {
    /// Nodes outside every layer are discarded.
    None,
    /// A layer's slug or id; the slug wins.
    Named(String),
}

/// What becomes of a legacy status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatusMapping {
    /// Every node gets the store's default status.
    StoreDefault,
    /// By legacy status.
    Map {
        /// From the legacy status to a status's slug.
        entries: BTreeMap<String, String>,
        /// The slug for every other legacy status; `None`: the store's default.
        default: Option<String>,
    },
}

/// Who wins where a field was edited in the store and changed in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnConflict {
    /// The store's edit stays.
    Store,
    /// The source's change overwrites it.
    Legacy,
}

/// What runs by itself while `serve` runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleConfig {
    /// Cron with seconds; `None`: never.
    pub sync: Option<String>,
    /// Cron with seconds; `None`: never.
    pub backup: Option<String>,
    /// Zone of both.
    pub time_zone: Tz,
    /// Runs without questions.
    pub noinput: bool,
    /// After a fault of the source, keeps complete stages.
    pub nodelete: bool,
}

/// The HTTP server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerConfig {
    /// Where it listens.
    pub listen: Listen,
    /// How it encrypts.
    pub tls: Tls,
    /// Whether it may do without encryption where others can listen.
    pub allow_plaintext: bool,
    /// How long a request may take to arrive and to be answered.
    pub timeout: Duration,
    /// How long requests and runs may go on after the signal to stop.
    pub grace: Duration,
}

/// Where the server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    /// Nowhere: `serve` is the scheduler alone.
    Off,
    /// `host:port`
    At(String),
}

/// How the server encrypts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tls {
    /// With a certificate that it makes for itself.
    SelfSigned,
    /// With these PEM files.
    Files {
        /// Certificate and chain.
        certificate: PathBuf,
        /// Private key.
        key: PathBuf,
    },
    /// Not at all; on loopback only, unless it is allowed elsewhere too.
    Off,
}

/// Where backups go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupConfig {
    /// The folder.
    pub directory: PathBuf,
    /// How many of the scheduled ones stay, at least 1.
    pub keep: u32,
}

/// The map's background.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapConfig {
    /// URL with `{z}`, `{x}` and `{y}`; `None`: no background.
    pub tiles: Option<String>,
    /// Who made the tiles, as text.
    pub attribution: String,
}

impl LayerChoice {
    /// What a person means who writes this: `none` or nothing, a slug, or an id.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        match text.trim() {
            "" | "none" => Self::None,
            name => Self::Named(name.to_owned()),
        }
    }
}

impl Listen {
    /// Whether only this machine can reach it.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let Self::At(address) = self else {
            return true;
        };
        let host = address
            .rsplit_once(':')
            .map_or(address.as_str(), |(host, _)| host);
        let host = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
    }
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self {
            url: DatabaseUrl::Sqlite("heirloom.sqlite3".into()),
            password: None,
        }
    }
}

impl Default for NodeshotConfig {
    fn default() -> Self {
        Self {
            url: None,
            password: None,
            default_layer: LayerChoice::None,
            status_mapping: StatusMapping::default(),
            import_links: true,
            time_zone: None,
            delete_vanished: true,
            on_conflict: OnConflict::Store,
            delete_guard: 0.2,
            credentials: None,
        }
    }
}

impl Default for StatusMapping {
    fn default() -> Self {
        let entries = [
            ("a", "active"),
            ("h", "active"),
            ("ah", "active"),
            ("p", "potential"),
        ];
        Self::Map {
            entries: entries
                .map(|(legacy, slug)| (legacy.to_owned(), slug.to_owned()))
                .into(),
            default: Some("potential".to_owned()),
        }
    }
}

impl Default for ScheduleConfig {
    fn default() -> Self {
        Self {
            sync: None,
            backup: None,
            time_zone: Tz::UTC,
            noinput: true,
            nodelete: true,
        }
    }
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: Listen::At("127.0.0.1:8420".to_owned()),
            tls: Tls::SelfSigned,
            allow_plaintext: false,
            timeout: Duration::from_secs(30),
            grace: Duration::from_secs(60),
        }
    }
}

impl Default for BackupConfig {
    fn default() -> Self {
        Self {
            directory: "backups".into(),
            keep: 14,
        }
    }
}

impl Default for MapConfig {
    fn default() -> Self {
        Self {
            tiles: Some("https://tile.openstreetmap.org/{z}/{x}/{y}.png".to_owned()),
            attribution: "© OpenStreetMap contributors".to_owned(),
        }
    }
}
