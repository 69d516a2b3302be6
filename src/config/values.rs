//! From the file's tables to [`Config`]: defaults, ranges and choices.

use std::collections::BTreeMap;

use chrono_tz::{TZ_VARIANTS, Tz};
use toml::{Table, Value};

use super::keys::nearest;
use super::section::Section;
use super::{
    ApiomatConfig, BackupConfig, Config, ConfigError, DatabaseUrl, LayerChoice, MapConfig,
    NodeshotConfig, OnConflict, ScheduleConfig, StatusMapping, StoreConfig,
};

/// Reads a table whose keys are known.
pub(super) fn read(table: &Table) -> Result<Config, ConfigError> {
    Ok(Config {
        file: None,
        store: store(&Section::of(table, "store"))?,
        nodeshot: nodeshot(&Section::of(table, "nodeshot"))?,
        schedule: schedule(&Section::of(table, "schedule"))?,
        server: super::server::read(&Section::of(table, "server"))?,
        backup: backup(&Section::of(table, "backup"))?,
        map: map(&Section::of(table, "map"))?,
        apiomat: apiomat(&Section::of(table, "apiomat"))?,
    })
}

fn store(section: &Section<'_>) -> Result<StoreConfig, ConfigError> {
    let url = match section.database()? {
        None => StoreConfig::default().url,
        Some(DatabaseUrl::Mysql(_)) => {
            return Err(section.bad("url", "a store is a sqlite or postgres database"));
        }
        Some(url) => url,
    };
    Ok(StoreConfig {
        url,
        password: section.password()?,
    })
}

fn nodeshot(section: &Section<'_>) -> Result<NodeshotConfig, ConfigError> {
    let default = NodeshotConfig::default();
    let guard = section
        .number("delete_guard")?
        .unwrap_or(default.delete_guard);
    if !(0.0..=1.0).contains(&guard) {
        return Err(section.bad("delete_guard", "it has to lie between 0 and 1"));
    }
    Ok(NodeshotConfig {
        url: section.database()?,
        password: section.password()?,
        default_layer: default_layer(section)?,
        status_mapping: status_mapping(section)?,
        import_links: section
            .flag("import_links")?
            .unwrap_or(default.import_links),
        time_zone: time_zone(section)?,
        delete_vanished: section
            .flag("delete_vanished")?
            .unwrap_or(default.delete_vanished),
        on_conflict: match section.text("on_conflict")? {
            None | Some("store") => OnConflict::Store,
            Some("legacy") => OnConflict::Legacy,
            Some(_) => {
                return Err(section.bad("on_conflict", "it has to be \"store\" or \"legacy\""));
            }
        },
        delete_guard: guard,
        credentials: section.filled("credentials")?.map(Into::into),
    })
}

fn default_layer(section: &Section<'_>) -> Result<LayerChoice, ConfigError> {
    match section.get("default_layer") {
        None | Some(Value::Boolean(false)) => Ok(LayerChoice::None),
        Some(Value::String(text)) => Ok(LayerChoice::from_text(text)),
        Some(Value::Integer(id)) => Ok(LayerChoice::Named(id.to_string())),
        Some(_) => Err(section.not("default_layer", "a layer's slug or id, or \"none\"")),
    }
}

fn status_mapping(section: &Section<'_>) -> Result<StatusMapping, ConfigError> {
    let given = match section.get("status_mapping") {
        None => return Ok(StatusMapping::default()),
        Some(Value::Boolean(false)) => return Ok(StatusMapping::StoreDefault),
        Some(Value::Table(given)) => given,
        Some(_) => return Err(section.not("status_mapping", "a table of statuses, or false")),
    };
    let mut entries = BTreeMap::new();
    for (legacy, slug) in given {
        let slug = slug.as_str().map(str::trim).filter(|slug| !slug.is_empty());
        let slug = slug.ok_or_else(|| {
            section.not(&format!("status_mapping.{legacy}"), "the slug of a status")
        })?;
        entries.insert(legacy.clone(), slug.to_owned());
    }
    let default = entries.remove("default");
    Ok(StatusMapping::Map { entries, default })
}

