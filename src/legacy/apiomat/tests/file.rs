//! Heirloom's own file, and its schema.

use chrono::{TimeZone as _, Utc};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

use super::super::file::write;
use super::*;
use crate::password::Secret;

fn rest(value: Json) -> Map<String, Json> {
    value.as_object().unwrap().clone()
}

/// All its flags are said.
fn plain() -> Attribute {
    Attribute {
        is_collection: Some(false),
        is_reference: Some(false),
        is_mandatory: Some(false),
        is_indexed: Some(false),
        is_embedded: Some(false),
        ..Attribute::default()
    }
}

/// One of everything.
fn full() -> Definition {
    let car = Class {
        name: "Car".into(),
        legacy_id: Some("5ac5bbd76d79587667be0b40".into()),
        parent: Some("ShopMain$Thing".into()),
        is_global: Some(true),
        is_transient: Some(true),
        rest: rest(json!({"requiredUserRoleRead": "Owner", "allowedRolesRead": ["a"]})),
        attributes: vec![
            Attribute {
                name: "color".into(),
                kind: Some("String".into()),
                is_mandatory: Some(true),
                is_indexed: Some(true),
                ..plain()
            },
            Attribute {
                name: "wheels".into(),
                is_collection: Some(true),
                is_reference: Some(true),
                is_embedded: Some(true),
                refers_to: Some("ShopMain$Wheel".into()),
                rest: rest(json!({"roleForUpdate": "Owner"})),
                ..plain()
            },
        ],
        servercode: vec![Servercode {
            name: "afterPost".into(),
            language: Some("JavaScript".into()),
            code: "return \"é\\n\";\n".into(),
            rest: rest(json!({"order": 1})),
        }],
    };
    Definition {
        application: Application {
            name: "Shop".into(),
            display_name: Some("The shop".into()),
            description: Some("".into()),
            rest: rest(json!({"createdAt": 1527333443313_i64})),
        },
        customer: Some(Customer {
            name: "johndoe".into(),
            email: Some("johndoe@example.org".into()),
            password: Some(Secret::new("9f86d081$x")),
            rest: rest(json!({"company": null})),
        }),
        systems: vec![
            SystemSettings {
                system: System::Live,
                status: Some("ACTIVE".into()),
                api_key: Some(Secret::new("1231231231231231231")),
                configuration: Some(json!({"Basics": {"basics_createRole": "Guest"}})),
                auth_classes: Some(json!({"1": "Basics$User"})),
                rest: rest(json!({"clusterBaseURL": "https://example.org"})),
            },
            SystemSettings {
                system: System::Test,
                ..SystemSettings::default()
            },
        ],
        modules: vec![
            Module {
                system: System::Live,
                name: "ShopMain".into(),
                version: "1.0.0".into(),
                kind: Some("DYNAMIC".into()),
                rest: rest(json!({"locked": false})),
                classes: vec![car],
            },
            Module {
                system: System::Test,
                name: "Basics".into(),
                version: "2.1.0".into(),
                ..Module::default()
            },
        ],
    }
}

