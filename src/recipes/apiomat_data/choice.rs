//! Which database of a dump is the application's, and what to give where none is.

use std::path::Path;

use super::{Settings, shown};
use crate::engine::Stop;
use crate::legacy::apiomat::databases;
use crate::legacy::mongodump::{Database, Dump, names};
use crate::text::printable;

/// The database of a dump that is the application's.
pub fn choose(dump: &Dump, path: &Path, settings: &Settings) -> Result<usize, Stop> {
    let Settings { app, system, .. } = settings;
    if !names::is_database(app) {
        return Err(Stop::Wrong(format!(
            "--app: {:?} can be no application: no database can have the name.",
            printable(app)
        )));
    }
    if databases::NOBODYS.contains(&app.as_str()) {
        return Err(Stop::Wrong(format!(
            "--app: {app} is no application, but a database that ApiOmat or MongoDB keeps for itself. What ApiOmat's holds comes in with `heirloom import apiomat`."
        )));
    }
    let wanted = databases::names(&settings.databases, app, *system);
    let is_meant = |database: &Database| wanted.contains(&database.name);
    let mut meant = (0..).zip(&dump.databases).filter(|(_, it)| is_meant(it));
    match (meant.next(), meant.next()) {
        (Some((place, _)), None) => Ok(place),
        (Some((_, one)), Some((_, other))) => Err(Stop::Wrong(format!(
            "{} holds two databases that may be the {system} data of {app}: {} and {}. Give the folder of the right one.",
            shown(path),
            printable(&one.name),
            printable(&other.name)
        ))),
        (None, _) => Err(Stop::Wrong(no_database(dump, path, settings, &wanted))),
    }
}

fn no_database(dump: &Dump, path: &Path, settings: &Settings, names: &[String]) -> String {
    let Settings { app, system, .. } = settings;
    let mut message = format!(
        "{} does not hold the {system} data of {app}, whose database is called {}.",
        shown(path),
        names.join(" or ")
    );
    let found: Vec<_> = dump
        .databases
        .iter()
        .map(|it| printable(&it.name))
        .collect();
    match &found[..] {
        [] => message.push_str(" It holds no database."),
        found => message.push_str(&format!(" It holds {}.", found.join(", "))),
    }
    let other = dump.databases.iter().find_map(|it| {
        let system = databases::system_of(&settings.databases, app, &it.name)?;
        Some((&it.name, system))
    });
    match other {
        Some((name, system)) => message.push_str(&format!(
            " {name} would be its {system} data: --system {system}."
        )),
        None => message.push_str(
            " Check --app, which counts capitals, and databases under [apiomat]; the folder of a database must have the database's name.",
        ),
    }
    message
}
