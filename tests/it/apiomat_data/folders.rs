//! What may be given as a dump, and what may not.

use std::fs;
use std::os::unix::fs::symlink;

use super::dumps::{Archive, cars, collection, docs, gzip, metadata, write};
use super::{APP, copy, import, is_wrong, outcomes, shipped, short};
use crate::session::Site;

const CARS: &str = "1a 2b";

/// The same documents in every shape, below names of their own.
fn all_shapes() -> Site {
    let site = cars(CARS);
    let documents = docs(CARS);
    let of = ("App", "cars");
    let archive = Archive::new(&[of])
        .block(of, &documents[..1])
        .block(of, &documents[1..])
        .end(of, &documents);
    let packed = gzip(&archive.0);
    let bson = gzip(&documents.concat());
    let described = metadata("cars");
    for (name, bytes) in [
        ("all", &archive.0[..]),
        ("all.archive.gz", &packed),
        ("named-otherwise", &packed),
        ("in-a-folder/archive", &archive.0),
        ("packed-in-a-folder/archive.gz", &packed),
        ("packed/App/cars.bson.gz", &bson),
        (
            "packed/App/cars.metadata.json.gz",
            &gzip(described.as_bytes()),
        ),
        ("old/App/cars.bin", &documents.concat()),
        ("old/App/cars.metadata.json", described.as_bytes()),
    ] {
        write(&site, name, bytes);
    }
    symlink("dump", site.path("link")).unwrap();
    symlink("dump/App", site.path("other-name")).unwrap();
    symlink("dump/App/cars.bson", site.path("cars-link.bson")).unwrap();
    symlink("all", site.path("archive-link")).unwrap();
    site
}

#[test]
fn every_shape_is_the_same_data() {
    let site = all_shapes();
    let mut digests = Vec::new();
    for given in [
        "dump",
        "dump/",
        "dump/App",
        "dump/App/",
        "dump/App/.",
        "dump/App/cars.bson",
        "all",
        "all.archive.gz",
        "named-otherwise",
        "in-a-folder",
        "packed-in-a-folder",
        "packed",
        "packed/App",
        "packed/App/cars.bson.gz",
        "old",
        "link",
        "other-name",
        "cars-link.bson",
        "archive-link",
    ] {
        // one store for all: the second shape finds what the first one brought
        import(&site, &format!("{given} {APP}"), 0);
        let first = if digests.is_empty() {
            "created"
        } else {
            "unchanged"
        };
        assert_eq!(
            outcomes(&site, "collections"),
            format!("{first} 1"),
            "{given}"
        );
        assert_eq!(
            outcomes(&site, "documents"),
            format!("{first} 2"),
            "{given}"
        );
        digests.push(site.digest());
    }
    digests.dedup();
    assert_eq!(digests.len(), 1);
    assert_eq!(short(&site, "cars"), CARS);
    assert!(site.left_over().is_empty(), "{:?}", site.left_over());
}

#[test]
fn a_level_too_high_or_too_deep() {
    let site = Site::empty();
    collection(&site, "up/dump/App", "cars", &docs(CARS));
    fs::create_dir_all(site.path("up/dump/App/deeper")).unwrap();
    is_wrong(
        &site,
        &format!("up {APP}"),
        &["up is no dump", "give up/dump"],
    );
    is_wrong(
        &site,
        &format!("up/dump/App/deeper {APP}"),
        &[
            "the folder that it is in is a database's: give ",
            "up/dump/App.",
        ],
    );
    is_wrong(
        &site,
        &format!("up/dump/App/cars.metadata.json {APP}"),
        &["it is a part of one", "up/dump/App."],
    );
}

#[test]
fn what_is_no_dump() {
    let site = Site::empty();
    for (name, text) in [
        ("texts/notes.txt", "a text"),
        ("server/WiredTiger", "WiredTiger"),
        ("server/mongod.lock", ""),
        ("notes.txt", "a text"),
        ("nothing", ""),
        ("packed.gz", "no gzip"),
    ] {
        write(&site, name, text.as_bytes());
    }
    write(&site, "text.gz", &gzip(b"a text"));
    fs::create_dir(site.path("empty")).unwrap();
    fs::create_dir_all(site.path("empties/App")).unwrap();
    symlink("nowhere", site.path("broken-link")).unwrap();
    for (given, part) in [
        ("empty", "it holds no collection"),
        ("empties", "it holds no collection"),
        ("texts", "it holds no collection"),
        ("server", "the folder of the database server itself"),
        ("notes.txt", "it holds neither documents nor an archive"),
        ("nothing", "it holds neither documents nor an archive"),
        ("packed.gz", "it holds neither documents nor an archive"),
        ("text.gz", "it holds neither documents nor an archive"),
        ("missing", "missing does not exist"),
        ("broken-link", "broken-link does not exist"),
    ] {
        is_wrong(&site, &format!("{given} {APP}"), &[given, part]);
    }
}

