//! Files that are damaged: without `--skip-broken` nothing comes in, with it what is whole does.

use super::dumps::{cars, collection, docs, write};
use super::{APP, balances, findings, import_app, messages, outcomes, short, told};
use crate::session::Site;

pub const CARS: &str = "1a 2b 3c";
/// How long each of these is.
const LENGTH: usize = 23;

/// A damaged `dump` ends the run, and the store is as an earlier run left it.
#[track_caller]
pub fn stops(site: &Site, line: &str, parts: &[&str]) {
    let (digest, contents) = (site.digest(), site.contents());
    let runs = site.outcomes();
    let ended = super::import(site, line, 1);
    for part in parts {
        assert!(ended.err.contains(part), "{line}: no {part:?} in {ended:?}");
    }
    assert!(ended.err.contains("--skip-broken"), "{ended:?}");
    assert_eq!(site.digest(), digest, "{line}");
    assert!(site.contents() == contents, "{line}");
    assert_eq!(site.outcomes(), format!("{runs} failed").trim());
    assert_eq!(site.report("r.json")["outcome"], "failed");
    assert!(site.left_over().is_empty(), "{:?}", site.left_over());
}

/// With `--skip-broken` it is refused once, and then known.
#[track_caller]
pub fn is_skipped(site: &Site, line: &str, finding: &str, parts: &[&str]) {
    let line = format!("{line} --skip-broken");
    super::import(site, &line, 3);
    balances(site);
    let all = findings(site);
    assert!(
        all.iter().any(|it| it == finding),
        "{line}: {finding} in {all:?}"
    );
    let code = finding.split(' ').next().unwrap();
    let messages = messages(site, code).join("\n");
    for part in parts {
        assert!(messages.contains(part), "{line}: no {part:?} in {messages}");
    }
    let digest = site.digest();
    super::import(site, &line, 0);
    super::import(site, &format!("{line} --strict"), 3);
    balances(site);
    assert_eq!(site.digest(), digest, "{line}");
}

/// A site with something in the store, and the damaged file in the dump.
pub fn with(file: &[u8]) -> Site {
    let site = Site::empty();
    collection(&site, "before/App", "bikes", &docs("1x"));
    super::import(&site, &format!("before {APP}"), 0);
    collection(&site, "dump/App", "boats", &docs("1y"));
    collection(&site, "dump/App", "cars", &[]);
    write(&site, "dump/App/cars.bson", file);
    site
}

/// A second document that says it is so long.
fn with_length(length: i32) -> Vec<u8> {
    let mut file = docs(CARS).concat();
    file[LENGTH..LENGTH + 4].copy_from_slice(&length.to_le_bytes());
    file
}

/// A second document with another byte at this place.
fn with_byte(at: usize, byte: u8) -> Vec<u8> {
    let mut file = docs(CARS).concat();
    file[LENGTH + at] = byte;
    file
}

#[test]
fn lengths_that_lie() {
    let whole = docs(CARS).concat();
    for (file, at, reason, comes) in [
        (with_length(0), 23, "says it has less than 5 bytes", "1a"),
        (with_length(4), 23, "says it has less than 5 bytes", "1a"),
        (with_length(-1), 23, "says it has less than 5 bytes", "1a"),
        (
            with_length(i32::MIN),
            23,
            "says it has less than 5 bytes",
            "1a",
        ),
        (
            with_length(i32::MAX),
            23,
            "says it has more than 16793600 bytes",
            "1a",
        ),
        (
            with_length(1_000),
            23,
            "in the middle of the document that begins here",
            "1a",
        ),
        (
            with_length(24),
            23,
            "does not end where its length says",
            "1a",
        ),
        (
            [&whole[..], b"abc"].concat(),
            69,
            "in the middle of the document",
            "1a 2b 3c",
        ),
        (
            [&whole[..], &[0; 9]].concat(),
            69,
            "says it has less than 5 bytes",
            "1a 2b 3c",
        ),
        (
            b"<html>".to_vec(),
            0,
            "says it has more than 16793600 bytes",
            "",
        ),
    ] {
        let site = with(&file);
        let line = format!("dump {APP}");
        let place = format!(
            "(at byte {at}); the {} bytes from there on",
            file.len() - at
        );
        let parts = ["dump/App/cars.bson: ", reason, &place];
        stops(&site, &line, &parts);
        is_skipped(&site, &line, "broken-documents App/live/cars", &parts);
        assert_eq!(short(&site, "cars"), comes, "{reason}");
        assert_eq!(short(&site, "boats"), "1y", "the rest comes in");
        assert_eq!(short(&site, "bikes"), "1x");
    }
}