fn time_zone(section: &Section<'_>) -> Result<Option<Tz>, ConfigError> {
    let Some(name) = section.filled("time_zone")? else {
        return Ok(None);
    };
    name.parse().map(Some).map_err(|_| {
        let names = || TZ_VARIANTS.iter().map(|zone| zone.name());
        let wanted = name.trim().replace(' ', "_");
        let near = names()
            .find(|name| name.eq_ignore_ascii_case(&wanted))
            .or_else(|| {
                names().find(|name| {
                    name.rsplit('/')
                        .next()
                        .is_some_and(|city| city.eq_ignore_ascii_case(&wanted))
                })
            })
            .or_else(|| nearest(&wanted, names()));
        let near = near.map_or("Europe/Rome is one".to_owned(), |near| {
            format!("did you mean {near}?")
        });
        section.bad("time_zone", format!("no time zone has this name, {near}"))
    })
}

fn schedule(section: &Section<'_>) -> Result<ScheduleConfig, ConfigError> {
    let default = ScheduleConfig::default();
    Ok(ScheduleConfig {
        sync: cron(section, "sync")?,
        backup: cron(section, "backup")?,
        time_zone: time_zone(section)?.unwrap_or(default.time_zone),
        noinput: section.flag("noinput")?.unwrap_or(default.noinput),
        nodelete: section.flag("nodelete")?.unwrap_or(default.nodelete),
    })
}

/// Only the number of fields is looked at; the scheduler knows the rest.
fn cron(section: &Section<'_>, key: &str) -> Result<Option<String>, ConfigError> {
    match section.filled(key)? {
        Some(text) if text.split_whitespace().count() != 6 => Err(section.bad(
            key,
            "six fields are needed: second, minute, hour, day, month, weekday",
        )),
        text => Ok(text.map(str::to_owned)),
    }
}

fn backup(section: &Section<'_>) -> Result<BackupConfig, ConfigError> {
    let default = BackupConfig::default();
    let keep = match section.integer("keep")? {
        None => default.keep,
        Some(keep) => u32::try_from(keep)
            .ok()
            .filter(|keep| *keep > 0)
            .ok_or_else(|| section.bad("keep", "at least 1 backup has to be kept"))?,
    };
    let directory = section
        .filled("directory")?
        .map_or(default.directory, Into::into);
    Ok(BackupConfig { directory, keep })
}

fn map(section: &Section<'_>) -> Result<MapConfig, ConfigError> {
    let default = MapConfig::default();
    let tiles = match section.get("tiles") {
        None => default.tiles,
        Some(Value::Boolean(false)) => None,
        Some(Value::String(url)) if ["{z}", "{x}", "{y}"].iter().all(|part| url.contains(part)) => {
            Some(url.clone())
        }
        Some(Value::String(_)) => {
            return Err(section.bad("tiles", "the URL needs {z}, {x} and {y}"));
        }
        Some(_) => return Err(section.not("tiles", "a URL, or false")),
    };
    let attribution = section
        .text("attribution")?
        .map_or(default.attribution, str::to_owned);
    Ok(MapConfig { tiles, attribution })
}

fn apiomat(section: &Section<'_>) -> Result<ApiomatConfig, ConfigError> {
    let default = ApiomatConfig::default();
    let databases = patterns(section, "databases", "a list of patterns with {app}")?;
    let collections = patterns(section, "collections", "a list of patterns with {class}")?;
    Ok(ApiomatConfig {
        databases: databases.unwrap_or(default.databases),
        collections: collections.unwrap_or(default.collections),
    })
}

/// A list of names, each with what stands in braces at the end of `wanted`.
fn patterns(
    section: &Section<'_>,
    key: &str,
    wanted: &'static str,
) -> Result<Option<Vec<String>>, ConfigError> {
    let Some(value) = section.get(key) else {
        return Ok(None);
    };
    let part = wanted.rsplit(' ').next().unwrap_or_default();
    let pattern = |value: &Value| {
        let text = value.as_str().filter(|text| text.contains(part));
        text.map(str::to_owned)
    };
    let list = value.as_array().filter(|list| !list.is_empty());
    let list = list.and_then(|list| list.iter().map(pattern).collect());
    list.map(Some).ok_or_else(|| section.not(key, wanted))
}

