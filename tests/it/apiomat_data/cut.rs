//! A dump that ends anywhere: what is whole before that comes in, nothing else, and nothing without
//! `--skip-broken`.

use super::balances;
use super::dumps::{Archive, docs, gzip, write};
use crate::session::Site;

const CARS: &str = "1a 2b 3c";

/// What an application has of [`CARS`], which must be the first so many.
#[track_caller]
fn came(site: &Site, app: &str, what: &str) -> usize {
    let now = site.store.rows(&format!(
        "SELECT document FROM documents JOIN collections ON collections.id = collection_id \
         WHERE application = '{app}' AND name = 'cars' ORDER BY position"
    ));
    let all = docs(CARS);
    assert!(now.len() <= all.len(), "{what}");
    for (row, given) in now.iter().zip(&all) {
        let heirloom::sql::Cell::Bytes(bytes) = &row[0] else {
            panic!("{what}: no document");
        };
        assert!(**bytes == given[..], "{what}");
    }
    now.len()
}

/// Imports what is left of a file, each time for an application of its own.
fn each(whole: impl Fn(&str) -> Vec<u8>, name: &str, step: usize, check: impl Fn(&Cut)) {
    let site = Site::empty();
    let length = whole("App000").len();
    for at in (0..length).step_by(step) {
        let app = format!("App{at:03}");
        let file = format!("d{at}/{app}/{name}");
        write(&site, &file, &whole(&app)[..at]);
        let contents = site.store.exists().then(|| site.contents());
        let line = format!("{file} --app {app} --system live");
        let stopped = site.run(&format!("import apiomat-data {line} --dry-run --noinput"));
        assert_eq!(
            site.store.exists().then(|| site.contents()),
            contents,
            "{at}"
        );
        let command = format!("import apiomat-data {line} --skip-broken --noinput --report r.json");
        let ended = site.run(&command);
        let cut = Cut {
            at,
            stopped: stopped.code.unwrap(),
            told: stopped.err,
            skipped: ended.code.unwrap(),
            documents: match ended.code {
                Some(0 | 3) => Some(came(&site, &app, &format!("{name} cut at {at}"))),
                _ => None,
            },
        };
        if cut.documents.is_some() {
            balances(&site);
        }
        check(&cut);
    }
    assert!(site.left_over().is_empty(), "{:?}", site.left_over());
}

#[derive(Debug)]
struct Cut {
    at: usize,
    /// The code of a run without `--skip-broken`, and what it said.
    stopped: i32,
    told: String,
    /// That of one with it, and what came in.
    skipped: i32,
    documents: Option<usize>,
}

#[test]
fn a_file_of_documents() {
    let length = docs(CARS)[0].len();
    each(
        |_| docs(CARS).concat(),
        "cars.bson",
        1,
        |cut| {
            let whole = cut.at / length;
            assert_eq!(cut.documents, Some(whole), "{cut:?}");
            if cut.at % length == 0 {
                assert_eq!((cut.stopped, cut.skipped), (0, 0), "{cut:?}");
            } else {
                assert_eq!((cut.stopped, cut.skipped), (1, 3), "{cut:?}");
                let place = format!("(at byte {})", whole * length);
                assert!(
                    cut.told.contains(&place) && cut.told.contains("cars.bson"),
                    "{cut:?}"
                );
            }
        },
    );
}

#[test]
fn a_packed_file_of_documents() {
    each(
        |_| gzip(&docs(CARS).concat()),
        "cars.bson.gz",
        3,
        |cut| {
            assert_eq!((cut.stopped, cut.skipped), (1, 3), "{cut:?}");
            assert!(cut.told.contains("cars.bson.gz"), "{cut:?}");
        },
    );
}

fn archive(app: &str) -> Vec<u8> {
    let (of, documents) = ((app, "cars"), docs(CARS));
    let archive = Archive::new(&[of, (app, "bikes")])
        .block(of, &documents[..2])
        .whole((app, "bikes"), &docs("1x"))
        .block(of, &documents[2..]);
    archive.end(of, &documents).0
}

/// Where its head ends, nothing is known of what it holds.
#[test]
fn an_archive() {
    let head = Archive::new(&[("App000", "cars"), ("App000", "bikes")])
        .0
        .len();
    each(archive, "all.archive", 11, |cut| {
        assert!(cut.told.contains("all.archive"), "{cut:?}");
        if cut.at < 4 {
            // not even the mark of an archive
            assert_eq!((cut.stopped, cut.skipped), (2, 2), "{cut:?}");
        } else if cut.at < head {
            assert_eq!((cut.stopped, cut.skipped), (1, 1), "{cut:?}");
            assert!(cut.told.contains("(at byte "), "{cut:?}");
        } else {
            assert_eq!((cut.stopped, cut.skipped), (1, 3), "{cut:?}");
            assert!(cut.told.contains("(at byte "), "{cut:?}");
        }
    });
}

#[test]
fn a_packed_archive() {
    each(
        |app| gzip(&archive(app)),
        "all.archive.gz",
        17,
        |cut| {
            assert!(cut.told.contains("all.archive.gz"), "{cut:?}");
            assert!(
                matches!((cut.stopped, cut.skipped), (2, 2) | (1, 1 | 3)),
                "{cut:?}"
            );
        },
    );
}