/// Where a document ends is known, so the next one is read.
#[test]
fn documents_that_are_no_bson() {
    for (file, at, reason) in [
        (with_byte(4, 0x55), 27, "there is no type 0x55"),
        (
            with_byte(4, 0),
            27,
            "a document ends before its length says",
        ),
        (
            with_byte(16, 200),
            43,
            "a value is longer than the document it is in",
        ),
        (with_byte(16, 0), 39, "a length is impossible"),
        (with_byte(19, 0x80), 39, "a length is impossible"),
        (with_byte(20, 0xff), 43, "a text is no UTF-8"),
        (
            with_byte(21, b'x'),
            44,
            "a text does not end where its length says",
        ),
        (with_byte(13, 0x08), 39, "a truth value is neither 0 nor 1"),
    ] {
        let site = with(&file);
        let line = format!("dump {APP}");
        let place = format!("document 1, at byte 23: {reason} (at byte {at})");
        let parts = ["dump/App/cars.bson: ", &place];
        stops(&site, &line, &parts);
        is_skipped(&site, &line, "bad-document App/live/cars[1]", &parts);
        assert_eq!(short(&site, "cars"), "1a 3c", "{reason}");
        assert_eq!(outcomes(&site, "documents"), "refused 1, unchanged 3");
    }
}

#[test]
fn many_places_are_counted() {
    let mut documents = docs(&"1a ".repeat(150));
    documents.iter_mut().for_each(|it| it[4] = 0x55);
    let site = with(&[documents.concat(), docs("7g").concat()].concat());
    let line = format!("dump {APP}");
    stops(
        &site,
        &line,
        &[
            "Damaged places: 150, of which this is the first",
            "document 0, at byte 0",
        ],
    );
    is_skipped(
        &site,
        &line,
        "bad-document App/live/cars",
        &["50 more documents"],
    );
    assert_eq!(messages(&site, "bad-document").len(), 101);
    assert_eq!(short(&site, "cars"), "7g");
    assert_eq!(outcomes(&site, "documents"), "refused 150, unchanged 2");
}

/// The dump may hold another application's database, damaged in any way.
#[test]
fn damage_elsewhere_does_not_matter() {
    let site = cars(CARS);
    for folder in ["AppTEST", "Other"] {
        let name = |file: &str| format!("dump/{folder}/{file}");
        write(&site, &name("cut.bson"), &docs("1a").concat()[..9]);
        write(&site, &name("cut.metadata.json"), b"{");
        write(&site, &name("packed.bson.gz"), b"no gzip");
        write(&site, &name("%zz.bson"), b"");
    }
    import_app(&site, "--strict", 0);
    assert_eq!(outcomes(&site, "documents"), "created 3");
    let told = told(&site);
    assert!(
        told.iter()
            .all(|it| it == "not-read " || it == "other-database "),
        "{told:?}"
    );
    assert!(
        messages(&site, "not-read")
            .iter()
            .any(|it| it.contains("Other/cut.metadata.json"))
    );
}

/// No document's content stands in what is told of it.
#[test]
fn what_is_told_quotes_nothing() {
    let mut secret = docs("1secretword 1othersecret");
    secret[1][4] = 0x55;
    let site = with(&secret.concat());
    let stopped = import_app(&site, "", 1);
    import_app(&site, "--skip-broken", 3);
    let differs = docs("1secretword 1othersecret").concat();
    write(&site, "dump/App/cars.bson", &differs);
    // it was refused before
    let refused = import_app(&site, "", 0);
    for text in [
        &stopped.err,
        &refused.err,
        &refused.out,
        &site.read("r.json"),
    ] {
        assert!(!text.contains("secret"), "{text}");
    }
}

/// There is one stage, and it was not complete.
#[test]
fn nothing_is_kept_of_it() {
    let site = with(&with_length(0));
    let contents = site.contents();
    import_app(&site, "--nodelete", 1);
    assert!(site.contents() == contents);
    assert!(site.outcomes().ends_with(" failed"), "{}", site.outcomes());
}
