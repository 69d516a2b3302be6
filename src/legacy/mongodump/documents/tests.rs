use std::io::Write as _;

use bson::oid::ObjectId;
use bson::spec::BinarySubtype;
use bson::{
    Binary, DateTime, DbPointer, Decimal128, RawBson, RawDocument, Regex, Timestamp, rawdoc,
};
use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, RngSeed};

use super::structure::check;
use super::*;

/// All items of a file with these bytes, after making sure that the count agrees; and when it is
/// packed, it says the same.
#[track_caller]
fn read(bytes: &[u8]) -> Vec<Result<Document, Flaw>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cars.bson");
    std::fs::write(&path, bytes).unwrap();
    let items = read_from(&Data::File(path.clone(), Packing::Plain));
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).unwrap();
    std::fs::write(&path, out.finish().unwrap()).unwrap();
    assert_eq!(read_from(&Data::File(path, Packing::Gzip)), items);
    items
}

#[track_caller]
fn read_from(data: &Data) -> Vec<Result<Document, Flaw>> {
    let mut documents = open(data).unwrap();
    let items: Vec<_> = documents.by_ref().collect();
    assert!(documents.next().is_none());
    let broken = items.iter().find_map(|item| match item {
        Err(Flaw::Broken(broken)) => Some(*broken),
        _ => None,
    });
    if broken.is_some() {
        assert!(matches!(items.last(), Some(Err(Flaw::Broken(_)))));
    }
    let count = scan(data).unwrap();
    assert_eq!(count.broken, broken);
    assert_eq!(
        count.documents,
        (items.len() - usize::from(broken.is_some())) as u64
    );
    for (index, item) in items.iter().enumerate() {
        match item {
            Ok(document) => assert_eq!(document.index, index as u64),
            Err(Flaw::Bad(bad)) => assert_eq!(bad.index, index as u64),
            Err(_) => {}
        }
    }
    items
}

/// What is wrong with a document that has these bytes; they are handed out nevertheless.
#[track_caller]
fn bad(document: &[u8], expected: &str) {
    let good = rawdoc! {}.into_bytes();
    let bytes = [&good, document, &good].concat();
    let items = read(&bytes);
    assert_eq!(items.len(), 3);
    let Err(Flaw::Bad(flaw)) = &items[1] else {
        panic!("{:?}", items[1]);
    };
    assert_eq!((flaw.offset, &*flaw.bytes), (5, document));
    assert_eq!(
        flaw.to_string(),
        format!("document 1, at byte 5: {expected}")
    );
    assert!(items[2].is_ok());
}

/// A document with these bytes between its length and its end.
fn of(elements: &[u8]) -> Vec<u8> {
    let mut bytes = (elements.len() as i32 + 5).to_le_bytes().to_vec();
    bytes.extend(elements);
    bytes.push(0);
    bytes
}

/// So many documents in each other.
fn nested(depth: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for level in 0..depth {
        let length = 5 + 8 * (depth - 1 - level) as i32;
        bytes.extend(length.to_le_bytes());
        if level + 1 < depth {
            bytes.extend(b"\x03a\0");
        }
    }
    bytes.extend(vec![0; depth]);
    bytes
}

/// Each type of the specification, those that nobody writes any more too.
fn every_type() -> bson::RawDocumentBuf {
    let binary = |subtype| Binary {
        subtype,
        bytes: vec![0, 1, 0xff],
    };
    let code = bson::raw::RawJavaScriptCodeWithScope {
        code: "f()".into(),
        scope: rawdoc! { "x": { "y": 1 } },
    };
    let id = ObjectId::from_bytes([7; 12]);
    rawdoc! {
        "double": f64::NAN,
        "string": "a\0ü",
        "document": { "a": { "b": {} } },
        "array": [1, "two", [3.0]],
        "binary": binary(BinarySubtype::Generic),
        "old binary": binary(BinarySubtype::BinaryOld),
        "uuid": binary(BinarySubtype::Uuid),
        "own": binary(BinarySubtype::UserDefined(0x80)),
        "undefined": RawBson::Undefined,
        "id": id,
        "bool": true,
        "date": DateTime::from_millis(i64::MIN),
        "null": RawBson::Null,
        "regex": Regex { pattern: bson::raw::cstr!("^a").into(), options: bson::raw::cstr!("i").into() },
        "pointer": RawBson::DbPointer(pointer(id)),
        "code": RawBson::JavaScriptCode("f()".into()),
        "symbol": RawBson::Symbol("s".into()),
        "scope": RawBson::JavaScriptCodeWithScope(code),
        "int": i32::MIN,
        "timestamp": Timestamp { time: 1, increment: 2 },
        "long": i64::MIN,
        "decimal": Decimal128::from_bytes([9; 16]),
        "min": RawBson::MinKey,
        "max": RawBson::MaxKey,
    }
}

