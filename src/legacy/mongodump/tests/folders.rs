//! Which folders and files are dumps, and what is told of them.

use super::*;

const OLD: &[u8] =
    br#"{"options":{},"indexes":[{"v":1,"key":{"_id":1},"name":"_id_","ns":"App.cars"}]}"#;
const NEW: &[u8] = br#"{"indexes":[],"uuid":"0123456789abcdef0123456789abcdef","collectionName":"cars","type":"collection"}"#;

#[test]
fn whole_dumps() {
    let (one, two) = (numbered(1), [numbered(1), numbered(2)].concat());
    let folder = folder(&[
        (
            "prelude.json",
            br#"{"ServerVersion":"7.0.16","ToolVersion":"100.12.0"}"#,
        ),
        ("App/cars.bson", &two),
        ("App/cars.metadata.json", NEW),
        ("App/two+words.bson.gz", &gzip(&one)),
        ("App/two+words.metadata.json.gz", &gzip(OLD)),
        ("App-test/caf%C3%A9s.bson", b""),
        ("App-test/caf%C3%A9s.metadata.json", b""),
        ("admin/system.version.bin", &one),
    ]);
    let dump = Dump::open(folder.path()).unwrap();
    assert_eq!(dump.shape, Shape::Root);
    let expected = [
        "App/cars Collection 2",
        "App/two words Collection 1",
        "App-test/cafés Collection 0",
        "admin/system.version Collection 1",
    ];
    assert_eq!(listed(&dump), expected);
    assert_eq!(told(&dump), [""; 0]);
    assert_eq!(dump.versions.server.as_deref(), Some("7.0.16"));
    assert_eq!(dump.versions.tool.as_deref(), Some("100.12.0"));
    let app = dump.database("App").unwrap();
    let cars = app.collection("cars").unwrap().metadata.as_ref().unwrap();
    assert_eq!(
        cars.uuid.as_deref(),
        Some("0123456789abcdef0123456789abcdef")
    );
    assert!(cars.options.is_none() && cars.text.as_bytes() == NEW);
    let words = app
        .collection("two words")
        .unwrap()
        .metadata
        .as_ref()
        .unwrap();
    assert_eq!(words.options.as_ref().unwrap().get(), "{}");
    assert!(words.indexes[0].get().starts_with("{\"v\":1,"));
}