#[cfg(test)]
mod tests {
    use super::super::from_text;
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(
            from_text(text, []).unwrap_err().to_string(),
            expected,
            "{text}"
        );
    }

    fn nodeshot(text: &str) -> NodeshotConfig {
        from_text(&format!("[nodeshot]\n{text}"), [])
            .unwrap()
            .nodeshot
    }

    #[test]
    fn layers() {
        fn check(text: &str, expected: Option<&str>) {
            let expected = expected.map_or(LayerChoice::None, |name| {
                LayerChoice::Named(name.to_owned())
            });
            assert_eq!(nodeshot(text).default_layer, expected);
        }
        check("", None);
        check("default_layer = 'none'", None);
        check("default_layer = false", None);
        check("default_layer = 'rome'", Some("rome"));
        check("default_layer = 12", Some("12"));
        check("default_layer = '12'", Some("12"));
        super::tests::check(
            "[nodeshot]\ndefault_layer = 1.5",
            "nodeshot.default_layer has to be a layer's slug or id, or \"none\"",
        );
    }

    #[test]
    fn statuses() {
        assert_eq!(
            nodeshot("status_mapping = false").status_mapping,
            StatusMapping::StoreDefault
        );
        let given = nodeshot("status_mapping = { a = 'up' }").status_mapping;
        let entries = [("a".to_owned(), "up".to_owned())].into();
        assert_eq!(
            given,
            StatusMapping::Map {
                entries,
                default: None
            }
        );
        let section = nodeshot("[nodeshot.status_mapping]\ndefault = 'x'").status_mapping;
        assert_eq!(
            section,
            StatusMapping::Map {
                entries: [].into(),
                default: Some("x".to_owned())
            }
        );
        check(
            "[nodeshot]\nstatus_mapping = true",
            "nodeshot.status_mapping has to be a table of statuses, or false",
        );
        check(
            "[nodeshot]\nstatus_mapping = { a = 1 }",
            "nodeshot.status_mapping.a has to be the slug of a status",
        );
    }

    #[test]
    fn choices_and_ranges() {
        assert_eq!(
            nodeshot("on_conflict = 'legacy'").on_conflict,
            OnConflict::Legacy
        );
        assert_eq!(nodeshot("delete_guard = 1").delete_guard, 1.0);
        assert_eq!(nodeshot("credentials = 'c'").credentials, Some("c".into()));
        check(
            "[nodeshot]\non_conflict = 'legcy'",
            "nodeshot.on_conflict: it has to be \"store\" or \"legacy\"",
        );
        check(
            "[nodeshot]\ndelete_guard = 1.1",
            "nodeshot.delete_guard: it has to lie between 0 and 1",
        );
        check(
            "[nodeshot]\ndelete_guard = nan",
            "nodeshot.delete_guard: it has to lie between 0 and 1",
        );
        check(
            "[nodeshot]\nimport_links = 'yes'",
            "nodeshot.import_links has to be true or false",
        );
        check(
            "[store]\nurl = 'mysql://h/d'",
            "store.url: a store is a sqlite or postgres database",
        );
        check(
            "[backup]\nkeep = 0",
            "backup.keep: at least 1 backup has to be kept",
        );
        check(
            "[map]\ntiles = 'https://x'",
            "map.tiles: the URL needs {z}, {x} and {y}",
        );
        check(
            "[apiomat]\ndatabases = ['x']",
            "apiomat.databases has to be a list of patterns with {app}",
        );
        check(
            "[apiomat]\ncollections = ['{app}']",
            "apiomat.collections has to be a list of patterns with {class}",
        );
        assert_eq!(
            from_text("[map]\ntiles = false", []).unwrap().map.tiles,
            None
        );
    }

    #[test]
    fn zones_and_times() {
        assert_eq!(
            nodeshot("time_zone = 'Europe/Rome'").time_zone,
            Some(chrono_tz::Europe::Rome)
        );
        let suggests = |text: &str, near: &str| {
            let expected = format!("nodeshot.time_zone: no time zone has this name, {near}");
            check(&format!("[nodeshot]\ntime_zone = '{text}'"), &expected);
        };
        suggests("Europe/Rom", "did you mean Europe/Rome?");
        suggests("europe/rome", "did you mean Europe/Rome?");
        suggests("Rome", "did you mean Europe/Rome?");
        suggests("new york", "did you mean America/New_York?");
        suggests("x", "Europe/Rome is one");
        check(
            "[schedule]\nsync = '0 */12 * * *'",
            "schedule.sync: six fields are needed: second, minute, hour, day, month, weekday",
        );
    }
}
