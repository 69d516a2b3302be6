//! `--drop`: what the dump holds takes the place of what the store had of it.

use std::fs;

use super::dumps::{cars, collection, docs, write};
use super::{export, import_app, messages, outcomes, short, stored, told};
use crate::session::Site;

/// `name generation position` of every document, whatever its collection has now.
fn rows(site: &Site) -> Vec<String> {
    site.store.lines(
        "SELECT name, documents.generation, position FROM documents \
         JOIN collections ON collections.id = collection_id ORDER BY 1, 2, 3",
    )
}

fn generation(site: &Site, collection: &str) -> i64 {
    site.ask(&format!(
        "SELECT generation FROM collections WHERE name = '{collection}'"
    ))
}

#[test]
fn only_what_the_dump_holds_is_replaced() {
    let site = cars("1a 2b 3c");
    collection(&site, "dump/App", "bikes", &docs("1x"));
    import_app(&site, "", 0);
    fs::remove_file(site.path("dump/App/bikes.bson")).unwrap();
    fs::remove_file(site.path("dump/App/bikes.metadata.json")).unwrap();
    collection(&site, "dump/App", "cars", &docs("2B 4d"));

    let before = (site.digest(), site.contents());
    import_app(&site, "--drop --dry-run", 0);
    assert_eq!(site.digest(), before.0, "a rehearsal");
    assert!(site.contents() == before.1);
    let rehearsed = site.report("r.json");

    import_app(&site, "--drop", 0);
    let report = site.report("r.json");
    for key in ["plan", "entities", "findings"] {
        assert_eq!(report[key], rehearsed[key], "{key}");
    }
    assert_eq!(report["entities"]["documents"]["created"], 2);
    assert_eq!(report["entities"]["documents"]["deleted"], 3);
    assert_eq!(outcomes(&site, "collections"), "updated 1");
    assert_eq!(
        told(&site),
        [
            "collection-stays App/live/bikes",
            "documents-replaced App/live/cars"
        ]
    );
    super::balances(&site);
    assert_eq!(short(&site, "cars"), "2B 4d");
    assert_eq!(short(&site, "bikes"), "1x");
    // what was there stays as an older generation
    let all = [
        "bikes | 1 | 0",
        "cars | 1 | 0",
        "cars | 1 | 1",
        "cars | 1 | 2",
        "cars | 2 | 0",
        "cars | 2 | 1",
    ];
    assert_eq!(rows(&site), all);
    assert_ne!(site.digest(), before.0);

    export(&site, "App --system live", "out");
    assert_eq!(
        fs::read(site.path("out/App/cars.bson")).unwrap(),
        docs("2B 4d").concat()
    );
    assert_eq!(
        fs::read(site.path("out/App/bikes.bson")).unwrap(),
        docs("1x").concat()
    );

    // once is enough
    let (digest, contents) = (site.digest(), site.contents());
    for more in ["--drop", ""] {
        import_app(&site, more, 0);
        assert_eq!(outcomes(&site, "documents"), "unchanged 2");
        assert_eq!(site.digest(), digest);
        assert!(site.contents() == contents, "{more}");
    }
    assert_eq!(rows(&site), all);
}

/// Documents replaced, and what comes then: a third generation, and documents behind it.
#[test]
fn it_goes_on_from_the_newest() {
    let site = cars("1a");
    for (documents, more, now, generations) in [
        ("1a", "", "1a", 1),
        ("1b", "--drop", "1b", 2),
        ("1c 2c", "--drop", "1c 2c", 3),
        ("1c 2c 3c", "", "1c 2c 3c", 3),
        // the one of the first generation again: another generation, not that one
        ("1a", "--drop", "1a", 4),
        ("1a", "--drop", "1a", 4),
    ] {
        collection(&site, "dump/App", "cars", &docs(documents));
        import_app(&site, more, 0);
        assert_eq!(short(&site, "cars"), now, "{documents} {more}");
        assert_eq!(generation(&site, "cars"), generations, "{documents} {more}");
    }
    let count: i64 = site.ask("SELECT count(*) FROM documents");
    assert_eq!(count, 1 + 1 + 3 + 1);
}

/// The order of documents is data to an export.
#[test]
fn another_order_replaces() {
    let site = cars("1a 2b");
    import_app(&site, "", 0);
    collection(&site, "dump/App", "cars", &docs("2b 1a"));
    import_app(&site, "", 0);
    assert_eq!(short(&site, "cars"), "1a 2b", "nothing is new");
    import_app(&site, "--drop", 0);
    assert_eq!(short(&site, "cars"), "2b 1a");
}

