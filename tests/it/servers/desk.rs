//! A folder in which the program runs.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rusqlite::types::Value;
use serde_json::Value as Json;
use tempfile::TempDir;

/// One layer that holds all of Italy.
const LAYERS: &str = r#"{ "type": "FeatureCollection", "features": [
  { "type": "Feature", "properties": { "slug": "italy", "name": "Italy" }, "geometry":
    { "type": "Polygon", "coordinates": [[[6, 36], [19, 36], [19, 47], [6, 47], [6, 36]]] } } ] }"#;

/// See the module.
pub struct Desk {
    folder: TempDir,
    /// The URL of the store.
    store: String,
}

/// What the program said.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
    /// Null where none was written.
    pub report: Json,
}

impl Desk {
    /// With a SQLite store in the folder.
    pub fn new() -> Self {
        Desk::with_store("sqlite:store.sqlite3")
    }

    pub fn with_store(url: &str) -> Self {
        let desk = Desk {
            folder: tempfile::tempdir().expect("a folder"),
            store: url.to_owned(),
        };
        desk.write("layers.geojson", LAYERS);
        desk.write("heirloom.toml", "");
        fs::create_dir(desk.path("tmp")).expect("a folder for temporary files");
        desk
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a file");
    }

    /// Writes the section `[nodeshot]` of the configuration.
    pub fn configure(&self, lines: &str) -> &Self {
        self.write("heirloom.toml", &format!("[nodeshot]\n{lines}\n"));
        self
    }

    /// The program in this folder, untouched by the environment of whoever runs the test.
    pub fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_heirloom"));
        command
            .args(["--store", &self.store])
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("TMPDIR", self.path("tmp"))
            .stdin(Stdio::null());
        command
    }

    /// An unattended import with the desk's layers; an empty address leaves it to the
    /// configuration.
    pub fn importing(&self, from: &str, options: &[&str]) -> Command {
        let mut arguments = vec!["import", "nodeshot", "--noinput"];
        arguments.extend(["--layers", "layers.geojson", "--report", "report.json"]);
        if !from.is_empty() {
            arguments.extend(["--from", from]);
        }
        arguments.extend(options);
        self.program(&arguments)
    }

    pub fn import(&self, from: &str) -> Said {
        self.import_with(from, &[])
    }

    pub fn import_with(&self, from: &str, options: &[&str]) -> Said {
        self.finish(self.importing(from, options))
    }

    /// Runs a command of [`Desk::program`] to its end.
    pub fn finish(&self, mut command: Command) -> Said {
        let _ = fs::remove_file(self.path("report.json"));
        let output = command.output().expect("the program starts");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("plain UTF-8");
        Said {
            code: output.status.code(),
            out: text(output.stdout),
            err: text(output.stderr),
            report: self.report(),
        }
    }

    /// Starts a command, so that something else can happen meanwhile.
    pub fn start(&self, mut command: Command) -> Child {
        let _ = fs::remove_file(self.path("report.json"));
        command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts")
    }

    /// Waits for the end of what [`Desk::start`] started.
    pub fn end(&self, child: Child) -> Said {
        let output = child.wait_with_output().expect("the program ends");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("plain UTF-8");
        Said {
            code: output.status.code(),
            out: text(output.stdout),
            err: text(output.stderr),
            report: self.report(),
        }
    }

    fn report(&self) -> Json {
        let text = fs::read_to_string(self.path("report.json"));
        text.map_or(Json::Null, |text| {
            serde_json::from_str(&text).expect("a report is JSON")
        })
    }

    pub fn digest(&self) -> String {
        let said = self.finish(self.program(&["digest"])).exits(0);
        said.out.trim().to_string()
    }

    /// The SQLite store.
    pub fn store(&self) -> Connection {
        Connection::open(self.path("store.sqlite3")).expect("the store")
    }

    /// The SQLite store's answer to a query: a text for each row, fields parted by ` | `, NULL
    /// as `-`.
    pub fn see(&self, sql: &str) -> Vec<String> {
        let store = self.store();
        let mut statement = store.prepare(sql).expect(sql);
        let width = statement.column_count();
        let rows = statement.query_map([], |row| {
            let fields = (0..width).map(|field| row.get(field).map(text));
            Ok(fields.collect::<rusqlite::Result<Vec<_>>>()?.join(" | "))
        });
        rows.and_then(Iterator::collect).expect(sql)
    }

    /// As [`Desk::see`], for one row.
    #[track_caller]
    pub fn one(&self, sql: &str) -> String {
        let mut rows = self.see(sql);
        assert_eq!(rows.len(), 1, "{sql}: {rows:?}");
        rows.remove(0)
    }
}

impl Said {
    /// Goes on where the exit code is this one.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.err);
        self
    }

    /// Goes on where these words are in what it said on standard error.
    #[track_caller]
    pub fn tells(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.err.contains(word), "no {word:?} in: {}", self.err);
        }
        self
    }

    pub fn plan(&self) -> String {
        let plan = self.report["plan"].as_str();
        plan.expect("the report has a plan").to_string()
    }

    /// The codes of all findings with their rows, as `code entity id`.
    pub fn findings(&self) -> Vec<String> {
        let text = |value: &Json| value.as_str().unwrap_or("-").to_string();
        let all = self.report["findings"].as_array();
        let all = all.map_or(&[][..], |all| all).iter();
        all.map(|one| {
            let words = ["code", "entity", "legacy_id"].map(|name| text(&one[name]));
            words.join(" ")
        })
        .collect()
    }

    #[track_caller]
    pub fn has_found(&self, finding: &str) {
        let all = self.findings();
        assert!(all.iter().any(|one| one == finding), "{finding}: {all:#?}");
    }

    pub fn message(&self, code: &str) -> String {
        let all = self.report["findings"].as_array();
        let all = all.map_or(&[][..], |all| all);
        let one = all.iter().find(|one| one["code"] == code);
        one.and_then(|one| one["message"].as_str())
            .unwrap_or_else(|| panic!("no finding {code}: {:?}", self.findings()))
            .to_string()
    }
}

fn text(value: Value) -> String {
    match value {
        Value::Null => "-".into(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => text,
        Value::Blob(bytes) => format!("{bytes:02x?}"),
    }
}

/// Asks until there is an answer, for a minute at most.
#[track_caller]
pub fn within<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "never: {what}");
        sleep(Duration::from_millis(10));
    }
}
