//! The store of a test, inspected and changed from outside the program: a SQLite file in the
//! test's folder, or, with `HEIRLOOM_TEST_STORE=postgres`, a PostgreSQL database of its own.
//! SQL in tests is such that both take it; what differs between them stands here.

mod cells;
mod server;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};
use heirloom::sql::{Cell, query};
pub use heirloom::store::Connection;
use xtask::servers::{ScratchDatabase, scratch_postgres};

pub use cells::FromCell;

/// Whether this run of the tests is on PostgreSQL.
pub fn on_postgres() -> bool {
    match std::env::var("HEIRLOOM_TEST_STORE").as_deref() {
        Err(_) | Ok("" | "sqlite") => false,
        Ok("postgres") => true,
        Ok(other) => panic!("HEIRLOOM_TEST_STORE={other} is neither sqlite nor postgres"),
    }
}

/// See the module. It is missing until something makes it; a database is missing while it is
/// empty.
#[derive(Debug)]
pub struct TestStore {
    file: PathBuf,
    /// `Some` where the store is on a server; the database is made when first needed.
    database: Option<OnceLock<ScratchDatabase>>,
}

impl TestStore {
    /// The store of this run's kind; a file has this name in the folder.
    pub fn new(folder: &Path, name: &str) -> Self {
        TestStore {
            file: folder.join(name),
            database: on_postgres().then(OnceLock::new),
        }
    }

    /// A store on the server, whatever this run's kind.
    pub fn on_server() -> Self {
        TestStore {
            file: PathBuf::new(),
            database: Some(OnceLock::new()),
        }
    }

    /// A store in this file, whatever this run's kind.
    pub fn in_file(file: &Path) -> Self {
        TestStore {
            file: file.into(),
            database: None,
        }
    }

    fn database(&self) -> Option<&ScratchDatabase> {
        let database = self.database.as_ref()?;
        Some(database.get_or_init(scratch_postgres))
    }

    /// As `--store` takes it, a file by its name in the program's folder.
    pub fn url(&self) -> String {
        match self.database() {
            Some(database) => database.url().into(),
            None => {
                let name = self.file.file_name().expect("a file's name");
                format!("sqlite:{}", name.to_string_lossy())
            }
        }
    }

    /// What the environment of the program says about the store, where it is not the default.
    pub fn variable(&self) -> Option<(&'static str, String)> {
        self.database
            .is_some()
            .then(|| ("HEIRLOOM_STORE_URL", self.url()))
    }

    /// The store as any other program sees it, its foreign keys in force.
    pub fn connect(&self) -> Connection {
        match self.database() {
            Some(database) => Connection::Postgres(server::connect(database.url())),
            None => {
                let path = self.file.to_string_lossy();
                let mut db = SqliteConnection::establish(&path).expect("the store");
                db.batch_execute("PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000")
                    .expect("settings");
                Connection::Sqlite(db)
            }
        }
    }

    pub fn exists(&self) -> bool {
        match self.database {
            Some(_) => !self.tables().is_empty(),
            None => self.file.exists(),
        }
    }

