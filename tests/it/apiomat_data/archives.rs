//! Archives whose parts do not fit together.

use super::damage::{is_skipped, stops};
use super::dumps::{Archive, collection, docs, gzip, metadata, write};
use super::{APP, import, messages, outcomes, short};
use crate::session::Site;

const CARS: (&str, &str) = ("App", "cars");
const BIKES: (&str, &str) = ("App", "bikes");
const OTHERS: (&str, &str) = ("Other", "cars");

/// A site with something in the store, and this archive as it is and packed.
fn with(archive: Archive) -> Site {
    let site = Site::empty();
    collection(&site, "before/App", "boats", &docs("1y"));
    import(&site, &format!("before {APP}"), 0);
    write(&site, "all", &archive.0);
    write(&site, "all.gz", &gzip(&archive.0));
    site
}

#[track_caller]
fn check(archive: Archive, name: &str, reason: &str, at: usize, comes: (&str, &str)) {
    for given in ["all", "all.gz"] {
        let site = with(archive.clone());
        let line = format!("{given} {APP}");
        let place = format!("{reason} (at byte {at})");
        stops(&site, &line, &[given, &place]);
        is_skipped(
            &site,
            &line,
            &format!("broken-documents App/live/{name}"),
            &[given, &place],
        );
        assert_eq!(
            (&*short(&site, "cars"), &*short(&site, "bikes")),
            comes,
            "{reason}"
        );
        assert_eq!(short(&site, "boats"), "1y");
    }
}

/// A collection of a dump's folder: its name, its metadata, the name in the blocks, its documents.
type Part = (String, String, String, Vec<u8>);

/// The live collections of the shipped dump.
fn shipped_parts(site: &Site) -> Vec<Part> {
    let folder = site.path("dump/ConferenceApp");
    let mut files = super::files(&folder);
    let mut parts = Vec::new();
    let names: Vec<String> = files.keys().cloned().collect();
    for stem in names
        .iter()
        .filter_map(|name| name.strip_suffix(".metadata.json"))
    {
        let text = files.remove(&format!("{stem}.metadata.json")).unwrap();
        let text = String::from_utf8(text).unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let name = json["collectionName"].as_str().unwrap().to_string();
        let (prefix, block) = match json["type"] == "timeseries" {
            true => ("system.buckets.", format!("system.buckets.{name}")),
            false => ("", name.clone()),
        };
        let data = files
            .remove(&format!("{prefix}{stem}.bson"))
            .unwrap_or_default();
        parts.push((name, text, block, data));
    }
    for (file, data) in files {
        let name = file.strip_suffix(".bson").unwrap().to_string();
        parts.push((name.clone(), String::new(), name, data));
    }
    parts
}

#[test]
fn the_shipped_dump_as_an_archive() {
    let site = super::shipped();
    let app = "ConferenceApp";
    let parts = shipped_parts(&site);
    let listed = parts
        .iter()
        .map(|(name, metadata, ..)| (app, &**name, metadata.clone()));
    let mut archive = Archive::with_metadata(&listed.collect::<Vec<_>>());
    for (_, metadata, block, data) in &parts {
        if !metadata.contains("viewOn") {
            archive = archive.whole((app, block), std::slice::from_ref(data));
        }
    }
    write(&site, "all.gz", &gzip(&archive.0));
    let line = format!("--app {app} --system live");
    import(&site, &format!("all.gz {line}"), 0);
    assert_eq!(outcomes(&site, "collections"), "created 11");
    assert_eq!(outcomes(&site, "documents"), "created 16");
    super::export(&site, &line[6..], "out");
    let (out, given) = (
        site.path("out/ConferenceApp"),
        site.path("dump/ConferenceApp"),
    );
    assert!(super::files(&out) == super::files(&given));
    let contents = site.contents();
    import(&site, &format!("dump {line}"), 0);
    assert!(site.contents() == contents);
}

#[test]
fn a_wrong_checksum() {
    let cars = docs("1a 2b");
    let begun = Archive::new(&[CARS, BIKES]).block(CARS, &cars);
    let at = begun.0.len();
    let archive = begun.end_with(CARS, 7).whole(BIKES, &docs("1x"));
    check(
        archive,
        "cars",
        "the checksum that stands here is not the collection's: something in it was changed",
        at,
        ("1a 2b", "1x"),
    );
}

