//! Importing again, without `--drop`: only what is new comes in.

use std::fs;

use bson::rawdoc;

use super::dumps::{cars, collection, docs, metadata, write};
use super::{export, import_app, messages, outcomes, short, told};

#[test]
fn what_was_added_comes_behind_what_is_there() {
    let site = cars("1a 2b");
    import_app(&site, "", 0);
    // MongoDB gives no order of its own
    collection(&site, "dump/App", "cars", &docs("5e 2b 1a 4d"));
    collection(&site, "dump/App", "bikes", &docs("1x"));
    import_app(&site, "", 0);
    assert_eq!(outcomes(&site, "documents"), "created 3, unchanged 2");
    assert_eq!(outcomes(&site, "collections"), "created 1, unchanged 1");
    assert_eq!(short(&site, "cars"), "1a 2b 5e 4d");
    let digest = site.digest();
    import_app(&site, "", 0);
    assert_eq!(outcomes(&site, "documents"), "unchanged 5");
    assert_eq!(site.digest(), digest);
    let positions = "SELECT max(position) - count(*) FROM documents WHERE collection_id = 1";
    assert_eq!(site.ask::<i64>(positions), -1, "without gaps");
}

#[test]
fn a_changed_document_is_refused_and_the_one_that_is_there_stays() {
    let site = cars("1a 2b");
    import_app(&site, "", 0);
    collection(&site, "dump/App", "cars", &docs("1a 2B 3c"));
    import_app(&site, "", 3);
    assert_eq!(
        outcomes(&site, "documents"),
        "created 1, refused 1, unchanged 1"
    );
    assert!(
        told(&site).contains(&"document-differs App/live/cars[1]".into()),
        "{:?}",
        told(&site)
    );
    let message = messages(&site, "document-differs").remove(0);
    let offset = docs("1a")[0].len();
    assert!(
        message.contains(&format!("at byte {offset} has the _id 2 ")),
        "{message}"
    );
    assert!(message.contains("--drop"), "{message}");
    assert_eq!(short(&site, "cars"), "1a 2b 3c");
    let digest = site.digest();
    // it was refused before
    import_app(&site, "", 0);
    assert_eq!(outcomes(&site, "documents"), "refused 1, unchanged 2");
    import_app(&site, "--strict", 3);
    assert_eq!(site.digest(), digest);
    super::balances(&site);
    // put right in the source, it is no finding any more
    collection(&site, "dump/App", "cars", &docs("1a 2b 3c"));
    import_app(&site, "--strict", 0);
    assert_eq!(told(&site), [""; 0]);
}

#[test]
fn what_vanished_from_the_dump_stays() {
    let site = cars("1a 2b 3c");
    collection(&site, "dump/App", "bikes", &docs("1x"));
    import_app(&site, "", 0);
    let digest = site.digest();
    collection(&site, "dump/App", "cars", &docs("2b"));
    fs::remove_file(site.path("dump/App/bikes.bson")).unwrap();
    fs::remove_file(site.path("dump/App/bikes.metadata.json")).unwrap();
    import_app(&site, "", 0);
    assert_eq!(outcomes(&site, "documents"), "unchanged 1");
    assert_eq!(outcomes(&site, "collections"), "unchanged 1");
    assert_eq!(site.digest(), digest);
}

#[test]
fn what_was_deleted_here_stays_deleted() {
    let site = cars("1a 2b");
    collection(&site, "dump/App", "bikes", &docs("1x"));
    import_app(&site, "", 0);
    let cars = "(SELECT id FROM collections WHERE name = 'cars')";
    site.store.edit(&format!(
        "DELETE FROM documents WHERE collection_id = {cars};
         DELETE FROM collections WHERE name = 'cars'"
    ));
    let digest = site.digest();
    collection(&site, "dump/App", "cars", &docs("1a 2b 3c"));
    import_app(&site, "", 0);
    assert_eq!(outcomes(&site, "collections"), "skipped 1, unchanged 1");
    assert_eq!(outcomes(&site, "documents"), "skipped 3, unchanged 1");
    assert!(
        told(&site).contains(&"parent-left-out App/live/cars".into()),
        "{:?}",
        told(&site)
    );
    assert_eq!(site.digest(), digest);
    super::balances(&site);
    assert_eq!(site.ask::<i64>("SELECT count(*) FROM documents"), 1);
    // who replaces it wants it back
    import_app(&site, "--drop", 0);
    assert_eq!(outcomes(&site, "collections"), "created 1, unchanged 1");
    assert_eq!(outcomes(&site, "documents"), "created 3, unchanged 1");
    super::balances(&site);
    import_app(&site, "--drop", 0);
    assert_eq!(outcomes(&site, "documents"), "unchanged 4");
    assert_eq!(super::short(&site, "cars"), "1a 2b 3c");
}

