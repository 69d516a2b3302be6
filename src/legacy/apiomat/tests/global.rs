//! Dumps of the global database, in shapes that configuration describes: nobody has published the
//! real one.

use std::io::Write as _;
use std::path::PathBuf;

use bson::oid::ObjectId;
use bson::raw::cstr;
use bson::{RawDocumentBuf, rawdoc};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use super::*;
use crate::legacy::mongodump::{DumpWriter, Kind, metadata};

/// A dump with these collections.
fn dump(collections: &[(&str, &str, Vec<RawDocumentBuf>)]) -> (tempfile::TempDir, PathBuf) {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("dump");
    let writer = DumpWriter::create(&path).unwrap();
    for (database, collection, documents) in collections {
        let metadata = metadata::least(collection);
        let mut out = writer
            .collection(database, collection, Kind::Collection, Some(&metadata))
            .unwrap();
        for document in documents {
            out.document(document.as_bytes()).unwrap();
        }
        out.end().unwrap();
    }
    writer.finish().unwrap();
    (place, path)
}

fn configured(text: &str) -> Names {
    let config = crate::config::from_text(&format!("[apiomat]\n{text}"), []).unwrap();
    Names::of(&config.apiomat)
}

fn id(number: u8) -> ObjectId {
    ObjectId::from_bytes([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, number])
}

/// Rows in collections of their own, referring to each other by ids of all kinds.
fn apart() -> Vec<(&'static str, &'static str, Vec<RawDocumentBuf>)> {
    let dbref = |number| rawdoc! { "$ref": "Class", "$id": id(number) };
    vec![
        (
            "apiomat",
            "App",
            vec![
                rawdoc! { "_id": id(1), "n": "Other", "owner": "c9" },
                rawdoc! {
                    "_id": id(2), "n": "Shop", "shown": "The shop", "owner": "c1",
                    "status": { "LIVE": "ACTIVE", "TEST": "INACTIVE" },
                    "keys": { "liveApiKey": "123", "testApiKey": 456_i64, "more": 1 },
                    "config": { "liveConfig": { "Basics": { "x": 1_i64 } } },
                    "plan": "Basic", "created": bson::DateTime::from_millis(0),
                },
            ],
        ),
        (
            "apiomat",
            "Customer",
            vec![
                rawdoc! { "_id": "c0", "name": "c1" },
                rawdoc! { "_id": "c1", "name": "johndoe", "mail": "j@example.org", "hash": "$h" },
            ],
        ),
        (
            "apiomat",
            "Module",
            vec![
                rawdoc! { "_id": id(10), "name": "Main", "apps": [id(2)], "type": "DYNAMIC", "in": ["LIVE", "TEST"] },
                rawdoc! { "_id": id(11), "name": "Main", "apps": [id(1)], "in": "LIVE" },
                rawdoc! { "_id": id(12), "name": "Basics", "apps": [id(1), id(2)], "version": "2.0.0" },
            ],
        ),
        (
            "apiomat",
            "Class",
            vec![
                rawdoc! { "_id": id(20), "name": "Car", "module": id(10), "global": true, "roles": ["a"], "above": id(21) },
                rawdoc! { "_id": id(21), "name": "User", "module": "Basics", "global": "false" },
                rawdoc! { "_id": id(22), "name": "Car", "module": id(11) },
                rawdoc! { "_id": id(23), "name": "User", "module": id(10).to_hex(), "global": 1_i32 },
            ],
        ),
        (
            "apiomat",
            "Attribute",
            vec![
                rawdoc! { "name": "color", "class": dbref(20), "kind": "String", "to": null },
                rawdoc! { "name": "driver", "class": id(20), "kind": null, "ref": true, "to": id(21).to_hex() },
                rawdoc! { "name": "old", "class": id(20), "ref": true, "to": "elsewhere" },
                rawdoc! { "name": "size", "class": id(22), "kind": "Long" },
                rawdoc! { "name": "which", "class": "User" },
                rawdoc! { "name": "salt", "class": "Basics$User" },
            ],
        ),
        (
            "apiomat",
            "Code",
            vec![
                rawdoc! { "_id": 1_i32, "hook": "afterPost", "class": "Car", "js": bson::RawBson::JavaScriptCode("f()".into()) },
                rawdoc! { "_id": 2_i32, "hook": "lost", "class": "Car" },
            ],
        ),
        (
            "apiomat",
            "Plan",
            vec![rawdoc! { "_id": 1_i32 }, rawdoc! { "_id": 2_i32 }],
        ),
        ("Shop", "Car", vec![rawdoc! { "_id": 1_i32 }]),
    ]
}

