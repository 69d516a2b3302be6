//! Addresses of databases, whose passwords nothing prints.

use std::fmt;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::percent::{decoded, encoded};
use crate::password::Secret;

/// Where a database is.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file; a relative path counts from the working directory.
    Sqlite(PathBuf),
    /// MySQL or MariaDB.
    Mysql(ServerUrl),
    /// PostgreSQL.
    Postgres(ServerUrl),
}

/// A database on a server.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerUrl {
    /// The account; `None` leaves it to the driver.
    pub user: Option<String>,
    /// Its password, decoded.
    pub password: Option<Secret>,
    /// Name or address, without the brackets of IPv6. `localhost` where nothing is said.
    pub host: String,
    /// `None` is the engine's own.
    pub port: Option<u16>,
    /// Name of the database; never empty.
    pub database: String,
    /// A Unix socket: MySQL's file, PostgreSQL's folder. It wins over host and port.
    pub socket: Option<PathBuf>,
    /// What else stands behind `?`, in its order, decoded.
    pub params: Vec<(String, String)>,
}

/// Why a text is no address of a database. No variant carries a piece of the
/// text: any piece of a mistyped address may be a piece of its password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum UrlProblem {
    /// Another beginning.
    #[error("a database URL begins with sqlite:, mysql:// or postgres://")]
    UnknownScheme,
    /// `mysql:` without slashes.
    #[error("a mysql or postgres URL has the form scheme://user:password@host:port/database")]
    NoSlashes,
    /// `sqlite:` alone.
    #[error("a sqlite URL needs the path of a file")]
    NoPath,
    /// `sqlite::memory:`.
    #[error(
        "a database in memory is gone with the command, so a sqlite URL needs the path of a file"
    )]
    InMemory,
    /// No name behind the host.
    #[error("the URL names no database")]
    NoDatabase,
    /// Often the sign of an unescaped `/`, `?` or `:` in a password.
    #[error(
        "the port is no number (signs like / ? : in a user's name or password are written %2F %3F %3A)"
    )]
    BadPort,
    /// Often the sign of an unescaped `/` in a password.
    #[error(
        "the database's name has a / or @ (a / in a user's name or password is written %2F, an @ %40)"
    )]
    BadDatabase,
    /// Brackets of IPv6 or blanks.
    #[error("the host's name can't be read")]
    BadHost,
    /// `%` without two hexadecimal digits, NUL, or bytes that are no UTF-8.
    #[error("a % stands without a readable code behind it (a % itself is written %25)")]
    BadEscape,
}

impl DatabaseUrl {
    /// Reads `sqlite:PATH`, `mysql://…` or `postgres://…` (also `mariadb://`,
    /// `postgresql://`, `sqlite:///absolute`).
    ///
    /// User, password, database and parameters may be percent-encoded.
    /// `?socket=` (or `unix_socket=`, or a `host=` that begins with a slash)
    /// names a socket, `?user=` and `?password=` are taken as the account.
    ///
    /// # Errors
    /// [`UrlProblem`], which repeats nothing of the text.
    pub fn parse(text: &str) -> Result<Self, UrlProblem> {
        let (scheme, rest) = text
            .trim()
            .split_once(':')
            .ok_or(UrlProblem::UnknownScheme)?;
        match scheme.to_ascii_lowercase().as_str() {
            "sqlite" => sqlite(rest).map(Self::Sqlite),
            "mysql" | "mariadb" => server(rest).map(Self::Mysql),
            "postgres" | "postgresql" => server(rest).map(Self::Postgres),
            _ => Err(UrlProblem::UnknownScheme),
        }
    }

    /// `sqlite`, `mysql` or `postgres`.
    #[must_use]
    pub fn engine(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "sqlite",
            Self::Mysql(_) => "mysql",
            Self::Postgres(_) => "postgres",
        }
    }

    /// The address with this password where it has none of its own.
    #[must_use]
    pub fn or_password(mut self, password: Option<&Secret>) -> Self {
        if let Self::Mysql(server) | Self::Postgres(server) = &mut self
            && server.password.is_none()
        {
            server.password = password.cloned();
        }
        self
    }

    /// A typed address with the configured password, where that is meant for it: it has none
    /// of its own, and either leads to the configured account or no server is configured.
    #[must_use]
    pub fn with_configured(self, known: Option<&Self>, password: Option<&Secret>) -> Self {
        let known = known.and_then(Self::server);
        let password = match (known, self.server()) {
            (Some(known), Some(typed)) if known.is_account_of(typed) => known.password.as_ref(),
            (Some(_), _) => None,
            (None, _) => password,
        };
        self.or_password(password)
    }

    fn server(&self) -> Option<&ServerUrl> {
        match self {
            Self::Sqlite(_) => None,
            Self::Mysql(server) | Self::Postgres(server) => Some(server),
        }
    }

    /// The same without a password, as it may be written down.
    #[must_use]
    pub fn without_password(mut self) -> Self {
        if let Self::Mysql(server) | Self::Postgres(server) = &mut self {
            server.password = None;
        }
        self
    }

    /// The file, where it is one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(path) => Some(path),
            _ => None,
        }
    }

    /// The whole address with its password, for a driver and nothing else.
    #[must_use]
    pub fn with_password(&self) -> Secret {
        Secret::new(self.written(encoded))
    }

    fn written(&self, show: impl Fn(&str) -> String) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite:{}", path.display()),
            Self::Mysql(server) => format!("mysql://{}", server.written("socket", show)),
            Self::Postgres(server) => format!("postgres://{}", server.written("host", show)),
        }
    }
}

