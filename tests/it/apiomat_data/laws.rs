//! What must hold for any documents, held against random ones.

use bson::oid::ObjectId;
use bson::spec::BinarySubtype;
use bson::{
    Binary, Bson, DateTime, Decimal128, Document, JavaScriptCodeWithScope, Regex, Timestamp,
};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::dumps::{Archive, collection, write};
use super::{APP, export, files, import, import_app, outcomes};
use crate::laws::config;
use crate::session::Site;

/// Collections with their documents.
type World = Vec<(String, Vec<Vec<u8>>)>;

fn value() -> impl Strategy<Value = Bson> {
    let text = "[a-zé☃\\x00 ]{0,6}";
    let leaf = prop_oneof![
        any::<f64>().prop_map(Bson::Double),
        any::<i32>().prop_map(Bson::Int32),
        any::<i64>().prop_map(Bson::Int64),
        any::<bool>().prop_map(Bson::Boolean),
        any::<i64>().prop_map(|at| Bson::DateTime(DateTime::from_millis(at))),
        any::<[u8; 12]>().prop_map(|id| Bson::ObjectId(ObjectId::from_bytes(id))),
        any::<[u8; 16]>().prop_map(|it| Bson::Decimal128(Decimal128::from_bytes(it))),
        text.prop_map(Bson::String),
        text.prop_map(Bson::Symbol),
        text.prop_map(Bson::JavaScriptCode),
        "[a-z^$]{0,5}".prop_map(|pattern| {
            Bson::RegularExpression(Regex {
                pattern: pattern.try_into().unwrap(),
                options: "im".try_into().unwrap(),
            })
        }),
        (any::<u32>(), any::<u32>())
            .prop_map(|(time, increment)| Bson::Timestamp(Timestamp { time, increment })),
        (any::<u8>(), vec(any::<u8>(), 0..9)).prop_map(|(subtype, bytes)| {
            Bson::Binary(Binary {
                subtype: BinarySubtype::from(subtype),
                bytes,
            })
        }),
        Just(Bson::Null),
        Just(Bson::Undefined),
        Just(Bson::MinKey),
        Just(Bson::MaxKey),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Bson::Array),
            fields(inner.clone()).prop_map(Bson::Document),
            fields(inner).prop_map(|scope| {
                Bson::JavaScriptCodeWithScope(JavaScriptCodeWithScope {
                    code: "x".into(),
                    scope,
                })
            }),
        ]
    })
}

fn fields(value: impl Strategy<Value = Bson>) -> impl Strategy<Value = Document> {
    vec(("[a-z$.]{0,3}", value), 0..4).prop_map(|fields| fields.into_iter().collect())
}

/// Every document has an `_id` of its own: numbers, texts and others.
fn documents() -> impl Strategy<Value = Vec<Vec<u8>>> {
    vec(fields(value()), 0..6).prop_map(|documents| {
        let with_id = |(number, fields): (i32, Document)| {
            let id = match number % 4 {
                0 => Bson::Int32(number),
                1 => Bson::String(number.to_string()),
                2 => Bson::ObjectId(ObjectId::from_bytes([number as u8; 12])),
                _ => Bson::Document(
                    [("n".to_string(), Bson::Int32(number))]
                        .into_iter()
                        .collect(),
                ),
            };
            let mut document: Document = [("_id".to_string(), id)].into_iter().collect();
            document.extend(fields.into_iter().filter(|(name, _)| name != "_id"));
            document.to_vec().unwrap()
        };
        (0..).zip(documents).map(with_id).collect()
    })
}

fn world() -> impl Strategy<Value = World> {
    btree_map("[a-zA-Z_.-]{1,8}", documents(), 1..4).prop_map(|world| world.into_iter().collect())
}

fn folder(world: &World) -> Site {
    let site = Site::empty();
    for (name, documents) in world {
        collection(&site, "dump/App", name, documents);
    }
    site
}

/// Every second document of each collection, by turns.
fn archive(world: &World) -> Archive {
    let of: Vec<_> = world
        .iter()
        .map(|(name, _)| ("App", name.as_str()))
        .collect();
    let mut archive = Archive::new(&of);
    for half in [0, 1] {
        for (of, (_, documents)) in of.iter().zip(world) {
            let middle = documents.len() / 2;
            let part = if half == 0 {
                &documents[..middle]
            } else {
                &documents[middle..]
            };
            archive = archive.block(*of, part);
        }
    }
    for (of, (_, documents)) in of.into_iter().zip(world) {
        archive = archive.end(of, documents);
    }
    archive
}

proptest! {
    #![proptest_config(config(12))]

    #[test]
    fn whatever_came_in_goes_out_and_comes_in_once(world in world()) {
        let site = folder(&world);
        let given = files(&site.path("dump/App"));
        import_app(&site, "", 0);
        super::balances(&site);
        prop_assert!(files(&site.path("dump/App")) == given, "the dump is only read");
        export(&site, "App --system live", "out");
        prop_assert!(files(&site.path("out/App")) == given);

        let (digest, contents) = (site.digest(), site.contents());
        write(&site, "all", &archive(&world).0);
        for line in ["dump", "dump --drop", "out", "all", "all --drop"] {
            import(&site, &format!("{line} {APP}"), 0);
            let changed = outcomes(&site, "documents");
            prop_assert!(changed.is_empty() || changed.starts_with("unchanged"), "{}", changed);
            prop_assert!(!changed.contains(','), "{}", changed);
            prop_assert_eq!(site.digest(), digest.clone());
            prop_assert!(site.contents() == contents, "{}", line);
        }
        let other = Site::empty();
        write(&other, "all", &archive(&world).0);
        import(&other, &format!("all {APP}"), 0);
        prop_assert_eq!(other.digest(), digest);
    }

    #[test]
    fn a_newer_dump_replaces_an_older_one(older in world(), newer in world()) {
        let (site, alone) = (folder(&older), folder(&newer));
        import_app(&site, "", 0);
        for (name, documents) in &newer {
            collection(&site, "newer/App", name, documents);
        }
        import(&site, &format!("newer {APP} --drop"), 0);
        import_app(&alone, "", 0);
        export(&site, "App --system live", "out");
        export(&alone, "App --system live", "out");
        let (now, expected) = (files(&site.path("out/App")), files(&alone.path("out/App")));
        for (name, bytes) in &expected {
            prop_assert!(now[name] == *bytes, "{}", name);
        }
        let before = files(&site.path("dump/App"));
        for (name, bytes) in now.iter().filter(|(name, _)| !expected.contains_key(*name)) {
            prop_assert!(before[name] == *bytes, "{}", name);
        }
    }
}
