//! An old site on a PostgreSQL server.

use std::io;
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::thread;

use diesel::PgConnection;
use diesel::connection::{Connection as _, SimpleConnection as _};
use heirloom::sql::query;
use tempfile::TempDir;
use xtask::servers::{ScratchDatabase, postgres_url, scratch_postgres};
use xtask::world::postgres::DDL;

use super::rows;

/// A database with the true tables; gone with the value.
pub struct Postgres {
    database: ScratchDatabase,
}

impl Postgres {
    /// A database without anything in it.
    pub fn bare() -> Self {
        Postgres {
            database: scratch_postgres(),
        }
    }

    pub fn empty() -> Self {
        let site = Postgres::bare();
        site.change(DDL);
        site
    }

    /// With the rows of [`rows`].
    pub fn with_nodes(nodes: i64) -> Self {
        let site = Postgres::empty();
        site.change(&rows(nodes));
        site
    }

    pub fn url(&self) -> &str {
        self.database.url()
    }

    pub fn name(&self) -> &str {
        self.database.name()
    }

    /// Its URL with parameters, for another account.
    pub fn url_of(&self, account: &str, parameters: &str) -> String {
        format!(
            "postgres://{account}@{}/{}{parameters}",
            place(),
            self.name()
        )
    }

    pub fn connection(&self) -> PgConnection {
        PgConnection::establish(self.url()).expect("the server answers")
    }

    /// Runs statements in a session that is in UTC.
    pub fn change(&self, sql: &str) -> &Self {
        let mut connection = self.connection();
        connection
            .batch_execute(&format!(
                "SET client_min_messages = warning; SET TIME ZONE 'UTC'; {sql}"
            ))
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
        self
    }

    /// The first field of each row, as text.
    pub fn ask(&self, sql: &str) -> Vec<String> {
        ask(&mut self.connection(), sql)
    }

    /// Everything in it: the rows of each table with the transactions that wrote them, and
    /// where the sequences stand.
    pub fn everything(&self) -> Vec<String> {
        let mut all = self.ask(
            "SELECT concat_ws(' ', schemaname, sequencename, last_value) FROM pg_sequences ORDER BY 1",
        );
        for table in self.ask(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables \
             WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1",
        ) {
            let rows = format!(
                "SELECT concat('{table} ', t.xmin::text, ' ', t.xmax::text, ' ', t::text) FROM {table} t ORDER BY 1"
            );
            all.extend(self.ask(&rows));
        }
        all
    }
}

/// `host:port` of the server.
pub fn place() -> String {
    let url = postgres_url();
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let place = rest.split(['/', '?']).next().unwrap_or_default();
    let place = place.rsplit('@').next().unwrap_or_default();
    match place.contains(':') {
        true => place.to_owned(),
        false => format!("{place}:5432"),
    }
}

fn ask(connection: &mut PgConnection, sql: &str) -> Vec<String> {
    let rows = query(connection, sql, &[]).unwrap_or_else(|error| panic!("{sql}: {error}"));
    rows.into_iter()
        .filter_map(|row| row.0.into_iter().next())
        .map(|cell| match cell.int() {
            Some(number) => number.to_string(),
            None => cell.into_text().into(),
        })
        .collect()
}

/// An account of the server, gone with the value.
pub struct Role {
    pub name: String,
    database: String,
}

impl Role {
    /// Its name is made from that of a database, which is nobody else's.
    pub fn of(site: &Postgres) -> Self {
        let role = Role {
            name: format!("{}_reader", site.name()),
            database: site.url().to_owned(),
        };
        role.admin(&format!("CREATE ROLE {} LOGIN", role.name));
        role
    }

    fn admin(&self, sql: &str) {
        let mut admin = PgConnection::establish(&self.database).expect("the server answers");
        admin
            .batch_execute(sql)
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}

impl Drop for Role {
    fn drop(&mut self) {
        // what it may is in the scratch database alone
        let name = &self.name;
        self.admin(&format!("DROP OWNED BY {name}; DROP ROLE {name}"));
    }
}

/// The server's Unix socket in a folder of the test's own: not every server has one.
pub struct Relay {
    folder: TempDir,
}

impl Relay {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let listener =
            UnixListener::bind(folder.path().join(".s.PGSQL.5432")).expect("a Unix socket");
        thread::spawn(move || {
            for client in listener.incoming() {
                let server = TcpStream::connect(place()).expect("the server answers");
                relay(client.expect("a client"), server);
            }
        });
        Relay { folder }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// Hands on what either says, on two threads that end with the connection.
fn relay(client: UnixStream, server: TcpStream) {
    let (mut from_client, mut from_server) = (
        client.try_clone().expect("a second handle"),
        server.try_clone().expect("a second handle"),
    );
    let (mut to_client, mut to_server) = (client, server);
    thread::spawn(move || {
        let _ = io::copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Write);
    });
    thread::spawn(move || {
        let _ = io::copy(&mut from_server, &mut to_client);
        let _ = to_client.shutdown(Shutdown::Write);
    });
}
