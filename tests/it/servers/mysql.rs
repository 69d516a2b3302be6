//! An old site on a MySQL server.

use diesel::MysqlConnection;
use diesel::connection::{Connection as _, SimpleConnection as _};
use heirloom::sql::{Cell, query};
use xtask::servers::{ScratchDatabase, mysql_url, scratch_mysql};
use xtask::world::mysql::DDL;

use super::{rows, within};

/// A database with the true tables; gone with the value.
pub struct Mysql {
    database: ScratchDatabase,
}

impl Mysql {
    /// Empty tables, made by a session with these settings: `SET SESSION …`.
    pub fn made_with(settings: &str, charset: &str) -> Self {
        let site = Mysql {
            database: scratch_mysql(),
        };
        site.change(&format!(
            "SET SESSION {settings}; ALTER DATABASE CHARACTER SET {charset}; {DDL}"
        ));
        site
    }

    pub fn empty(engine: &str) -> Self {
        Mysql::made_with(&format!("default_storage_engine = {engine}"), "utf8mb4")
    }

    /// With the rows of [`rows`].
    pub fn with_nodes(engine: &str, nodes: i64) -> Self {
        let site = Mysql::empty(engine);
        site.change(&rows(nodes));
        site
    }

    pub fn url(&self) -> &str {
        self.database.url()
    }

    pub fn name(&self) -> &str {
        self.database.name()
    }

    /// Its URL with parameters, for another account, or with another address.
    pub fn url_of(&self, account: &str, parameters: &str) -> String {
        format!("mysql://{account}@{}/{}{parameters}", place(), self.name())
    }

    pub fn connection(&self) -> MysqlConnection {
        connection(self.url())
    }

    /// Runs statements as the old site's sessions did: without strict mode, in UTC.
    pub fn change(&self, sql: &str) -> &Self {
        let mut connection = self.connection();
        connection
            .batch_execute(&format!(
                "SET NAMES utf8mb4; SET SESSION sql_mode = '', time_zone = '+00:00'; {sql}"
            ))
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
        self
    }

    pub fn ask(&self, sql: &str) -> Vec<Vec<String>> {
        ask(&mut self.connection(), sql)
    }

    /// Everything in it: how each table is made, and a sum of its rows.
    pub fn everything(&self) -> Vec<Vec<String>> {
        let mut connection = self.connection();
        let tables = ask(&mut connection, "SHOW TABLES");
        let mut all = Vec::new();
        for table in tables {
            let name = &table[0];
            all.extend(ask(&mut connection, &format!("SHOW CREATE TABLE `{name}`")));
            let sum = format!("CHECKSUM TABLE `{name}` EXTENDED");
            all.extend(ask(&mut connection, &sum));
        }
        all
    }
}

/// `host:port` of the server.
pub fn place() -> String {
    let url = mysql_url();
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let place = rest.split(['/', '?']).next().unwrap_or_default();
    let place = place.rsplit('@').next().unwrap_or_default();
    place.to_owned()
}

pub fn connection(url: &str) -> MysqlConnection {
    MysqlConnection::establish(url).expect("the server answers")
}

/// The rows of a query as texts, NULL as `-`.
pub fn ask(connection: &mut MysqlConnection, sql: &str) -> Vec<Vec<String>> {
    let rows = query(connection, sql, &[]).unwrap_or_else(|error| panic!("{sql}: {error}"));
    rows.into_iter()
        .map(|row| row.0.into_iter().map(text).collect())
        .collect()
}

fn text(cell: Cell) -> String {
    match cell {
        Cell::Null => "-".into(),
        Cell::Int(number) => number.to_string(),
        Cell::Real(number) => number.to_string(),
        Cell::Text(text) => text.into(),
        Cell::Bytes(bytes) => format!("{bytes:02x?}"),
    }
}

/// Ends the connection to a database that is in this state, as an admin would.
pub fn kill_when(site: &Mysql, state: &str) {
    let mut admin = connection(&mysql_url());
    let sql = format!(
        "SELECT id FROM information_schema.processlist WHERE db = '{}' AND state = '{state}'",
        site.name()
    );
    let id = within(state, || ask(&mut admin, &sql).into_iter().next());
    let id = &id[0];
    admin.batch_execute(&format!("KILL {id}")).expect("KILL");
}

/// An account of the server, gone with the value.
pub struct Account {
    /// As SQL has it: `'name'@'127.0.0.1'`.
    quoted: String,
}

impl Account {
    pub fn new(name: &str, password: &str) -> Self {
        let quoted = format!("{}@'127.0.0.1'", quote(name));
        let account = Account { quoted };
        account.admin(&format!(
            "CREATE USER {} IDENTIFIED BY {}",
            account.quoted,
            quote(password)
        ));
        account
    }

    /// Lets it do something, `SELECT` for instance, on something.
    pub fn may(&self, what: &str, place: &str) {
        self.admin(&format!("GRANT {what} ON {place} TO {}", self.quoted));
    }

    fn admin(&self, sql: &str) {
        let mut admin = connection(&mysql_url());
        admin
            .batch_execute(sql)
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        let mut admin = connection(&mysql_url());
        if let Err(error) = admin.batch_execute(&format!("DROP USER {}", self.quoted)) {
            eprintln!("the account {} stays: {error}", self.quoted);
        }
    }
}

fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\\', r"\\").replace('\'', "''"))
}
