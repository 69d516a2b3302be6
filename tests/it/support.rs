//! A bench for one test: a legacy file, a layers file and a store in a folder of their own,
//! and the real program run on them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use rusqlite::types::{ToSql, ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, params_from_iter};
use serde_json::Value as Json;
use xtask::world::sqlite::DDL;

use crate::store::TestStore;

/// Two areas that overlap between the longitudes 12.8 and 13, and a layer without one.
const LAYERS: &str = r#"{ "type": "FeatureCollection", "features": [
  { "type": "Feature", "properties": { "slug": "rome", "name": "Rome" }, "geometry":
    { "type": "Polygon", "coordinates": [[[12, 41], [13, 41], [13, 42], [12, 42], [12, 41]]] } },
  { "type": "Feature", "properties": { "slug": "lazio", "name": "Lazio" }, "geometry":
    { "type": "Polygon", "coordinates": [[[12.8, 41], [14, 41], [14, 42], [12.8, 42], [12.8, 41]]] } },
  { "type": "Feature", "properties": { "slug": "italy", "name": "Italy" }, "geometry": null } ] }"#;

/// A longitude in Rome, in both Rome and Lazio, in Lazio, in no area.
pub const ROME: f64 = 12.5;
pub const BOTH: f64 = 12.9;
pub const LAZIO: f64 = 13.5;
pub const NOWHERE: f64 = 20.0;

/// A field on its way into a legacy file; text need not be UTF-8.
#[derive(Clone, Debug, PartialEq)]
pub enum Field {
    Plain(Value),
    Bytes(Vec<u8>),
}

impl ToSql for Field {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Field::Plain(value) => ToSqlOutput::Borrowed(value.into()),
            Field::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Text(bytes)),
        })
    }
}

impl From<&str> for Field {
    fn from(text: &str) -> Self {
        Field::Plain(Value::Text(text.into()))
    }
}

macro_rules! field_from {
    ($($kind:ty),*) => { $(impl From<$kind> for Field {
        fn from(value: $kind) -> Self {
            Field::Plain(value.into())
        }
    })* };
}
field_from!(String, i64, i32, f64, bool, rusqlite::types::Null);