/// mongodump writes into a folder that is there without cleaning it.
#[test]
fn a_leftover_of_another_application_is_not_taken() {
    let site = Site::empty();
    let dump = shipped();
    copy(&dump.path("dump/OldApp"), &site.path("OldApp"));
    fs::create_dir(site.path("dump")).unwrap();
    copy(&dump.path("dump/OldApp"), &site.path("dump/OldApp"));
    let of = ("OldApp", "Thing");
    write(&site, "all", &Archive::new(&[of]).whole(of, &docs("1a")).0);
    for given in [
        "dump",
        "dump/OldApp",
        "dump/OldApp/Thing.bson",
        "OldApp",
        "all",
    ] {
        is_wrong(
            &site,
            &format!("{given} --app ConferenceApp --system live"),
            &[
                "does not hold the live data of ConferenceApp",
                "It holds OldApp.",
            ],
        );
    }
}

/// A dump may have been made of a server with no data in it.
#[test]
fn a_dump_of_nothing() {
    let site = Site::empty();
    let prelude = br#"{"ServerVersion":"7.0.16","ToolVersion":"100.12.0"}"#;
    write(&site, "dump/prelude.json", prelude);
    write(&site, "all", &Archive::new(&[]).0);
    for given in ["dump", "all"] {
        is_wrong(&site, &format!("{given} {APP}"), &["It holds no database."]);
    }
}

#[test]
fn links_in_a_dump_are_not_followed() {
    let site = cars(CARS);
    collection(&site, "secret", "bikes", &docs("1x"));
    symlink(
        site.path("secret/bikes.bson"),
        site.path("dump/App/bikes.bson"),
    )
    .unwrap();
    symlink(site.path("secret"), site.path("dump/Other")).unwrap();
    symlink("/etc", site.path("dump/App/etc")).unwrap();
    let ended = import(&site, &format!("dump {APP}"), 1);
    assert!(ended.err.contains("put the file itself there"), "{ended:?}");
    fs::remove_file(site.path("dump/App/bikes.bson")).unwrap();
    import(&site, &format!("dump {APP}"), 0);
    assert_eq!(outcomes(&site, "collections"), "created 1");
    let told = super::messages(&site, "not-read");
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told.iter().all(|it| it.contains("links are not followed")),
        "{told:?}"
    );
}

/// Files that are no documents of the application are told, and nothing else comes of them.
#[test]
fn strays_are_told() {
    let site = cars(CARS);
    for (name, bytes) in [
        ("dump/oplog.bson", &docs("1a").concat()[..]),
        ("dump/prelude.json", b"no JSON"),
        ("dump/notes.txt", b"a text"),
        ("dump/App/notes.txt", b"a text"),
        ("dump/App/deeper/bikes.bson", &docs("1a").concat()),
        ("dump/nothing/notes.txt", b"a text"),
        ("dump/App/alone.metadata.json", metadata("alone").as_bytes()),
        ("dump/App/cars.bson.gz", &gzip(&docs("9z").concat())),
    ] {
        write(&site, name, bytes);
    }
    import(&site, &format!("dump {APP}"), 0);
    let told = super::messages(&site, "not-read").join("\n");
    for part in [
        "oplog.bson holds changes",
        "prelude.json cannot be understood",
        "dump/notes.txt is no file of a dump",
        "App/notes.txt is no file of a dump",
        "App/deeper is no folder of a dump",
        "nothing holds no collection",
        "App/alone.metadata.json stands alone",
        "App/cars.bson.gz is there a second time",
    ] {
        let part = part.trim_start_matches("dump/");
        assert!(told.contains(part), "no {part:?} in {told}");
    }
    assert_eq!(short(&site, "cars"), CARS);
}

/// The dump is never written, whatever else the command names.
#[test]
fn no_output_takes_the_place_of_the_dump() {
    let site = all_shapes();
    for given in [
        "dump",
        "dump/App",
        "dump/App/cars.bson",
        "all",
        "archive-link",
        "in-a-folder",
    ] {
        for out in ["all", "dump/App/cars.bson", "in-a-folder/archive"] {
            let is_inside = match given {
                "archive-link" => out == "all",
                given => out.starts_with(given),
            };
            if !is_inside {
                continue;
            }
            let before = fs::read(site.path(out)).unwrap();
            let line = format!("import apiomat-data {given} {APP} --noinput --report {out}");
            let ended = site.run(&line);
            assert_eq!(ended.code, Some(2), "{line}: {ended:?}");
            assert!(fs::read(site.path(out)).unwrap() == before, "{line}");
        }
    }
    assert!(!site.store.exists());
}
