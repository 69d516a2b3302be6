//! What the tests of database servers share: a folder in which the program runs, and old sites
//! on a MySQL and on a PostgreSQL server.

mod desk;
mod mysql;
mod postgres;
mod rows;
mod writer;

pub use desk::{Desk, Said, within};
pub use mysql::{Account, Mysql, connection as mysql_connection, kill_when, place as mysql_place};
pub use postgres::{Postgres, Relay, Role, place as postgres_place};
pub use rows::{one_of_each, rows};
pub use writer::Writer;
