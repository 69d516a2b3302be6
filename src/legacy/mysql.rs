//! A legacy database on a MySQL or MariaDB server.

use diesel::connection::SimpleConnection;
use diesel::mysql::MysqlConnection;

use super::ahead::ReadAhead;
use super::source::{ColumnType, Dialect, HELD, LOST, Opened};
use super::{Clock, SourceError};
use crate::config::{DatabaseUrl, ServerUrl};
use crate::connect;

struct Mysql;

impl Dialect for Mysql {
    fn tables(&self) -> &'static str {
        "SELECT table_name FROM information_schema.tables \
         WHERE table_schema = database() ORDER BY table_name"
    }

    fn columns(&self) -> &'static str {
        "SELECT column_name, data_type, character_set_name FROM information_schema.columns \
         WHERE table_schema = database() AND table_name = ? ORDER BY ordinal_position"
    }

    fn quoted(&self, name: &str) -> String {
        format!("`{name}`")
    }

    /// A zero date would end the reader, and a server that converts a text writes `?` where
    /// its bytes are none: both are read as they stand.
    fn reading(&self, column: &ColumnType) -> String {
        let name = self.quoted(&column.name);
        let utf8 = |charset: &str| matches!(charset, "utf8" | "utf8mb3" | "utf8mb4" | "ascii");
        match column.kind.as_str() {
            "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "float" | "double"
            | "decimal" | "bit" | "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob"
            | "longblob" => name,
            // in UTC, as the session is
            "timestamp" => format!("CONCAT(CAST({name} AS CHAR), '+00')"),
            "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" => {
                match &column.charset {
                    Some(charset) if utf8(charset) => format!("CAST({name} AS BINARY)"),
                    _ => name,
                }
            }
            _ => format!("CAST({name} AS CHAR)"),
        }
    }

    /// The driver takes no column without a type.
    fn nothing(&self) -> &'static str {
        "CAST(NULL AS CHAR)"
    }

    fn clock(&self, kind: &str) -> Option<Clock> {
        match kind {
            "datetime" | "date" => Some(Clock::Local),
            "timestamp" => Some(Clock::Moments),
            _ => None,
        }
    }

    fn without_snapshot(&self) -> Option<&'static str> {
        Some(
            "SELECT table_name FROM information_schema.tables \
             WHERE table_schema = database() AND table_type = 'BASE TABLE' \
             AND engine NOT IN ('InnoDB', 'ROCKSDB', 'TokuDB')",
        )
    }

    fn missing_hint(&self) -> &'static str {
        " A table that the account may not read seems to be missing, too: GRANT SELECT ON DATABASE.* TO 'USER'@'HOST'."
    }

    fn not_allowed(&self, reason: &str) -> Option<&'static str> {
        reason
            .contains("denied")
            .then_some("On the server: GRANT SELECT ON DATABASE.* TO 'USER'@'HOST'. SELECT is all that is needed.")
    }

    fn broken(&self, reason: &str) -> &'static str {
        match reason.contains("Lock wait timeout") {
            true => HELD,
            false => LOST,
        }
    }
}

pub(super) fn open(server: &ServerUrl) -> Result<Opened, SourceError> {
    let place = DatabaseUrl::Mysql(server.clone())
        .without_password()
        .to_string();
    let mut connection = connect::mysql(server)?;
    let broken = |reason: String| SourceError::Broken {
        place: place.clone(),
        table: "its state".into(),
        reason,
        advice: LOST,
    };
    begin(&mut connection).map_err(|error| broken(error.to_string()))?;
    Ok(Opened {
        reader: ReadAhead::new(connection).map_err(|error| broken(error.to_string()))?,
        dialect: Box::new(Mysql),
        place,
    })
}

/// One state of the database until the end, whoever writes meanwhile. Servers before MySQL 5.6
/// do not know read-only transactions; nothing is ever written either way.
fn begin(connection: &mut MysqlConnection) -> diesel::QueryResult<()> {
    connection.batch_execute("SET SESSION lock_wait_timeout = 10")?;
    // a person may think about a question while the transaction is open
    connection.batch_execute("SET SESSION wait_timeout = 86400")?;
    connection.batch_execute("SET SESSION net_write_timeout = 86400")?;
    connection.batch_execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")?;
    connection
        .batch_execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
        .or_else(|_| connection.batch_execute("START TRANSACTION WITH CONSISTENT SNAPSHOT"))
}
