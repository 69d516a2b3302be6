//! `heirloom.toml`, overridden by the environment: read once, typed, checked.
//!
//! Every command reads it, so nothing in here needs the store or a network:
//! whether a layer or a status exists is asked where it matters. An annotated
//! file with every key is `config/heirloom.toml`. A command's options win over
//! what is read here.

mod apiomat;
mod keys;
mod percent;
mod section;
mod server;
mod types;
mod url;
mod values;

use std::path::{Path, PathBuf};

use thiserror::Error;

pub use apiomat::{APIOMAT_TABLES, ApiomatConfig, ApiomatTable};
pub use percent::{decoded as percent_decoded, encoded as percent_encoded};
pub use types::{
    BackupConfig, Config, LayerChoice, Listen, MapConfig, NodeshotConfig, OnConflict,
    ScheduleConfig, ServerConfig, StatusMapping, StoreConfig, Tls,
};
pub use url::{DatabaseUrl, ServerUrl, UrlProblem};

/// The file that is taken where no option names one.
pub const DEFAULT_FILE: &str = "heirloom.toml";

/// The annotated example, each key with its default, as `init` writes it.
pub const EXAMPLE: &str = include_str!("../config/heirloom.toml");

/// Why a configuration can't be used. Values that may be secret are not repeated.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file that an option names.
    #[error("the configuration {} can't be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// No TOML.
    #[error("the configuration is not TOML, line {line}: {message}")]
    Syntax {
        /// From 1.
        line: usize,
        /// The parser's words, without the line's text.
        message: String,
    },
    /// A key or section that means nothing.
    #[error("the configuration has the unknown key {key}{}", suggestion.as_ref().map(|s| format!(", did you mean {s}?")).unwrap_or_default())]
    UnknownKey {
        /// Dotted.
        key: String,
        /// A known key that looks like it.
        suggestion: Option<String>,
    },
    /// A value of another type.
    #[error("{key} has to be {wanted}")]
    Type {
        /// Dotted.
        key: String,
        /// What it has to be.
        wanted: &'static str,
    },
    /// A value that can't be.
    #[error("{key}: {problem}")]
    Value {
        /// Dotted.
        key: String,
        /// What is wrong with it.
        problem: String,
    },
}

/// Reads the configuration: `path`, which must exist, else `./heirloom.toml`
/// where there is one, else nothing but defaults; then the variables
/// `HEIRLOOM_SECTION_KEY` of `env` over it. An empty variable counts as not
/// set, and one that names no key is ignored.
///
/// # Errors
/// [`ConfigError`] with the dotted key. All of them mean exit code 2.
pub fn load(
    path: Option<&Path>,
    env: impl IntoIterator<Item = (String, String)>,
) -> Result<Config, ConfigError> {
    let file = path.unwrap_or(Path::new(DEFAULT_FILE));
    let (text, file) = match std::fs::read_to_string(file) {
        Ok(text) => (text, Some(file.to_owned())),
        Err(error) if path.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
            (String::new(), None)
        }
        Err(source) => {
            return Err(ConfigError::Unreadable {
                path: file.to_owned(),
                source,
            });
        }
    };
    Ok(Config {
        file,
        ..from_text(&text, env)?
    })
}

/// As [`load`], from a text.
///
/// # Errors
/// [`ConfigError`] with the dotted key.
pub fn from_text(
    text: &str,
    env: impl IntoIterator<Item = (String, String)>,
) -> Result<Config, ConfigError> {
    let mut table: toml::Table =
        text.trim_start_matches('\u{feff}')
            .parse()
            .map_err(|error: toml::de::Error| {
                // The error's Display prints the line, and with it a password.
                let before = error
                    .span()
                    .and_then(|span| text.get(..span.start))
                    .unwrap_or_default();
                let line = before.matches('\n').count() + 1;
                ConfigError::Syntax {
                    line,
                    message: error.message().to_owned(),
                }
            })?;
    keys::refuse_unknown(&table)?;
    keys::override_from(&mut table, env)?;
    values::read(&table)
}

/// The process's variables that may configure something. Others, whose bytes
/// may be no text, are not looked at.
#[must_use]
pub fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(key, _)| key.starts_with(keys::PREFIX))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(from_text(text, []).unwrap_err().to_string(), expected);
    }

    #[test]
    fn nothing_gives_defaults() {
        let config = from_text("", []).unwrap();
        assert_eq!(config, Config::default());
        assert_eq!(config.store.url.to_string(), "sqlite:heirloom.sqlite3");
        assert_eq!(config.schedule.sync, None);
    }

    #[test]
    fn the_example_shows_every_key_with_its_default() {
        let schedule = ScheduleConfig {
            sync: Some("0 0 */12 * * *".to_owned()),
            backup: Some("0 30 3 * * *".to_owned()),
            ..ScheduleConfig::default()
        };
        assert_eq!(
            from_text(EXAMPLE, []).unwrap(),
            Config {
                schedule,
                ..Config::default()
            }
        );
        let commented: String = EXAMPLE
            .lines()
            .map(|line| line.strip_prefix('#').unwrap_or(line))
            .fold(String::new(), |a, l| a + l + "\n");
        for (section, keys) in keys::SECTIONS {
            let body = commented.split(&format!("[{section}]\n")).nth(1).unwrap();
            let body = body.split("\n[").next().unwrap();
            for (key, _) in *keys {
                assert!(
                    body.lines().any(|l| l.starts_with(&format!("{key} = "))),
                    "{section}.{key}"
                );
            }
        }
    }

    #[test]
    fn files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("h.toml");
        let error = load(Some(&path), []).unwrap_err();
        assert!(
            error.to_string().contains("h.toml can't be read"),
            "{error}"
        );
        std::fs::write(&path, "[backup]\nkeep = 3\n").unwrap();
        let config = load(Some(&path), []).unwrap();
        assert_eq!((config.backup.keep, config.file), (3, Some(path)));
    }

    #[test]
    fn no_toml() {
        let error = from_text("[store]\nurl = \"postgres://u:secret@h/db\n", [])
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("the configuration is not TOML, line 2: "),
            "{error}"
        );
        assert!(!error.contains("secret"), "{error}");
        let twice = from_text("[store]\n[store]\n", []).unwrap_err().to_string();
        assert!(
            twice.starts_with("the configuration is not TOML, line 2: "),
            "{twice}"
        );
    }

    #[test]
    fn unknown_keys() {
        check(
            "[nodeshot]\ndefault_leyer = 1",
            "the configuration has the unknown key nodeshot.default_leyer, did you mean nodeshot.default_layer?",
        );
        check(
            "[nodshot]",
            "the configuration has the unknown key nodshot, did you mean nodeshot?",
        );
        check(
            "[nodeshot]\nxyz = 1",
            "the configuration has the unknown key nodeshot.xyz",
        );
        check("url = 1", "the configuration has the unknown key url");
        check("store = 1", "store has to be a section");
        check(
            "[server]\ntls = { certificat = \"c\", key = \"k\" }",
            "the configuration has the unknown key server.tls.certificat, did you mean server.tls.certificate?",
        );
    }

    #[test]
    fn debug_hides_passwords() {
        let config = from_text("[nodeshot]\nurl = \"mysql://u:hush@h/db\"", []).unwrap();
        assert!(!format!("{config:?}").contains("hush"));
    }
}
