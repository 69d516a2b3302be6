//! Databases that live as long as a test.

use std::fmt::Display;
use std::hash::{BuildHasher, RandomState};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, MysqlConnection, PgConnection};

use super::{mysql_url, postgres_url};

/// An empty database of a test's own, gone when this is dropped.
#[derive(Debug)]
pub struct ScratchDatabase {
    server: Server,
    name: String,
    url: String,
}

#[derive(Debug, Clone, Copy)]
enum Server {
    Mysql,
    Postgres,
}

/// A new database on the MariaDB or MySQL server for tests.
///
/// # Panics
///
/// Where no server answers: no test is skipped for want of one.
pub fn scratch_mysql() -> ScratchDatabase {
    scratch(Server::Mysql)
}

/// A new database on the PostgreSQL server for tests.
///
/// # Panics
///
/// Where no server answers: no test is skipped for want of one.
pub fn scratch_postgres() -> ScratchDatabase {
    scratch(Server::Postgres)
}

impl ScratchDatabase {
    /// Where it is, with all that connecting takes.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it is called on its server.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for ScratchDatabase {
    fn drop(&mut self) {
        let name = &self.name;
        let dropping = match self.server {
            // a transaction that a failed test left open must not hold the others up for a day
            Server::Mysql => {
                format!("SET SESSION lock_wait_timeout = 20; DROP DATABASE IF EXISTS `{name}`")
            }
            Server::Postgres => format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)"),
        };
        if let Err(error) = self.server.execute(&dropping) {
            eprintln!("the scratch database {name} stays: {error}");
        }
    }
}

impl Server {
    fn url(self) -> String {
        match self {
            Self::Mysql => mysql_url(),
            Self::Postgres => postgres_url(),
        }
    }

    fn execute(self, sql: &str) -> Result<(), String> {
        let url = self.url();
        match self {
            Self::Mysql => MysqlConnection::establish(&url)
                .map_err(telling)?
                .batch_execute(sql),
            Self::Postgres => PgConnection::establish(&url)
                .map_err(telling)?
                .batch_execute(sql),
        }
        .map_err(telling)
    }
}

fn telling(error: impl Display) -> String {
    error.to_string()
}

fn scratch(server: Server) -> ScratchDatabase {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!(
        "heirloom_{}_{}_{:08x}",
        process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed),
        RandomState::new().hash_one(0) as u32,
    );
    let create = match server {
        Server::Mysql => format!("CREATE DATABASE `{name}` CHARACTER SET utf8mb4"),
        // template1 can't be copied while another test does so
        Server::Postgres => {
            format!("CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
        }
    };
    let mut created = server.execute(&create);
    for _ in 0..50 {
        if !matches!(&created, Err(error) if error.contains("being accessed")) {
            break;
        }
        sleep(Duration::from_millis(100));
        created = server.execute(&create);
    }
    let server_url = server.url();
    if let Err(error) = created {
        panic!("no scratch database on {server_url} (`cargo xtask test` sees to servers): {error}");
    }
    ScratchDatabase {
        server,
        url: with_database(&server_url, &name),
        name,
    }
}

/// A server's URL with another database in its place.
fn with_database(url: &str, name: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let host = place.split_once('/').map_or(place, |(host, _)| host);
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{scheme}://{host}/{name}{mark}{query}")
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn a_url_gets_another_database() {
        for (url, other) in [
            (
                "mysql://root@localhost:3306/test",
                "mysql://root@localhost:3306/one",
            ),
            ("mysql://root:a@localhost", "mysql://root:a@localhost/one"),
            (
                "postgres://p@[::1]/test?sslmode=disable",
                "postgres://p@[::1]/one?sslmode=disable",
            ),
        ] {
            assert_eq!(with_database(url, "one"), other);
        }
    }
}
