//! `[apiomat]`: what nobody has published of ApiOmat's databases.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::ConfigError;
use super::keys::unknown;
use super::section::Section;

/// Names in ApiOmat's databases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiomatConfig {
    /// Patterns with `{app}` and, where wanted, `{system}` or `{SYSTEM}`.
    pub databases: Vec<String>,
    /// Patterns with `{class}` and, where wanted, `{module}`, for the collections of objects.
    pub collections: Vec<String>,
    /// The global database, which has applications and classes.
    pub global: String,
    /// `live`, `staging`, `test`: those of what does not say one.
    pub systems: Vec<String>,
    /// Where the global database has what, by the keys of [`APIOMAT_TABLES`].
    pub tables: BTreeMap<&'static str, ApiomatTable>,
}

/// Where rows of one kind are in the global database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApiomatTable {
    pub collection: String,
    /// The path of an array in each document whose elements are the rows; else the documents are.
    pub list: Option<String>,
    /// From our fields to dotted paths in a row.
    pub fields: BTreeMap<&'static str, String>,
    /// The paths of further fields that are kept.
    pub keep: Vec<String>,
}

/// The tables, and the fields that each can name.
pub const APIOMAT_TABLES: &[(&str, &[&str])] = &[
    ("customers", &["name", "email", "password"]),
    (
        "applications",
        &[
            "name",
            "display_name",
            "description",
            "customer",
            "modules",
            "status",
            "api_key",
            "configuration",
            "auth_classes",
        ],
    ),
    (
        "modules",
        &["name", "version", "type", "system", "application"],
    ),
    (
        "classes",
        &["name", "module", "parent", "is_global", "is_transient"],
    ),
    (
        "attributes",
        &[
            "name",
            "class",
            "type",
            "is_collection",
            "is_reference",
            "is_mandatory",
            "is_indexed",
            "is_embedded",
            "refers_to",
        ],
    ),
    ("servercode", &["name", "class", "language", "code"]),
];

/// Those that may be different in each system: their paths may have `{system}` or `{SYSTEM}`.
const OF_SYSTEM: [&str; 4] = ["status", "api_key", "configuration", "auth_classes"];

/// What stands in a table beside its fields.
const OTHERS: [&str; 3] = ["collection", "list", "keep"];

const SYSTEMS: [&str; 3] = ["live", "staging", "test"];

impl Default for ApiomatConfig {
    fn default() -> Self {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        Self {
            databases: texts(&["{app}-{system}", "{app}{SYSTEM}"]),
            collections: texts(&[
                "{class}",
                "{module}{class}",
                "{module}_{class}",
                "{module}.{class}",
            ]),
            global: "apiomat".to_owned(),
            systems: texts(&SYSTEMS),
            tables: BTreeMap::new(),
        }
    }
}

pub(super) fn read(section: &Section<'_>) -> Result<ApiomatConfig, ConfigError> {
    let default = ApiomatConfig::default();
    let databases = list(
        section,
        "databases",
        "a list of patterns with {app}",
        |text| text.contains("{app}").then(|| text.to_owned()),
    )?;
    let wanted = "a list of patterns with {class} and, where wanted, {module}";
    let collections = list(section, "collections", wanted, |text| {
        let bare = text.replace("{class}", "").replace("{module}", "");
        let fits = text.contains("{class}") && !bare.contains(['{', '}', '$', '\0']);
        fits.then(|| text.to_owned())
    })?;
    let systems = list(
        section,
        "systems",
        "a list of live, staging, test",
        |text| {
            let word = text.to_ascii_lowercase();
            SYSTEMS.contains(&word.as_str()).then_some(word)
        },
    )?;
    let mut tables = BTreeMap::new();
    for (key, fields) in APIOMAT_TABLES {
        match section.get(key) {
            None => {}
            Some(Value::Table(given)) => {
                tables.insert(*key, table(section, key, fields, given)?);
            }
            Some(_) => {
                return Err(section.not(key, "a table, { collection = \"…\", name = \"…\" }"));
            }
        }
    }
    Ok(ApiomatConfig {
        databases: databases.unwrap_or(default.databases),
        collections: collections.unwrap_or(default.collections),
        global: section.filled("global")?.map_or(default.global, Into::into),
        systems: systems.unwrap_or(default.systems),
        tables,
    })
}

