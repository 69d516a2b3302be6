//! Which folders are exports, and what is told of them.

use std::fs;
use std::path::Path;

use super::fixture;
use crate::legacy::connectordb::*;

/// A folder with these files; a name that ends in a slash is a folder.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        if name.ends_with('/') {
            fs::create_dir_all(path).unwrap();
        } else {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
    folder
}

fn open(path: &Path) -> Result<Tree, FolderError> {
    Tree::open(path, Completeness::Whole)
}

/// `user/device/stream` of each stream, and of what has none the path as far as it goes.
fn streams(tree: &Tree) -> Vec<String> {
    let mut found = Vec::new();
    for user in &tree.users {
        for device in &user.devices {
            for stream in &device.streams {
                found.push(format!("{}/{}/{}", user.key, device.key, stream.key));
            }
        }
    }
    found
}

#[test]
fn shapes() {
    let tree = open(&fixture("server")).unwrap();
    assert_eq!(tree.shape, Shape::Export);
    let marker = tree.marker.as_ref().unwrap();
    assert_eq!(
        (marker.version, marker.written_by.as_deref()),
        (2, Some("0.3.0-git.1127"))
    );
    assert_eq!(streams(&tree).len(), 11);
    assert!(streams(&tree).is_sorted());
    let light = &tree.users[0].devices[1].streams[1];
    assert!(light.data.is_some() && light.downlink.is_some());
    assert_eq!(light.key, "light");

    let tree = open(&fixture("client")).unwrap();
    assert_eq!(tree.marker.unwrap().version, 1);

    let tree = open(&fixture("server/bob")).unwrap();
    assert_eq!((tree.shape, tree.marker.is_none()), (Shape::User, true));
    assert_eq!(streams(&tree), ["bob/meta/log", "bob/weather-station/wind"]);

    let mut tree = open(&fixture("client/carol/logger")).unwrap();
    assert_eq!(tree.shape, Shape::Device);
    assert_eq!(streams(&tree), ["/logger/steps"]);
    tree.hang_under("alice", None);
    assert_eq!(streams(&tree), ["alice/logger/steps"]);

    let mut tree = open(&fixture("client/carol/logger/steps")).unwrap();
    assert_eq!(tree.shape, Shape::Stream);
    tree.hang_under("alice", Some("phone"));
    assert_eq!(streams(&tree), ["alice/phone/steps"]);
}

/// A folder that was renamed keeps the name of what it is.
#[test]
fn the_outermost_name_is_that_of_the_json() {
    #[track_caller]
    fn check(json: &str, expected: &str) {
        let folder = folder(&[("copied/user.json", json)]);
        let tree = open(&folder.path().join("copied")).unwrap();
        assert_eq!(tree.users[0].key, expected);
    }
    check(r#"{"name":"alice"}"#, "alice");
    check(r#"{"name":""}"#, "copied");
    check("no JSON", "copied");
}

#[test]
fn oddities_are_told_once() {
    let folder = folder(&[
        ("connectordb.json", r#"{"version":1}"#),
        ("notes.txt", ""),
        ("alice/user.json", "{}"),
        ("alice/extra.json", ""),
        ("alice/phone/device.json", "{}"),
        ("alice/phone/steps/stream.json", "{}"),
        ("alice/phone/steps/data.json", "[]"),
        ("alice/phone/steps/old/stream.json", "{}"),
        ("alice/phone/steps/data.json.bak", ""),
        ("alice/phone/lost/data.json", "[]"),
        ("alice/nothing/", ""),
        ("strange/deep/file", ""),
    ]);
    let mut expected = vec![
        "alice/extra.json is no file of an export",
        "alice/nothing holds no device.json",
        "alice/phone/lost holds no stream.json",
        "alice/phone/steps/data.json.bak is no file of an export",
        "alice/phone/steps/old is no folder of an export",
        "notes.txt is no file of an export",
        "strange holds no user.json",
    ];
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt as _;
        use std::os::unix::fs::symlink;
        symlink("/etc", folder.path().join("alice/away")).unwrap();
        symlink(
            "data.json",
            folder.path().join("alice/phone/steps/downlink.json"),
        )
        .unwrap();
        symlink("alice", folder.path().join("bob")).unwrap();
        let name = std::ffi::OsStr::from_bytes(b"a\xff\x1b[2J");
        fs::create_dir(folder.path().join(name)).unwrap();
        let socket = folder.path().join("socket");
        drop(std::os::unix::net::UnixListener::bind(socket).unwrap());
        expected.extend([
            "alice/away is a link; links are not followed",
            "alice/phone/steps/downlink.json is a link; links are not followed",
            "bob is a link; links are not followed",
            "a\u{fffd}\\x1b[2J has a name that is no Unicode",
            "socket is neither a file nor a folder",
        ]);
    }
    let tree = open(folder.path()).unwrap();
    assert_eq!(streams(&tree), ["alice/phone/steps"]);
    assert_eq!(tree.users[0].devices[0].streams[0].downlink, None);
    let mut told: Vec<_> = tree.problems.iter().map(ToString::to_string).collect();
    told.sort();
    expected.sort_unstable();
    assert_eq!(told, expected);
}

#[track_caller]
fn refused(path: &Path, part: &str) {
    let error = open(path).unwrap_err();
    assert!(error.is_wrong_command());
    assert!(error.to_string().contains(part), "{error}");
}

#[test]
fn versions() {
    #[track_caller]
    fn check(marker: &str, part: &str) {
        refused(folder(&[("connectordb.json", marker)]).path(), part);
    }
    check(r#"{"Version":3}"#, "says version 3. Versions 1 ");
    check(r#"{"Version":"2"}"#, "says version \"2\".");
    check(r#"{"Version":-1}"#, "says version -1.");
    check("{}", "says version none.");
    check("{\"Version\":\"\u{9b}2J\"}", r#"says version "\u{9b}2J"."#);
    check("[]", "it must hold an object");
    check("{", "at line 1 column 1");
    let marker = r#"{"VERSION":2,"connectorDB":"x"}"#;
    let tree = open(folder(&[("connectordb.json", marker)]).path()).unwrap();
    assert_eq!(tree.marker.unwrap().written_by.as_deref(), Some("x"));
    assert_eq!(tree.users, []);
}

#[test]
fn incomplete_exports() {
    let folder = folder(&[("alice/user.json", "{}")]);
    refused(folder.path(), "--incomplete");
    let tree = Tree::open(folder.path(), Completeness::MayBeIncomplete).unwrap();
    assert_eq!((tree.shape, tree.users.len()), (Shape::Export, 1));
}

#[test]
fn other_folders() {
    let empty = folder(&[]);
    refused(empty.path(), "it holds none of connectordb.json");
    refused(&empty.path().join("no"), "does not exist");
    refused(&fixture(""), "give ");
    refused(&fixture("server/connectordb.json"), "not a file in it: ");
    refused(&fixture("README.md"), "Give the export folder.");
    let database = folder(&[("connectordb.conf", ""), ("data/", "")]);
    refused(database.path(), "`connectordb export`");
    let user = folder(&[("phone/device.json", "{}")]);
    refused(user.path(), "no user.json");
    let device = folder(&[("steps/stream.json", "{}")]);
    refused(device.path(), "no device.json");
    let low = folder(&[("stream.json", "{}"), ("deep/", "")]);
    refused(
        &low.path().join("deep"),
        "the folder that it is in is one: give ",
    );
}
