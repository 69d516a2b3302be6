//! What stands around the documents, damaged: metadata, names of files, gzip.

use std::fs;

use super::damage::{CARS, is_skipped, stops, with};
use super::dumps::{cars, docs, gzip, metadata, write};
use super::{APP, export, import_app, outcomes, short, stored};

#[test]
fn metadata_that_cannot_be_understood() {
    let broken = &metadata("cars")[..20];
    for text in [
        broken.as_bytes(),
        b"[]",
        b"{\"indexes\":7}",
        b"{\"options\":{}} x",
        b"\xff",
    ] {
        let site = with(&docs(CARS).concat());
        write(&site, "dump/App/cars.metadata.json", text);
        let line = format!("dump {APP}");
        let parts = ["App/cars.metadata.json cannot be understood: "];
        stops(&site, &line, &parts);
        is_skipped(&site, &line, "broken-file App/cars.metadata.json", &parts);
        assert_eq!(short(&site, "cars"), CARS, "its documents come in");
        // mended, the rest comes
        write(
            &site,
            "dump/App/cars.metadata.json",
            metadata("cars").as_bytes(),
        );
        import_app(&site, "", 0);
        assert_eq!(outcomes(&site, "collections"), "unchanged 1, updated 1");
        export(&site, "App --system live", "out");
        assert_eq!(site.read("out/App/cars.metadata.json"), metadata("cars"));
    }
    // of a folder of its own too
    let site = with(&docs(CARS).concat());
    write(&site, "dump/App/cars.metadata.json", b"{");
    stops(
        &site,
        &format!("dump/App {APP}"),
        &["cars.metadata.json cannot be understood"],
    );
    // an empty file is none, as mongorestore has it
    write(&site, "dump/App/cars.metadata.json", b"");
    import_app(&site, "", 0);
}

#[test]
fn names_of_files_that_name_no_collection() {
    let long = format!("{}%24{}", "x".repeat(208), "y".repeat(27));
    for (name, part) in [
        ("%zz".to_string(), "has a name that names no collection"),
        (long, "has a cut name, and no metadata say the whole one"),
    ] {
        let site = cars("1a");
        write(
            &site,
            &format!("dump/App/{name}.bson"),
            &docs("1x").concat(),
        );
        let line = format!("dump {APP}");
        stops(&site, &line, &[&name, part]);
        is_skipped(
            &site,
            &line,
            &format!("broken-file App/{name}.bson"),
            &[part],
        );
        assert_eq!(outcomes(&site, "collections"), "unchanged 1");
        assert_eq!(short(&site, "cars"), "1a");
    }
}

/// A packed file that is damaged in the middle, or whose sum is not that of what is in it.
#[test]
fn packed_files() {
    let word = |n: usize| format!("{:x}", n.wrapping_mul(2_654_435_761)).repeat(40);
    let documents: Vec<_> = (0..5_000)
        .map(|n| super::dumps::doc(n as i32, &word(n)))
        .collect();
    let whole = gzip(&documents.concat());
    let half = whole.len() / 2;
    let damaged = |at: usize, byte: u8| {
        let mut bytes = whole.clone();
        bytes[at] ^= byte;
        bytes
    };
    for (name, file, some) in [
        ("cut", whole[..half].to_vec(), true),
        (
            "cut before the sum",
            whole[..whole.len() - 8].to_vec(),
            true,
        ),
        ("a wrong sum", damaged(whole.len() - 6, 1), true),
        ("damaged", damaged(half, 0xff), true),
        ("something behind", [&whole[..], b"behind"].concat(), true),
        ("none", b"no gzip".to_vec(), false),
        ("a damaged head", damaged(2, 0xff), false),
    ] {
        let site = with(b"");
        fs::remove_file(site.path("dump/App/cars.bson")).unwrap();
        write(&site, "dump/App/cars.bson.gz", &file);
        let line = format!("dump {APP}");
        stops(&site, &line, &["dump/App/cars.bson.gz: ", "byte "]);
        is_skipped(
            &site,
            &line,
            "broken-documents App/live/cars",
            &["dump/App/cars.bson.gz: "],
        );
        let came = stored(&site, "cars");
        assert_eq!(!came.is_empty(), some, "{name}");
        assert!(came.len() <= documents.len(), "{name}");
        let is_prefix = came
            .iter()
            .zip(&documents)
            .all(|(came, given)| **came == given[..]);
        assert!(is_prefix, "{name}");
    }
}
