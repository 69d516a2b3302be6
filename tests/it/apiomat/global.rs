//! Dumps of the global database, in shapes that the configuration describes.

use std::fs;
use std::path::Path;

use bson::oid::ObjectId;
use bson::{RawDocumentBuf, rawdoc};
use heirloom::legacy::mongodump::{DumpWriter, Kind, metadata};

use super::{exported, findings, import, json, messages, opens, outcomes};
use crate::session::Site;

type Collection = (&'static str, Vec<RawDocumentBuf>);

fn id(number: u8) -> ObjectId {
    ObjectId::from_bytes([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, number])
}

/// Two applications, with a collection that is nothing of theirs.
fn collections() -> Vec<Collection> {
    let hash = bcrypt::hash("correct horse", 4).unwrap();
    vec![
        (
            "Application",
            vec![
                rawdoc! { "_id": id(1), "n": "Other", "owner": id(8) },
                rawdoc! {
                    "_id": id(2), "n": "Shop", "shown": "The shop", "owner": id(9),
                    "status": { "LIVE": "ACTIVE" }, "keys": { "liveApiKey": "1231231231231231231" },
                    "plan": "Basic",
                },
            ],
        ),
        (
            "Customer",
            vec![
                rawdoc! { "_id": id(8), "name": "Eve", "mail": "eve@shop.example" },
                rawdoc! { "_id": id(9), "name": "Jo Doe", "mail": "jo@shop.example", "hash": hash },
            ],
        ),
        (
            "Module",
            vec![
                rawdoc! { "_id": id(10), "name": "Main", "app": id(2), "in": ["LIVE", "TEST"] },
                rawdoc! { "_id": id(11), "name": "Main", "app": id(1), "in": "LIVE" },
            ],
        ),
        (
            "MetaModel",
            vec![
                rawdoc! {
                    "_id": id(20), "name": "Car", "module": id(10), "global": true,
                    "attributes": [
                        { "name": "color", "kind": "String" },
                        { "name": "wheel", "ref": true, "to": id(21) },
                    ],
                },
                rawdoc! {
                    "_id": id(21), "name": "Wheel", "module": id(10),
                    "attributes": [{ "name": "size", "kind": "Double" }],
                },
                rawdoc! { "_id": id(22), "name": "Car", "module": id(11), "attributes": [{ "name": "x" }] },
            ],
        ),
        (
            "Code",
            vec![rawdoc! { "hook": "beforePost", "class": id(20), "js": "f()" }],
        ),
        (
            "Session",
            vec![rawdoc! { "_id": 1_i32 }, rawdoc! { "_id": 2_i32 }],
        ),
    ]
}

const TABLES: &str = "
    applications = { collection = 'Application', name = 'n', display_name = 'shown', customer = 'owner', status = 'status.{SYSTEM}', api_key = 'keys.{system}ApiKey' }
    customers = { collection = 'Customer', name = 'name', email = 'mail', password = 'hash' }
    modules = { collection = 'Module', name = 'name', application = 'app', system = 'in' }
    classes = { collection = 'MetaModel', name = 'name', module = 'module', is_global = 'global' }
    attributes = { collection = 'MetaModel', list = 'attributes', name = 'name', type = 'kind', is_reference = 'ref', refers_to = 'to' }
    servercode = { collection = 'Code', name = 'hook', class = 'class', code = 'js' }
";

fn configure(site: &Site, lines: &str) {
    site.write("heirloom.toml", &format!("[apiomat]\n{lines}\n"));
}

fn write_folder(path: &Path) {
    let writer = DumpWriter::create(path).unwrap();
    for (name, documents) in collections() {
        let metadata = metadata::least(name);
        let kind = Kind::Collection;
        let mut out = writer
            .collection("apiomat", name, kind, Some(&metadata))
            .unwrap();
        for document in documents {
            out.document(document.as_bytes()).unwrap();
        }
        out.end().unwrap();
    }
    writer.finish().unwrap();
}

/// As `mongodump --archive` writes it, each collection in one block.
fn write_archive(path: &Path) {
    const END: &[u8] = b"\xff\xff\xff\xff";
    let sum = crc::Crc::<u64>::new(&crc::CRC_64_XZ);
    let mut bytes = b"\x6d\xe2\x99\x81".to_vec();
    let head = rawdoc! {
        "concurrent_collections": 4, "version": "0.1",
        "server_version": "4.4.1", "tool_version": "100.5.0",
    };
    bytes.extend(head.as_bytes());
    for (name, _) in collections() {
        let listed = rawdoc! {
            "db": "apiomat", "collection": name, "metadata": "{\"indexes\":[]}",
            "size": 0, "type": "collection",
        };
        bytes.extend(listed.as_bytes());
    }
    bytes.extend(END);
    for (name, documents) in collections() {
        let documents: Vec<u8> = documents
            .iter()
            .flat_map(|it| it.as_bytes().to_vec())
            .collect();
        let header = |end: bool, crc: i64| {
            rawdoc! { "db": "apiomat", "collection": name, "EOF": end, "CRC": crc }
        };
        bytes.extend(header(false, 0).as_bytes());
        bytes.extend(&documents);
        bytes.extend(END);
        bytes.extend(header(true, sum.checksum(&documents).cast_signed()).as_bytes());
        bytes.extend(END);
    }
    fs::write(path, bytes).unwrap();
}

#[test]
fn an_application_comes_out_of_a_folder_or_an_archive() {
    let mut digests = Vec::new();
    for (source, write) in [
        ("dump", write_folder as fn(&Path)),
        ("dump.archive", write_archive),
    ] {
        let site = Site::empty();
        configure(&site, TABLES);
        write(&site.path(source));
        import(
            &site,
            &format!("{source} --app Shop --reset-password false"),
            0,
        );
        assert_eq!(site.report("r.json")["source"]["kind"], "mongodump");
        for (entity, expected) in [
            ("customers", "created 1"),
            ("applications", "created 1"),
            // staging is not used
            ("systems", "created 2"),
            ("modules", "created 2"),
            ("classes", "created 4"),
            ("attributes", "created 6"),
            ("servercode", "created 2"),
        ] {
            assert_eq!(outcomes(&site, entity), expected, "{entity}");
        }
        assert!(messages(&site, "other-applications")[0].contains("another application"));
        assert!(messages(&site, "collection-unnamed")[0].contains("apiomat/Session"));
        assert!(messages(&site, "collection-unnamed")[0].contains("2 documents"));
        assert!(messages(&site, "field-unnamed")[0].contains("apiomat/Application.plan"));
        let other = messages(&site, "other-rows");
        assert_eq!(other.len(), 3, "modules, classes, attributes: {other:?}");
        let out = exported(&site, "Shop");
        assert_eq!(out["systems"][0]["apiKey"], "1231231231231231231");
        let wheel = &out["modules"][0]["classes"][0]["attributes"][1];
        assert_eq!(wheel["refersTo"], "Main$Wheel");
        opens(&site, "jo-doe", "correct horse");
        import(
            &site,
            &format!("{source} --app Shop --reset-password true"),
            0,
        );
        assert_eq!(outcomes(&site, "attributes"), "unchanged 6");
        site.store
            .edit("UPDATE users SET password = NULL, last_login = NULL");
        digests.push((out["modules"].clone(), site.digest()));
    }
    digests.dedup();
    assert_eq!(digests.len(), 1);
}

#[test]
fn without_the_tables_it_says_what_to_configure() {
    let without = |key: &str| -> String {
        let lines = TABLES.lines().filter(|line| !line.trim().starts_with(key));
        lines.collect::<Vec<_>>().join("\n")
    };
    for (tables, key) in [
        (String::new(), "applications"),
        (without("applications"), "applications"),
        (without("modules"), "modules"),
        (without("classes"), "classes"),
        (without("attributes"), "attributes"),
    ] {
        for (source, write) in [
            ("dump", write_folder as fn(&Path)),
            ("dump.archive", write_archive),
        ] {
            let site = Site::empty();
            configure(&site, &tables);
            write(&site.path(source));
            let line = format!("{source} --app Shop --reset-password false --noinput");
            let told = super::stops(&site, &line, 2);
            assert!(told.contains(&format!("apiomat.{key}")), "{told}");
            assert!(told.contains("The collections of apiomat: "), "{told}");
            for (name, documents) in [("Application", "2"), ("Session", "2"), ("MetaModel", "3")] {
                assert!(
                    told.contains(&format!("{name} ({documents} documents)")),
                    "{told}"
                );
            }
        }
    }
}

#[test]
fn what_is_named_wrongly_is_told() {
    let site = Site::empty();
    configure(&site, TABLES);
    write_folder(&site.path("dump"));
    let told = super::stops(&site, "dump --noinput --reset-password false", 2);
    assert!(told.contains("Say with --app"), "{told}");
    let told = super::stops(&site, "dump --app Nope --noinput --reset-password false", 2);
    assert!(told.contains("There are: Other, Shop."), "{told}");

    configure(&site, &TABLES.replace("'Module'", "'Modul'"));
    let told = super::stops(&site, "dump --app Shop --noinput --reset-password false", 2);
    assert!(
        told.contains("Modul") && told.contains("MetaModel (3 documents)"),
        "{told}"
    );

    configure(&site, &format!("global = 'yambas'\n{TABLES}"));
    let told = super::stops(&site, "dump --app Shop --noinput --reset-password false", 2);
    assert!(told.contains("yambas"), "{told}");

    configure(&site, &TABLES.replace("name = 'n'", "nme = 'n'"));
    let told = super::stops(&site, "dump --app Shop --noinput --reset-password false", 2);
    assert!(told.contains("apiomat.applications.nme"), "{told}");
}

#[test]
fn a_customer_that_is_not_in_the_dump_is_none() {
    let site = Site::empty();
    configure(&site, TABLES);
    write_folder(&site.path("dump"));
    let out = fs::read(site.path("dump/apiomat/Customer.bson")).unwrap();
    let first = rawdoc! { "_id": id(8), "name": "Eve", "mail": "eve@shop.example" };
    fs::write(
        site.path("dump/apiomat/Customer.bson"),
        &out[..first.as_bytes().len()],
    )
    .unwrap();
    import(&site, "dump --app Shop", 0);
    assert_eq!(
        messages(&site, "customer-missing").len(),
        1,
        "{:?}",
        findings(&site)
    );
    assert_eq!(site.ask::<i64>("SELECT count(*) FROM users"), 0);
    // a dump that breaks off is told, and what is whole comes in
    fs::write(
        site.path("dump/apiomat/Customer.bson"),
        &out[..out.len() - 5],
    )
    .unwrap();
    let ended =
        site.run("import apiomat dump --app Shop --noinput --reset-password false --report r.json");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(
        !messages(&site, "document-unreadable").is_empty(),
        "{:?}",
        findings(&site)
    );
    assert_eq!(exported(&site, "Shop")["customer"], json!(null));
}