impl ServerUrl {
    /// A server's database with nothing else said.
    #[must_use]
    pub fn new(database: impl Into<String>) -> Self {
        Self {
            user: None,
            password: None,
            host: "localhost".to_owned(),
            port: None,
            database: database.into(),
            socket: None,
            params: Vec::new(),
        }
    }

    fn is_account_of(&self, other: &Self) -> bool {
        (&self.user, &self.host, self.port, &self.socket)
            == (&other.user, &other.host, other.port, &other.socket)
    }

    /// Takes one pair from behind the `?`.
    fn take(&mut self, key: String, value: String) {
        match key.as_str() {
            "user" => self.user = Some(value),
            "password" => self.password = Some(Secret::new(value)),
            "socket" | "unix_socket" => self.socket = Some(value.into()),
            "host" if value.starts_with('/') => self.socket = Some(value.into()),
            _ => self.params.push((key, value)),
        }
    }

    fn written(&self, socket_key: &str, show: impl Fn(&str) -> String) -> String {
        let mut out = self.user.as_deref().map(encoded).unwrap_or_default();
        if let Some(password) = &self.password {
            out.push(':');
            out.push_str(&show(password.expose()));
        }
        if !out.is_empty() {
            out.push('@');
        }
        if self.host.contains(':') {
            out.push_str(&format!("[{}]", self.host));
        } else {
            out.push_str(&self.host);
        }
        if let Some(port) = self.port {
            out.push_str(&format!(":{port}"));
        }
        out.push('/');
        out.push_str(&encoded(&self.database));
        let socket = self
            .socket
            .iter()
            .map(|path| (socket_key, path.to_string_lossy().into_owned()));
        let params = self
            .params
            .iter()
            .map(|(key, value)| (key.as_str(), value.clone()));
        for (place, (key, value)) in socket.chain(params).enumerate() {
            out.push(if place == 0 { '?' } else { '&' });
            out.push_str(&encoded(key));
            out.push('=');
            // PostgreSQL has sslpassword and the like.
            let secret = key.to_ascii_lowercase().contains("pass");
            out.push_str(&if secret {
                show(&value)
            } else {
                encoded(&value)
            });
        }
        out
    }
}

/// The address without its password: `mysql://user:***@host/db`.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written(|_| "***".to_owned()))
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

impl fmt::Debug for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "ServerUrl({})",
            self.written("socket", |_| "***".to_owned())
        )
    }
}

fn sqlite(rest: &str) -> Result<PathBuf, UrlProblem> {
    match rest.strip_prefix("//").unwrap_or(rest) {
        "" => Err(UrlProblem::NoPath),
        ":memory:" => Err(UrlProblem::InMemory),
        path if path.contains('\0') => Err(UrlProblem::NoPath),
        path => Ok(path.into()),
    }
}

fn server(rest: &str) -> Result<ServerUrl, UrlProblem> {
    let rest = rest.strip_prefix("//").ok_or(UrlProblem::NoSlashes)?;
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, database) = place.split_once('/').unwrap_or((place, ""));
    // The last @: one in a password is often left unescaped.
    let (account, address) = match authority.rsplit_once('@') {
        Some((account, address)) => (Some(account), address),
        None => (None, authority),
    };
    let (host, port) = address_of(address)?;
    if database.contains(['/', '@']) {
        return Err(UrlProblem::BadDatabase);
    }
    let mut url = ServerUrl::new(decoded(database)?);
    url.port = port;
    if !host.is_empty() {
        url.host = host;
    }
    if let Some(account) = account {
        let (user, password) = match account.split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (account, None),
        };
        url.user = if user.is_empty() {
            None
        } else {
            Some(decoded(user)?)
        };
        url.password = password.map(decoded).transpose()?.map(Secret::new);
    }
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        url.take(decoded(key)?, decoded(value)?);
    }
    if url.database.is_empty() {
        return Err(UrlProblem::NoDatabase);
    }
    Ok(url)
}