fn written(definition: &Definition) -> String {
    let mut out = Vec::new();
    let at = Utc.with_ymd_and_hms(2026, 11, 21, 3, 0, 0).unwrap();
    write(definition, at, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn minimal() -> Json {
    json!({
        "format": "heirloom-apiomat",
        "version": 1,
        "application": {"name": "Shop"},
        "modules": [],
    })
}

fn schema() -> jsonschema::Validator {
    let text = include_str!("../../../../docs/apiomat-application.schema.json");
    let schema: Json = serde_json::from_str(text).unwrap();
    assert!(jsonschema::draft202012::meta::is_valid(&schema));
    jsonschema::draft202012::new(&schema).unwrap()
}

#[test]
fn what_was_written_is_read() {
    for definition in [full(), {
        let name = "Shop".into();
        let application = Application {
            name,
            ..Application::default()
        };
        Definition {
            application,
            ..Definition::default()
        }
    }] {
        let source = opened(&written(&definition));
        assert_eq!(source.definition, definition);
        assert_eq!(source.origin, Origin::File);
        assert_eq!(told(&source), [""; 0]);
    }
}

#[test]
fn the_file_has_its_keys_in_order() {
    let text = written(&full());
    let begin = "{\n  \"format\": \"heirloom-apiomat\",\n  \"version\": 1,\n  \"heirloom\": \"0.1.0\",\n  \"exported\": \"2026-11-21T03:00:00Z\",\n  \"application\": {\n    \"name\": \"Shop\",\n    \"displayName\": \"The shop\",";
    assert!(text.starts_with(begin), "{text}");
    let value: Json = serde_json::from_str(&text).unwrap();
    let attribute = &value["modules"][0]["classes"][0]["attributes"][1];
    let expected = json!({
        "name": "wheels", "type": null, "isCollection": true, "isReference": true,
        "isMandatory": false, "isIndexed": false, "isEmbeddedObject": true,
        "refersTo": "ShopMain$Wheel", "rest": {"roleForUpdate": "Owner"},
    });
    assert_eq!(*attribute, expected);
    assert_eq!(value["customer"]["password"], "9f86d081$x");
    assert_eq!(value["systems"][0]["apiKey"], "1231231231231231231");
    assert!(text.ends_with("}\n"));
}

#[test]
fn the_schema_allows_what_is_written() {
    let schema = schema();
    let empty = Definition {
        application: Application {
            name: "Shop".into(),
            ..Application::default()
        },
        ..Definition::default()
    };
    for definition in [full(), empty] {
        let value: Json = serde_json::from_str(&written(&definition)).unwrap();
        let errors: Vec<String> = schema
            .iter_errors(&value)
            .map(|it| it.to_string())
            .collect();
        assert_eq!(errors, [""; 0]);
    }
    assert!(schema.is_valid(&minimal()));
}

#[test]
fn the_schema_allows_nothing_else() {
    let schema = schema();
    let check = |pointer: &str, value: Json| {
        let mut wrong: Json = serde_json::from_str(&written(&full())).unwrap();
        let (above, key) = pointer.rsplit_once('/').unwrap();
        let above = wrong.pointer_mut(above).unwrap().as_object_mut().unwrap();
        match value {
            Json::String(ref word) if word == "absent" => above.remove(key),
            value => above.insert(key.into(), value),
        };
        assert!(!schema.is_valid(&wrong), "{pointer}");
    };
    check("/format", json!("other"));
    check("/version", json!(2));
    check("/application", json!("absent"));
    check("/modules", json!({}));
    check("/more", json!(1));
    check("/exported", json!(1));
    check("/application/name", json!("a/b"));
    check("/application/name", json!(" "));
    check("/application/name", json!("a\u{7}"));
    check("/application/applicationName", json!("Shop"));
    check("/customer/name", json!(null));
    check("/systems/0/system", json!("prod"));
    check("/systems/0/apiKey", json!(1231231231231231231_i64));
    check("/modules/0/system", json!("absent"));
    check("/modules/0/version", json!(1.0));
    check("/modules/0/classes/0/id", json!("5ac5"));
    check("/modules/0/classes/0/isGlobal", json!("maybe"));
    check("/modules/0/classes/0/attributes/0/name", json!("absent"));
    check("/modules/0/classes/0/attributes/0/rest", json!([]));
    check("/modules/0/classes/0/servercode/0/code", json!("absent"));
}

#[test]
fn applications_and_versions() {
    let text = |version: Json| {
        let mut value = minimal();
        value["version"] = version;
        value.to_string()
    };
    assert!(open_text(&text(json!(1)), Some("Shop")).is_ok());
    let check = |text: &str, app, part: &str| {
        let error = open_text(text, app).unwrap_err();
        assert!(error.is_wrong_command());
        assert!(error.to_string().contains(part), "{error}");
    };
    check(
        &text(json!(1)),
        Some("Other"),
        "holds the application \"Shop\", and --app names \"Other\"",
    );
    check(&text(json!(2)), None, "has version 2 of Heirloom's form");
    check(&text(json!(0)), None, "version must be 1");
    check(
        &text(json!("1")),
        None,
        "version must be a number, but is a text",
    );
    check(
        r#"{"format": "heirloom-apiomat"}"#,
        None,
        "version must be a number, but is missing",
    );
    let mut value = minimal();
    value["modules"] = json!({});
    check(
        &value.to_string(),
        None,
        "modules must be an array, but is an object",
    );
    value["application"] = json!(null);
    check(
        &value.to_string(),
        None,
        "application must be an object, but is null",
    );
    for name in [json!(""), json!("a/b"), json!("a\n"), json!(1), json!(null)] {
        let mut value = minimal();
        value["application"]["name"] = name;
        check(&value.to_string(), None, "a name must not be blank");
    }
}

#[test]
fn wrong_keys_are_told_by_their_place() {
    let mut value: Json = serde_json::from_str(&written(&full())).unwrap();
    value["more"] = json!(1);
    value["application"]["displayname"] = json!("x");
    value["customer"]["email"] = json!(["x"]);
    value["systems"][1]["system"] = json!("prod");
    value["modules"][1]["version"] = json!(null);
    let class = &mut value["modules"][0]["classes"][0];
    class["id"] = json!("5ac5");
    class["isGlobal"] = json!("TRUE");
    class["isTransient"] = json!("maybe");
    class["attributes"][0] = json!("color");
    class["servercode"][0]["code"] = json!(null);
    let source = opened(&value.to_string());
    let expected = [
        "key-left-out: application.displayname: no such key is known here; it is left out",
        "wrong-type: customer.email: it must be a text, but is an array; it is left out",
        "wrong-type: modules[0].classes[0].id: it must be 24 hexadecimal digits, but is another text; it is left out",
        "wrong-type: modules[0].classes[0].isTransient: it must be true or false, but is a text; it is left out",
        "version-assumed: modules[1].version: the module has no version; it is taken as 1.0.0",
        "key-left-out: more: no such key is known here; it is left out",
        "systems, row-without-system: systems[1]: \"prod\" is no system: live, staging or test",
        "attributes, row-unreadable: modules[0].classes[0].attributes[0]: it must be an object, but is a text",
        "servercode, code-missing: modules[0].classes[0].servercode[0]: there is no code in it",
    ];
    assert_eq!(told(&source), expected);
    let class = &source.definition.modules[0].classes[0];
    assert_eq!(
        (class.is_global, class.is_transient),
        (Some(true), Some(false))
    );
    // the system of the other module
    assert_eq!(source.definition.systems[1], full().systems[1]);
}

#[test]
fn impossible_names_are_refused_with_what_hangs_on_them() {
    let class = |name: &str| json!({"name": name, "attributes": [{"name": "a"}, {"name": "b/c"}]});
    let mut value = minimal();
    value["modules"] = json!([
        {"system": "LIVE", "name": "Main", "version": "1.0.0", "classes": [
            class("Car"), class("a/b"), class(""), {"name": null}, class("x\u{1b}[31m"),
        ]},
        {"system": "live", "name": "", "version": "1.0.0", "classes": [{"name": "C", "servercode": [{"name": "s", "code": ""}]}]},
        {"system": "moon", "name": "Main", "version": "1.0.0", "classes": [{"name": "C"}]},
    ]);
    let source = opened(&value.to_string());
    let refused: Vec<String> = source
        .refused
        .iter()
        .map(|it| {
            format!(
                "{} {} {}",
                it.entity.word(),
                crate::text::printable(&it.path),
                it.reason.code()
            )
        })
        .collect();
    let expected = [
        "modules live//1.0.0 name-impossible",
        "modules moon/Main/1.0.0 row-without-system",
        "classes live//1.0.0/C parent-left-out",
        "classes live/Main/1.0.0/ name-impossible",
        "classes live/Main/1.0.0//#2 name-impossible",
        "classes live/Main/1.0.0/a/b name-impossible",
        "classes live/Main/1.0.0/x\\x1b[31m name-impossible",
        "classes moon/Main/1.0.0/C parent-left-out",
        "attributes live/Main/1.0.0//a parent-left-out",
        "attributes live/Main/1.0.0//b/c parent-left-out",
        "attributes live/Main/1.0.0/Car/b/c name-impossible",
        "attributes live/Main/1.0.0/a/b/a parent-left-out",
        "attributes live/Main/1.0.0/a/b/b/c parent-left-out",
        "attributes live/Main/1.0.0/x\\x1b[31m/a parent-left-out",
        "attributes live/Main/1.0.0/x\\x1b[31m/b/c parent-left-out",
        "servercode live//1.0.0/C/s parent-left-out",
    ];
    assert_eq!(refused, expected);
    let there = [
        "live/Main/1.0.0",
        "live/Main/1.0.0/Car",
        "live/Main/1.0.0/Car/a",
    ];
    assert_eq!(paths(&source), there);
    assert!(told(&source).iter().all(|line| !line.contains('\u{1b}')));
}

#[test]
fn each_path_is_there_once_and_all_in_order() {
    let mut definition = full();
    definition.modules.reverse();
    definition.modules.extend(full().modules);
    let mut class = full().modules[0].classes[0].clone();
    class.parent = None;
    class.attributes.reverse();
    class.attributes[0].refers_to = None;
    class.servercode.clear();
    class.servercode.push(Servercode {
        name: "another".into(),
        ..Servercode::default()
    });
    definition.modules[1].classes.insert(0, class);
    let source = opened(&written(&definition));
    let mut expected = full();
    let servercode = &mut expected.modules[0].classes[0].servercode;
    servercode.push(Servercode {
        name: "another".into(),
        ..Servercode::default()
    });
    assert_eq!(source.definition, expected);
    assert_eq!(
        told(&source),
        [
            "listed-differently: live/ShopMain/1.0.0/Car: it is there 3 times, and not the same each time; what only one of them has is taken, and otherwise the first counts",
            "listed-again: modules are there again, the same each time; each is taken once (2 times)",
        ]
    );
}

#[test]
fn secrets_and_values_are_not_shown() {
    let shown = format!("{:?}", full());
    for hidden in ["9f86d081", "123123", "basics_createRole", "Owner", "return"] {
        assert!(!shown.contains(hidden), "{hidden} in {shown}");
    }
    assert!(shown.contains("color") && shown.contains("requiredUserRoleRead"));
}

fn text() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9\"\\\\ é\n\u{0}\u{1f600}]{0,8}"
}

fn some_json() -> impl Strategy<Value = Json> {
    prop_oneof![
        any::<i64>().prop_map(Json::from),
        (-1e15..1e15).prop_map(Json::from),
        text().prop_map(Json::from),
        prop::collection::vec(text(), 0..3).prop_map(Json::from),
    ]
}

fn some_rest() -> impl Strategy<Value = Map<String, Json>> {
    prop::collection::btree_map(text(), some_json(), 0..3).prop_map(|map| map.into_iter().collect())
}

prop_compose! {
    fn attribute()(
        name in "[a-c]",
        kind in prop::option::of(text()),
        flags in any::<[bool; 5]>(),
        refers_to in prop::option::of("[A-Z][$][A-Z]"),
        rest in some_rest(),
    ) -> Attribute {
        let [is_collection, is_reference, is_mandatory, is_indexed, is_embedded] = flags.map(Some);
        Attribute {
            name, kind, is_collection, is_reference, is_mandatory, is_indexed, is_embedded,
            refers_to, rest,
        }
    }
}

prop_compose! {
    fn class()(
        name in "[A-C][$]?",
        legacy_id in prop::option::of("[0-9a-f]{24}"),
        flags in any::<[bool; 2]>(),
        attributes in prop::collection::vec(attribute(), 0..4),
        servercode in prop::collection::vec(("[a-b]", prop::option::of(text()), text()), 0..3),
        rest in some_rest(),
    ) -> Class {
        let servercode = servercode.into_iter().map(|(name, language, code)| Servercode {
            name, language, code, rest: Map::new(),
        });
        Class {
            name, legacy_id, parent: None, is_global: Some(flags[0]), is_transient: Some(flags[1]),
            attributes, servercode: servercode.collect(), rest,
        }
    }
}

prop_compose! {
    fn definition()(
        name in "[A-Za-z0-9 é$.-]{0,8}x",
        texts in prop::option::of((text(), text(), text())),
        systems in prop::collection::vec((0..3_usize, prop::option::of(text()), prop::option::of(some_json())), 0..4),
        modules in prop::collection::vec((0..3_usize, "[M-O]", "[12][.]0", prop::collection::vec(class(), 0..4)), 0..4),
        rest in some_rest(),
    ) -> Definition {
        let systems = systems.into_iter().map(|(system, key, configuration)| SystemSettings {
            system: System::ALL[system],
            api_key: key.map(Secret::new),
            configuration,
            ..SystemSettings::default()
        });
        let modules = modules.into_iter().map(|(system, name, version, classes)| Module {
            system: System::ALL[system], name, version, classes, ..Module::default()
        });
        Definition {
            application: Application {
                name: name.clone(),
                display_name: texts.as_ref().map(|texts| texts.0.clone()),
                description: None,
                rest: rest.clone(),
            },
            customer: texts.map(|(email, hash, _)| Customer {
                name,
                email: Some(email),
                password: Some(Secret::new(hash)),
                rest,
            }),
            systems: systems.collect(),
            modules: modules.collect(),
        }
    }
}

proptest! {
    /// Whatever rough rows are read, what comes out of it comes out again.
    #[test]
    fn there_and_back(rough in definition()) {
        let first = opened(&written(&rough));
        let second = opened(&written(&first.definition));
        prop_assert_eq!(&second.definition, &first.definition);
        prop_assert_eq!(told(&second), [""; 0]);
        let value: Json = serde_json::from_str(&written(&first.definition)).unwrap();
        prop_assert!(schema().is_valid(&value));
        let mut paths = paths(&first);
        let count = paths.len();
        paths.sort();
        paths.dedup();
        prop_assert_eq!(paths.len(), count);
    }
}

#[test]
fn flags_are_always_written() {
    let class = Class {
        name: "C".into(),
        attributes: vec![Attribute {
            name: "a".into(),
            ..Attribute::default()
        }],
        ..Class::default()
    };
    let mut definition = full();
    definition.modules[1].classes.push(class);
    let value: Json = serde_json::from_str(&written(&definition)).unwrap();
    assert!(schema().is_valid(&value));
    let class = &value["modules"][1]["classes"][0];
    assert_eq!(class["isGlobal"], json!(false));
    assert_eq!(class["attributes"][0]["isEmbeddedObject"], json!(false));
    let mut value = minimal();
    value["modules"] =
        json!([{"system": "live", "name": "M", "version": "1", "classes": [{"name": "C"}]}]);
    let source = opened(&value.to_string());
    assert_eq!(
        source.definition.modules[0].classes[0].is_global,
        Some(false)
    );
}

#[test]
fn nul_is_left_out_and_told_once_a_row() {
    let mut definition = full();
    definition.application.description = Some("a\0b\0".into());
    definition.application.rest = rest(json!({"k\0": ["x\0", {"y\0": 1}]}));
    let customer = definition.customer.as_mut().unwrap();
    customer.email = Some("j\0@example.org".into());
    customer.password = Some(Secret::new("h\0"));
    definition.systems[0].api_key = Some(Secret::new("1\0"));
    definition.systems[0].configuration = Some(json!({"a\0": "\0"}));
    let class = &mut definition.modules[0].classes[0];
    class.parent = Some("\0M$C".into());
    class.attributes[0].kind = Some("\0".into());
    class.servercode[0].code = "\0f()".into();
    let source = opened(&written(&definition));
    let expected = [
        "Shop",
        "customer",
        "live",
        "live/ShopMain/1.0.0/Car",
        "live/ShopMain/1.0.0/Car/color",
        "live/ShopMain/1.0.0/Car/afterPost",
    ];
    let at: Vec<&str> = source.notes.iter().map(|note| &*note.at).collect();
    assert_eq!(at, expected);
    assert!(codes(&source).iter().all(|code| *code == "text-cleaned"));
    assert!(!written(&source.definition).contains("\\u0000"));
    let application = &source.definition.application;
    assert_eq!(application.description.as_deref(), Some("ab"));
    assert_eq!(json!(application.rest), json!({"k": ["x", {"y": 1}]}));
    assert_eq!(
        source.definition.modules[0].classes[0].servercode[0].code,
        "f()"
    );
}

#[test]
fn names_with_nul_are_refused_by_paths_without() {
    let mut value = minimal();
    value["modules"] = json!([{"system": "live", "name": "M\0", "version": "1", "a\0": 1, "classes": [{"name": "C"}]}]);
    value["customer"] = json!({"name": "c\0"});
    let source = opened(&value.to_string());
    let refused: Vec<_> = source
        .refused
        .iter()
        .map(|it| (it.path.as_str(), it.reason.code()))
        .collect();
    let expected = [
        ("customer", "name-impossible"),
        ("live/M/1", "name-impossible"),
        ("live/M/1/C", "parent-left-out"),
    ];
    assert_eq!(refused, expected);
    assert_eq!(source.refused[2].reason, Reason::HangsOn("live/M/1".into()));
    assert_eq!(source.notes[0].at, "modules[0].a");
    assert_eq!(source.definition.customer, None);
    for name in ["a\u{1b}[31m", " ", "a\nb"] {
        let mut value = minimal();
        value["customer"] = json!({"name": name});
        assert!(!schema().is_valid(&value), "{name:?}");
        let source = opened(&value.to_string());
        assert_eq!(source.refused[0].reason, Reason::Name, "{name:?}");
    }
    value["customer"] = json!({"name": "a/b c"});
    assert!(opened(&value.to_string()).definition.customer.is_some());
}

/// Arrays in each other.
fn nested(levels: usize) -> Json {
    (1..levels).fold(json!([]), |inner, _| json!([inner]))
}

#[test]
fn what_is_too_deep_is_left_out() {
    let mut definition = full();
    definition.systems[0].configuration = Some(nested(64));
    definition.modules[0].classes[0].attributes[0].rest = rest(json!({"a": nested(63)}));
    let source = opened(&written(&definition));
    assert_eq!(source.definition, definition);
    assert_eq!(told(&source), [""; 0]);
    definition.systems[0].configuration = Some(json!({"a": nested(64), "b": 1}));
    definition.modules[0].classes[0].attributes[0].rest = rest(json!({"a": [nested(100), 1]}));
    let source = opened(&written(&definition));
    let at: Vec<&str> = source.notes.iter().map(|note| &*note.at).collect();
    assert_eq!(at, ["live", "live/ShopMain/1.0.0/Car/color"]);
    assert_eq!(codes(&source), ["too-deep", "too-deep"]);
    let kept = source.definition.systems[0].configuration.as_ref().unwrap();
    assert_eq!(*kept, json!({"a": nested(63), "b": 1}));
    let again = opened(&written(&source.definition));
    assert_eq!(again.definition, source.definition);
    assert_eq!(told(&again), [""; 0]);
}
