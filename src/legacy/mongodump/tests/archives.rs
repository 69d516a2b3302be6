//! `mongodump --archive`.

use bson::rawdoc;

use super::*;

/// The sum of an archive, a bit at a time.
fn sum(bytes: &[u8]) -> i64 {
    let mut sum = u64::MAX;
    for byte in bytes {
        sum ^= u64::from(*byte);
        for _ in 0..8 {
            let carry = sum & 1;
            sum >>= 1;
            if carry == 1 {
                sum ^= 0xc96c_5795_d787_0f42;
            }
        }
    }
    (!sum).cast_signed()
}

const END: &[u8] = b"\xff\xff\xff\xff";

#[derive(Clone)]
struct Archive(Vec<u8>);

impl Archive {
    fn of_version(version: &str, listed: &[(&str, &str, &str, &str)]) -> Self {
        let mut bytes = b"\x6d\xe2\x99\x81".to_vec();
        let head = rawdoc! {
            "concurrent_collections": 4, "version": version,
            "server_version": "4.4.1", "tool_version": "100.5.0",
        };
        bytes.extend(head.as_bytes());
        for (db, collection, metadata, kind) in listed {
            let listed = rawdoc! {
                "db": *db, "collection": *collection, "metadata": *metadata, "size": 0, "type": *kind,
            };
            bytes.extend(listed.as_bytes());
        }
        bytes.extend(END);
        Archive(bytes)
    }

    fn new(listed: &[(&str, &str, &str, &str)]) -> Self {
        Self::of_version("0.1", listed)
    }

    fn header(&mut self, collection: &str, end: bool, sum: i64) -> &mut Self {
        let header = rawdoc! { "db": "App", "collection": collection, "EOF": end, "CRC": sum };
        self.0.extend(header.as_bytes());
        self
    }

    fn block(&mut self, collection: &str, documents: &[Vec<u8>]) -> &mut Self {
        self.header(collection, false, 0);
        self.0.extend(documents.concat());
        self.0.extend(END);
        self
    }

    fn end(&mut self, collection: &str, documents: &[Vec<u8>]) -> &mut Self {
        self.header(collection, true, sum(&documents.concat()));
        self.0.extend(END);
        self
    }

    fn open(&self) -> Result<Dump, DumpError> {
        self.open_in(tempfile::tempdir().unwrap().path())
    }

    fn open_in(&self, folder: &Path) -> Result<Dump, DumpError> {
        let file = folder.join("all");
        fs::write(&file, &self.0).unwrap();
        let dump = Dump::open(&file);
        if let Ok(dump) = &dump {
            assert_eq!(dump.shape, Shape::Archive);
            agree(dump);
        }
        dump
    }
}

/// The reader hands out what was counted, then what is wrong.
#[track_caller]
fn agree(dump: &Dump) {
    for collection in dump.databases.iter().flat_map(|it| &it.collections) {
        let Some(data) = &collection.data else {
            continue;
        };
        let count = documents::scan(data).unwrap();
        let items: Vec<_> = documents::open(data).unwrap().collect();
        let broken = items.iter().find_map(|item| match item {
            Err(Flaw::Broken(broken)) => Some(*broken),
            _ => None,
        });
        assert_eq!(broken, count.broken);
        assert_eq!(
            items.len() as u64,
            count.documents + u64::from(broken.is_some())
        );
    }
}

fn numbers(from: i32, to: i32) -> Vec<Vec<u8>> {
    (from..to).map(numbered).collect()
}

