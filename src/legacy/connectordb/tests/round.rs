//! What is read and written again is the same.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::fixture;
use crate::legacy::connectordb::writer::{DataWriter, WriteError};
use crate::legacy::connectordb::*;

/// Every file below a folder.
fn files(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(
                fs::read_dir(path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else {
            let text = fs::read_to_string(&path).unwrap();
            found.insert(path.strip_prefix(folder).unwrap().to_path_buf(), text);
        }
    }
    found
}

fn copy_points(from: &Path, mut to: DataWriter) {
    for point in points::open(from).unwrap() {
        let point = point.unwrap();
        to.point(point.time, point.value.as_deref(), point.sender.as_deref())
            .unwrap();
    }
    assert_eq!(to.end().unwrap(), points::scan(from).unwrap().elements);
}

fn copy(from: &Path, to: &Path, style: Style) {
    let tree = Tree::open(from, Completeness::Whole).unwrap();
    assert_eq!(tree.problems, []);
    let mut out = FolderWriter::create(to, tree.shape, style).unwrap();
    for user in &tree.users {
        if let Some(path) = &user.path {
            out.user(&user.key, &metadata::read(path).unwrap()).unwrap();
        }
        for device in &user.devices {
            if let Some(path) = &device.path {
                out.device(&device.key, &metadata::read(path).unwrap())
                    .unwrap();
            }
            for stream in &device.streams {
                let metadata = metadata::read(&stream.path).unwrap();
                out.stream(&stream.key, &metadata).unwrap();
                copy_points(stream.data.as_ref().unwrap(), out.data().unwrap());
                if let Some(path) = &stream.downlink {
                    copy_points(path, out.downlink().unwrap());
                }
            }
        }
    }
    let written_by = tree.marker.and_then(|marker| marker.written_by);
    out.finish(&written_by.unwrap_or_default()).unwrap();
}

#[track_caller]
fn comes_back(fixture: &Path, style: Style) {
    let place = tempfile::tempdir().unwrap();
    let to = place.path().join("copy");
    copy(fixture, &to, style);
    assert_eq!(files(&to), files(fixture));
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
}

#[test]
fn whole_exports() {
    comes_back(&fixture("server"), Style::Go);
}

#[test]
fn parts() {
    let alice = fixture("server/alice");
    comes_back(&alice, Style::Go);
    comes_back(&alice.join("phone"), Style::Go);
    comes_back(&alice.join("phone/light"), Style::Go);
    comes_back(&fixture("client/carol/user"), Style::Python);
    comes_back(&fixture("client/carol/user/words"), Style::Python);
}

/// Numbers lose the exponents of the old server; passwords are not written in version 1.
#[test]
fn in_the_clients_spelling() {
    let place = tempfile::tempdir().unwrap();
    let to = place.path().join("copy");
    copy(&fixture("client"), &to, Style::Python);
    let mut expected = files(&fixture("client"));
    let steps = expected
        .get_mut(Path::new("carol/logger/steps/data.json"))
        .unwrap();
    *steps = r#"[{"t": 1481448617, "d": 12}, {"t": 1481448617.5, "d": 15.0}, {"t": 1481448620, "d": 0}]"#.into();
    assert_eq!(files(&to), expected);

    let to = place.path().join("server");
    copy(&fixture("server"), &to, Style::Python);
    let bob = fs::read_to_string(to.join("bob/user.json")).unwrap();
    assert_eq!(
        bob,
        r#"{"description": "", "email": "bob@example.org", "icon": "", "name": "bob", "nickname": "Bob", "public": false, "role": "user"}"#
    );
}

#[test]
fn what_is_not_finished_is_not_there() {
    let place = tempfile::tempdir().unwrap();
    let to = place.path().join("out");
    let mut out = FolderWriter::create(&to, Shape::Export, Style::Go).unwrap();
    out.user("alice", &UserMetadata::default()).unwrap();
    out.device("phone", &DeviceMetadata::default()).unwrap();
    let stream = StreamMetadata {
        downlink: Some(true),
        ..StreamMetadata::default()
    };
    out.stream("steps", &stream).unwrap();
    let mut data = out.data().unwrap();
    assert!(data.point(f64::NAN, None, None).is_err());
    data.point(0.0, Some("null"), None).unwrap();
    data.point(1.5, None, Some("<é>")).unwrap();
    data.end().unwrap();
    assert!(matches!(out.data(), Err(WriteError::Io { .. })));
    assert!(out.stream("steps", &stream).is_err());
    assert!(!to.exists());
    drop(out);
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
}

#[test]
fn empty_streams_have_their_files() {
    let place = tempfile::tempdir().unwrap();
    let to = place.path().join("out");
    let mut out = FolderWriter::create(&to, Shape::Stream, Style::Go).unwrap();
    let stream = StreamMetadata {
        downlink: Some(true),
        ..StreamMetadata::default()
    };
    out.stream("steps", &stream).unwrap();
    out.finish("").unwrap();
    let expected = [
        ("data.json", "[]"),
        ("downlink.json", "[]"),
        ("stream.json", "{\n\t\"downlink\": true\n}"),
    ];
    let expected = expected.map(|(file, text)| (PathBuf::from(file), text.to_owned()));
    assert_eq!(files(&to), BTreeMap::from(expected));
    #[cfg(unix)]
    for path in [&to, &to.join("data.json")] {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o077, 0);
    }
}

#[test]
fn what_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let refused = |path: &Path| FolderWriter::create(path, Shape::Export, Style::Go).unwrap_err();
    assert!(matches!(refused(place.path()), WriteError::Exists(_)));
    let nowhere = refused(&place.path().join("no/where"));
    assert!(matches!(nowhere, WriteError::NoParent(_)) && nowhere.is_wrong_command());
    let to = place.path().join("out");
    let mut out = FolderWriter::create(&to, Shape::Export, Style::Go).unwrap();
    for name in ["", ".", "..", "a/b", "a\0"] {
        let refused = out.user(name, &UserMetadata::default());
        assert!(matches!(refused, Err(WriteError::Name(_))), "{name:?}");
    }
    let early = out.device("phone", &DeviceMetadata::default());
    assert!(matches!(early, Err(WriteError::Order)));
    assert!(matches!(out.data(), Err(WriteError::Order)));
    let mut out = FolderWriter::create(&to, Shape::Device, Style::Go).unwrap();
    let above = out.user("alice", &UserMetadata::default());
    assert!(matches!(above, Err(WriteError::Order)));
}