/// A list of texts, each of which must fit.
fn list(
    section: &Section<'_>,
    key: &str,
    wanted: &'static str,
    fit: impl Fn(&str) -> Option<String>,
) -> Result<Option<Vec<String>>, ConfigError> {
    let Some(value) = section.get(key) else {
        return Ok(None);
    };
    let list = value.as_array().filter(|list| !list.is_empty());
    let list = list.map(|list| list.iter().map(|item| fit(item.as_str()?)));
    let list: Option<Vec<String>> = list.and_then(Iterator::collect);
    list.map(Some).ok_or_else(|| section.not(key, wanted))
}

fn table(
    section: &Section<'_>,
    key: &str,
    known: &'static [&'static str],
    given: &Table,
) -> Result<ApiomatTable, ConfigError> {
    let mut table = ApiomatTable::default();
    for (field, value) in given {
        let dotted = format!("{key}.{field}");
        let text = || {
            let text = value.as_str().filter(|text| !text.trim().is_empty());
            text.map(str::to_owned)
                .ok_or_else(|| section.not(&dotted, "a text"))
        };
        match field.as_str() {
            "collection" => table.collection = text()?,
            "list" => table.list = Some(path(section, &dotted, text()?)?),
            "keep" => {
                let paths = list_of_paths(section, &dotted, value)?;
                table.keep = paths;
            }
            _ => {
                let Some(field) = known.iter().find(|known| *known == field) else {
                    let known = known.iter().chain(&OTHERS).copied();
                    let prefix = format!("{}.", section.dotted(key));
                    return Err(unknown(&prefix, field, known));
                };
                let mut text = text()?;
                if OF_SYSTEM.contains(field) {
                    let bare = text.replace("{system}", "x").replace("{SYSTEM}", "x");
                    path(section, &dotted, bare)?;
                } else {
                    text = path(section, &dotted, text)?;
                }
                table.fields.insert(field, text);
            }
        }
    }
    let missing = |field: &str, what: &str| {
        section.bad(&format!("{key}.{field}"), format!("it is missing: {what}"))
    };
    if table.collection.is_empty() {
        return Err(missing("collection", "the collection with these rows"));
    }
    if !table.fields.contains_key("name") {
        return Err(missing("name", "the field with a row's name"));
    }
    if key == "servercode" && !table.fields.contains_key("code") {
        return Err(missing("code", "the field with the code itself"));
    }
    Ok(table)
}

fn list_of_paths(
    section: &Section<'_>,
    dotted: &str,
    value: &Value,
) -> Result<Vec<String>, ConfigError> {
    let wanted = || section.not(dotted, "a list of paths");
    let list = value.as_array().ok_or_else(wanted)?;
    let paths = list.iter().map(|item| {
        let text = item.as_str().ok_or_else(wanted)?;
        path(section, dotted, text.to_owned())
    });
    paths.collect()
}

