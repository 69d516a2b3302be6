//! What the tests of prompts, faults and options share: a folder with a legacy database and a
//! store in it, the program run there, and a person at its terminal.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rexpect::process::{Signal, WaitStatus};
use rexpect::session::{PtySession, spawn_command};
use rusqlite::{Connection, params};
use tempfile::TempDir;

use crate::store::{FromCell, TestStore};

/// How long a person waits for a prompt, in milliseconds, before the test fails.
const PATIENCE: u64 = 60_000;

/// The import of `old.db` with `layers.geojson` that most tests run; `--noinput` not included.
pub const IMPORT: &str = "import nodeshot --from sqlite:old.db --layers layers.geojson";

/// Points that lie in the areas of [`Site::small`], longitude first.
pub const IN_WEST: (f64, f64) = (10.5, 43.0);
pub const IN_BOTH: (f64, f64) = (11.5, 43.0);
pub const IN_WEST_AND_SOUTH: (f64, f64) = (10.5, 40.5);
pub const OUTSIDE: (f64, f64) = (20.0, 43.0);

/// The folder in which a test runs the program: everything is named relative to it.
pub struct Site {
    folder: TempDir,
    pub store: TestStore,
}

/// How the program ended.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Site {
    pub fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("tmp")).expect("a folder for temporary files");
        Site {
            store: TestStore::new(folder.path(), "heirloom.sqlite3"),
            folder,
        }
    }

    /// With a legacy database of these nodes (id, name, place), and the layers `west` and
    /// `east`, which overlap, `south`, which overlaps `west`, and `rest`, which has no area.
    pub fn small(nodes: &[(i64, &str, (f64, f64))]) -> Self {
        let site = Site::empty();
        let db = Connection::open(site.path("old.db")).expect("a database");
        db.execute_batch(xtask::world::sqlite::DDL)
            .expect("the tables of nodeshot");
        drop(db);
        for (id, name, place) in nodes {
            site.add_node(*id, name, *place);
        }
        let layers = [
            feature("west", &square(10.0, 12.0, 40.0, 44.0)),
            feature("east", &square(11.0, 13.0, 40.0, 44.0)),
            feature("south", &square(10.0, 11.0, 39.0, 41.0)),
            feature("rest", "null"),
        ];
        site.write("layers.geojson", &collection(&layers));
        site
    }

    /// With the world and the layers that come with the source code.
    pub fn shipped() -> Self {
        let site = Site::empty();
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/nodeshot");
        fs::copy(fixtures.join("world.sqlite3"), site.path("old.db")).expect("a copy");
        fs::copy(fixtures.join("layers.geojson"), site.path("layers.geojson")).expect("a copy");
        site
    }

    /// With a world of this many nodes that holds no oddity.
    pub fn plain(nodes: usize) -> Self {
        let site = Site::empty();
        let spec = xtask::world::Spec {
            nodes,
            seed: 7,
            oddities: xtask::world::Oddities::LeftOut,
        };
        xtask::world::sqlite::build(spec, &site.path("old.db")).expect("a world");
        site.write("layers.geojson", &xtask::world::layers_geojson());
        site
    }

    /// Adds a confirmed node to the legacy database, with an owner of its own.
    pub fn add_node(&self, id: i64, name: &str, (longitude, latitude): (f64, f64)) {
        self.legacy()
            .execute(
                "INSERT INTO nodeshot_node (id, name, slug, owner, postal_code, email, password, \
                 lat, lng, status, added, updated) VALUES (?1, ?2, 'node-' || ?1, 'Owner ' || ?1, \
                 '00100', 'owner' || ?1 || '@posta.example', '', ?3, ?4, 'a', \
                 '2012-07-01 12:00:00', '2012-07-02 12:00:00')",
                params![id, name, latitude, longitude],
            )
            .expect("a node");
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a file");
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn exists(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    pub fn report(&self, name: &str) -> serde_json::Value {
        serde_json::from_str(&self.read(name)).expect("a report is JSON")
    }

    /// The legacy database, writable.
    pub fn legacy(&self) -> Connection {
        Connection::open(self.path("old.db")).expect("the legacy database")
    }

    /// The same with a store on the server, whatever the others have.
    pub fn on_server(mut self) -> Self {
        self.store = TestStore::on_server();
        self
    }

    /// The program in this folder, untouched by the environment of whoever runs the test.
    pub fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_heirloom"));
        command.args(arguments);
        self.at_home(&mut command);
        command
    }

    /// A shell in this folder that finds the program by its name.
    pub fn shell(&self, script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        self.at_home(&mut command);
        command
    }

    fn at_home(&self, command: &mut Command) {
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("HEIRLOOM_") {
                command.env_remove(name);
            }
        }
        let program = Path::new(env!("CARGO_BIN_EXE_heirloom"));
        let mut path = program.parent().expect("a folder").as_os_str().to_owned();
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        command
            .current_dir(self.folder.path())
            .env("PATH", path)
            .env("TMPDIR", self.path("tmp"))
            .env("TERM", "xterm")
            .env("NO_COLOR", "1")
            .env("USER", "tester")
            .env_remove("COLUMNS")
            .envs(self.store.variable())
            .stdin(Stdio::null());
    }

    /// The program as somebody whom permissions bind: root is nobody here. The folder is
    /// theirs from now on.
    pub fn powerless(&self, arguments: &[&str]) -> Command {
        const NOBODY: u32 = 65534;
        let metadata = fs::metadata(self.path("tmp")).expect("a folder");
        if metadata.uid() != 0 {
            return self.program(arguments);
        }
        let copy = self.path("heirloom");
        // by another process: a copy made here would be open for writing while another test
        // forks, and a file that somebody may write cannot be executed
        let copied = Command::new("cp")
            .arg(env!("CARGO_BIN_EXE_heirloom"))
            .arg(&copy)
            .status()
            .expect("cp runs");
        assert!(copied.success(), "a copy");
        self.permit("", 0o755);
        let files = fs::read_dir(self.folder.path()).expect("the folder");
        let names = files.map(|entry| entry.expect("an entry").path());
        for path in names.chain([self.folder.path().to_path_buf()]) {
            chown(path, Some(NOBODY), Some(NOBODY)).expect("root may give files away");
        }
        let mut command = Command::new(copy);
        command.args(arguments).uid(NOBODY).gid(NOBODY);
        self.at_home(&mut command);
        command
    }

    /// Sets the mode of a file, or of the folder itself.
    pub fn permit(&self, name: &str, mode: u32) {
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(mode)).expect("a mode");
    }

    /// Runs a command line whose words are divided by blanks.
    pub fn run(&self, line: &str) -> Ended {
        let words: Vec<&str> = line.split_whitespace().collect();
        finish(self.program(&words))
    }

    /// Runs [`IMPORT`] unattended, with more options.
    pub fn import(&self, more: &str) -> Ended {
        self.run(&format!("{IMPORT} --noinput {more}"))
    }

    /// Runs a command line at a terminal.
    pub fn attended(&self, line: &str) -> Terminal {
        let words: Vec<&str> = line.split_whitespace().collect();
        Terminal::start(self.program(&words))
    }

    /// An import ends with exit code 6 before it reads anything, whatever its options; reading
    /// the store goes on.
    #[track_caller]
    pub fn is_told_that_another_run_holds_the_lock(&self) {
        for option in ["", "--dry-run", "--nodelete --credentials passwords.csv"] {
            let ended = self.import(&format!("--verbosity 2 {option}"));
            assert_eq!(ended.code, Some(6), "{option}: {ended:?}");
            assert!(
                ended.err.contains("another run holds the lock"),
                "{ended:?}"
            );
            assert_eq!(ended.out, "", "nothing is read");
        }
        assert!(!self.exists("passwords.csv"));
        assert_eq!(self.run("digest").code, Some(0), "reading needs no lock");
    }

    pub fn digest(&self) -> String {
        let ended = self.run("digest");
        assert_eq!(ended.code, Some(0), "{ended:?}");
        ended.out.trim().to_string()
    }

    /// Everything in the store but what attempts may write: `runs` and `findings`.
    pub fn contents(&self) -> String {
        self.store.contents()
    }

    /// One value of the store.
    pub fn ask<T: FromCell>(&self, sql: &str) -> T {
        let value = self.store.value(sql);
        value.unwrap_or_else(|| panic!("{sql}: no row"))
    }

    /// The slug of the layer that a node is in; `None` where there is no such node.
    pub fn layer_of(&self, node: i64) -> Option<String> {
        let node = format!("SELECT layer_id FROM nodes WHERE id = {node}");
        self.store
            .value(&format!("SELECT slug FROM layers WHERE id = ({node})"))
    }

    /// The outcomes of all runs, oldest first.
    pub fn outcomes(&self) -> String {
        self.store
            .lines("SELECT outcome FROM runs ORDER BY id")
            .join(" ")
    }

    /// The names of what was left in the folder for temporary files.
    pub fn left_over(&self) -> Vec<String> {
        fs::read_dir(self.path("tmp"))
            .expect("the folder for temporary files")
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into()
            })
            .collect()
    }
}

