//! MySQL and MariaDB, through the system's libmariadb.

use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use diesel::mysql::MysqlConnection;
use diesel::prelude::*;
use rand::RngExt as _;

use super::Again::{CannotHelp, MayHelp};
use super::{Advice, ConnectError, PATIENCE, explain};
use crate::config::{DatabaseUrl, ServerUrl, percent_encoded};
use crate::sql::{Bind, Cell, query};

const PORT: u16 = 3306;

const KNOWN: &[Advice] = &[
    Advice {
        sign: "to database",
        again: CannotHelp,
        text: "The account may not read this database: `GRANT SELECT ON DATABASE.* TO 'USER'@'HOST'` on the server. SELECT is all that is needed.",
    },
    Advice {
        sign: "Access denied",
        again: CannotHelp,
        text: "Check the user and the password; a sign like @ / : ? % in them is written %40 %2F %3A %3F %25 in a URL. The server knows an account by the host it comes from, too: `SELECT user, host FROM mysql.user`.",
    },
    Advice {
        sign: "Unknown database",
        again: CannotHelp,
        text: "Check the database's name: `SHOW DATABASES` on the server.",
    },
    Advice {
        sign: "is not allowed to connect",
        again: CannotHelp,
        text: "The server lets nobody in from here: `CREATE USER 'USER'@'HOST'` for this machine's address, and `GRANT SELECT`.",
    },
    Advice {
        sign: "parameter",
        again: CannotHelp,
        text: "Behind the ? of a MySQL URL may stand unix_socket, ssl_mode (disabled, preferred, required, verify_ca), ssl_ca, ssl_cert and ssl_key.",
    },
    Advice {
        sign: "TLS",
        again: CannotHelp,
        text: "The client starts TLS only where the URL names the certificate that signed the server's: ssl_ca=FILE. The host's name is not verified. Where the network is yours, leave ssl_mode out.",
    },
    Advice {
        sign: "empty text",
        again: CannotHelp,
        text: "The system's libmariadb is a broken one (3.3.19 of Debian 12): bring libmariadb3 up to 10.11.19 or later.",
    },
    Advice {
        sign: "plugin",
        again: CannotHelp,
        text: "The account logs in by a way that the client library does not have: give it a password by mysql_native_password or ed25519.",
    },
    Advice {
        sign: "Too many connections",
        again: MayHelp,
        text: "Try again when fewer others are connected.",
    },
    Advice {
        sign: "refused",
        again: MayHelp,
        text: "Check that the server runs, and that it listens there: host, port, bind-address in its configuration, a firewall between.",
    },
    Advice {
        sign: "socket",
        again: MayHelp,
        text: "`localhost` means the server's Unix socket: check that it runs and where the socket is (unix_socket=PATH), or write 127.0.0.1.",
    },
    Advice {
        sign: "timed out",
        again: MayHelp,
        text: "Check host and port, and whether a firewall stands between.",
    },
    Advice {
        sign: "lookup",
        again: MayHelp,
        text: "Check the host's name.",
    },
];

/// Opens a connection to the named database, and refuses one that would read wrongly or in
/// the clear where TLS was asked for.
///
/// # Errors
/// [`ConnectError`].
pub fn connect(server: &ServerUrl) -> Result<MysqlConnection, ConnectError> {
    let place = DatabaseUrl::Mysql(server.clone());
    open(server).map_err(|reason| {
        explain(
            &place,
            &reason,
            KNOWN,
            "Check the address, the user and the password.",
        )
    })
}

fn open(server: &ServerUrl) -> Result<MysqlConnection, String> {
    let options = Options::of(server)?;
    if server.socket.is_none() && server.host != "localhost" {
        reach(server)?;
    }
    let mut connection =
        MysqlConnection::establish(&options.url).map_err(|error| error.to_string())?;
    probe(&mut connection)?;
    if options.tls == Tls::Required {
        refuse_clear(&mut connection)?;
    }
    // here and not in the URL, where the driver takes only plain names
    let name = server.database.replace('`', "``");
    diesel::connection::SimpleConnection::batch_execute(&mut connection, &format!("USE `{name}`"))
        .map_err(|error| error.to_string())?;
    Ok(connection)
}

