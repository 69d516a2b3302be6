//! Backups: what goes in comes out, whatever goes wrong nothing is lost.

mod contents;
mod damaged;
mod faults;
mod forged;
mod killed;
mod moving;
mod packed;
mod scheduled;
mod versions;

use std::fs;
use std::path::{Path, PathBuf};

use heirloom::archive::{self, ArchiveError};

use super::session::Site;

/// A site with an import in its store, a decision, an account that logs in, and a backup.
pub fn site() -> Site {
    let site = Site::shipped();
    assert_eq!(site.import("").code, Some(3));
    let ended = site.run("backup --out b.tar.gz");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.out, "b.tar.gz\n");
    site
}

/// A small backup of this version's schema.
fn current() -> Vec<u8> {
    let name = format!("schema-{}.tar.gz", heirloom::store::schema_version());
    std::fs::read(fixture(&name)).unwrap()
}

/// A backup that comes with the source code.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/archives")
        .join(name)
}

/// What the library says of these bytes.
pub fn verdict(bytes: &[u8]) -> Result<archive::Read, ArchiveError> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("b.tar.gz");
    fs::write(&path, bytes).expect("a file");
    archive::verify(&path, &mut ())
}

/// Names of a folder's files, in order.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into()
        })
        .collect();
    names.sort_unstable();
    names
}
