//! Typed reading of one section; errors carry the dotted key.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::ConfigError;
use super::keys::{PASSWORD_KEYS, URL_PARTS};
use super::url::{DatabaseUrl, ServerUrl};
use crate::password::Secret;

/// One section of the file, there or not.
pub(super) struct Section<'t> {
    name: &'static str,
    values: Option<&'t Table>,
}

impl<'t> Section<'t> {
    pub(super) fn of(table: &'t Table, name: &'static str) -> Self {
        Self {
            name,
            values: table.get(name).and_then(Value::as_table),
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&'t Value> {
        self.values?.get(key)
    }

    pub(super) fn dotted(&self, key: &str) -> String {
        format!("{}.{key}", self.name)
    }

    /// The error for a value that can't be.
    pub(super) fn bad(&self, key: &str, problem: impl ToString) -> ConfigError {
        ConfigError::Value {
            key: self.dotted(key),
            problem: problem.to_string(),
        }
    }

    /// The error for a value of another type.
    pub(super) fn not(&self, key: &str, wanted: &'static str) -> ConfigError {
        ConfigError::Type {
            key: self.dotted(key),
            wanted,
        }
    }

    pub(super) fn text(&self, key: &str) -> Result<Option<&'t str>, ConfigError> {
        let value = self
            .get(key)
            .map(|value| value.as_str().ok_or_else(|| self.not(key, "a text")));
        value.transpose()
    }

