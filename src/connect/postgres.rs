//! PostgreSQL, through the system's libpq.

use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::Again::{CannotHelp, MayHelp};
use super::{Advice, ConnectError, PATIENCE, explain};
use crate::config::{DatabaseUrl, ServerUrl};
use crate::sql::{Bind, query};

const KNOWN: &[Advice] = &[
    Advice {
        sign: "no password supplied",
        again: CannotHelp,
        text: "Give the password in the URL, in the environment or in a password_file.",
    },
    Advice {
        sign: "password authentication failed",
        again: CannotHelp,
        text: "Check the user and the password; a sign like @ / : ? % in them is written %40 %2F %3A %3F %25 in a URL.",
    },
    Advice {
        sign: "no pg_hba.conf entry",
        again: CannotHelp,
        text: "The server lets nobody in from here as this user: add a line to its pg_hba.conf, `host DATABASE USER ADDRESS/32 scram-sha-256`, and reload it.",
    },
    Advice {
        sign: "authentication failed",
        again: CannotHelp,
        text: "The server's pg_hba.conf asks for another way to log in: check the user, or add a line for it.",
    },
    Advice {
        sign: "does not support SSL",
        again: CannotHelp,
        text: "The URL asks for TLS (sslmode) and the server has none: switch `ssl` on there, or leave sslmode out where the network is yours.",
    },
    Advice {
        sign: "certificate",
        again: CannotHelp,
        text: "The server's certificate is not trusted: name the one that signed it with sslrootcert.",
    },
    Advice {
        sign: "invalid connection option",
        again: CannotHelp,
        text: "Behind the ? of a URL stand the parameters of libpq, and search_path.",
    },
    Advice {
        sign: "invalid sslmode",
        again: CannotHelp,
        text: "It is one of disable, allow, prefer, require, verify-ca and verify-full.",
    },
    Advice {
        sign: "database \"",
        again: CannotHelp,
        text: "Check the database's name, or create it: `createdb --owner=USER NAME`.",
    },
    Advice {
        sign: "role \"",
        again: CannotHelp,
        text: "Check the user, or create it: `createuser --pwprompt NAME`.",
    },
    Advice {
        sign: "refused",
        again: MayHelp,
        text: "Check that the server runs, and that it listens there: host, port, listen_addresses in postgresql.conf, a firewall between.",
    },
    Advice {
        sign: "could not translate host name",
        again: MayHelp,
        text: "Check the host's name.",
    },
    Advice {
        sign: "No such file or directory",
        again: MayHelp,
        text: "There is no such socket: check that the server runs and where its unix_socket_directories are.",
    },
    Advice {
        sign: "timeout",
        again: MayHelp,
        text: "Check host and port, and whether a firewall stands between.",
    },
    Advice {
        sign: "too many clients",
        again: MayHelp,
        text: "Try again when fewer others are connected.",
    },
];

/// Opens a connection. `search_path` among the parameters says which schemas are looked in;
/// all others are libpq's.
///
/// # Errors
/// [`ConnectError`].
pub fn connect(server: &ServerUrl) -> Result<PgConnection, ConnectError> {
    let place = DatabaseUrl::Postgres(server.clone());
    let failed = |reason: &str| {
        explain(
            &place,
            reason,
            KNOWN,
            "Check the address, the user and the password.",
        )
    };
    let mut connection =
        PgConnection::establish(&conninfo(server)).map_err(|error| failed(&error.to_string()))?;
    for (key, value) in &server.params {
        if key == SEARCH_PATH {
            query(
                &mut connection,
                "SELECT set_config('search_path', ?, false)",
                &[Bind::Text(Some(value))],
            )
            .map_err(|error| failed(&error.to_string()))?;
        }
    }
    Ok(connection)
}

const SEARCH_PATH: &str = "search_path";

/// What libpq takes: `key='value'`.
fn conninfo(server: &ServerUrl) -> String {
    let mut pairs = Vec::new();
    let mut add = |key: &str, value: &str| {
        let value = value.replace('\\', r"\\").replace('\'', r"\'");
        pairs.push(format!("{key}='{value}'"));
    };
    match &server.socket {
        Some(folder) => add("host", &folder.to_string_lossy()),
        None => add("host", &server.host),
    }
    if let Some(port) = server.port {
        add("port", &port.to_string());
    }
    add("dbname", &server.database);
    if let Some(user) = &server.user {
        add("user", user);
    }
    if let Some(password) = &server.password {
        add("password", password.expose());
    }
    add("application_name", "heirloom");
    add("connect_timeout", &PATIENCE.to_string());
    for (key, value) in server.params.iter().filter(|(key, _)| key != SEARCH_PATH) {
        add(key, value);
    }
    pairs.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_signs_stay_what_they_are() {
        let url = DatabaseUrl::parse(
            r"postgres://o'brien:p%40ss%5C%27%20x@db.example:5433/my%20db?sslmode=require&search_path=legacy",
        );
        let Ok(DatabaseUrl::Postgres(server)) = url else {
            panic!("{url:?}")
        };
        assert_eq!(
            conninfo(&server),
            r"host='db.example' port='5433' dbname='my db' user='o\'brien' password='p@ss\\\' x' application_name='heirloom' connect_timeout='10' sslmode='require'"
        );
    }
}