/// The driver has no time limit of its own.
fn reach(server: &ServerUrl) -> Result<(), String> {
    let addresses = (server.host.as_str(), server.port.unwrap_or(PORT))
        .to_socket_addrs()
        .map_err(|error| error.to_string())?;
    let mut last = "failed to lookup address information".to_string();
    for address in addresses {
        match TcpStream::connect_timeout(&address, Duration::from_secs(PATIENCE)) {
            Ok(_) => return Ok(()),
            Err(error) => last = format!("{address}: {error}"),
        }
    }
    Err(last)
}

/// One broken version of the client library reads every text as empty, and says nothing.
fn probe(connection: &mut MysqlConnection) -> Result<(), String> {
    let text = format!("{:016x}é", rand::rng().random::<u64>());
    let rows = query(
        connection,
        "SELECT CAST(? AS CHAR)",
        &[Bind::Text(Some(&text))],
    )
    .map_err(|error| error.to_string())?;
    match rows.first().and_then(|row| row.0.first()) {
        Some(Cell::Text(back)) if **back == *text => Ok(()),
        Some(Cell::Text(back)) if back.is_empty() => {
            Err("the client library reads an empty text where there is one".into())
        }
        other => Err(format!("the text {text:?} came back as {other:?}")),
    }
}

fn refuse_clear(connection: &mut MysqlConnection) -> Result<(), String> {
    let rows = query(connection, "SHOW SESSION STATUS LIKE 'Ssl_cipher'", &[])
        .map_err(|error| error.to_string())?;
    let cipher = rows.first().and_then(|row| row.0.get(1)?.text());
    match cipher {
        Some(cipher) if !cipher.is_empty() => Ok(()),
        _ => Err("the URL asks for TLS, and the connection is in the clear".into()),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tls {
    AsItComes,
    Required,
}

/// What the driver is given.
struct Options {
    url: String,
    tls: Tls,
}

impl Options {
    fn of(server: &ServerUrl) -> Result<Options, String> {
        let mut params = Vec::new();
        let mut add = |key: &str, value: &str| {
            params.push(format!("{key}={}", percent_encoded(value)));
        };
        let mut tls = Tls::AsItComes;
        if let Some(socket) = &server.socket {
            add("unix_socket", &socket.to_string_lossy());
        }
        for (key, value) in &server.params {
            match key.replace('-', "_").as_str() {
                "ssl_mode" | "sslmode" => match value.to_lowercase().replace('-', "_").as_str() {
                    "disabled" | "disable" | "preferred" | "prefer" => {}
                    "required" | "require" | "verify_ca" => tls = Tls::Required,
                    "verify_identity" | "verify_full" => {
                        return Err("TLS with the host's name verified is more than the client library does".into());
                    }
                    _ => return Err("the parameter ssl_mode has a value that is none".into()),
                },
                known @ ("ssl_ca" | "ssl_cert" | "ssl_key") => add(known, value),
                _ => return Err(format!("the parameter {key} is not known")),
            }
        }
        let account = match (&server.user, &server.password) {
            (None, _) => String::new(),
            (Some(user), None) => format!("{}@", percent_encoded(user)),
            (Some(user), Some(password)) => format!(
                "{}:{}@",
                percent_encoded(user),
                percent_encoded(password.expose())
            ),
        };
        if server.socket.is_some() {
            // a socket counts only where no other host is named
            return Ok(Options {
                url: format!("mysql://{account}localhost/?{}", params.join("&")),
                tls,
            });
        }
        let host = match server.host.contains(':') {
            true => format!("[{}]", server.host),
            false => server.host.clone(),
        };
        let port = server
            .port
            .map(|port| format!(":{port}"))
            .unwrap_or_default();
        Ok(Options {
            url: format!("mysql://{account}{host}{port}/?{}", params.join("&")),
            tls,
        })
    }
}
