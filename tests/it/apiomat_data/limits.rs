//! As large and as deep as MongoDB allows, and no more.

use std::fs;

use super::damage::{is_skipped, stops};
use super::dumps::{cars, collection, doc, docs};
use super::{APP, export, import_app, outcomes, short, stored};

/// What the tools of MongoDB take, in bytes.
const LARGEST: usize = 16_793_600;

fn of_length(length: usize) -> Vec<u8> {
    let document = doc(2, &"x".repeat(length - doc(2, "").len()));
    assert_eq!(document.len(), length);
    document
}

#[test]
fn the_largest_document_comes_in_and_goes_out() {
    let site = cars("");
    let documents = [docs("1a"), vec![of_length(LARGEST)], docs("3c")].concat();
    collection(&site, "dump/App", "cars", &documents);
    import_app(&site, "", 0);
    assert_eq!(outcomes(&site, "documents"), "created 3");
    export(&site, "App --system live", "out");
    let out = fs::read(site.path("out/App/cars.bson")).unwrap();
    assert!(out == documents.concat());
    let digest = site.digest();
    assert_eq!(site.run("backup --out b.tar.gz").code, Some(0));
    let other = crate::session::Site::empty();
    fs::copy(site.path("b.tar.gz"), other.path("b.tar.gz")).unwrap();
    let ended = other.run("restore b.tar.gz --noinput");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(other.digest(), digest);
}

#[test]
fn a_larger_one_does_not() {
    let site = cars("");
    let documents = [docs("1a"), vec![of_length(LARGEST + 1)], docs("3c")].concat();
    collection(&site, "dump/App", "cars", &documents);
    let line = format!("dump {APP}");
    let parts = [
        "cars.bson: a document begins here that says it has more than 16793600 bytes (at byte 23)",
    ];
    stops(&site, &line, &parts);
    is_skipped(&site, &line, "broken-documents App/live/cars", &parts);
    assert_eq!(short(&site, "cars"), "1a");
}

/// So many documents in each other.
fn nested(depth: usize) -> Vec<u8> {
    let mut document = bson::RawDocumentBuf::new();
    for _ in 2..depth {
        let mut outer = bson::RawDocumentBuf::new();
        outer.append(bson::raw::cstr!("d"), document);
        document = outer;
    }
    bson::rawdoc! { "_id": 2, "d": document }.into_bytes()
}

#[test]
fn documents_in_documents() {
    for (depth, comes) in [(2, true), (200, true), (201, false), (1_000, false)] {
        let site = cars("");
        let documents = [docs("1a"), vec![nested(depth)], docs("3c")].concat();
        collection(&site, "dump/App", "cars", &documents);
        let line = format!("dump {APP}");
        if comes {
            import_app(&site, "", 0);
            assert!(*stored(&site, "cars")[1] == documents[1][..], "{depth}");
            continue;
        }
        let parts =
            ["cars.bson: document 1, at byte 23: documents stand in each other more than 200 deep"];
        stops(&site, &line, &parts);
        is_skipped(&site, &line, "bad-document App/live/cars[1]", &parts);
        assert_eq!(short(&site, "cars"), "1a 3c");
    }
}