#[test]
fn a_databases_folder() {
    let folder = folder(&[
        ("dump/prelude.json", br#"{"ServerVersion":"unknown"}"#),
        ("dump/App/cars.bson", &numbered(1)),
        ("dump/App/cars.metadata.json", NEW),
        ("dump/App/deep/out.bson", &numbered(1)),
    ]);
    let dump = Dump::open(&folder.path().join("dump/App")).unwrap();
    assert_eq!(dump.shape, Shape::Database);
    assert_eq!(listed(&dump), ["App/cars Collection 1"]);
    assert_eq!(told(&dump), ["deep is no folder of a dump"]);
    assert_eq!(dump.versions.server.as_deref(), Some("unknown"));
    refused(folder.path(), "the dump is the folder in it: give ");
    let deep = folder.path().join("dump/App/empty");
    fs::create_dir(&deep).unwrap();
    refused(&deep, "the folder that it is in is a database's: give ");
    let metadata = folder.path().join("dump/App/cars.metadata.json");
    refused(&metadata, "Give the folder it is in: ");
}

#[test]
fn single_files() {
    let one = numbered(1);
    // a document whose length begins as a gzip stream does
    let mut as_if_packed = rawdoc! { "a": "x".repeat(0x0008_8b1f - 13) }.into_bytes();
    assert_eq!(as_if_packed[..4], [0x1f, 0x8b, 8, 0]);
    as_if_packed.extend(&one);
    let folder = folder(&[
        ("App/cars.bson", &one),
        ("App/cars.metadata.json", NEW),
        ("App/two+words.bson.gz", &gzip(&one)),
        ("App/renamed", &one),
        ("App/packed", &gzip(&one)),
        ("App/misnamed.bson", &gzip(&one)),
        ("App/packed-nothing.bson", &gzip(b"")),
        ("App/as-if-packed.bson", &as_if_packed),
        ("App/empty.bson", b""),
        ("App/100%.bson", &one),
        ("App/notes.txt", b"no documents"),
        ("App/notes.gz", &gzip(b"no documents")),
        ("App/nothing", b""),
    ]);
    let open = |file: &str| Dump::open(&folder.path().join("App").join(file));
    let check = |file, expected: &str| {
        let dump = open(file).unwrap();
        assert_eq!(dump.shape, Shape::Collection);
        assert_eq!(
            (listed(&dump), told(&dump)),
            (vec![expected.to_owned()], vec![])
        );
        dump
    };
    let cars = check("cars.bson", "App/cars Collection 1");
    assert!(cars.databases[0].collections[0].metadata.is_some());
    check("two+words.bson.gz", "App/two words Collection 1");
    check("renamed", "App/renamed Collection 1");
    check("packed", "App/packed Collection 1");
    check("misnamed.bson", "App/misnamed Collection 1");
    check("packed-nothing.bson", "App/packed-nothing Collection 0");
    check("as-if-packed.bson", "App/as-if-packed Collection 2");
    check("empty.bson", "App/empty Collection 0");
    for other in ["notes.txt", "notes.gz", "nothing"] {
        refused(
            &folder.path().join("App").join(other),
            "neither documents nor an archive",
        );
    }
    refused(
        &folder.path().join("App/100%.bson"),
        "it has a name that names no collection.",
    );
    refused(&folder.path().join("App/no.bson"), "does not exist");
}

#[test]
fn views_and_time_series() {
    let view = br#"{"options":{"viewOn":"cars","pipeline":[{"$match":{}}]},"indexes":[]}"#;
    let series =
        br#"{"options":{"timeseries":{"timeField":"t"}},"indexes":[],"type":"timeseries"}"#;
    let one = numbered(1);
    let folder = folder(&[
        ("App/cars.bson", &one),
        ("App/cars.metadata.json", NEW),
        (
            "App/lost.metadata.json",
            br#"{"indexes":[],"collectionName":"lost"}"#,
        ),
        ("App/mine.metadata.json", view),
        ("App/newer.bson", &one),
        ("App/newer.metadata.json", series),
        ("App/system.buckets.heat.bson", &one),
        ("App/heat.metadata.json", series),
        ("App/system.buckets.alone.bson", &one),
        ("App/both.bson", b""),
        ("App/both.metadata.json", series),
        ("App/system.buckets.both.bson", &one),
        // --viewsAsCollections
        ("App/shown.bson", &one),
        (
            "App/shown.metadata.json",
            br#"{"options":{},"indexes":[],"type":"view"}"#,
        ),
    ]);
    let dump = Dump::open(folder.path()).unwrap();
    let expected = [
        "App/both TimeSeries 1",
        "App/cars Collection 1",
        "App/heat TimeSeries 1",
        "App/lost Collection nothing",
        "App/mine View nothing",
        "App/newer TimeSeries 1",
        "App/shown Collection 1",
        "App/system.buckets.alone Collection 1",
    ];
    assert_eq!(listed(&dump), expected);
    let lost = "App/lost.metadata.json stands alone: the file of documents is missing";
    let both = "App/both.bson is there a second time; this one is not read";
    assert_eq!(told(&dump), [both, lost]);
}

#[test]
fn cut_names() {
    // names are cut in the middle of an escape too
    for before in 0..9 {
        let name = format!("{}{}", "a".repeat(before), "☃".repeat(80));
        let stem = names::of_file(&name);
        let dump = folder(&[
            (&format!("App/{stem}.bson.gz"), &gzip(&numbered(1))),
            (
                &format!("App/{stem}.metadata.json"),
                metadata::least(&name).as_bytes(),
            ),
        ]);
        let dump = Dump::open(dump.path()).unwrap();
        assert_eq!(listed(&dump), [format!("App/{name} Collection 1")]);
    }
    let long = "€$ ".repeat(50);
    let stem = names::of_file(&long);
    let metadata = metadata::least(&long);
    let other = metadata::least(&"€".repeat(85));
    let one = numbered(1);
    let (data, described) = (
        format!("App/{stem}.bson"),
        format!("App/{stem}.metadata.json"),
    );
    let good = folder(&[(&data, &one), (&described, metadata.as_bytes())]);
    let dump = Dump::open(good.path()).unwrap();
    assert_eq!(listed(&dump), [format!("App/{long} Collection 1")]);
    // more than MongoDB allows
    let long = "€".repeat(86);
    let stem = names::of_file(&long);
    let bad = folder(&[
        (&format!("App/{stem}.bson"), &one),
        (
            &format!("App/{stem}.metadata.json"),
            metadata::least(&long).as_bytes(),
        ),
    ]);
    let dump = Dump::open(bad.path()).unwrap();
    assert_eq!(listed(&dump), [""; 0]);
    assert!(told(&dump)[0].ends_with("has a name that names no collection"));
    for bad in [other.as_bytes(), b"", OLD] {
        let bad = folder(&[(&data, &one), (&described, bad)]);
        let dump = Dump::open(bad.path()).unwrap();
        assert_eq!(listed(&dump), [""; 0]);
        assert!(told(&dump)[0].ends_with("has a cut name, and no metadata say the whole one"));
    }
}

#[test]
fn oddities_are_told() {
    let one = numbered(1);
    let folder = folder(&[
        ("oplog.bson", &one),
        ("stray.bson", &one),
        ("prelude.json", b"[]"),
        ("empty/", b""),
        ("App/prelude.json", b"{}"),
        ("App/a+b.bson", &one),
        ("App/a%20b.bson", &one),
        ("App/cars.bson", &one),
        ("App/cars.bson.gz", &gzip(&one)),
        ("App/cars.metadata.json", b"{\"options\":7}"),
        ("App/none.bson", &one),
        ("App/none.metadata.json.gz", b""),
        ("App/packed.bson", &one),
        ("App/packed.metadata.json.gz", b"this is no gzip stream"),
        ("App/bad%zz.bson", &one),
        ("App/notes\x1b.txt", b""),
        ("App/deep/", b""),
    ]);
    let mut expected = vec![
        "App/a+b.bson is there a second time; this one is not read",
        "App/bad%zz.bson has a name that names no collection",
        "App/cars.bson.gz is there a second time; this one is not read",
        "App/cars.metadata.json cannot be understood: \"options\": invalid type: integer `7`, expected a map at line 1 column 1",
        "App/deep is no folder of a dump",
        "App/notes\\x1b.txt is no file of a dump",
        "App/packed.metadata.json.gz cannot be understood: invalid gzip header",
        "empty holds no collection",
        "oplog.bson holds changes that were made while the dump was; they are not read",
        "prelude.json cannot be understood: invalid type: sequence, expected a map at line 1 column 0",
        "stray.bson is no file of a dump",
    ];
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt as _;
        use std::os::unix::fs::symlink;
        symlink("/etc", folder.path().join("away")).unwrap();
        symlink("cars.bson", folder.path().join("App/linked.bson")).unwrap();
        fs::create_dir(
            folder
                .path()
                .join(std::ffi::OsStr::from_bytes(b"a\xff\x1b[2J")),
        )
        .unwrap();
        let socket = folder.path().join("App/socket.bson");
        drop(std::os::unix::net::UnixListener::bind(socket).unwrap());
        expected.extend([
            "away is a link; links are not followed",
            "App/linked.bson is a link, and links are not followed: put the file itself there",
            "a\u{fffd}\\x1b[2J has a name that is no Unicode",
            "App/socket.bson is neither a file nor a folder",
        ]);
    }
    let dump = Dump::open(folder.path()).unwrap();
    let collections = [
        "App/a b Collection 1",
        "App/cars Collection 1",
        "App/none Collection 1",
        "App/packed Collection 1",
    ];
    assert_eq!(listed(&dump), collections);
    let mut told = told(&dump);
    told.sort();
    expected.sort_unstable();
    assert_eq!(told, expected);
}

