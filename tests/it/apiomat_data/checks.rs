//! What the application's metadata say of its documents, where the store has them. Nothing of it
//! keeps a document out.

use bson::oid::ObjectId;
use bson::{RawDocumentBuf, rawdoc};

use super::dumps::{collection, docs};
use super::{findings, import_app, messages, outcomes, told};
use crate::session::Site;

/// Two systems of App, the same class in two versions of its module, classes above classes.
const METADATA: &str = "
    INSERT INTO applications (id, name) VALUES (1, 'App'), (2, 'Other');
    INSERT INTO modules (id, application_id, system, name, version) VALUES
        (1, 1, 'live', 'Main', '1.0.0'), (2, 1, 'live', 'Main', '2.0.0'),
        (3, 1, 'live', 'Basics', '1.0.0'), (4, 1, 'test', 'Main', '1.0.0'),
        (5, 2, 'live', 'Main', '1.0.0');
    INSERT INTO classes (id, module_id, name, parent) VALUES
        (1, 1, 'Car', 'Main$Vehicle'), (2, 2, 'Car', 'Main$Vehicle'),
        (3, 1, 'Vehicle', 'Basics$Root'), (4, 3, 'Root', NULL), (5, 1, 'Owner', NULL),
        (6, 4, 'Bike', NULL), (7, 5, 'Bike', NULL);
    INSERT INTO attributes (class_id, name, type) VALUES
        (1, 'colour', 'String'), (2, 'colour', 'String'), (1, 'doors', 'Long'),
        (2, 'doors', 'String'), (3, 'weight', 'Double'), (4, 'made', 'Date');
";

/// Attributes in which documents lead to others.
const REFERENCES: &str = "
    UPDATE classes SET parent = NULL;
    INSERT INTO attributes (class_id, name, is_reference, refers_to) VALUES
        (1, 'owner', TRUE, 'Main$Owner');
    INSERT INTO attributes (class_id, name, is_reference, is_collection, refers_to) VALUES
        (1, 'drivers', TRUE, TRUE, 'Main$Owner');
    INSERT INTO attributes (class_id, name, is_reference, refers_to) VALUES
        (1, 'park', TRUE, 'Main$Nowhere');
";

/// A store with metadata of App, and a folder `dump` to be filled.
fn described(more: &str) -> Site {
    let site = Site::empty();
    // makes the tables
    site.digest();
    site.store.edit(&format!("{METADATA} {more}"));
    site
}

fn bytes(documents: &[RawDocumentBuf]) -> Vec<Vec<u8>> {
    documents.iter().map(|it| it.as_bytes().to_vec()).collect()
}

fn id(number: u8) -> ObjectId {
    ObjectId::from_bytes([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, number])
}

#[test]
fn an_application_without_metadata_is_told_once_and_no_more_when_they_came() {
    let site = Site::empty();
    collection(&site, "dump/App", "Car", &docs("1a"));
    import_app(&site, "", 0);
    assert_eq!(findings(&site), ["app-without-metadata "]);
    let message = messages(&site, "app-without-metadata").remove(0);
    assert!(message.contains("App in live"), "{message}");
    site.store.edit(METADATA);
    import_app(&site, "", 0);
    assert_eq!(findings(&site), [""; 0]);
}

#[test]
fn metadata_of_another_system_or_application_say_nothing() {
    let site = described("DELETE FROM attributes; DELETE FROM classes WHERE id < 6");
    collection(&site, "dump/App", "Bike", &docs("1a"));
    import_app(&site, "", 0);
    assert_eq!(findings(&site), ["app-without-metadata "]);
}

#[test]
fn collections_that_no_class_accounts_for() {
    let site = described("");
    for name in [
        "Car", "MainCar", "Main_Car", "Main.Car", "Owner", "Bike", "cars",
    ] {
        collection(&site, "dump/App", name, &docs("1a"));
    }
    collection(&site, "dump/App", "empty", &[]);
    collection(&site, "dump/App", "system.js", &docs("1a"));
    import_app(&site, "", 0);
    assert_eq!(
        findings(&site),
        [
            "collection-without-class App/live/Bike",
            "collection-without-class App/live/cars"
        ]
    );
    assert_eq!(outcomes(&site, "collections"), "created 9");
    assert_eq!(outcomes(&site, "documents"), "created 8");
}

#[test]
fn how_collections_are_called_is_configured() {
    let site = described("");
    for name in ["c-Car", "Owner"] {
        collection(&site, "dump/App", name, &docs("1a"));
    }
    site.write("heirloom.toml", "[apiomat]\ncollections = ['c-{class}']\n");
    import_app(&site, "", 0);
    assert_eq!(findings(&site), ["collection-without-class App/live/Owner"]);
}

#[test]
fn a_global_class_is_in_no_dump() {
    let site = described("UPDATE classes SET is_global = TRUE WHERE id IN (3, 7)");
    collection(&site, "dump/App", "Car", &docs("1a"));
    import_app(&site, "", 0);
    let told = messages(&site, "class-global");
    assert_eq!(
        told.len(),
        1,
        "that of the other application is not told: {told:?}"
    );
    assert!(told[0].contains("Main$Vehicle is global"), "{told:?}");
}