const APART: &str = "
    applications = { collection = 'App', name = 'n', display_name = 'shown', customer = 'owner', status = 'status.{SYSTEM}', api_key = 'keys.{system}ApiKey', configuration = 'config.{system}Config', keep = ['created'] }
    customers = { collection = 'Customer', name = 'name', email = 'mail', password = 'hash' }
    modules = { collection = 'Module', name = 'name', application = 'apps', type = 'type', system = 'in', version = 'version' }
    classes = { collection = 'Class', name = 'name', module = 'module', is_global = 'global', parent = 'above', keep = ['roles'] }
    attributes = { collection = 'Attribute', name = 'name', class = 'class', type = 'kind', is_reference = 'ref', refers_to = 'to' }
    servercode = { collection = 'Code', name = 'hook', class = 'class', code = 'js' }
    systems = ['live', 'staging']";

#[test]
fn rows_in_collections_of_their_own() {
    let (_place, path) = dump(&apart());
    let source = open(&path, &configured(APART), Some("Shop")).unwrap();
    assert_eq!(source.origin, Origin::Mongodump);
    let expected = [
        "field-unnamed: apiomat/App.keys.more: no key under [apiomat] names this field; it is not kept",
        "field-unnamed: apiomat/App.plan: no key under [apiomat] names this field; it is not kept",
        "collection-unnamed: apiomat/Plan: no key under [apiomat] names this collection of 2 documents; it is not read",
        "other-applications: apiomat/App: another application; it is not read",
        "other-rows: apiomat/Module: modules that belong to nothing of the application; they are not read",
        "other-rows: apiomat/Class: classes that belong to nothing of the application; they are not read",
        "other-rows: apiomat/Attribute: attributes that belong to nothing of the application; they are not read",
        "version-assumed: the module has no version; it is taken as 1.0.0",
        "systems-assumed: the modules do not say in which system they are; they come into live, staging",
        "wrong-type: apiomat/Class.global: it must be true or false, but is a number; it is left out",
        "attributes, owner-unclear: apiomat/Attribute[4]: several of the classes have the name that it gives",
        "servercode, code-missing: apiomat/Code[1]: there is no code in it",
    ];
    assert_eq!(told(&source), expected);
    let definition = &source.definition;
    let application = &definition.application;
    assert_eq!(application.display_name.as_deref(), Some("The shop"));
    let created = json!({"created": {"$date": "1970-01-01T00:00:00Z"}});
    assert_eq!(json!(application.rest), created);
    let customer = definition.customer.as_ref().unwrap();
    assert_eq!(
        (&*customer.name, customer.email.as_deref()),
        ("johndoe", Some("j@example.org"))
    );
    assert_eq!(customer.password.as_ref().unwrap().expose(), "$h");
    let settings: Vec<_> = definition
        .systems
        .iter()
        .map(|it| {
            let key = it.api_key.as_ref().map(|key| key.expose().to_owned());
            (
                it.system.word(),
                it.status.clone(),
                key,
                it.configuration.clone(),
            )
        })
        .collect();
    let text = |text: &str| Some(text.to_owned());
    let config = Some(json!({"Basics": {"x": 1}}));
    let expected = [
        ("live", text("ACTIVE"), text("123"), config),
        ("staging", None, None, None),
        ("test", text("INACTIVE"), text("456"), None),
    ];
    assert_eq!(settings, expected);
    let expected = [
        "live/Basics/2.0.0",
        "live/Basics/2.0.0/User",
        "live/Basics/2.0.0/User/salt",
        "live/Main/1.0.0",
        "live/Main/1.0.0/Car",
        "live/Main/1.0.0/Car/color",
        "live/Main/1.0.0/Car/driver",
        "live/Main/1.0.0/Car/old",
        "live/Main/1.0.0/User",
        "staging/Basics/2.0.0",
        "staging/Basics/2.0.0/User",
        "staging/Basics/2.0.0/User/salt",
        "test/Main/1.0.0",
    ];
    assert_eq!(paths(&source)[..13], expected);
    let car = &definition.modules[1].classes[0];
    assert_eq!(car.legacy_id, Some(id(20).to_hex()));
    assert_eq!(car.parent.as_deref(), Some("Basics$User"));
    assert_eq!(car.is_global, Some(true));
    assert_eq!(json!(car.rest), json!({"roles": ["a"]}));
    let refers_to: Vec<_> = car
        .attributes
        .iter()
        .map(|it| it.refers_to.as_deref())
        .collect();
    assert_eq!(refers_to, [None, Some("Basics$User"), Some("elsewhere")]);
    assert_eq!(car.servercode[0].code, "f()");
    assert!(!format!("{source:?}").contains("$h"));
}

