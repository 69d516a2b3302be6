//! The MariaDB and PostgreSQL servers that tests run against, and databases of a test's own there.
//!
//! `cargo xtask test` sees to it that both answer; a test that finds none fails.

mod private;
mod scratch;

use std::env;

use diesel::{Connection, MysqlConnection, PgConnection};

pub use private::{Server, start_mysql, start_postgres};
pub use scratch::{ScratchDatabase, scratch_mysql, scratch_postgres};

/// Names the environment variable with the URL of the MariaDB or MySQL server for tests.
pub const MYSQL_VARIABLE: &str = "HEIRLOOM_TEST_MYSQL_URL";
/// Names the environment variable with the URL of the PostgreSQL server for tests.
pub const POSTGRES_VARIABLE: &str = "HEIRLOOM_TEST_POSTGRES_URL";

const LOCAL_MYSQL: &str = "mysql://root@127.0.0.1:3306/test";
const LOCAL_POSTGRES: &str = "postgres://postgres@127.0.0.1:5432/test";

/// The MariaDB or MySQL server for this process's tests. Its user may create databases.
pub fn mysql_url() -> String {
    env::var(MYSQL_VARIABLE).unwrap_or_else(|_| LOCAL_MYSQL.to_owned())
}

/// The PostgreSQL server for this process's tests. Its user is a superuser.
pub fn postgres_url() -> String {
    env::var(POSTGRES_VARIABLE).unwrap_or_else(|_| LOCAL_POSTGRES.to_owned())
}

/// Whether the environment names a server or the local one answers.
pub fn has_mysql() -> bool {
    env::var_os(MYSQL_VARIABLE).is_some() || MysqlConnection::establish(LOCAL_MYSQL).is_ok()
}

/// Whether the environment names a server or the local one answers.
pub fn has_postgres() -> bool {
    env::var_os(POSTGRES_VARIABLE).is_some() || PgConnection::establish(LOCAL_POSTGRES).is_ok()
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection;

    use super::*;

    #[test]
    fn private_servers_answer_until_they_are_dropped() {
        let mysql = start_mysql().unwrap();
        let postgres = start_postgres().unwrap();
        let mut connection = MysqlConnection::establish(mysql.url()).unwrap();
        connection
            .batch_execute("CREATE DATABASE one; DROP DATABASE one")
            .unwrap();
        drop(connection);
        let mut connection = PgConnection::establish(postgres.url()).unwrap();
        connection.batch_execute("CREATE TABLE one ()").unwrap();
        let urls = [mysql.url().to_owned(), postgres.url().to_owned()];
        drop((mysql, postgres));
        assert!(MysqlConnection::establish(&urls[0]).is_err());
        assert!(PgConnection::establish(&urls[1]).is_err());
    }

    #[test]
    fn scratch_databases_are_there_until_they_are_dropped() {
        let (mysql, postgres) = (scratch_mysql(), scratch_postgres());
        let mut one = MysqlConnection::establish(mysql.url()).unwrap();
        one.batch_execute("CREATE TABLE one (id integer)").unwrap();
        let mut other = PgConnection::establish(postgres.url()).unwrap();
        other.batch_execute("CREATE TABLE one ()").unwrap();
        let urls = [mysql.url().to_owned(), postgres.url().to_owned()];
        drop((mysql, postgres));
        assert!(MysqlConnection::establish(&urls[0]).is_err());
        assert!(PgConnection::establish(&urls[1]).is_err());
    }

    #[test]
    fn many_tests_at_once_get_a_database_each() {
        let mut names: Vec<String> = std::thread::scope(|scope| {
            let started: Vec<_> = (0..6)
                .map(|_| scope.spawn(|| scratch_postgres().name().to_owned()))
                .collect();
            started
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 6);
    }
}
