//! What to give instead of what is no dump.

use std::path::{Path, PathBuf};

use super::folder::is_database;
use crate::files::folder_of;
use crate::legacy::contents::{self, Contents, Strange};
use crate::legacy::mongodump::error::DumpError;
use crate::legacy::unreadable::shown;

const GIVE: &str = "Give the folder that mongodump made, the folder of a database in it, or the file that `mongodump --archive` made.";

/// So many dumps are named where there are several.
const NAMED: usize = 5;

pub fn no_dump(path: &Path, reason: impl Into<String>) -> DumpError {
    DumpError::NoDump {
        path: path.into(),
        reason: reason.into(),
    }
}

pub fn of_file(path: &Path) -> DumpError {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let belongs = name.ends_with(".metadata.json")
        || name.ends_with(".metadata.json.gz")
        || name.starts_with("prelude.json");
    if belongs {
        let folder = shown(folder_of(path));
        return no_dump(
            path,
            format!("it is a part of one. Give the folder it is in: {folder}."),
        );
    }
    no_dump(
        path,
        format!("it holds neither documents nor an archive. {GIVE}"),
    )
}

pub fn of_folder(path: &Path, contents: &Contents) -> DumpError {
    let below = contents.folders.iter().map(|(_, path)| path);
    let roots: Vec<String> = below
        .filter(|path| is_root(path))
        .map(|path| shown(path).to_string())
        .take(NAMED + 1)
        .collect();
    match &roots[..] {
        [] => {}
        [root] => {
            return no_dump(path, format!("the dump is the folder in it: give {root}."));
        }
        roots => {
            let named: Vec<&str> = roots.iter().take(NAMED).map(String::as_str).collect();
            let more = if roots.len() > NAMED { ", …" } else { "" };
            let named = named.join(", ");
            return no_dump(
                path,
                format!("it holds several dumps: give one of them, {named}{more}."),
            );
        }
    }
    if let Some(above) = above(path).filter(|path| is_database(&listed(path))) {
        let above = shown(&above);
        return no_dump(
            path,
            format!("the folder that it is in is a database's: give {above}."),
        );
    }
    let server = ["WiredTiger", "mongod.lock", "storage.bson"];
    if server.iter().any(|file| contents.file(file).is_some()) {
        return no_dump(
            path,
            "it is the folder of the database server itself. Make a dump with mongodump, and give that.",
        );
    }
    let link = contents
        .strange
        .iter()
        .find(|(_, what)| *what == Strange::Link);
    if let Some((link, _)) = link {
        let link = shown(link);
        return no_dump(
            path,
            format!(
                "it holds no collection, and links are not followed: give the folder to which {link} leads."
            ),
        );
    }
    no_dump(path, format!("it holds no collection. {GIVE}"))
}

fn above(path: &Path) -> Option<PathBuf> {
    let path = std::fs::canonicalize(path).ok()?;
    path.parent().map(Path::to_path_buf)
}

fn is_root(path: &Path) -> bool {
    listed(path)
        .folders
        .iter()
        .any(|(_, path)| is_database(&listed(path)))
}

/// Nothing, where it cannot be listed.
fn listed(path: &Path) -> Contents {
    contents::list(path).unwrap_or_default()
}