/// A dotted path of fields.
fn path(section: &Section<'_>, dotted: &str, text: String) -> Result<String, ConfigError> {
    let possible = !text.contains(['{', '}', '\0']) && !text.split('.').any(str::is_empty);
    match possible {
        true => Ok(text),
        false => Err(section.bad(
            dotted,
            "it has to be the name of a field, or several with dots between",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::super::from_text;
    use super::*;

    fn read(text: &str) -> Result<ApiomatConfig, ConfigError> {
        from_text(&format!("[apiomat]\n{text}"), []).map(|config| config.apiomat)
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(read(text).unwrap_err().to_string(), expected, "{text}");
    }

    #[test]
    fn lists() {
        let config = read("systems = ['LIVE', 'test']\ncollections = ['x{class}']").unwrap();
        assert_eq!(config.systems, ["live", "test"]);
        assert_eq!(config.collections, ["x{class}"]);
        assert_eq!(config.databases, ApiomatConfig::default().databases);
        assert_eq!(read("global = 'aom'").unwrap().global, "aom");
        let wanted = "apiomat.systems has to be a list of live, staging, test";
        for wrong in ["systems = []", "systems = 'live'", "systems = ['prod']"] {
            check(wrong, wanted);
        }
        let wanted = "apiomat.collections has to be a list of patterns with {class} and, where wanted, {module}";
        for wrong in [
            "['{module}']",
            "['{class}{app}']",
            "['{class}$']",
            "[1]",
            "true",
        ] {
            check(&format!("collections = {wrong}"), wanted);
        }
        check("global = 1", "apiomat.global has to be a text");
        check(
            "databases = ['x']",
            "apiomat.databases has to be a list of patterns with {app}",
        );
    }

    #[test]
    fn tables() {
        let config = read(
            "applications = { collection = 'App', name = 'n', api_key = 'keys.{system}ApiKey', keep = ['a.b'] }
             [apiomat.attributes]
             collection = 'Class'
             list = 'attributes'
             name = 'name'",
        )
        .unwrap();
        let expected = ApiomatTable {
            collection: "App".into(),
            list: None,
            fields: [
                ("name", "n".into()),
                ("api_key", "keys.{system}ApiKey".into()),
            ]
            .into(),
            keep: vec!["a.b".into()],
        };
        assert_eq!(config.tables["applications"], expected);
        let attributes = &config.tables["attributes"];
        assert_eq!(attributes.list.as_deref(), Some("attributes"));
        assert_eq!(config.tables.len(), 2);
    }

    /// The lines of the annotated file that are no defaults.
    #[test]
    fn the_examples_are_understood() {
        let (_, lines) = super::super::EXAMPLE.split_once("[apiomat]\n").unwrap();
        let keys: Vec<&str> = lines
            .lines()
            .filter_map(|line| line.strip_prefix('#'))
            .filter(|line| !line.starts_with(' '))
            .collect();
        let config = read(&keys.join("\n")).unwrap();
        let tables: Vec<&str> = config.tables.keys().copied().collect();
        let mut known: Vec<&str> = APIOMAT_TABLES.iter().map(|(key, _)| *key).collect();
        known.sort_unstable();
        assert_eq!(tables, known);
        let without = ApiomatConfig {
            tables: BTreeMap::new(),
            ..config
        };
        assert_eq!(without, ApiomatConfig::default());
    }

    #[test]
    fn wrong_tables() {
        let with = |rest: &str| format!("classes = {{ collection = 'C', name = 'n'{rest} }}");
        assert!(read(&with("")).is_ok());
        check(
            "classes = 'C'",
            "apiomat.classes has to be a table, { collection = \"…\", name = \"…\" }",
        );
        check(
            "classes = { name = 'n' }",
            "apiomat.classes.collection: it is missing: the collection with these rows",
        );
        check(
            "classes = { collection = 'C' }",
            "apiomat.classes.name: it is missing: the field with a row's name",
        );
        check(
            "servercode = { collection = 'C', name = 'n' }",
            "apiomat.servercode.code: it is missing: the field with the code itself",
        );
        check(
            &with(", modul = 'm'"),
            "the configuration has the unknown key apiomat.classes.modul, did you mean apiomat.classes.module?",
        );
        check(
            &with(", module = 1"),
            "apiomat.classes.module has to be a text",
        );
        check(
            &with(", module = ' '"),
            "apiomat.classes.module has to be a text",
        );
        check(
            &with(", keep = 'x'"),
            "apiomat.classes.keep has to be a list of paths",
        );
        for (key, value) in [
            ("module", "'a..b'"),
            ("module", "'{system}'"),
            ("list", "'.'"),
        ] {
            check(
                &with(&format!(", {key} = {value}")),
                &format!(
                    "apiomat.classes.{key}: it has to be the name of a field, or several with dots between"
                ),
            );
        }
        check(
            &with(", keep = ['']"),
            "apiomat.classes.keep: it has to be the name of a field, or several with dots between",
        );
    }
}