#[test]
fn a_document_that_was_changed() {
    let archive = Archive::new(&[CARS]).whole(CARS, &docs("1a 2b"));
    let mut bytes = archive.0;
    let at = bytes.windows(2).position(|it| it == b"b\0").unwrap();
    // still a document
    let at = bytes[at..]
        .windows(3)
        .position(|it| it == b"b\0\0")
        .map(|it| at + it)
        .unwrap();
    bytes[at] = b'B';
    let site = with(Archive(bytes));
    stops(
        &site,
        &format!("all {APP}"),
        &["the checksum that stands here is not the collection's"],
    );
}

#[test]
fn blocks_in_a_wrong_order() {
    let (cars, bikes) = (docs("1a 2b"), docs("1x"));
    let begun = || Archive::new(&[CARS, BIKES]).whole(CARS, &cars);
    let at = begun().0.len();
    let comes = ("1a 2b", "");
    for (archive, reason) in [
        (begun(), "the archive ends here, before the collection does"),
        (
            begun().block(CARS, &cars),
            "the block that begins here is of a collection that has ended before",
        ),
        (
            begun().block(("App", "boats"), &cars).whole(BIKES, &bikes),
            "the block that begins here is of a collection that the head does not name",
        ),
        (
            Archive([begun().0, cars[0].clone()].concat()).whole(BIKES, &bikes),
            "the block that begins here does not say whose it is",
        ),
    ] {
        check(archive, "bikes", reason, at, comes);
    }
}

#[test]
fn bad_documents_in_a_block() {
    let mut cars = docs("1a 2b 3c");
    cars[1][4] = 0x55;
    let archive = Archive::new(&[CARS]);
    let header = archive.clone().block(CARS, &[]).0.len() - 4;
    let archive = archive.whole(CARS, &cars);
    for given in ["all", "all.gz"] {
        let site = with(archive.clone());
        let line = format!("{given} {APP}");
        let place = format!(
            "{given}: document 1, at byte {}: there is no type 0x55",
            header + cars[0].len()
        );
        stops(&site, &line, &[&place]);
        is_skipped(&site, &line, "bad-document App/live/cars[1]", &[&place]);
        assert_eq!(short(&site, "cars"), "1a 3c");
    }
}

/// What is wrong with another database's part is nobody's business, wherever the archive is.
#[test]
fn damage_elsewhere_does_not_matter() {
    let archive = |others: String| {
        Archive::with_metadata(&[
            (CARS.0, CARS.1, metadata("cars")),
            (OTHERS.0, OTHERS.1, others),
        ])
        .block(OTHERS, &docs("1a"))
        .end_with(OTHERS, 7)
        .whole(CARS, &docs("1a 2b"))
    };
    for others in [metadata("cars"), "{".into()] {
        let site = with(archive(others));
        import(&site, &format!("all {APP} --strict"), 0);
        assert_eq!(outcomes(&site, "documents"), "created 2");
    }
}

#[test]
fn metadata_that_cannot_be_understood() {
    let archive = Archive::with_metadata(&[
        (CARS.0, CARS.1, "{".into()),
        (OTHERS.0, OTHERS.1, metadata("cars")),
    ]);
    let archive = archive
        .whole(CARS, &docs("1a 2b"))
        .whole(OTHERS, &docs("1x"));
    let site = with(archive.clone());
    stops(
        &site,
        &format!("all {APP}"),
        &["all cannot be understood: cars: EOF"],
    );
    is_skipped(
        &site,
        &format!("all {APP}"),
        "broken-file all",
        &["cars: EOF"],
    );
    assert_eq!(short(&site, "cars"), "1a 2b");
    // in a folder that is called as another database
    let site = with(archive.clone());
    write(&site, "Other/all", &archive.0);
    stops(
        &site,
        &format!("Other/all {APP}"),
        &["Other/all cannot be understood: cars: EOF"],
    );
}

/// The rest of the archive is of other applications, but nobody knows whether all of this one came.
#[test]
fn an_archive_that_breaks_off_behind_the_application() {
    let archive = Archive::new(&[CARS, OTHERS]).whole(CARS, &docs("1a 2b"));
    let mut bytes = archive.block(OTHERS, &docs("1x 2y")).0;
    bytes.truncate(bytes.len() - 10);
    let site = with(Archive(bytes));
    let line = format!("all {APP}");
    stops(
        &site,
        &line,
        &["all is not whole: it ends in the middle of the document"],
    );
    is_skipped(&site, &line, "broken-file all", &["all is not whole"]);
    assert_eq!(short(&site, "cars"), "1a 2b");
    assert_eq!(messages(&site, "broken-documents"), [""; 0]);
}