#[test]
fn other_folders() {
    let empty = folder(&[]);
    refused(
        empty.path(),
        "it holds no collection. Give the folder that mongodump made",
    );
    refused(&empty.path().join("no"), "does not exist");
    let server = folder(&[("WiredTiger", b""), ("collection-0.wt", b"")]);
    refused(server.path(), "the folder of the database server itself");
    let nothing_was_there = folder(&[("prelude.json", b"{}")]);
    let dump = Dump::open(nothing_was_there.path()).unwrap();
    assert_eq!((dump.shape, listed(&dump)), (Shape::Root, vec![]));
    let old = folder(&[("cars.bson", &numbered(1))]);
    assert_eq!(Dump::open(old.path()).unwrap().shape, Shape::Database);
    let strays = folder(&[("cars.bson", &numbered(1)), ("App/cars.bson", b"")]);
    assert_eq!(Dump::open(strays.path()).unwrap().shape, Shape::Root);
}

#[test]
fn several_dumps() {
    let folder = folder(&[]);
    for number in 0..6 {
        let app = folder.path().join(format!("d{number}/App"));
        fs::create_dir_all(&app).unwrap();
        fs::write(app.join("cars.bson"), b"").unwrap();
        let path = |number| shown_path(&folder.path().join(format!("d{number}")));
        match number {
            0 => refused(folder.path(), &format!("in it: give {}.", path(0))),
            1 => {
                let both = format!("give one of them, {}, {}.", path(0), path(1));
                refused(folder.path(), &both);
            }
            4 => refused(folder.path(), &format!("{}.", path(4))),
            5 => refused(folder.path(), &format!("{}, ….", path(4))),
            _ => {}
        }
    }
}

