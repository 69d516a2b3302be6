//! `connectordb.json`: the version of the folder, and who wrote it.

use std::path::Path;

use serde_json::{Map, Value};

use crate::legacy::connectordb::error::{Cause, FolderError};
use crate::legacy::connectordb::metadata::object;
use crate::text::printable;

/// So many characters of a version that is none are shown.
const SHOWN: usize = 40;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    /// 1: no passwords. 2: with password hashes.
    pub version: u8,
    /// What the server called its own version, as it came.
    pub written_by: Option<String>,
}

pub fn read(file: &Path) -> Result<Marker, FolderError> {
    let object = object(file).map_err(|error| match error.cause {
        Cause::Fault => FolderError::Unreadable {
            path: error.file,
            reason: error.reason,
        },
        _ => FolderError::Marker {
            file: error.file,
            reason: error.reason,
        },
    })?;
    let version = match get(&object, "Version").and_then(Value::as_u64) {
        Some(1) => 1,
        Some(2) => 2,
        _ => {
            return Err(FolderError::Version {
                file: file.into(),
                found: shown(get(&object, "Version")),
            });
        }
    };
    let written_by = get(&object, "ConnectorDB")
        .and_then(Value::as_str)
        .map(str::to_owned);
    Ok(Marker {
        version,
        written_by,
    })
}

/// Go's decoder takes a key in any case, and the exact one before others.
fn get<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    object.get(key).or_else(|| {
        let mut keys = object.iter();
        keys.find_map(|(other, value)| other.eq_ignore_ascii_case(key).then_some(value))
    })
}

fn shown(version: Option<&Value>) -> String {
    let Some(version) = version else {
        return "none".into();
    };
    let version = version.to_string();
    let version: String = version.chars().take(SHOWN).collect();
    printable(&version).into_owned()
}
