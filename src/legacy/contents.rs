//! What one folder holds. No link is followed.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Names and paths, in the order of the names.
#[derive(Default)]
pub struct Contents {
    pub files: Vec<(String, PathBuf)>,
    pub folders: Vec<(String, PathBuf)>,
    /// What is neither, or cannot be named.
    pub strange: Vec<(PathBuf, Strange)>,
}

/// Why an entry is passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strange {
    /// A symbolic link, wherever it leads.
    Link,
    /// Neither file nor folder.
    Special,
    /// A name that is no Unicode.
    Name,
}

impl fmt::Display for Strange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Strange::Link => "is a link; links are not followed",
            Strange::Special => "is neither a file nor a folder",
            Strange::Name => "has a name that is no Unicode",
        })
    }
}

impl Contents {
    pub fn file(&self, name: &str) -> Option<PathBuf> {
        let mut files = self.files.iter();
        files.find_map(|(file, path)| (file == name).then(|| path.clone()))
    }
}

/// Lists a folder.
pub fn list(folder: &Path) -> io::Result<Contents> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        entries.push((entry.file_name(), entry.file_type()?));
    }
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    let mut contents = Contents {
        files: Vec::new(),
        folders: Vec::new(),
        strange: Vec::new(),
    };
    for (name, kind) in entries {
        let path = folder.join(&name);
        let Ok(name) = name.into_string() else {
            contents.strange.push((path, Strange::Name));
            continue;
        };
        if kind.is_symlink() {
            contents.strange.push((path, Strange::Link));
        } else if kind.is_dir() {
            contents.folders.push((name, path));
        } else if kind.is_file() {
            contents.files.push((name, path));
        } else {
            contents.strange.push((path, Strange::Special));
        }
    }
    Ok(contents)
}