fn pointer(id: ObjectId) -> DbPointer {
    let elements = [b"\x0cp\0\x04\0\0\0a.b\0".as_slice(), &id.bytes()].concat();
    let document = of(&elements);
    let document = RawDocument::from_bytes(&document).unwrap();
    let value = document.get(bson::raw::cstr!("p")).unwrap().unwrap();
    let bson::Bson::DbPointer(pointer) = bson::Bson::try_from(value).unwrap() else {
        panic!("no pointer");
    };
    pointer
}

#[test]
fn every_type_as_it_came() {
    let all = every_type().into_bytes();
    let twice = of(b"\x10a\0\x01\0\0\0\x10a\0\x02\0\0\0");
    let loose = of(b"\x04a\0\x0c\0\0\0\x10x\0\x01\0\0\0\0\x05b\0\x00\0\0\0\x02");
    let bytes = [all.clone(), twice.clone(), of(b""), loose.clone()].concat();
    let items = read(&bytes);
    let found: Vec<_> = items.into_iter().map(Result::unwrap).collect();
    let expected = [all, twice, of(b""), loose];
    let mut offset = 0;
    for (document, expected) in found.iter().zip(&expected) {
        assert_eq!(*document.bytes, **expected);
        assert_eq!(document.offset, offset);
        offset += expected.len() as u64;
    }
    assert_eq!(found.len(), 4);
}

#[test]
fn nothing() {
    assert_eq!(read(b""), []);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cars.bson");
    let cause = |path: &Path| {
        let data = Data::File(path.into(), Packing::Plain);
        (
            open(&data).unwrap_err().cause,
            scan(&data).unwrap_err().cause,
        )
    };
    use crate::legacy::mongodump::Cause::{Content, Missing};
    assert_eq!(cause(&path), (Missing, Missing));
    assert_eq!(cause(folder.path()), (Content, Content));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
        assert_eq!(cause(&path), (Content, Content));
    }
}

#[test]
fn cut_anywhere() {
    let all = every_type().into_bytes();
    let whole = [of(b""), all.clone(), all].concat();
    let starts = [0, 5, 5 + (whole.len() - 5) / 2, whole.len()];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cars.bson");
    for length in 0..whole.len() {
        std::fs::write(&path, &whole[..length]).unwrap();
        let items = read_from(&Data::File(path.clone(), Packing::Plain));
        let complete = starts.iter().filter(|start| **start <= length).count() - 1;
        assert!(items[..complete].iter().all(Result::is_ok));
        match starts.contains(&length) {
            true => assert_eq!(items.len(), complete),
            false => {
                let broken = Broken {
                    offset: starts[complete] as u64,
                    reason: ENDS_EARLY,
                };
                assert_eq!(items[complete..], [Err(Flaw::Broken(broken))]);
            }
        }
    }
}

/// What is packed can break off, or be damaged, where no document ends.
#[test]
fn packed_and_cut() {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    for _ in 0..3 {
        out.write_all(every_type().as_bytes()).unwrap();
    }
    let packed = out.finish().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cars.bson.gz");
    let data = Data::File(path.clone(), Packing::Gzip);
    for length in 0..packed.len() {
        std::fs::write(&path, &packed[..length]).unwrap();
        let items = read_from(&data);
        let Some(Err(Flaw::Broken(broken))) = items.last() else {
            panic!("{length}: {items:?}");
        };
        assert_eq!(broken.reason, DAMAGED);
    }
    // two streams, one behind the other, are one file
    std::fs::write(&path, [packed.clone(), packed.clone()].concat()).unwrap();
    assert_eq!(read_from(&data).len(), 6);
    std::fs::write(&path, [packed, b"more".to_vec()].concat()).unwrap();
    assert_eq!(read_from(&data).len(), 4);
}

