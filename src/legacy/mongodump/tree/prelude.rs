//! `prelude.json`: what made the dump.

use std::path::{Path, PathBuf};

use super::Versions;
use crate::legacy::contents::Contents;
use crate::legacy::mongodump::documents::Packing;
use crate::legacy::mongodump::{PRELUDE, metadata};
use crate::legacy::unreadable::Unreadable;

pub fn is_one(file: &str) -> bool {
    file.strip_suffix(".gz").unwrap_or(file) == PRELUDE
}

/// The prelude in a folder.
pub fn file(contents: &Contents) -> Option<(PathBuf, Packing)> {
    let (name, path) = contents.files.iter().find(|(name, _)| is_one(name))?;
    let packing = match name.as_str() {
        PRELUDE => Packing::Plain,
        _ => Packing::Gzip,
    };
    Some((path.clone(), packing))
}

pub fn read(file: &Path, packing: Packing) -> Result<Versions, Unreadable> {
    versions(&metadata::text(file, packing)?).map_err(|reason| Unreadable::content(file, reason))
}

fn versions(text: &str) -> Result<Versions, String> {
    let prelude = metadata::object(text)?;
    Ok(Versions {
        server: metadata::value(&prelude, "ServerVersion")?,
        tool: metadata::value(&prelude, "ToolVersion")?,
    })
}