    /// A text, `None` where it is empty as well.
    pub(super) fn filled(&self, key: &str) -> Result<Option<&'t str>, ConfigError> {
        Ok(self.text(key)?.filter(|text| !text.trim().is_empty()))
    }

    pub(super) fn flag(&self, key: &str) -> Result<Option<bool>, ConfigError> {
        let value = self.get(key).map(|value| {
            value
                .as_bool()
                .ok_or_else(|| self.not(key, "true or false"))
        });
        value.transpose()
    }

    pub(super) fn integer(&self, key: &str) -> Result<Option<i64>, ConfigError> {
        let value = self.get(key).map(|value| {
            value
                .as_integer()
                .ok_or_else(|| self.not(key, "a whole number"))
        });
        value.transpose()
    }

    pub(super) fn number(&self, key: &str) -> Result<Option<f64>, ConfigError> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::Float(number)) => Ok(Some(*number)),
            // Whole numbers are 0 or 1 here; a lossy one is out of range anyway.
            Some(Value::Integer(number)) => Ok(Some(*number as f64)),
            Some(_) => Err(self.not(key, "a number")),
        }
    }

    /// The address of a database, from `url` or from its parts. A password may stand beside
    /// a url that has none.
    pub(super) fn database(&self) -> Result<Option<DatabaseUrl>, ConfigError> {
        let part = URL_PARTS
            .iter()
            .find(|key| !PASSWORD_KEYS.contains(key) && self.get(key).is_some());
        match (self.text("url")?, part) {
            (None, None) => Ok(None),
            (None, Some(_)) => self.database_from_parts().map(Some),
            (Some(url), None) => {
                let url = DatabaseUrl::parse(url).map_err(|problem| self.bad("url", problem))?;
                Ok(Some(url.or_password(self.password()?.as_ref())))
            }
            (Some(_), Some(part)) => {
                let problem = format!(
                    "it stands beside {}; an address is either one url or its parts",
                    self.dotted(part)
                );
                Err(self.bad("url", problem))
            }
        }
    }

    fn database_from_parts(&self) -> Result<DatabaseUrl, ConfigError> {
        let engine = self.filled("engine")?;
        let engine =
            engine.ok_or_else(|| self.bad("engine", "it is missing: sqlite, mysql or postgres"))?;
        let name = self.filled("name")?;
        let name = name.ok_or_else(|| {
            self.bad(
                "name",
                "it is missing: the database's name, or the file of SQLite",
            )
        })?;
        // Django's settings say `django.db.backends.mysql`.
        let make = match engine.rsplit('.').next().unwrap_or(engine) {
            "sqlite" | "sqlite3" => {
                for key in &URL_PARTS[2..] {
                    let blank = self.get(key).is_none_or(|value| value.as_str() == Some(""));
                    if !blank {
                        return Err(self.bad(key, "a SQLite file has none"));
                    }
                }
                return Ok(DatabaseUrl::Sqlite(PathBuf::from(name)));
            }
            "mysql" | "mariadb" => DatabaseUrl::Mysql,
            "postgres" | "postgresql" | "postgresql_psycopg2" | "postgis" => DatabaseUrl::Postgres,
            _ => return Err(self.bad("engine", "it has to be sqlite, mysql or postgres")),
        };
        let mut server = ServerUrl::new(name);
        server.user = self.filled("user")?.map(str::to_owned);
        server.password = self.password()?;
        server.socket = self.filled("socket")?.map(PathBuf::from);
        match self.filled("host")? {
            Some(folder) if folder.starts_with('/') => server.socket = Some(folder.into()),
            Some(host) => server.host = host.to_owned(),
            None => {}
        }
        if let Some(port) = self.integer("port")? {
            let number = u16::try_from(port).ok().filter(|port| *port > 0);
            server.port =
                Some(number.ok_or_else(|| self.bad("port", "it has to lie between 1 and 65535"))?);
        }
        Ok(make(server))
    }

    /// `password`, or the first line of `password_file`.
    pub(super) fn password(&self) -> Result<Option<Secret>, ConfigError> {
        let password = self
            .text("password")?
            .filter(|password| !password.is_empty());
        match (password, self.filled("password_file")?) {
            (Some(_), Some(_)) => {
                let problem = format!(
                    "it stands beside {}; give one of them",
                    self.dotted("password")
                );
                Err(self.bad("password_file", problem))
            }
            (password, None) => Ok(password.map(Secret::new)),
            (None, Some(path)) => Secret::in_file(Path::new(path)).map_err(|error| {
                self.bad("password_file", format!("{path} can't be read: {error}"))
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::from_text;

    fn check(parts: &str, expected: &str) {
        let shown = match from_text(&format!("[nodeshot]\n{parts}"), []) {
            Ok(config) => config
                .nodeshot
                .url
                .map(|url| url.with_password().expose().to_owned())
                .unwrap_or_default(),
            Err(error) => error.to_string(),
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn addresses() {
        check("", "");
        check("url = 'mysql://u:p@h/db'", "mysql://u:p@h/db");
        check(
            "url = 'mysql://u:hush@h'",
            "nodeshot.url: the URL names no database",
        );
        check("url = 7", "nodeshot.url has to be a text");
        check(
            "url = 'sqlite:x'\nhost = 'h'",
            "nodeshot.url: it stands beside nodeshot.host; an address is either one url or its parts",
        );
    }

    #[test]
    fn parts() {
        check(
            "engine = 'mysql'\nname = 'd b'\nuser = 'u'\npassword = 'p@/'\nhost = 'h'\nport = 3307",
            "mysql://u:p%40%2F@h:3307/d%20b",
        );
        check(
            "engine = 'django.db.backends.postgresql_psycopg2'\nname = 'db'\nuser = ''\npassword = ''\nhost = ''",
            "postgres://localhost/db",
        );
        check(
            "engine = 'mysql'\nname = 'db'\nsocket = '/run/s'",
            "mysql://localhost/db?socket=%2Frun%2Fs",
        );
        check(
            "engine = 'postgres'\nname = 'db'\nhost = '/run/pg'",
            "postgres://localhost/db?host=%2Frun%2Fpg",
        );
        check(
            "engine = 'sqlite3'\nname = '/a/b.db'\nuser = ''",
            "sqlite:/a/b.db",
        );
        check(
            "engine = 'sqlite'\nname = 'x'\nport = 1",
            "nodeshot.port: a SQLite file has none",
        );
        check(
            "name = 'x'",
            "nodeshot.engine: it is missing: sqlite, mysql or postgres",
        );
        check(
            "engine = 'mysql'",
            "nodeshot.name: it is missing: the database's name, or the file of SQLite",
        );
        check(
            "engine = 'oracle'\nname = 'x'",
            "nodeshot.engine: it has to be sqlite, mysql or postgres",
        );
        check(
            "engine = 'mysql'\nname = 'x'\nport = 70000",
            "nodeshot.port: it has to lie between 1 and 65535",
        );
        check(
            "engine = 'mysql'\nname = 'x'\nport = '1'",
            "nodeshot.port has to be a whole number",
        );
    }

    #[test]
    fn passwords_from_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, "p w\r\nsecond line\n").unwrap();
        let parts = format!(
            "engine = 'mysql'\nname = 'db'\nuser = 'u'\npassword_file = '{}'",
            path.display()
        );
        check(&parts, "mysql://u:p%20w@localhost/db");
        check(
            &format!("{parts}\npassword = 'p'"),
            "nodeshot.password_file: it stands beside nodeshot.password; give one of them",
        );
        let missing = parts.replace("/secret", "/missing");
        let error = from_text(&format!("[nodeshot]\n{missing}"), [])
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("nodeshot.password_file: ") && error.contains("can't be read"),
            "{error}"
        );
    }
}
