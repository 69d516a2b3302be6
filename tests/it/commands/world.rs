//! A folder with a store in it, and commands that run there.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use assert_cmd::Command;
use tempfile::TempDir;

use crate::store::TestStore;

const STORE: &str = "heirloom.sqlite3";

/// The fixture network, imported once: every test that needs it gets a copy. It is gone with
/// the last of them, because nobody drops what is static.
static IMPORTED: Mutex<Weak<World>> = Mutex::new(Weak::new());

fn imported() -> Arc<World> {
    let mut kept = IMPORTED.lock().unwrap_or_else(PoisonError::into_inner);
    kept.upgrade().unwrap_or_else(|| {
        let imported = Arc::new(import());
        *kept = Arc::downgrade(&imported);
        imported
    })
}

fn import() -> World {
    let world = World::empty();
    let from = format!("sqlite:{}", fixture("world.sqlite3").display());
    let layers = fixture("layers.geojson");
    let arguments = ["import", "nodeshot", "--noinput", "--report", "report.json"];
    world
        .command(&arguments)
        .args(["--from", &from, "--layers"])
        .arg(layers)
        .assert()
        .code(3);
    world
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/nodeshot")
        .join(name)
}

/// A folder to work in, gone with the value.
pub struct World {
    folder: TempDir,
    pub store: TestStore,
    /// Where the store is a copy, what it is a copy of.
    original: Option<Arc<World>>,
}

/// What a command said.
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl World {
    pub fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        World {
            store: TestStore::new(folder.path(), STORE),
            folder,
            original: None,
        }
    }

    /// With the fixture network in its store.
    pub fn imported() -> Self {
        let mut world = World::empty();
        let imported = imported();
        world.store.become_like(&imported.store);
        world.write("report.json", &imported.read("report.json"));
        world.original = Some(imported);
        world
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// The names of all files but the store's, in order.
    pub fn files(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != STORE)
            .collect();
        names.sort();
        names
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("heirloom"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("HEIRLOOM_") {
                command.env_remove(name);
            }
        }
        command.envs(self.store.variable());
        command.current_dir(self.folder.path()).args(arguments);
        command
    }

    /// Runs a command with a text on its standard input.
    pub fn type_in(&self, input: &str, arguments: &[&str]) -> Said {
        let output = self.command(arguments).write_stdin(input).output().unwrap();
        Said {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs a command that must end well, and returns its output.
    pub fn ok(&self, arguments: &[&str]) -> String {
        self.ok_typing("", arguments)
    }

    pub fn ok_typing(&self, input: &str, arguments: &[&str]) -> String {
        let said = self.type_in(input, arguments);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{arguments:?}");
        said.out
    }

    /// Runs a command that must be refused as wrong, with `words` in what it says.
    pub fn wrong(&self, arguments: &[&str], words: &str) {
        self.wrong_typing("", arguments, words);
    }

    pub fn wrong_typing(&self, input: &str, arguments: &[&str], words: &str) {
        let said = self.type_in(input, arguments);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{arguments:?}");
        assert!(said.err.contains(words), "{arguments:?}: {}", said.err);
    }

    /// The cells of the line of a list that has this one in its second column.
    pub fn line(&self, arguments: &[&str], name: &str) -> Vec<String> {
        self.ok(arguments)
            .lines()
            .map(cells)
            .find(|cells| cells.get(1).is_some_and(|cell| cell == name))
            .unwrap_or_default()
    }

    /// Changes the store by hand.
    pub fn sql(&self, statement: &str) {
        self.store.edit(statement);
    }

    /// One number of the store.
    pub fn number(&self, query: &str) -> i64 {
        self.store.value(query).unwrap()
    }
}

fn cells(line: &str) -> Vec<String> {
    line.split("  ")
        .map(str::trim)
        .filter(|cell| !cell.is_empty())
        .map(Into::into)
        .collect()
}