#[track_caller]
fn broken(bytes: &[u8], offset: u64, reason: &str) {
    let good = of(b"");
    let items = read(&[&good, bytes, &good].concat());
    let Some(Err(Flaw::Broken(broken))) = items.get(1) else {
        panic!("{items:?}");
    };
    assert_eq!((broken.offset, broken.reason), (offset, reason));
    assert_eq!(items.len(), 2);
}

#[test]
fn lengths_that_lie() {
    broken(&[0; 4], 5, TOO_SHORT);
    broken(&[4, 0, 0, 0, 0], 5, TOO_SHORT);
    broken(&[0xff; 4], 5, TOO_SHORT);
    broken(&i32::MAX.to_le_bytes(), 5, TOO_LONG);
    broken(&[40, 0, 0, 0, 0], 5, ENDS_EARLY);
    let mut longer = of(b"\x10a\0\x01\0\0\0");
    longer[0] += 1; // the end is now the first byte of what follows
    broken(&longer, 5, NO_END);
    let mut shorter = of(b"\x02a\0\x02\0\0\0b\0");
    shorter[0] -= 2;
    broken(&shorter, 5, NO_END);
    // two documents, of which the first says that it is both
    let mut both = [of(b""), of(b"")].concat();
    both[0] = 10;
    bad(&both, "a document ends before its length says (at byte 9)");
}

#[test]
fn the_largest() {
    let large = |length: usize| {
        let text = vec![b'a'; length - 13];
        let head = [
            b"\x02a\0".as_slice(),
            &(text.len() as i32 + 1).to_le_bytes(),
        ]
        .concat();
        of(&[head, text, vec![0]].concat())
    };
    assert_eq!(large(100).len(), 100);
    let items = read(&large(LIMIT));
    assert_eq!(items[0].as_ref().unwrap().bytes.len(), LIMIT);
    broken(&large(LIMIT + 1), 5, TOO_LONG);
}

#[test]
fn nesting() {
    assert!(read(&nested(DEPTH))[0].is_ok());
    let deep = "documents stand in each other more than 200 deep";
    bad(
        &nested(DEPTH + 1),
        &format!("{deep} (at byte {})", 5 + 7 * DEPTH),
    );
    bad(
        &nested(1_000),
        &format!("{deep} (at byte {})", 5 + 7 * DEPTH),
    );
    bad(
        &nested(100_000),
        &format!("{deep} (at byte {})", 5 + 7 * DEPTH),
    );
}

#[test]
fn what_is_wrong_inside() {
    bad(&of(b"\x14a\0"), "there is no type 0x14 (at byte 9)");
    bad(
        &of(b"\x10a\0\x01\0\0"),
        "a value is longer than the document it is in (at byte 12)",
    );
    bad(&of(b"\x10abc"), "a name has no end (at byte 10)");
    bad(&of(b"\x0a\xff\0"), "a text is no UTF-8 (at byte 10)");
    bad(
        &of(b"\x02a\0\x03\0\0\0b\xff\0"),
        "a text is no UTF-8 (at byte 17)",
    );
    bad(
        &of(b"\x02a\0\x02\0\0\0bc"),
        "a text does not end where its length says (at byte 17)",
    );
    bad(
        &of(b"\x02a\0\0\0\0\0"),
        "a length is impossible (at byte 12)",
    );
    bad(
        &of(b"\x02a\0\xff\xff\xff\xff"),
        "a length is impossible (at byte 12)",
    );
    bad(
        &of(b"\x05a\0\x09\0\0\0\0"),
        "a value is longer than the document it is in (at byte 16)",
    );
    bad(
        &of(b"\x08a\0\x02"),
        "a truth value is neither 0 nor 1 (at byte 12)",
    );
    bad(&of(b"\x0ba\0b\0c"), "a name has no end (at byte 14)");
    bad(
        &of(b"\x03a\0\x04\0\0\0\0"),
        "a length is impossible (at byte 12)",
    );
    bad(
        &of(b"\x03a\0\x06\0\0\0\0"),
        "a value is longer than the document it is in (at byte 12)",
    );
    bad(
        &of(b"\x03a\0\x05\0\0\0\x01"),
        "a document goes on where its length says that it ends (at byte 16)",
    );
    bad(
        &of(b"\x03a\0\x06\0\0\0\0\0"),
        "a document ends before its length says (at byte 16)",
    );
    let code = b"\x0fa\0\x10\0\0\0\x02\0\0\0b\0\x05\0\0\0\0\0";
    bad(&of(code), "a length is impossible (at byte 22)");
    let good = [b"\x0fa\0\x0f\0\0\0".as_slice(), &code[7..18]].concat();
    assert_eq!(check(&of(&good)), Ok(()));
}

