//! The known keys, and how the environment overrides them.

use toml::{Table, Value};

use super::ConfigError;

/// What the variables that override a key begin with.
pub(super) const PREFIX: &str = "HEIRLOOM_";

/// How a variable's text becomes a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// As it stands.
    Text,
    /// `true` or `false`.
    Flag,
    Integer,
    Number,
    /// A text, or `false`, a list or a table as TOML writes them.
    Mixed,
}

pub(super) const SECTIONS: &[(&str, &[(&str, Kind)])] = &[
    (
        "store",
        &[
            ("url", Kind::Text),
            ("engine", Kind::Text),
            ("name", Kind::Text),
            ("user", Kind::Text),
            ("password", Kind::Text),
            ("password_file", Kind::Text),
            ("host", Kind::Text),
            ("port", Kind::Integer),
            ("socket", Kind::Text),
        ],
    ),
    (
        "nodeshot",
        &[
            ("url", Kind::Text),
            ("engine", Kind::Text),
            ("name", Kind::Text),
            ("user", Kind::Text),
            ("password", Kind::Text),
            ("password_file", Kind::Text),
            ("host", Kind::Text),
            ("port", Kind::Integer),
            ("socket", Kind::Text),
            ("default_layer", Kind::Text),
            ("status_mapping", Kind::Mixed),
            ("import_links", Kind::Flag),
            ("time_zone", Kind::Text),
            ("delete_vanished", Kind::Flag),
            ("on_conflict", Kind::Text),
            ("delete_guard", Kind::Number),
            ("credentials", Kind::Text),
        ],
    ),
    (
        "schedule",
        &[
            ("sync", Kind::Text),
            ("backup", Kind::Text),
            ("time_zone", Kind::Text),
            ("noinput", Kind::Flag),
            ("nodelete", Kind::Flag),
        ],
    ),
    (
        "server",
        &[
            ("listen", Kind::Mixed),
            ("tls", Kind::Mixed),
            ("allow_plaintext", Kind::Flag),
            ("timeout", Kind::Text),
            ("grace", Kind::Text),
        ],
    ),
    (
        "backup",
        &[("directory", Kind::Text), ("keep", Kind::Integer)],
    ),
    (
        "map",
        &[("tiles", Kind::Mixed), ("attribution", Kind::Text)],
    ),
    (
        "apiomat",
        &[("databases", Kind::Mixed), ("collections", Kind::Mixed)],
    ),
];

/// The keys that together say what `url` says in one.
pub(super) const URL_PARTS: [&str; 8] = [
    "engine",
    "name",
    "user",
    "password",
    "password_file",
    "host",
    "port",
    "socket",
];

/// Those of them that may also stand beside `url`.
pub(super) const PASSWORD_KEYS: [&str; 2] = ["password", "password_file"];

/// An error for the first section or key that means nothing.
pub(super) fn refuse_unknown(table: &Table) -> Result<(), ConfigError> {
    for (section, value) in table {
        let Some((_, known)) = SECTIONS.iter().find(|(name, _)| name == section) else {
            return Err(unknown("", section, SECTIONS.iter().map(|(name, _)| *name)));
        };
        let Value::Table(values) = value else {
            return Err(ConfigError::Type {
                key: section.clone(),
                wanted: "a section",
            });
        };
        for key in values.keys() {
            if !known.iter().any(|(name, _)| name == key) {
                return Err(unknown(
                    &format!("{section}."),
                    key,
                    known.iter().map(|(name, _)| *name),
                ));
            }
        }
    }
    Ok(())
}

/// The error for an unknown key below `prefix`, with the known one it looks like.
pub(super) fn unknown<'k>(
    prefix: &str,
    key: &str,
    known: impl Iterator<Item = &'k str>,
) -> ConfigError {
    ConfigError::UnknownKey {
        key: format!("{prefix}{}", crate::text::printable(key)),
        suggestion: nearest(key, known).map(|near| format!("{prefix}{near}")),
    }
}