    /// Changes the store by hand.
    pub fn edit(&self, sql: &str) {
        self.connect()
            .batch_execute(sql)
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// Lets no row of a table be written any more, or none of which this is true.
    pub fn refuse(&self, event: &str, table: &str, when: &str) {
        let when = match when {
            "" => String::new(),
            when => format!("WHEN ({when})"),
        };
        self.edit(&match self.database {
            Some(_) => format!(
                "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql
                     AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
                 CREATE TRIGGER no BEFORE {event} ON {table} FOR EACH ROW {when}
                     EXECUTE FUNCTION no()"
            ),
            None => format!(
                "CREATE TRIGGER no BEFORE {event} ON {table} {when}
                     BEGIN SELECT raise(ABORT, 'no'); END"
            ),
        });
    }

    /// The answer to a query; there is no `?` in it.
    pub fn rows(&self, sql: &str) -> Vec<Vec<Cell>> {
        let rows = query(&mut self.connect(), sql, &[]);
        let mut rows: Vec<Vec<Cell>> = rows
            .unwrap_or_else(|error| panic!("{sql}: {error}"))
            .into_iter()
            .map(|row| row.0)
            .collect();
        if self.database.is_some() {
            rows.iter_mut().flatten().for_each(cells::unify);
        }
        rows
    }

    /// One value; `None` where there is no row.
    pub fn value<T: FromCell>(&self, sql: &str) -> Option<T> {
        let cell = self.rows(sql).into_iter().next()?.into_iter().next()?;
        Some(T::from_cell(cell))
    }

    /// One text for each row, fields parted by ` | `, NULL as `-`.
    pub fn lines(&self, sql: &str) -> Vec<String> {
        self.rows(sql).iter().map(|row| cells::line(row)).collect()
    }

    fn tables(&self) -> Vec<String> {
        self.lines(match self.database {
            Some(_) => {
                "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
            }
            None => "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
        })
    }

    /// Every row of every table.
    pub fn dump(&self) -> BTreeMap<String, Vec<String>> {
        self.tables()
            .into_iter()
            .map(|table| {
                let rows = self.lines(&format!("SELECT * FROM \"{table}\" ORDER BY 1, 2"));
                (table, rows)
            })
            .collect()
    }

    /// Everything but what attempts may write: `runs`, `findings`, and the ids given to them.
    pub fn contents(&self) -> String {
        let mut lines = Vec::new();
        for table in self.tables() {
            if ["runs", "findings"].contains(&&*table) || table.starts_with("sqlite_") {
                continue;
            }
            for row in self.rows(&format!("SELECT * FROM \"{table}\"")) {
                lines.push(format!("{table} {row:?}\n"));
            }
        }
        lines.sort_unstable();
        lines.concat()
    }

    /// What only a write can change: a file's bytes, or a database's rows and sequences.
    pub fn imprint(&self) -> Vec<u8> {
        match self.database() {
            Some(database) => {
                let sequences = server::sequences(database.url());
                format!("{:?} {sequences:?}", self.dump()).into_bytes()
            }
            None => fs::read(&self.file).expect("the store's file"),
        }
    }

    /// The database's own view of whether it is whole; a server sees to that by itself.
    pub fn check_integrity(&self) {
        if self.database.is_none() {
            assert_eq!(self.lines("PRAGMA integrity_check"), ["ok"]);
        }
    }

    /// Whether the run lock is free.
    pub fn is_unlocked(&self) -> bool {
        match self.database() {
            Some(database) => server::is_unlocked(database.url()),
            None => {
                let mut options = fs::File::options();
                let lock = self.file.with_extension("sqlite3.lock");
                let lock = options.append(true).create(true).open(lock);
                lock.expect("the lock file").try_lock().is_ok()
            }
        }
    }

    /// A SQLite database with the rows of the store, for queries that join it with another.
    pub fn as_sqlite(&self) -> rusqlite::Connection {
        match self.database {
            Some(_) => cells::mirror(self.tables().into_iter().map(|table| {
                let columns = server::columns(&mut self.connect(), &table);
                let rows = self.rows(&format!("SELECT * FROM \"{table}\""));
                (table, columns, rows)
            })),
            None => rusqlite::Connection::open(&self.file).expect("the store"),
        }
    }

    /// A copy of the store as it is.
    pub fn save(&self) -> TestStore {
        let copy = TestStore {
            file: self.file.with_extension("saved"),
            database: self.database.as_ref().map(|_| OnceLock::new()),
        };
        copy.become_like(self);
        copy
    }

    /// Replaces the store by a copy of another of its kind.
    pub fn become_like(&self, other: &TestStore) {
        match (self.database(), other.database()) {
            (Some(database), Some(other)) => server::copy(other.name(), database.name()),
            _ => {
                for beside in ["-wal", "-shm"] {
                    let mut name = self.file.clone().into_os_string();
                    name.push(beside);
                    let _ = fs::remove_file(name);
                }
                fs::copy(&other.file, &self.file).expect("a copy");
            }
        }
    }
}
