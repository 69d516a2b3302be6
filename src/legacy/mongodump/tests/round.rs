//! What is read and written again is the same.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::*;

/// Every file below a folder.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(path).unwrap();
            open.extend(entries.map(|entry| entry.unwrap().path()));
        } else {
            let bytes = fs::read(&path).unwrap();
            found.insert(path.strip_prefix(folder).unwrap().to_path_buf(), bytes);
        }
    }
    found
}

/// Bad documents go out as they came in.
fn copy(dump: &Dump, to: &Path) {
    let out = DumpWriter::create(to).unwrap();
    for database in &dump.databases {
        for collection in &database.collections {
            let (name, metadata) = (&collection.name, collection.metadata.as_ref().unwrap());
            let Some(data) = &collection.data else {
                out.view(&database.name, name, &metadata.text).unwrap();
                continue;
            };
            let mut writer = out
                .collection(&database.name, name, collection.kind, Some(&metadata.text))
                .unwrap();
            for document in documents::open(data).unwrap() {
                let bytes = match document {
                    Ok(document) => document.bytes,
                    Err(Flaw::Bad(bad)) => bad.bytes,
                    Err(flaw) => panic!("{flaw}"),
                };
                writer.document(&bytes).unwrap();
            }
            assert_eq!(
                writer.end().unwrap(),
                documents::scan(data).unwrap().documents
            );
        }
    }
    out.finish().unwrap();
}

#[test]
fn byte_for_byte() {
    let long = "sensor ".repeat(35);
    let stem = names::of_file(&long);
    let mut bad = numbered(2);
    bad[4] = 0x77;
    let data = [numbered(1), bad, numbered(3)].concat();
    let (file, described) = (
        format!("App/{stem}.bson"),
        format!("App/{stem}.metadata.json"),
    );
    let folder = folder(&[
        ("App/a+b%2B.bson", &data),
        (
            "App/a+b%2B.metadata.json",
            b"{\n  \"indexes\": [],\t\"other\": [1.50]}",
        ),
        (&file, b""),
        (&described, metadata::least(&long).as_bytes()),
        (
            "App/mine.metadata.json",
            br#"{"options":{"viewOn":"a b+"}}"#,
        ),
        ("App-test/a+b%2B.bson", &data),
        (
            "App-test/a+b%2B.metadata.json",
            metadata::least("a b+").as_bytes(),
        ),
    ]);
    let place = tempfile::tempdir().unwrap();
    let to = place.path().join("copy");
    let dump = Dump::open(folder.path()).unwrap();
    copy(&dump, &to);
    assert_eq!(files(&to), files(folder.path()));
    assert_eq!(listed(&Dump::open(&to).unwrap()), listed(&dump));
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
    #[cfg(unix)]
    for path in [to.join("App"), to.join("App/a+b%2B.bson")] {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o077, 0);
    }
}

#[test]
fn what_is_not_finished_is_not_there() {
    let place = tempfile::tempdir().unwrap();
    let to = place.path().join("out");
    let out = DumpWriter::create(&to).unwrap();
    let mut cars = out
        .collection(
            "App",
            "cars",
            Kind::Collection,
            Some(&metadata::least("cars")),
        )
        .unwrap();
    cars.document(&numbered(1)).unwrap();
    cars.end().unwrap();
    assert!(!to.exists());
    drop(out);
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
}

/// The metadata of older archives do not say the whole of a name that is cut.
#[test]
fn a_whole_name_is_added() {
    let (one, two) = ("€".repeat(80), "☃\"".repeat(60));
    let place = tempfile::tempdir().unwrap();
    let to = place.path().join("out");
    let out = DumpWriter::create(&to).unwrap();
    for (name, metadata) in [(&one, " { }"), (&two, r#"{"indexes":[]}"#)] {
        let writer = out.collection("App", name, Kind::Collection, Some(metadata));
        writer.unwrap().end().unwrap();
    }
    out.finish().unwrap();
    let dump = Dump::open(&to).unwrap();
    let app = dump.database("App").unwrap();
    let text = |name| {
        &*app
            .collection(name)
            .unwrap()
            .metadata
            .as_ref()
            .unwrap()
            .text
    };
    assert_eq!(text(&one), format!(r#" {{"collectionName":"{one}" }}"#));
    let quoted = serde_json::Value::from(&*two);
    let expected = format!(r#"{{"collectionName":{quoted},"indexes":[]}}"#);
    assert_eq!(text(&two), expected);
}

#[test]
fn what_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let refused = |path: &Path| DumpWriter::create(path).unwrap_err();
    fs::write(place.path().join("file"), "").unwrap();
    assert!(matches!(refused(place.path()), WriteError::NotEmpty(_)));
    let nowhere = refused(&place.path().join("no/where"));
    assert!(matches!(nowhere, WriteError::NoParent(_)) && nowhere.is_wrong_command());
    let out = DumpWriter::create(&place.path().join("out")).unwrap();
    for name in ["", ".", "..", "a/b", "a\0", "a b", "$a"] {
        let refused = out.view(name, "cars", "{}");
        assert!(matches!(refused, Err(WriteError::Name(_))), "{name:?}");
    }
    for name in ["", "a\0"] {
        assert!(matches!(
            out.view("App", name, "{}"),
            Err(WriteError::Name(_))
        ));
    }
    let long = "€".repeat(80);
    for (name, metadata) in [
        ("cars", ""),
        ("cars", "[]"),
        (&long, &metadata::least("bikes")),
        (&long, r#"{"collectionName":null}"#),
    ] {
        assert!(
            matches!(out.view("App", name, metadata), Err(WriteError::Io { .. })),
            "{metadata}"
        );
    }
    let mut cars = out
        .collection("App", "cars", Kind::Collection, Some("{}"))
        .unwrap();
    assert!(
        out.collection("App", "cars", Kind::Collection, Some("{}"))
            .is_err()
    );
    let whole = numbered(1);
    let (short, long) = (&whole[..whole.len() - 1], [&*whole, b"\0"].concat());
    let mut endless = whole.clone();
    *endless.last_mut().unwrap() = 1;
    for bytes in [b"", short, &long, &endless] {
        assert!(cars.document(bytes).is_err());
    }
    cars.document(&whole).unwrap();
    assert_eq!(cars.end().unwrap(), 1);
}