/// The word that is at most a third of its letters away.
pub(super) fn nearest<'k>(word: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let word = word.to_lowercase();
    known
        .map(|candidate| (distance(&word, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| distance * 3 <= candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many letters have to be changed, added or left out (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (place, letter) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], place + 1);
        for (column, with) in other.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *with);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

/// Puts the variables that name a key over the file's values.
pub(super) fn override_from(
    table: &mut Table,
    env: impl IntoIterator<Item = (String, String)>,
) -> Result<(), ConfigError> {
    for (variable, text) in env {
        let Some((section, key, kind)) = named_by(&variable) else {
            continue;
        };
        if text.is_empty() {
            continue;
        }
        let value = typed(&text, kind).map_err(|wanted| ConfigError::Type {
            key: format!("{section}.{key} (from {variable})"),
            wanted,
        })?;
        let values = table
            .entry(section)
            .or_insert_with(|| Value::Table(Table::new()));
        if let Value::Table(values) = values {
            if key == "url" {
                // The whole address wins over the file's parts of one.
                values.retain(|key, _| !URL_PARTS.contains(&key) || PASSWORD_KEYS.contains(&key));
            }
            values.insert(key.to_owned(), value);
        }
    }
    Ok(())
}

fn named_by(variable: &str) -> Option<(&'static str, &'static str, Kind)> {
    let rest = variable.strip_prefix(PREFIX)?;
    SECTIONS.iter().find_map(|(section, keys)| {
        let wanted = rest
            .strip_prefix(&section.to_uppercase())?
            .strip_prefix('_')?;
        let (key, kind) = keys.iter().find(|(key, _)| key.to_uppercase() == wanted)?;
        Some((*section, *key, *kind))
    })
}

fn typed(text: &str, kind: Kind) -> Result<Value, &'static str> {
    let trimmed = text.trim();
    match kind {
        Kind::Text => Ok(Value::String(text.to_owned())),
        Kind::Flag => trimmed
            .parse()
            .map(Value::Boolean)
            .map_err(|_| "true or false"),
        Kind::Integer => trimmed
            .parse()
            .map(Value::Integer)
            .map_err(|_| "a whole number"),
        Kind::Number => trimmed.parse().map(Value::Float).map_err(|_| "a number"),
        Kind::Mixed => {
            let line = format!("value = {trimmed}");
            let parsed = line.parse::<Table>().ok().filter(|table| table.len() == 1);
            match parsed.and_then(|mut table| table.remove("value")) {
                Some(value @ (Value::Boolean(_) | Value::Array(_) | Value::Table(_))) => Ok(value),
                _ => Ok(Value::String(text.to_owned())),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Config, LayerChoice, Listen, StatusMapping, Tls, from_text};
    use super::*;

    fn with(text: &str, env: &[(&str, &str)]) -> Result<Config, ConfigError> {
        from_text(
            text,
            env.iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned())),
        )
    }

    fn check(input: &str, expected: Option<&str>) {
        let known = ["default_layer", "delete_guard", "url"];
        assert_eq!(nearest(input, known.into_iter()), expected);
    }

    #[test]
    fn near_words() {
        check("default_leyer", Some("default_layer"));
        check("Default-Layer", Some("default_layer"));
        check("ulr", None);
        check("uri", Some("url"));
        check("", None);
        check("something_else", None);
    }

    #[test]
    fn variables_are_typed_by_their_key() {
        let config = with(
            "[nodeshot]\ndelete_guard = 0.5\ndefault_layer = 'x'",
            &[
                ("HEIRLOOM_NODESHOT_DEFAULT_LAYER", "12"),
                ("HEIRLOOM_NODESHOT_IMPORT_LINKS", "false"),
                (
                    "HEIRLOOM_NODESHOT_STATUS_MAPPING",
                    "{ a = \"up\", default = \"down\" }",
                ),
                ("HEIRLOOM_SERVER_LISTEN", "false"),
                ("HEIRLOOM_SERVER_TLS", "self-signed"),
                ("HEIRLOOM_BACKUP_KEEP", "2"),
                ("HEIRLOOM_APIOMAT_DATABASES", "['{app}']"),
                ("HEIRLOOM_STORE_URL", "postgres://u:p@h/db"),
                ("HEIRLOOM_STORE_PASSWORD", ""),
                ("HEIRLOOM_TEST_MYSQL_URL", "mysql://x"),
                ("HEIRLOOM_CONNECTORDB_PASSWORD", "p"),
                ("HEIRLOOM_NODESHOT_DEFAULT_LEYER", "x"),
                ("OTHER", "x"),
            ],
        )
        .unwrap();
        assert_eq!(
            config.nodeshot.default_layer,
            LayerChoice::Named("12".to_owned())
        );
        assert_eq!(config.nodeshot.delete_guard, 0.5);
        assert!(!config.nodeshot.import_links);
        let StatusMapping::Map { entries, default } = &config.nodeshot.status_mapping else {
            panic!("a mapping");
        };
        assert_eq!(
            (entries.len(), entries["a"].as_str(), default.as_deref()),
            (1, "up", Some("down"))
        );
        assert_eq!(
            (config.server.listen, config.server.tls),
            (Listen::Off, Tls::SelfSigned)
        );
        assert_eq!(
            (config.backup.keep, config.apiomat.databases),
            (2, vec!["{app}".to_owned()])
        );
        assert_eq!(config.store.url.to_string(), "postgres://u:***@h/db");
    }

    #[test]
    fn a_url_from_the_environment_replaces_parts() {
        let parts = "[store]\nengine = 'postgres'\nname = 'db'\npassword = 'p'";
        let config = with(parts, &[("HEIRLOOM_STORE_URL", "sqlite:x")]).unwrap();
        assert_eq!(config.store.url.to_string(), "sqlite:x");
        let config = with(
            parts,
            &[("HEIRLOOM_STORE_USER", "u"), ("HEIRLOOM_STORE_PORT", "7")],
        )
        .unwrap();
        assert_eq!(
            config.store.url.to_string(),
            "postgres://u:***@localhost:7/db"
        );
    }

    #[test]
    fn wrong_variables() {
        fn check(variable: &str, text: &str, expected: &str) {
            assert_eq!(
                with("", &[(variable, text)]).unwrap_err().to_string(),
                expected
            );
        }
        check(
            "HEIRLOOM_NODESHOT_IMPORT_LINKS",
            "maybe",
            "nodeshot.import_links (from HEIRLOOM_NODESHOT_IMPORT_LINKS) has to be true or false",
        );
        check(
            "HEIRLOOM_BACKUP_KEEP",
            "1.5",
            "backup.keep (from HEIRLOOM_BACKUP_KEEP) has to be a whole number",
        );
        check(
            "HEIRLOOM_NODESHOT_STATUS_MAPPING",
            "{ a =",
            "nodeshot.status_mapping has to be a table of statuses, or false",
        );
        check(
            "HEIRLOOM_NODESHOT_DELETE_GUARD",
            "NaN",
            "nodeshot.delete_guard: it has to lie between 0 and 1",
        );
    }
}