#[test]
fn changed_metadata_come_in() {
    let site = cars("1a");
    import_app(&site, "", 0);
    let (file, given) = ("dump/App/cars.metadata.json", metadata("cars"));
    let changed = given.replace("\"_id_\"", "\"by_id\"");
    // to the byte, however the store keeps it
    let out = |name: &str| {
        export(&site, "App --system live", name);
        site.read(&format!("{name}/App/cars.metadata.json"))
    };
    assert_eq!(out("first"), given);
    write(&site, file, changed.as_bytes());
    import_app(&site, "", 0);
    assert_eq!(outcomes(&site, "collections"), "updated 1");
    assert_eq!(out("second"), changed);
    // an old tool's dump says nothing of indexes, and takes nothing away
    fs::remove_file(site.path(file)).unwrap();
    import_app(&site, "", 0);
    assert_eq!(outcomes(&site, "collections"), "unchanged 1");
    assert_eq!(out("third"), changed);
    // an edit here stays, also where the source changed
    site.store
        .edit("UPDATE collections SET metadata = '{\"own\":1}'");
    for text in [&changed, &given] {
        write(&site, file, text.as_bytes());
        import_app(&site, "", 0);
        let now: String = site.ask("SELECT metadata FROM collections");
        assert_eq!(now, "{\"own\":1}");
    }
    assert_eq!(told(&site), ["edit-kept App/live/cars"]);
}

#[test]
fn one_id_twice_in_a_dump() {
    let mut documents = docs("1a 1a 1b 2c 1a");
    documents.push(rawdoc! { "_id": 2_i64, "w": "c" }.into_bytes());
    documents.push(rawdoc! { "_id": 2.0, "w": "c" }.into_bytes());
    documents.push(rawdoc! { "_id": "2", "w": "text" }.into_bytes());
    let site = cars("");
    collection(&site, "dump/App", "cars", &documents);
    import_app(&site, "", 3);
    // numbers of one value are one _id to MongoDB
    assert_eq!(
        outcomes(&site, "documents"),
        "created 3, refused 3, unchanged 2"
    );
    assert_eq!(short(&site, "cars"), "1a 2c -text");
    let digest = site.digest();
    import_app(&site, "", 0);
    assert_eq!(outcomes(&site, "documents"), "refused 3, unchanged 5");
    assert_eq!(site.digest(), digest);
}

/// `system.indexes` of old servers, and other collections of MongoDB's own.
#[test]
fn documents_without_an_id() {
    let one = rawdoc! { "ns": "App.cars", "w": "one" }.into_bytes();
    let two = rawdoc! { "ns": "App.bikes", "w": "two" }.into_bytes();
    let site = cars("");
    let all = [one.clone(), two.clone(), one.clone()];
    collection(&site, "dump/App", "cars", &all);
    import_app(&site, "", 0);
    assert_eq!(
        outcomes(&site, "documents"),
        "created 3",
        "one of them twice"
    );
    import_app(&site, "", 0);
    assert_eq!(outcomes(&site, "documents"), "unchanged 3");
    collection(
        &site,
        "dump/App",
        "cars",
        &[two, one.clone(), one.clone(), one],
    );
    import_app(&site, "", 0);
    assert_eq!(outcomes(&site, "documents"), "created 1, unchanged 3");
    assert_eq!(short(&site, "cars"), "-one -two -one -one");
    let before = site.contents();
    import_app(&site, "--drop", 0);
    assert_eq!(short(&site, "cars"), "-two -one -one -one");
    assert!(site.contents() != before);
}