const CARS: (&str, &str, &str, &str) = ("App", "cars", r#"{"indexes":[]}"#, "collection");
const TIRES: (&str, &str, &str, &str) = ("App", "tires", "", "");

/// Two collections whose blocks alternate.
fn two() -> Archive {
    let mut archive = Archive::new(&[TIRES, CARS]);
    archive
        .block("cars", &numbers(0, 3))
        .block("tires", &numbers(10, 11))
        .block("cars", &numbers(3, 5))
        .end("tires", &numbers(10, 11))
        .block("cars", &[])
        .end("cars", &numbers(0, 5));
    archive
}

fn bytes_of(dump: &Dump, collection: &str) -> Vec<u8> {
    let collection = dump
        .database("App")
        .unwrap()
        .collection(collection)
        .unwrap();
    let documents = documents::open(collection.data.as_ref().unwrap()).unwrap();
    let documents: Vec<_> = documents.map(|document| document.unwrap().bytes).collect();
    documents.concat()
}

#[test]
fn collections_that_alternate() {
    let archive = two();
    let packed = Archive(gzip(&archive.0));
    let folder = folder(&[
        ("dump/archive", &archive.0),
        ("dump2/archive.gz", &packed.0),
    ]);
    let dumps = [
        Dump::open(&folder.path().join("dump")).unwrap(),
        Dump::open(&folder.path().join("dump2")).unwrap(),
        Dump::open(&folder.path().join("dump/archive")).unwrap(),
    ];
    for dump in dumps {
        assert_eq!(
            listed(&dump),
            ["App/cars Collection 5", "App/tires Collection 1"]
        );
        assert_eq!(told(&dump), [""; 0]);
        assert_eq!(dump.versions.server.as_deref(), Some("4.4.1"));
        let app = dump.database("App").unwrap();
        assert!(app.collection("cars").unwrap().metadata.is_some());
        assert_eq!(bytes_of(&dump, "cars"), numbers(0, 5).concat());
        assert_eq!(bytes_of(&dump, "tires"), numbers(10, 11).concat());
        agree(&dump);
    }
}

/// What is unpacked goes when the last that reads it does.
#[test]
fn nothing_unpacked_stays() {
    let folder = folder(&[("all.gz", &gzip(&two().0))]);
    let dump = Dump::open(&folder.path().join("all.gz")).unwrap();
    let Some(Data::Archived(part)) = dump.databases[0].collections[0].data.clone() else {
        panic!("no part of an archive");
    };
    drop(dump);
    let unpacked = part.plain().to_path_buf();
    assert_eq!(fs::read(&unpacked).unwrap(), two().0);
    drop(part);
    assert!(!unpacked.exists());
}

#[test]
fn views_series_and_changes() {
    let series = r#"{"options":{"timeseries":{}},"indexes":[]}"#;
    let mut archive = Archive::new(&[
        ("App", "mine", r#"{"options":{"viewOn":"cars"}}"#, "view"),
        ("App", "heat", series, "timeseries"),
        ("App", "odd", "{", "collection"),
        ("", "oplog", "", ""),
    ]);
    archive
        .block("system.buckets.heat", &numbers(0, 2))
        .end("system.buckets.heat", &numbers(0, 2))
        .end("odd", &[]);
    let oplog = rawdoc! { "db": "", "collection": "oplog", "EOF": true, "CRC": sum(b"") };
    archive.0.extend(oplog.as_bytes());
    archive.0.extend(END);
    let dump = archive.open().unwrap();
    let expected = [
        "App/heat TimeSeries 2",
        "App/mine View nothing",
        "App/odd Collection 0",
    ];
    assert_eq!(listed(&dump), expected);
    let told = told(&dump);
    assert!(
        told[0].contains("cannot be understood: odd: EOF while parsing"),
        "{told:?}"
    );
    assert!(
        told[1].ends_with("holds changes that were made while the dump was; they are not read")
    );
}

/// --viewsAsCollections
#[test]
fn a_view_that_is_dumped_as_a_collection() {
    let shown = ("App", "shown", r#"{"options":{},"type":"view"}"#, "view");
    let mut archive = Archive::new(&[shown]);
    archive.block("shown", &numbers(0, 2));
    check(
        &archive,
        &["App/shown Collection 2 broken"],
        "before the collection does",
    );
    archive.end("shown", &numbers(0, 2));
    assert_eq!(listed(&archive.open().unwrap()), ["App/shown Collection 2"]);
}

#[test]
fn what_is_listed_twice() {
    let heat = ("App", "heat", "", "timeseries");
    let buckets = ("App", "system.buckets.heat", "", "");
    let mut archive = Archive::new(&[CARS, CARS]);
    archive
        .block("cars", &numbers(0, 2))
        .end("cars", &numbers(0, 2));
    let dump = archive.open().unwrap();
    assert_eq!(listed(&dump), ["App/cars Collection 2"]);
    assert_eq!(
        told(&dump),
        ["App/cars is there a second time; this one is not read"]
    );
    // each of them may have the documents, or both
    for (own, bucketed, is_told) in [
        (0, 2, None),
        (2, 0, Some("system.buckets.heat")),
        (3, 2, Some("heat")),
    ] {
        let mut archive = Archive::new(&[heat, buckets]);
        for (name, count) in [("heat", own), ("system.buckets.heat", bucketed)] {
            archive
                .block(name, &numbers(0, count))
                .end(name, &numbers(0, count));
        }
        let dump = archive.open().unwrap();
        assert_eq!(listed(&dump), ["App/heat TimeSeries 2"]);
        let expected =
            is_told.map(|name| format!("App/{name} is there a second time; this one is not read"));
        assert_eq!(told(&dump), Vec::from_iter(expected));
    }
}

#[test]
fn too_many_collections() {
    let names: Vec<String> = (0..=100_000).map(|number| number.to_string()).collect();
    let listed: Vec<_> = names.iter().map(|name| ("App", &**name, "", "")).collect();
    let error = Archive::new(&listed).open().unwrap_err().to_string();
    assert!(
        error.contains("lists more than 100000 collections"),
        "{error}"
    );
    let long = "a".repeat(256);
    let error = Archive::new(&[("App", &long, "", "")]).open().unwrap_err();
    assert!(error.to_string().contains("has no name"), "{error}");
}

/// Of a collection, what could be read comes before the reason why no more could.
#[track_caller]
fn check(archive: &Archive, expected: &[&str], reason: &str) {
    let dump = archive.open().unwrap();
    assert_eq!(listed(&dump), expected);
    let data = dump.databases[0].collections.iter().flat_map(|it| &it.data);
    let reasons: Vec<_> = data
        .filter_map(|data| documents::scan(data).unwrap().broken)
        .map(|broken| broken.reason)
        .collect();
    assert!(!reasons.is_empty());
    assert!(
        reasons.iter().all(|found| found.contains(reason)),
        "{reasons:?}"
    );
}

#[test]
fn wrong_order() {
    let cars = numbers(0, 2);
    let begun = || {
        let mut archive = Archive::new(&[CARS, TIRES]);
        archive.block("cars", &cars).end("cars", &cars);
        archive
    };
    let expected = ["App/cars Collection 2", "App/tires Collection 0 broken"];
    check(
        &begun(),
        &expected,
        "the archive ends here, before the collection does",
    );
    check(begun().block("cars", &cars), &expected, "has ended before");
    check(
        begun().block("bikes", &cars),
        &expected,
        "the head does not name",
    );
    let mut nobodys = begun();
    nobodys.0.extend(END);
    check(&nobodys, &expected, "does not say whose it is");
    let mut nobodys = begun();
    nobodys.0.extend(numbered(1));
    check(&nobodys, &expected, "does not say whose it is");
    let mut goes_on = begun();
    goes_on.header("tires", true, 0);
    goes_on.0.extend(numbered(1));
    check(
        &goes_on,
        &expected,
        "documents stand here in the block that ends",
    );
    let dump = begun().block("cars", &cars).open().unwrap();
    assert!(told(&dump)[0].contains(
        "all is not whole: the block that begins here is of a collection that has ended"
    ));
}

#[test]
fn wrong_sums() {
    let (cars, tires) = (numbers(0, 2), numbers(5, 6));
    let mut archive = Archive::new(&[CARS, TIRES]);
    archive
        .block("cars", &cars)
        .block("tires", &tires)
        .end("cars", &tires)
        .end("tires", &tires);
    let expected = ["App/cars Collection 2 broken", "App/tires Collection 1"];
    check(
        &archive,
        &expected,
        "the checksum that stands here is not the collection's",
    );
    assert_eq!(sum(b"123456789"), 0x995d_c9bb_df19_39fa_u64.cast_signed());
}

#[test]
fn heads_that_are_none() {
    #[track_caller]
    fn check(archive: &Archive, part: &str) {
        let error = archive.open().unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
        // a damaged file is no wrong command
        let is_damage = matches!(error, DumpError::Archive { .. });
        assert_eq!(error.is_wrong_command(), !is_damage, "{error}");
    }
    check(
        &Archive::of_version("0.2", &[]),
        "says version 0.2. Version 0.1 can be read.",
    );
    check(
        &Archive::of_version("\u{9b}2J", &[]),
        "says version \\u{9b}2J.",
    );
    check(
        &Archive::new(&[("App", "", "", "")]),
        "has no name (at byte ",
    );
    let mut wrong = two();
    wrong.0[0] ^= 1;
    check(&wrong, "it holds neither documents nor an archive");
    let whole = two().0;
    check(&Archive(whole[..4].to_vec()), "it has no head (at byte 4)");
    check(
        &Archive(whole[..30].to_vec()),
        "it ends in the middle of the document that begins here (at byte 4)",
    );
    let no_head = [&whole[..4], END].concat();
    check(&Archive(no_head), "it has no head");
}

/// Cut at every byte, packed and not: nothing panics, and what is given out is whole and in order.
#[test]
fn cut_anywhere() {
    let whole = two().0;
    let cars = numbers(0, 5).concat();
    let folder = tempfile::tempdir().unwrap();
    for length in 0..whole.len() {
        let Ok(dump) = Archive(whole[..length].to_vec()).open_in(folder.path()) else {
            continue;
        };
        let data = dump.databases[0]
            .collection("cars")
            .unwrap()
            .data
            .as_ref()
            .unwrap();
        assert!(documents::scan(data).unwrap().broken.is_some(), "{length}");
        let documents = documents::open(data).unwrap().flatten();
        let bytes = documents
            .map(|document| document.bytes)
            .collect::<Vec<_>>()
            .concat();
        assert!(cars.starts_with(&bytes));
    }
    let packed = gzip(&whole);
    for length in 0..packed.len() {
        if let Ok(dump) = Archive(packed[..length].to_vec()).open() {
            let data = dump.databases[0].collection("cars").unwrap().data.as_ref();
            // the last bytes are the sum of the whole stream
            let broken = documents::scan(data.unwrap()).unwrap().broken;
            assert!(broken.is_some() || !dump.problems.is_empty(), "{length}");
        }
    }
}

/// Whatever byte is another: what is called whole is what was dumped.
#[test]
fn changed_anywhere() {
    let whole = two().0;
    let folder = tempfile::tempdir().unwrap();
    let mut noticed = 0;
    for place in 0..whole.len() {
        let mut changed = whole.clone();
        changed[place] ^= 0x55;
        let Ok(dump) = Archive(changed).open_in(folder.path()) else {
            noticed += 1;
            continue;
        };
        for (name, documents) in [("cars", numbers(0, 5)), ("tires", numbers(10, 11))] {
            let app = dump.database("App");
            let Some(collection) = app.and_then(|app| app.collection(name)) else {
                noticed += 1;
                continue;
            };
            let data = collection.data.as_ref().unwrap();
            if documents::scan(data).unwrap().broken.is_some() {
                noticed += 1;
            } else {
                assert_eq!(bytes_of(&dump, name), documents.concat(), "{place}");
            }
        }
    }
    assert!(noticed > whole.len() / 2, "{noticed} of {}", whole.len());
}