/// As Morphia would nest them: classes in documents of their own, attributes within.
#[test]
fn rows_in_arrays_of_documents() {
    let attribute = |name: &str| rawdoc! { "name": name, "type": "String", "extra": 1_i32 };
    let collections = [
        (
            "global",
            "Application",
            vec![rawdoc! { "_id": "Shop", "name": "Shop", "uses": ["Main", id(9)] }],
        ),
        (
            "global",
            "Module",
            vec![
                rawdoc! { "name": "Main" },
                rawdoc! { "_id": id(9), "name": "More" },
                rawdoc! { "name": "Unused" },
            ],
        ),
        (
            "global",
            "MetaModel",
            vec![
                rawdoc! { "name": "Car", "moduleName": "Main", "attributes": [attribute("color"), attribute("size"), 7_i32], "x": { "y": 1_i32 } },
                rawdoc! { "name": "Car", "moduleName": "More", "attributes": [attribute("other")] },
                rawdoc! { "name": "Car", "moduleName": "Unused", "attributes": [attribute("no")] },
            ],
        ),
    ];
    let (_place, path) = dump(&collections);
    let names = configured(
        "global = 'global'
         applications = { collection = 'Application', name = 'name', modules = 'uses' }
         modules = { collection = 'Module', name = 'name' }
         classes = { collection = 'MetaModel', name = 'name', module = 'moduleName' }
         attributes = { collection = 'MetaModel', list = 'attributes', name = 'name', type = 'type' }",
    );
    let source = open(&path, &names, Some("Shop")).unwrap();
    let live: Vec<String> = paths(&source)
        .into_iter()
        .filter(|path| path.starts_with("live"))
        .collect();
    let expected = [
        "live/Main/1.0.0",
        "live/Main/1.0.0/Car",
        "live/Main/1.0.0/Car/color",
        "live/Main/1.0.0/Car/size",
        "live/More/1.0.0",
        "live/More/1.0.0/Car",
        "live/More/1.0.0/Car/other",
    ];
    assert_eq!(live, expected);
    let told = told(&source);
    for line in [
        "field-unnamed: global/MetaModel.attributes.extra: no key under [apiomat] names this field; it is not kept (4 times)",
        "field-unnamed: global/MetaModel.x: no key under [apiomat] names this field; it is not kept",
        "wrong-type: global/MetaModel.attributes: it must be a document, but is a number; it is left out",
        "other-rows: global/MetaModel.attributes: attributes that belong to nothing of the application; they are not read",
    ] {
        assert!(told.iter().any(|told| told == line), "{line} in {told:#?}");
    }
    assert_eq!(source.definition.modules[0].classes[0].legacy_id, None);
}

#[test]
fn what_configuration_must_say() {
    let (_place, path) = dump(&apart());
    let check = |text: &str, parts: &[&str]| {
        let error = open(&path, &configured(text), Some("Shop")).unwrap_err();
        assert!(error.is_wrong_command());
        for part in parts {
            assert!(error.to_string().contains(part), "{part} in {error}");
        }
    };
    check(
        "",
        &[
            "Set in the configuration: apiomat.applications, apiomat.modules, apiomat.classes, apiomat.attributes",
            "The collections of apiomat: App (2 documents), Attribute (6 documents)",
            "Plan (2 documents).",
        ],
    );
    check(
        "global = 'aom'",
        &["no database aom, but: Shop, apiomat", "apiomat.global"],
    );
    check(
        &APART.replace("'Class'", "'Klass'"),
        &["apiomat.classes names the collection Klass"],
    );
    check(
        &APART.replace("application = 'apps', ", ""),
        &["Set apiomat.modules.application, or apiomat.applications.modules"],
    );
    check(
        &APART.replace("customer = 'owner', ", ""),
        &["Set apiomat.applications.customer"],
    );
    check(
        &APART.replace("class = 'class', type", "type"),
        &["which of the classes the attributes belong to"],
    );
    let names = configured(APART);
    let error = open(&path, &names, None).unwrap_err();
    assert!(
        error.is_wrong_command() && error.to_string().contains("--app"),
        "{error}"
    );
    let error = open(&path, &names, Some("Third")).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("no application \"Third\". There are: Other, Shop."),
        "{error}"
    );
}