/// Runs a command to its end.
pub fn finish(mut command: Command) -> Ended {
    let output = command.output().expect("the program starts");
    Ended {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
        err: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
    }
}

/// A layer of a layers file, its name made from the slug.
pub fn feature(slug: &str, geometry: &str) -> String {
    let properties = format!(r#"{{"slug":"{slug}","name":"Layer {slug}"}}"#);
    format!(r#"{{"type":"Feature","properties":{properties},"geometry":{geometry}}}"#)
}

pub fn square(west: f64, east: f64, south: f64, north: f64) -> String {
    polygon(&format!(
        "[{west},{south}],[{east},{south}],[{east},{north}],[{west},{north}],[{west},{south}]"
    ))
}

pub fn polygon(ring: &str) -> String {
    format!(r#"{{"type":"Polygon","coordinates":[[{ring}]]}}"#)
}

pub fn collection(features: &[String]) -> String {
    format!(
        r#"{{"type":"FeatureCollection","features":[{}]}}"#,
        features.join(",")
    )
}

/// A person at a terminal, and everything that they saw. What they type is not echoed.
pub struct Terminal {
    session: PtySession,
    pub seen: String,
}

impl Terminal {
    pub fn start(command: Command) -> Self {
        // a null stdin would stand in for the terminal
        let mut bare = Command::new(command.get_program());
        bare.args(command.get_args());
        if let Some(folder) = command.get_current_dir() {
            bare.current_dir(folder);
        }
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => bare.env(name, value),
                None => bare.env_remove(name),
            };
        }
        Terminal {
            session: spawn_command(bare, Some(PATIENCE)).expect("a terminal"),
            seen: String::new(),
        }
    }

    /// Waits until the program has written this; returns what came before it.
    pub fn expect(&mut self, text: &str) -> String {
        match self.session.exp_string(text) {
            Ok(before) => {
                self.seen.push_str(&before);
                self.seen.push_str(text);
                before
            }
            Err(error) => panic!("no {text:?} after {:?}: {error}", self.seen),
        }
    }

    pub fn say(&mut self, line: &str) {
        self.session.send_line(line).expect("a line is typed");
    }

    /// Types without Enter.
    pub fn half_say(&mut self, text: &str) {
        self.session.send(text).expect("a key is pressed");
        self.session.flush().expect("a key is pressed");
    }

    /// Waits for a prompt and answers it.
    pub fn answer(&mut self, prompt: &str, line: &str) {
        self.expect(prompt);
        self.say(line);
    }

    /// Ctrl and a letter.
    pub fn press(&mut self, letter: char) {
        self.session.send_control(letter).expect("a key is pressed");
    }

    pub fn signal(&mut self, signal: Signal) {
        self.session
            .process_mut()
            .signal(signal)
            .expect("a signal is sent");
    }

    /// Waits for the program's end; its exit code and all that the person saw.
    pub fn end(mut self) -> (i32, String) {
        let rest = self.session.exp_eof();
        match rest {
            Ok(rest) => self.seen.push_str(&rest),
            Err(error) => panic!("no end after {:?}: {error}", self.seen),
        }
        match self.session.process().wait() {
            Ok(WaitStatus::Exited(_, code)) => (code, self.seen),
            other => panic!("{other:?} after {:?}", self.seen),
        }
    }
}