fn address_of(address: &str) -> Result<(String, Option<u16>), UrlProblem> {
    let (host, port) = match address.strip_prefix('[') {
        Some(bracketed) => {
            let (host, rest) = bracketed.split_once(']').ok_or(UrlProblem::BadHost)?;
            let port = rest.strip_prefix(':');
            if port.is_none() && !rest.is_empty() {
                return Err(UrlProblem::BadHost);
            }
            (host.to_owned(), port)
        }
        None => match address.split_once(':') {
            Some((host, port)) => (decoded(host)?, Some(port)),
            None => (decoded(address)?, None),
        },
    };
    if host.contains(|c: char| c.is_whitespace() || c.is_control() || c == '@') {
        return Err(UrlProblem::BadHost);
    }
    let number = |port: &str| {
        port.parse()
            .ok()
            .filter(|port| *port > 0)
            .ok_or(UrlProblem::BadPort)
    };
    Ok((host, port.map(number).transpose()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expected: &str) {
        let shown = match DatabaseUrl::parse(input) {
            Ok(url) => {
                let whole = DatabaseUrl::parse(url.with_password().expose());
                assert_eq!(whole.as_ref(), Ok(&url), "{input} survives");
                assert_eq!(format!("{url:?}"), format!("DatabaseUrl({url})"));
                url.to_string()
            }
            Err(problem) => format!("{problem:?}"),
        };
        assert_eq!(shown, expected, "{input}");
    }

    #[test]
    fn addresses() {
        check("sqlite:heirloom.sqlite3", "sqlite:heirloom.sqlite3");
        check("sqlite:/srv/a b.db", "sqlite:/srv/a b.db");
        check("sqlite:///srv/a.db", "sqlite:/srv/a.db");
        check("SQLite:x?y=z", "sqlite:x?y=z");
        check(
            "mysql://user:password@localhost/nodeshot",
            "mysql://user:***@localhost/nodeshot",
        );
        check("mariadb://u@h:3307/db", "mysql://u@h:3307/db");
        check("postgresql://h/db", "postgres://h/db");
        check("postgres:///db", "postgres://localhost/db");
        check(
            "postgres://u:p@[::1]:5433/db",
            "postgres://u:***@[::1]:5433/db",
        );
        check("postgres://u:p@ss@h/db", "postgres://u:***@h/db");
        check(
            "mysql://%6Dario%40x:%2Fp%25@h/d%20b",
            "mysql://mario%40x:***@h/d%20b",
        );
        check(
            "mysql://u@/db?unix_socket=/run/my.sock&ssl_ca=x",
            "mysql://u@localhost/db?socket=%2Frun%2Fmy.sock&ssl_ca=x",
        );
        check(
            "postgres:///db?host=/run/pg&user=u&password=p",
            "postgres://u:***@localhost/db?host=%2Frun%2Fpg",
        );
        check(
            "postgres://h/db?sslmode=require&sslpassword=p",
            "postgres://h/db?sslmode=require&sslpassword=***",
        );
        check("mysql://u:@h/db", "mysql://u:***@h/db");
    }

    #[test]
    fn parts() {
        let Ok(DatabaseUrl::Mysql(url)) =
            DatabaseUrl::parse("mysql://%6Dario%40x:%2Fp%25%C3%A8:@h:1/d")
        else {
            panic!("a mysql address");
        };
        assert_eq!(url.user.as_deref(), Some("mario@x"));
        assert_eq!(url.password.as_ref().map(Secret::expose), Some("/p%è:"));
        assert_eq!(
            (url.host.as_str(), url.port, url.database.as_str()),
            ("h", Some(1), "d")
        );
        assert!(!format!("{url:?}").contains("/p"));
    }

    #[test]
    fn no_addresses() {
        for (input, problem) in [
            ("", "UnknownScheme"),
            ("heirloom.sqlite3", "UnknownScheme"),
            ("oracle://u:secret@h/db", "UnknownScheme"),
            ("sqlite:", "NoPath"),
            ("sqlite://", "NoPath"),
            ("sqlite::memory:", "InMemory"),
            ("mysql:u:secret@h/db", "NoSlashes"),
            ("mysql://u:secret@h", "NoDatabase"),
            ("mysql://u:secret@h/", "NoDatabase"),
            ("mysql://u:secret@h:port/db", "BadPort"),
            ("mysql://u:secret@h:0/db", "BadPort"),
            ("mysql://u:se/cret@h/db", "BadPort"),
            ("mysql://u:12/secret@h/db", "BadDatabase"),
            ("mysql://u:se?cret@h/db", "BadPort"),
            ("mysql://u:secret%@h/db", "BadEscape"),
            ("mysql://u:secret%zz@h/db", "BadEscape"),
            ("mysql://u:secret%00@h/db", "BadEscape"),
            ("mysql://u:secret%ff@h/db", "BadEscape"),
            ("postgres://[::1/db", "BadHost"),
            ("postgres://a b/db", "BadHost"),
        ] {
            check(input, problem);
            let message = DatabaseUrl::parse(input).unwrap_err().to_string();
            assert!(
                !message.contains("secret") && !message.contains("cret@"),
                "{message}"
            );
        }
    }
}