#[test]
fn a_missing_file_replaces_nothing_and_an_empty_one_by_nothing() {
    let site = cars("1a 2b");
    collection(&site, "dump/App", "bikes", &docs("1x"));
    import_app(&site, "", 0);
    let digest = site.digest();
    fs::remove_file(site.path("dump/App/cars.bson")).unwrap();
    import_app(&site, "--drop", 0);
    assert!(
        told(&site).contains(&"not-read ".into()),
        "{:?}",
        told(&site)
    );
    assert_eq!(outcomes(&site, "collections"), "unchanged 2");
    assert_eq!(site.digest(), digest);
    assert_eq!(short(&site, "cars"), "1a 2b");

    write(&site, "dump/App/cars.bson", b"");
    import_app(&site, "--drop", 0);
    assert_eq!(short(&site, "cars"), "");
    assert_eq!(generation(&site, "cars"), 2);
    assert_eq!(site.report("r.json")["entities"]["documents"]["deleted"], 2);
    assert_eq!(
        rows(&site),
        ["bikes | 1 | 0", "cars | 1 | 0", "cars | 1 | 1"]
    );
    export(&site, "App --system live", "out");
    assert_eq!(fs::read(site.path("out/App/cars.bson")).unwrap(), b"");
    let digest = site.digest();
    import_app(&site, "--drop", 0);
    assert_eq!(site.digest(), digest, "empty is empty");
    // and back
    collection(&site, "dump/App", "cars", &docs("1a"));
    import_app(&site, "", 0);
    assert_eq!(short(&site, "cars"), "1a");
}

#[test]
fn a_collection_that_no_import_made_is_not_replaced() {
    let site = cars("1a 3c");
    import_app(&site, "", 0);
    assert_eq!(site.run("reset --noinput").code, Some(0));
    site.store.edit(&format!(
        "INSERT INTO collections (id, application, system, name, database) \
             VALUES (77, 'App', 'live', 'cars', 'App'); \
         INSERT INTO documents (collection_id, position, document) VALUES (77, 0, {})",
        literal(&docs("1own")[0])
    ));
    import_app(&site, "--drop", 3);
    assert!(
        told(&site).contains(&"not-replaced App/live/cars".into()),
        "{:?}",
        told(&site)
    );
    assert_eq!(outcomes(&site, "documents"), "created 1, refused 1");
    assert_eq!(short(&site, "cars"), "1own 3c");
    assert_eq!(generation(&site, "cars"), 1);
    import_app(&site, "--drop", 0);
    assert_eq!(short(&site, "cars"), "1own 3c", "nor by the next import");
    assert!(
        told(&site).contains(&"not-replaced App/live/cars".into()),
        "{:?}",
        told(&site)
    );
    assert_eq!(site.run("reset --noinput").code, Some(0));
    assert_eq!(short(&site, "cars"), "1own", "nor taken by a reset");
}

/// Bytes as both kinds of store read them.
fn literal(bytes: &[u8]) -> String {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    match crate::store::on_postgres() {
        true => format!("'\\x{hex}'"),
        false => format!("X'{hex}'"),
    }
}

/// What the dump has twice, or what is damaged in it, does not come in: it makes no difference
/// the second time either.
#[test]
fn a_dump_of_which_not_all_comes_in_replaces_once() {
    let twice = docs("1a 2b 1other");
    let mut bad = docs("1a 2x 3c");
    bad[1][4] = 0x55;
    let cut = &docs("1a 2b").concat()[..30];
    for (file, more, now) in [
        (twice.concat(), "", "1a 2b"),
        (bad.concat(), "--skip-broken", "1a 3c"),
        // what is not whole replaces nothing
        (cut.to_vec(), "--skip-broken", "7old 1a"),
    ] {
        let site = cars("7old");
        import_app(&site, "", 0);
        write(&site, "dump/App/cars.bson", &file);
        import_app(&site, &format!("--drop {more}"), 3);
        assert_eq!(short(&site, "cars"), now);
        let (digest, rows) = (site.digest(), rows(&site));
        import_app(&site, &format!("--drop {more}"), 0);
        assert_eq!(messages(&site, "documents-replaced"), [""; 0], "{now}");
        assert_eq!(site.digest(), digest, "{now}");
        assert_eq!(self::rows(&site), rows, "{now}");
    }
}

/// Nothing is lost where the run fails.
#[test]
fn a_damaged_dump_replaces_nothing() {
    let site = cars("1a 2b");
    import_app(&site, "", 0);
    let (digest, contents) = (site.digest(), site.contents());
    write(&site, "dump/App/cars.bson", &docs("1A 2B").concat()[..30]);
    import_app(&site, "--drop", 1);
    assert_eq!(site.digest(), digest);
    assert!(site.contents() == contents);
    assert_eq!(stored(&site, "cars").len(), 2);
}

/// Older generations travel, and go with the rest.
#[test]
fn older_generations_are_data() {
    let site = cars("1a 2b");
    let empty = site.digest();
    import_app(&site, "", 0);
    collection(&site, "dump/App", "cars", &docs("3c"));
    import_app(&site, "--drop", 0);
    let (digest, all) = (site.digest(), rows(&site));
    assert_eq!(all.len(), 3);
    assert_eq!(site.run("backup --out b.tar.gz").code, Some(0));
    let ended = site.run("reset --noinput");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(rows(&site), [""; 0]);
    assert_eq!(site.digest(), empty);
    let ended = site.run("restore b.tar.gz --noinput");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!((site.digest(), rows(&site)), (digest, all));
    // and goes on there
    import_app(&site, "--drop", 0);
    assert_eq!(outcomes(&site, "documents"), "unchanged 1");
    collection(&site, "dump/App", "cars", &docs("4d"));
    import_app(&site, "--drop", 0);
    assert_eq!(generation(&site, "cars"), 3);
}