fn shown_path(path: &Path) -> String {
    crate::legacy::unreadable::shown(path).to_string()
}

/// Links lead to what can be given.
#[cfg(unix)]
#[test]
fn databases_that_are_links() {
    use std::os::unix::fs::symlink;
    let folder = folder(&[
        ("real/cars.bson", &numbered(1)),
        ("dump/prelude.json", b"{}"),
        ("files/App/", b""),
    ]);
    symlink("../real", folder.path().join("dump/App")).unwrap();
    let link = shown_path(&folder.path().join("dump/App"));
    refused(
        &folder.path().join("dump"),
        &format!("give the folder to which {link} leads"),
    );
    let file = folder.path().join("files/App/cars.bson");
    symlink("../../real/cars.bson", file).unwrap();
    let dump = Dump::open(&folder.path().join("files")).unwrap();
    assert_eq!(dump.problems[0].what, Oddity::LinkedFile);
    assert_eq!(dump.problems[0].database.as_deref(), Some("App"));
}

/// A link may be given; in a dump none is followed.
#[cfg(unix)]
#[test]
fn what_is_given_may_be_a_link() {
    let folder = folder(&[("dump/App/cars.bson", &numbered(1))]);
    let link = folder.path().join("latest");
    std::os::unix::fs::symlink("dump", &link).unwrap();
    assert_eq!(
        listed(&Dump::open(&link).unwrap()),
        ["App/cars Collection 1"]
    );
    let file = folder.path().join("file");
    std::os::unix::fs::symlink("dump/App/cars.bson", &file).unwrap();
    assert_eq!(
        listed(&Dump::open(&file).unwrap()),
        ["App/cars Collection 1"]
    );
    refused(Path::new("/dev/null"), "it is neither a file nor a folder");
}