#[test]
fn a_dump_in_any_form_is_known_for_one() {
    let (_place, path) = dump(&apart());
    let names = configured(APART);
    let definition = open(&path, &names, Some("Shop")).unwrap().definition;
    std::fs::write(path.join("notes.json"), "{}").unwrap();
    for form in ["", "apiomat"] {
        let source = open(&path.join(form), &names, Some("Shop")).unwrap();
        assert_eq!(source.definition, definition, "{form}");
    }
    let single = open(&path.join("apiomat/App.bson"), &names, Some("Shop")).unwrap_err();
    assert!(
        single.to_string().contains("apiomat.customers names"),
        "{single}"
    );
    let head = rawdoc! {
        "concurrent_collections": 4, "version": "0.1",
        "server_version": "4.4.1", "tool_version": "100.5.0",
    };
    let archive = [b"\x6d\xe2\x99\x81", head.as_bytes(), b"\xff\xff\xff\xff"].concat();
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&archive).unwrap();
    for bytes in [archive, packed.finish().unwrap()] {
        let file = path.join("archive");
        std::fs::write(&file, bytes).unwrap();
        let error = open(&file, &names, Some("Shop")).unwrap_err();
        assert!(
            error.to_string().contains("holds no database apiomat"),
            "{error}"
        );
    }
}

#[test]
fn damaged_documents_are_told_and_the_rest_comes_in() {
    let (_place, path) = dump(&apart());
    let file = path.join("apiomat/Attribute.bson");
    let whole = std::fs::read(&file).unwrap();
    // the type of the first field
    let mut bytes = whole.clone();
    bytes[4] = 0x42;
    std::fs::write(&file, [&bytes[..], &[9, 0]].concat()).unwrap();
    let source = open(&path, &configured(APART), Some("Shop")).unwrap();
    let bad: Vec<String> = told(&source)
        .into_iter()
        .filter(|line| line.starts_with("document-unreadable: apiomat/Attribute: "))
        .collect();
    assert_eq!(bad.len(), 2, "{bad:?}");
    let paths = paths(&source);
    assert!(paths.contains(&"live/Main/1.0.0/Car/driver".into()));
    assert!(!paths.contains(&"live/Main/1.0.0/Car/color".into()));
}

#[test]
fn a_customer_that_is_not_there() {
    let mut collections = apart();
    collections[1].2.pop();
    collections[1].2.pop();
    let (_place, path) = dump(&collections);
    let source = open(&path, &configured(APART), Some("Shop")).unwrap();
    assert_eq!(source.definition.customer, None);
    assert!(codes(&source).contains(&"customer-missing"));
}

#[test]
fn names_that_are_data() {
    let mut collections = apart();
    let mut document = RawDocumentBuf::new();
    for number in 0..300 {
        document.append(
            bson::raw::CString::try_from(format!("k{number}")).unwrap(),
            number,
        );
    }
    collections[3].2.push(document);
    let (_place, path) = dump(&collections);
    let source = open(&path, &configured(APART), Some("Shop")).unwrap();
    let fields = source
        .notes
        .iter()
        .filter(|note| note.what == Oddity::Field);
    assert_eq!(fields.count(), 100);
    let more = source
        .notes
        .iter()
        .find(|note| note.what == Oddity::More("field-unnamed"));
    assert_eq!(more.unwrap().times, 202);
}