#[test]
fn values_of_another_type_than_the_class_and_those_above_it_declare() {
    let site = described("");
    let documents = [
        rawdoc! { "_id": 1, "colour": "red", "doors": 3_i64, "weight": 1.5, "made": bson::DateTime::from_millis(0) },
        rawdoc! { "_id": 2, "colour": 7, "doors": "three", "weight": "heavy", "made": "1970" },
        rawdoc! { "_id": 3, "colour": ["red"], "weight": 2, "made": 0_i64, "other": true },
        rawdoc! { "_id": 4, "colour": bson::RawBson::Null },
    ];
    collection(&site, "dump/App", "Car", &bytes(&documents));
    import_app(&site, "", 0);
    assert_eq!(
        outcomes(&site, "documents"),
        "created 4",
        "they come in as they are"
    );
    assert_eq!(findings(&site), ["type-differs App/live/Car"; 3]);
    let messages = messages(&site, "type-differs");
    for message in [
        "Main$Car declares colour as String, and 2 documents have something else there, the one with _id 2 an int: what is there comes in.",
        "Main$Car declares made as Date, and 1 document has something else there, the one with _id 2 a string: what is there comes in.",
        "Main$Car declares weight as Double, and 1 document has something else there, the one with _id 2 a string: what is there comes in.",
    ] {
        assert!(
            messages.iter().any(|it| it == message),
            "{message} in {messages:#?}"
        );
    }
    // of doors two versions say two things, so nothing is said
    assert!(
        messages.iter().all(|it| !it.contains("doors")),
        "{messages:?}"
    );
}

/// Resolved references are not told, whatever their form; others are, with their documents.
#[test]
fn references_that_lead_nowhere() {
    let site = described(REFERENCES);
    let url =
        |id: ObjectId| format!("https://a.example/yambas/rest/apps/App/models/Main/Owner/{id}");
    let car = |number: i32| rawdoc! { "_id": number };
    let owner = |number: i32, owner: bson::RawBson| {
        let mut car = car(number);
        car.append(bson::raw::cstr!("owner"), owner);
        car
    };
    let cars = [
        owner(0, id(1).into()),
        owner(1, id(1).to_hex().into()),
        owner(2, url(id(1)).into()),
        owner(3, "a text".into()),
        owner(4, id(9).into()),
        owner(5, id(9).to_hex().into()),
        owner(6, url(id(9)).into()),
        owner(7, "no such text".into()),
        owner(8, bson::RawBson::Null),
        // MongoDB's own form, wherever it stands
        rawdoc! { "_id": 9, "drivers": [id(1), { "$ref": "Owner", "$id": id(1) }] },
        rawdoc! { "_id": 10, "drivers": [id(1), id(8)] },
        rawdoc! { "_id": 11, "deep": { "er": [[{ "x": { "$ref": "Owner", "$id": id(7) } }]] } },
        rawdoc! { "_id": 12, "gone": { "$ref": "NoSuch", "$id": 1 } },
        // into another database: nobody's business here
        rawdoc! { "_id": 13, "far": { "$ref": "NoSuch", "$id": 1, "$db": "Other" } },
        // of a class whose documents are not here, nothing is known
        rawdoc! { "_id": 14, "park": id(5) },
    ];
    collection(&site, "dump/App", "Car", &bytes(&cars));
    let owners = [rawdoc! { "_id": id(1) }, rawdoc! { "_id": "a text" }];
    collection(&site, "dump/App", "Owner", &bytes(&owners));
    import_app(&site, "", 0);
    let messages = messages(&site, "dangling-reference");
    for message in [
        "1 reference of deep.er.x in Car leads to no document of Owner (documents 11): what is there comes in.",
        "1 reference of drivers in Car leads to no document of Main$Owner (documents 10): what is there comes in.",
        "1 reference of gone in Car leads to no document of NoSuch (documents 12): what is there comes in.",
        "4 references of owner in Car lead to no document of Main$Owner (documents 4, 5, 6 …): what is there comes in.",
    ] {
        assert!(
            messages.iter().any(|it| it == message),
            "{message} in {messages:#?}"
        );
    }
    assert_eq!(messages.len(), 4, "{messages:#?}");
    assert_eq!(outcomes(&site, "documents"), "created 17");
}

/// Collections may come one by one.
#[test]
fn what_only_the_store_has_is_found() {
    let site = described(REFERENCES);
    let cars = [
        rawdoc! { "_id": 1, "owner": id(1), "other": { "$ref": "Owner", "$id": id(1) } },
        rawdoc! { "_id": 2, "owner": id(2), "other": { "$ref": "Owner", "$id": id(2) } },
    ];
    collection(&site, "cars/App", "Car", &bytes(&cars));
    collection(
        &site,
        "dump/App",
        "Owner",
        &bytes(&[rawdoc! { "_id": id(1) }]),
    );
    // nothing is known of Owner yet
    super::import(&site, &format!("cars {} --dry-run", super::APP), 0);
    let told = messages(&site, "dangling-reference");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("2 references of other"), "{told:?}");
    import_app(&site, "", 0);
    assert_eq!(self::told(&site), [""; 0]);
    super::import(&site, &format!("cars {}", super::APP), 0);
    assert_eq!(
        messages(&site, "dangling-reference"),
        [
            "1 reference of other in Car leads to no document of Owner (documents 1): what is there comes in.",
            "1 reference of owner in Car leads to no document of Main$Owner (documents 1): what is there comes in.",
        ]
    );
}