/// The columns of a legacy row that are not as usual.
pub type Columns = Vec<(&'static str, Field)>;

/// `row! { owner: "Mario", alt: Null }`
macro_rules! row {
    ($($column:tt: $value:expr),* $(,)?) => {
        vec![$((stringify!($column), $crate::support::Field::from($value))),*]
    };
}
pub(crate) use row;

/// See the module.
pub struct Bench {
    folder: tempfile::TempDir,
    pub store: TestStore,
    config: String,
}

impl Bench {
    /// An empty legacy installation and no store.
    pub fn new() -> Self {
        let bench = Bench::bare();
        bench.legacy().execute_batch(DDL).expect("the true DDL");
        std::fs::write(bench.path("layers.geojson"), LAYERS).expect("a layers file");
        bench
    }

    /// A folder without anything in it.
    pub fn bare() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Bench {
            store: TestStore::new(folder.path(), "store.sqlite3"),
            folder,
            config: String::new(),
        }
    }

    /// The same with lines of the section `[nodeshot]`.
    pub fn configured(lines: &str) -> Self {
        let mut bench = Bench::new();
        bench.configure(lines);
        bench
    }

    pub fn configure(&mut self, lines: &str) {
        self.config = format!("[nodeshot]\n{lines}\n");
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn legacy_path(&self) -> PathBuf {
        self.path("legacy.sqlite3")
    }

    pub fn legacy(&self) -> Connection {
        let db = Connection::open(self.legacy_path()).expect("the legacy file");
        db.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF")
            .expect("settings");
        db
    }

    /// Changes the legacy file as the old site or its admin would.
    pub fn change(&self, sql: &str) -> &Self {
        self.legacy().execute_batch(sql).expect(sql);
        self
    }

    /// Changes the store by hand.
    pub fn edit(&self, sql: &str) -> &Self {
        self.store.edit(sql);
        self
    }

    /// The store's answer to a query, one text for each row, fields parted by ` | `, NULL as `-`.
    pub fn see(&self, sql: &str) -> Vec<String> {
        self.store.lines(sql)
    }

    /// As [`Bench::see`], for one row.
    pub fn one(&self, sql: &str) -> String {
        let mut rows = self.see(sql);
        assert_eq!(rows.len(), 1, "{sql}: {rows:?}");
        rows.remove(0)
    }

    pub fn node(&self, id: i64, columns: Columns) -> &Self {
        let usual = row! {
            name: format!("Node {id}"), slug: format!("node-{id}"), owner: format!("Person {id}"),
            postal_code: "", email: format!("person{id}@posta.example"), password: "",
            lat: 41.5, lng: ROME, status: "a", added: "2012-01-01 12:00:00",
            updated: "2012-01-02 12:00:00",
        };
        self.insert("nodeshot_node", id, usual, columns)
    }

    pub fn device(&self, id: i64, node: i64, columns: Columns) -> &Self {
        let usual = row! {
            name: format!("device {id}"), cname: format!("device-{id}"), node_id: node,
            routing_protocol: "olsr", added: "2012-01-01 12:00:00", updated: "2012-01-02 12:00:00",
        };
        self.insert("nodeshot_device", id, usual, columns)
    }

    pub fn interface(&self, id: i64, device: i64, columns: Columns) -> &Self {
        let usual = row! {
            type: "wifi", cname: format!("wlan{id}"), device_id: device, draw_link: true,
            status: "r", added: "2012-01-01 12:00:00", updated: "2012-01-02 12:00:00",
        };
        self.insert("nodeshot_interface", id, usual, columns)
    }

    pub fn link(&self, id: i64, from: i64, to: i64, columns: Columns) -> &Self {
        let usual = row! {
            from_interface_id: from, to_interface_id: to, etx: 1.5, dbm: -60,
            sync_tx: 0, sync_rx: 0, hide: false,
        };
        self.insert("nodeshot_link", id, usual, columns)
    }

    pub fn route(&self, id: i64, device: i64, route: &str) -> &Self {
        let usual = row! { device_id: device, route: route };
        self.insert("nodeshot_hna", id, usual, vec![])
    }

    pub fn statistic(&self, id: i64, columns: Columns) -> &Self {
        let usual = row! {
            active_nodes: 1, potential_nodes: 2, hotspots: 3, links: 4, km: 5.5,
            date: "2012-01-01 23:55:00",
        };
        self.insert("nodeshot_statistic", id, usual, columns)
    }

    pub fn contact(&self, id: i64, node: i64, columns: Columns) -> &Self {
        let usual = row! {
            node_id: node, from_name: "Somebody", from_email: "somebody@mail.example",
            message: "Hello, may I join the network from here?", ip: "203.0.113.5", user_agent: "",
            http_referer: "", accept_language: "it", date: "2012-01-01 12:00:00",
        };
        self.insert("nodeshot_contact", id, usual, columns)
    }

    /// An account of the old site.
    pub fn account(&self, id: i64, columns: Columns) -> &Self {
        let usual = row! {
            username: format!("admin{id}"), first_name: "", last_name: "",
            email: format!("admin{id}@posta.example"), password: "!", is_staff: true,
            is_active: true, is_superuser: false, last_login: "2012-05-01 12:00:00",
            date_joined: "2010-01-01 12:00:00",
        };
        self.insert("auth_user", id, usual, columns)
    }

    /// A node with a radio on it, all of the same id.
    pub fn radio(&self, id: i64) -> &Self {
        self.node(id, vec![])
            .device(id, id, vec![])
            .interface(id, id, vec![])
    }

    fn insert(&self, table: &str, id: i64, usual: Columns, columns: Columns) -> &Self {
        let mut fields: BTreeMap<_, _> = usual.into_iter().collect();
        fields.insert("id", id.into());
        fields.extend(columns);
        let names: Vec<&str> = fields.keys().copied().collect();
        self.legacy()
            .execute(
                &xtask::world::sqlite::insert(table, &names),
                params_from_iter(fields.values()),
            )
            .expect("a legacy row");
        self
    }

    /// Imports unattended, with the bench's layers.
    pub fn import(&self) -> Run {
        self.import_with(&[])
    }

    /// The same with further options.
    pub fn import_with(&self, options: &[&str]) -> Run {
        let _ = std::fs::remove_file(self.path("report.json"));
        let from = format!("sqlite:{}", self.legacy_path().display());
        let mut arguments = vec!["import", "nodeshot", "--from", &from, "--noinput"];
        arguments.extend(["--layers", "layers.geojson", "--report", "report.json"]);
        arguments.extend(options);
        self.run(&arguments)
    }

    /// Follows what was changed by `run`, which takes further options: rehearsed before, and
    /// run again to see that nothing was left to do.
    #[track_caller]
    pub fn follow(&self, run: impl Fn(&Self, &[&str]) -> Run) -> Run {
        let before = self.digest();
        let rehearsal = run(self, &["--dry-run"]);
        assert_eq!(self.digest(), before, "a rehearsal");
        let done = run(self, &[]);
        assert_eq!(done.code, rehearsal.code, "{}\n{}", done.out, done.err);
        assert_eq!(done.plan(), rehearsal.plan());
        assert_eq!(done.report["entities"], rehearsal.report["entities"]);
        let after = self.digest();
        let again = run(self, &[]).exits(0);
        assert!(again.changed_nothing(), "{:#}", again.report["entities"]);
        assert_eq!(self.digest(), after, "a second run");
        done
    }

    /// Runs the program on the bench's store.
    pub fn run(&self, arguments: &[&str]) -> Run {
        std::fs::write(self.path("heirloom.toml"), &self.config).expect("a configuration");
        let output = Command::new(env!("CARGO_BIN_EXE_heirloom"))
            .args(["--store", &self.store.url()])
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(std::env::vars_os().filter(|(name, _)| name == "TMPDIR"))
            .stdin(Stdio::null())
            .output()
            .expect("the program starts");
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("plain UTF-8");
        let report = std::fs::read_to_string(self.path("report.json"));
        Run {
            code: output.status.code(),
            out: text(&output.stdout),
            err: text(&output.stderr),
            report: report.map_or(Json::Null, |text| {
                serde_json::from_str(&text).expect("a report is JSON")
            }),
        }
    }

    pub fn digest(&self) -> String {
        let run = self.run(&["digest"]);
        assert_eq!(run.code, Some(0), "{}", run.err);
        run.out.trim().to_string()
    }
}

/// What a run of the program left behind.
#[derive(Debug)]
pub struct Run {
    /// `None` where a signal ended it.
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
    pub report: Json,
}

impl Run {
    /// Goes on where the exit code is this one.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.err);
        self
    }

    pub fn count(&self, entity: &str, outcome: &str) -> u64 {
        self.report["entities"][entity][outcome]
            .as_u64()
            .unwrap_or_else(|| panic!("no count of {entity} {outcome}: {}", self.err))
    }

    pub fn plan(&self) -> &str {
        self.report["plan"].as_str().unwrap_or_default()
    }

    pub fn findings(&self) -> &[Json] {
        self.report["findings"].as_array().map_or(&[], |all| all)
    }

    /// The rows that a code is about, as `entity id`, in order.
    pub fn found(&self, code: &str) -> Vec<String> {
        let text = |value: &Json| value.as_str().unwrap_or("-").to_string();
        self.findings()
            .iter()
            .filter(|finding| finding["code"] == code)
            .map(|finding| {
                format!(
                    "{} {}",
                    text(&finding["entity"]),
                    text(&finding["legacy_id"])
                )
            })
            .collect()
    }

    /// The message of the only finding with a code.
    pub fn message(&self, code: &str) -> &str {
        let mut all = self.findings().iter().filter(|one| one["code"] == code);
        let message = all.next().and_then(|one| one["message"].as_str());
        assert!(all.next().is_none(), "more than one {code}");
        message.unwrap_or_else(|| panic!("no finding {code}: {:#}", self.report))
    }

    /// Whether all it did was to find that nothing had changed.
    pub fn changed_nothing(&self) -> bool {
        let entities = self.report["entities"].as_object();
        entities.is_some_and(|entities| {
            entities.values().all(|counts| {
                ["created", "updated", "deleted", "not_reached"]
                    .iter()
                    .all(|outcome| counts[outcome] == 0)
            })
        })
    }
}

/// The rows of a legacy file's answer as text: see [`Bench::see`].
pub fn lines(db: &Connection, sql: &str) -> Vec<String> {
    let mut statement = db.prepare(sql).expect(sql);
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| {
        let fields: Vec<String> = (0..columns)
            .map(|column| {
                Ok(match row.get_ref(column)? {
                    ValueRef::Null => "-".into(),
                    ValueRef::Integer(number) => number.to_string(),
                    ValueRef::Real(number) => number.to_string(),
                    ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
                    ValueRef::Blob(bytes) => format!("{bytes:02x?}"),
                })
            })
            .collect::<rusqlite::Result<_>>()?;
        Ok(fields.join(" | "))
    });
    rows.and_then(Iterator::collect).expect(sql)
}