#[test]
fn flags_that_configuration_does_not_name_are_not_said() {
    let (_place, path) = dump(&apart());
    let source = open(&path, &configured(APART), Some("Shop")).unwrap();
    let modules = &source.definition.modules;
    let car = &modules[1].classes[0];
    assert_eq!((car.is_global, car.is_transient), (Some(true), None));
    let references: Vec<_> = car.attributes.iter().map(|it| it.is_reference).collect();
    assert_eq!(references, [Some(false), Some(true), Some(true)]);
    assert_eq!(car.attributes[0].is_mandatory, None);
    // a number is neither
    assert_eq!(modules[1].classes[1].is_global, None);
}

#[test]
fn of_two_with_one_name_none_is_the_one() {
    let mut collections = apart();
    let namesake = |id: &str, mail: &str| rawdoc! { "_id": id, "name": "c1", "mail": mail };
    collections[1].2 = vec![
        namesake("x", "a@example.org"),
        namesake("y", "b@example.org"),
    ];
    let (_place, path) = dump(&collections);
    let names = configured(APART);
    let source = open(&path, &names, Some("Shop")).unwrap();
    assert_eq!(source.definition.customer, None);
    let line = "customers, owner-unclear: customer: several of the customers are meant by what the application names";
    let told = told(&source);
    assert!(told.iter().any(|told| told == line), "{told:#?}");
    assert!(!codes(&source).contains(&"customer-missing"));
    // an id is more than names
    collections[1]
        .2
        .push(rawdoc! { "_id": "c1", "name": "johndoe" });
    let (_place, path) = dump(&collections);
    let source = open(&path, &names, Some("Shop")).unwrap();
    assert_eq!(source.definition.customer.unwrap().name, "johndoe");
    collections[0].2.push(rawdoc! { "_id": id(3), "n": "Shop" });
    let (_place, path) = dump(&collections);
    let error = open(&path, &names, Some("Shop")).unwrap_err();
    assert!(error.is_wrong_command());
    let part = "several applications called \"Shop\"";
    assert!(error.to_string().contains(part), "{error}");
}

#[test]
fn an_id_has_a_type() {
    let mut collections = apart();
    collections[0].2[1].append(cstr!("owner2"), "2");
    collections[1].2 = vec![
        rawdoc! { "_id": 2_i32, "name": "wrong" },
        rawdoc! { "_id": 7_i32, "name": "2" },
    ];
    let (_place, path) = dump(&collections);
    let text = APART.replace("customer = 'owner'", "customer = 'owner2'");
    let source = open(&path, &configured(&text), Some("Shop")).unwrap();
    assert_eq!(source.definition.customer.unwrap().name, "2");
    // the same number in another width is the same number
    collections[0].2[1].append(cstr!("owner3"), 2_i64);
    let (_place, path) = dump(&collections);
    let text = APART.replace("customer = 'owner'", "customer = 'owner3'");
    let source = open(&path, &configured(&text), Some("Shop")).unwrap();
    assert_eq!(source.definition.customer.unwrap().name, "wrong");
}

#[test]
fn values_that_are_too_deep() {
    let deep =
        |levels: u32| (1..levels).fold(rawdoc! { "x": 1_i32 }, |inner, _| rawdoc! { "x": inner });
    let mut collections = apart();
    let mut class = rawdoc! { "_id": id(20), "name": "Car", "module": id(10) };
    class.append(cstr!("roles"), deep(150));
    collections[3].2[0] = class;
    let mut class = rawdoc! { "_id": id(21), "name": "User", "module": id(10) };
    class.append(cstr!("roles"), deep(63));
    collections[3].2[1] = class;
    let (_place, path) = dump(&collections);
    let source = open(&path, &configured(APART), Some("Shop")).unwrap();
    let deep: Vec<_> = source
        .notes
        .iter()
        .filter(|note| note.what == Oddity::TooDeep)
        .map(|note| (note.at.as_str(), note.times))
        .collect();
    assert_eq!(
        deep,
        [("live/Main/1.0.0/Car", 1), ("test/Main/1.0.0/Car", 1)]
    );
    let class = &source
        .definition
        .modules
        .iter()
        .flat_map(|it| &it.classes)
        .next()
        .unwrap();
    let pointer = "/x".repeat(62);
    assert!(
        class.rest["roles"]
            .pointer(&pointer)
            .is_some_and(|it| *it == json!({}))
    );
}