#[test]
fn nothing_of_a_document_is_shown() {
    let good = rawdoc! { "password": "hidden" }.into_bytes();
    let mut wrong = good.clone();
    wrong[4] = 0x77;
    let items = read(&[good, wrong, b"hidden".to_vec()].concat());
    assert_eq!(items.len(), 3);
    let shown: Vec<_> = items
        .iter()
        .filter_map(|item| item.as_ref().err())
        .map(ToString::to_string)
        .collect();
    let shown = format!("{items:?} {shown:?}").to_lowercase();
    for hidden in ["hidden", "password", "104, 105, 100"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}

/// Whether MongoDB's own library finds its way through a document.
fn is_known(document: &RawDocument) -> bool {
    use bson::RawBsonRef;
    document.iter().all(|element| match element {
        Ok((_, RawBsonRef::Document(inner))) => is_known(inner),
        Ok((_, RawBsonRef::Array(inner))) => {
            is_known(RawDocument::from_bytes(inner.as_bytes()).unwrap())
        }
        Ok((_, RawBsonRef::JavaScriptCodeWithScope(code))) => is_known(code.scope),
        other => other.is_ok(),
    })
}

/// Documents, and what becomes of them where a byte is another.
fn files() -> impl Strategy<Value = Vec<u8>> {
    let document = prop_oneof![
        Just(every_type().into_bytes()),
        any::<(i32, String)>()
            .prop_map(|(number, text)| rawdoc! { "_id": number, "t": text }.into_bytes()),
        Just(of(b"")),
        (1..DEPTH).prop_map(nested),
    ];
    let change = (any::<prop::sample::Index>(), any::<u8>());
    let documents = prop::collection::vec(document, 1..6);
    (documents, prop::collection::vec(change, 0..4)).prop_map(|(documents, changes)| {
        let mut bytes = documents.concat();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 500,
        rng_seed: RngSeed::Fixed(2026),
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..ProptestConfig::default()
    })]

    /// The reader leaves nothing out, and everything stays as it is.
    #[test]
    fn reader_and_count_agree(bytes in files()) {
        let mut kept = Vec::new();
        for item in read(&bytes) {
            match item {
                Ok(document) => kept.extend(document.bytes),
                Err(Flaw::Bad(bad)) => {
                    prop_assert!((bad.offset..bad.offset + bad.bytes.len() as u64).contains(&bad.at));
                    kept.extend(bad.bytes);
                }
                Err(flaw) => {
                    let Flaw::Broken(broken) = flaw else { panic!("{flaw}") };
                    prop_assert_eq!(broken.offset, kept.len() as u64);
                    prop_assert!(bytes.starts_with(&kept));
                    return Ok(());
                }
            }
        }
        prop_assert_eq!(kept, bytes);
    }

    /// What is called good, MongoDB's own library reads.
    #[test]
    fn good_documents_are_good(bytes in files()) {
        for document in read(&bytes).into_iter().flatten() {
            prop_assert!(is_known(RawDocument::from_bytes(&document.bytes).unwrap()));
        }
    }
}
