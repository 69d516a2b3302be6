//! What people do to collections and documents in the store, and what runs make of it.

use super::dumps::{cars, collection, docs};
use super::*;

/// Live cars, and what `--drop` made of them.
fn dropped() -> Site {
    let site = cars("1a 2b");
    import_app(&site, "", 0);
    collection(&site, "dump/App", "cars", &docs("3c"));
    import_app(&site, "--drop", 0);
    site
}

#[test]
fn an_older_generation_that_was_taken_back_is_replaced_by_a_new_one() {
    let site = dropped();
    site.store.edit("UPDATE collections SET generation = 1");
    assert_eq!(short(&site, "cars"), "1a 2b");
    collection(&site, "dump/App", "cars", &docs("4d"));
    import_app(&site, "--drop", 0);
    assert_eq!(short(&site, "cars"), "4d");
    assert_eq!(
        site.store
            .lines("SELECT generation, count(*) FROM documents GROUP BY 1 ORDER BY 1")
            .len(),
        3
    );
    let digest = site.digest();
    import_app(&site, "", 0);
    assert_eq!(site.digest(), digest);
}

#[test]
fn a_collection_that_was_renamed_keeps_its_generation() {
    let site = dropped();
    site.store.edit("UPDATE collections SET name = 'old cars'");
    let digest = site.digest();
    import_app(&site, "", 0);
    assert_eq!(outcomes(&site, "documents"), "unchanged 1");
    assert_eq!(site.digest(), digest);
}

#[test]
fn what_was_written_here_is_not_replaced() {
    let site = cars("1a 2b");
    import_app(&site, "", 0);
    site.store.edit(
        "INSERT INTO documents (collection_id, generation, position, document) \
         SELECT collection_id, generation, 2, document FROM documents WHERE position = 1",
    );
    collection(&site, "dump/App", "cars", &docs("3c"));
    import_app(&site, "--drop", 0);
    let told = messages(&site, "not-replaced");
    assert!(told[0].contains("1 document was written here"), "{told:?}");
    assert_eq!(short(&site, "cars"), "1a 2b 2b 3c");
}

/// A run of one application has nothing to say of another's.
#[test]
fn findings_of_another_application_stay() {
    let site = cars("1a");
    import_app(&site, "", 0);
    collection(&site, "dump/App", "cars", &docs("1other"));
    collection(&site, "dump/App2", "cars", &docs("1a"));
    import_app(&site, "", 3);
    import(&site, "dump --app App2 --system live", 0);
    import_app(&site, "", 0);
    assert_eq!(messages(&site, "document-differs").len(), 1);
    let shown = site.run("runs show 3");
    assert!(!shown.out.contains("document-differs"), "{shown:?}");
    let shown = site.run("runs show 4");
    assert!(shown.out.contains("document-differs"), "{shown:?}");
}

#[test]
fn names_that_no_database_can_have_are_no_applications() {
    let site = cars("1a");
    for app in ["../evil", "App/live", "a.b", "$a"] {
        is_wrong(
            &site,
            &format!("dump --app {app} --system live"),
            &["can be no application"],
        );
    }
}
