//! Names that are hard to spell, and rows that people changed by hand.

use std::fs;

use super::damage::stops;
use super::dumps::{Archive, cars, collection, docs, metadata, write};
use super::{APP, export, files, import, import_app, messages, outcomes, short, told};
use crate::session::Site;

/// As mongorestore has it, files may be called anew by hand: what metadata say counts only where a
/// name is cut.
#[test]
fn files_that_were_renamed() {
    let site = Site::empty();
    write(&site, "dump/App/autos.bson", &docs("1a 2b").concat());
    let described = metadata("cars");
    write(&site, "dump/App/autos.metadata.json", described.as_bytes());
    import_app(&site, "", 0);
    assert_eq!(short(&site, "autos"), "1a 2b");
    export(&site, "App --system live", "out");
    assert_eq!(files(&site.path("out/App")), files(&site.path("dump/App")));
}

/// An archive needs no names of files: the metadata that a cut one takes are made.
#[test]
fn a_long_name_without_metadata() {
    let site = Site::empty();
    let name = "long ".repeat(50);
    let of = ("App", name.as_str());
    let archive = Archive::with_metadata(&[(of.0, of.1, String::new())]);
    write(&site, "all", &archive.whole(of, &docs("1a 2b")).0);
    import(&site, &format!("all {APP}"), 0);
    export(&site, "App --system live", "out");
    assert_eq!(files(&site.path("out/App")).len(), 2);
    import(&site, &format!("out {APP}"), 0);
    assert_eq!(outcomes(&site, "documents"), "unchanged 2");
    assert_eq!(short(&site, &name), "1a 2b");
}

/// MongoDB allows none, and PostgreSQL could not keep it.
#[test]
fn a_name_with_nul() {
    let site = cars("1a");
    let name = "a\0b";
    let of = ("App", name);
    let archive =
        Archive::with_metadata(&[(of.0, of.1, String::new()), ("App", "cars", String::new())]);
    let archive = archive
        .whole(of, &docs("1a"))
        .whole(("App", "cars"), &docs("1a"));
    write(&site, "all", &archive.0);
    import_app(&site, "", 0);
    let digest = site.digest();
    let ended = import(&site, &format!("all {APP}"), 1);
    assert!(
        ended
            .err
            .contains("the collection that is described here has no name (at byte "),
        "{ended:?}"
    );
    write(&site, "dump/App/a%00b.bson", &docs("1a").concat());
    stops(
        &site,
        &format!("dump {APP}"),
        &["a%00b.bson has a name that names no collection"],
    );
    assert_eq!(site.digest(), digest);
}

#[test]
fn names_of_every_kind() {
    let site = Site::empty();
    for file in [
        "..%2F..%2Fetc%2Fpasswd",
        "%2E",
        "%2e%2e",
        "CON",
        "a'b%22c",
        "%25",
        "%1B%5B31m",
        "%F0%9F%9A%97",
        "system.users",
        "%24admin.system.users",
        "-rf",
        "a.metadata",
    ] {
        write(
            &site,
            &format!("dump/App/{file}.bson"),
            &docs("1a").concat(),
        );
    }
    let ended = import_app(&site, "--verbosity 2", 0);
    assert!(!ended.out.contains('\u{1b}'), "{ended:?}");
    assert_eq!(outcomes(&site, "documents"), "created 12");
    export(&site, "App --system live", "out");
    let out = files(&site.path("out/App"));
    assert_eq!(out.len(), 12, "{:?}", out.keys());
    import(&site, &format!("out {APP}"), 0);
    assert_eq!(outcomes(&site, "documents"), "unchanged 12");
}

/// A document that was deleted by hand comes back: nothing remembers it, and no place is taken twice.
#[test]
fn documents_that_were_deleted_by_hand() {
    let site = cars("1a 2b 3c");
    import_app(&site, "", 0);
    for (gone, now) in [("position = 0", "2b 3c 1a"), ("position > 1", "2b 1a 3c")] {
        site.store
            .edit(&format!("DELETE FROM documents WHERE {gone}"));
        import_app(&site, "", 0);
        assert_eq!(short(&site, "cars"), now, "{gone}");
    }
    assert_eq!(told(&site), [""; 0]);
    site.store.edit("DELETE FROM documents");
    import_app(&site, "--drop", 0);
    assert_eq!(short(&site, "cars"), "1a 2b 3c");
    assert_eq!(messages(&site, "documents-replaced"), [""; 0]);
}

#[test]
fn the_folder_that_is_written_may_be_spelled_in_any_way() {
    let site = cars("1a");
    import_app(&site, "", 0);
    fs::create_dir_all(site.path("deep/empty")).unwrap();
    for out in ["new/", "./newer", "deep/new", "deep/empty/", "deep/../up"] {
        export(&site, "App --system live", out);
        let written = fs::read(site.path(out).join("App/cars.bson")).unwrap();
        assert!(written == docs("1a").concat(), "{out}");
    }
}

/// What has documents goes out with them, whatever it is called, in a folder that comes in again.
#[test]
fn documents_of_views_and_series() {
    let site = cars("1a 2b");
    let series = r#"{"options":{"timeseries":{}},"indexes":[],"type":"timeseries"}"#;
    for (name, described) in [
        ("shown", r#"{"options":{},"indexes":[],"type":"view"}"#),
        ("view", r#"{"options":{"viewOn":"cars"},"type":"view"}"#),
        ("heat", series),
        ("system.buckets.heat", ""),
    ] {
        collection(&site, "dump/App", name, &docs("3x 4y"));
        let file = format!("dump/App/{name}.metadata.json");
        write(&site, &file, described.as_bytes());
    }
    import(&site, &format!("dump {APP}"), 0);
    let told = messages(&site, "not-read");
    assert!(
        told[0].contains("heat.bson is there a second time"),
        "{told:?}"
    );
    export(&site, "App --system live", "out");
    let mut came = files(&site.path("dump/App"));
    came.remove("heat.bson");
    came.remove("system.buckets.heat.metadata.json");
    assert_eq!(files(&site.path("out/App")), came);
}
