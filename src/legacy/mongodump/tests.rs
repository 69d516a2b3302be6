mod archives;
mod folders;
mod round;

use std::fs;
use std::path::Path;

use bson::rawdoc;

use super::*;

/// A document that is told apart by its number.
fn numbered(number: i32) -> Vec<u8> {
    rawdoc! { "_id": number, "name": format!("n{number}") }.into_bytes()
}

/// A folder with these files; a name that ends in a slash is a folder.
fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        if name.ends_with('/') {
            fs::create_dir_all(path).unwrap();
        } else {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }
    folder
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

/// `database/collection` of each collection, and of what it is and has.
fn listed(dump: &Dump) -> Vec<String> {
    let mut found = Vec::new();
    for database in &dump.databases {
        for collection in &database.collections {
            let data = match &collection.data {
                None => "nothing".into(),
                Some(data) => {
                    let count = documents::scan(data).unwrap();
                    let end = if count.broken.is_some() {
                        " broken"
                    } else {
                        ""
                    };
                    format!("{}{end}", count.documents)
                }
            };
            let Collection { name, kind, .. } = collection;
            found.push(format!("{}/{name} {kind:?} {data}", database.name));
        }
    }
    found
}

fn told(dump: &Dump) -> Vec<String> {
    dump.problems.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn refused(path: &Path, part: &str) {
    let error = Dump::open(path).unwrap_err();
    assert!(error.is_wrong_command());
    assert!(error.to_string().contains(part), "{error}");
}
