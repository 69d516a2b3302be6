//! Metadata of SDKs.

use serde_json::{Value as Json, json};

use super::*;

fn class(name: &str, attributes: &[(&str, &str)]) -> Json {
    let attribute =
        |(name, kind): &(&str, &str)| json!({"attribute": {"name": name, "type": kind}});
    let attributes: Vec<Json> = attributes.iter().map(attribute).collect();
    json!({"class": {"name": name, "attributes": attributes, "isTransient": "false"}})
}

fn module(name: &str, kind: &str, system: &str, classes: &[Json]) -> Json {
    json!({"module": {"name": name, "type": kind, "usedInSystem": system, "classes": classes}})
}

/// As published ones: each module in each system, the classes of Basics three times.
fn metadata() -> Json {
    let user = class(
        "User",
        &[
            ("password", "String"),
            ("salt", "String"),
            ("loc", "Location"),
        ],
    );
    let role = class("Role", &[("name", "String"), ("members", "String")]);
    let basics = [
        user.clone(),
        role.clone(),
        user.clone(),
        role.clone(),
        user,
        role,
    ];
    let mut modules = Vec::new();
    for system in ["TEST", "STAGING", "LIVE"] {
        modules.push(module("ShopMain", "DYNAMIC", system, &[]));
        modules.push(module("Basics", "STATIC", system, &basics));
    }
    json!({"app": {"name": "Shop", "modules": modules}})
}

const ONCE: [&str; 3] = [
    "flags-unsaid: this kind of metadata does not say which classes are global, and which attributes are collections, references, mandatory, indexed or embedded; what is not said is taken as no",
    "version-assumed: the module has no version; it is taken as 1.0.0 (6 times)",
    "listed-again: classes are there again, the same each time; each is taken once (12 times)",
];

#[test]
fn equal_rows_are_one() {
    let source = opened(&metadata().to_string());
    assert_eq!(source.origin, Origin::Sdk);
    assert_eq!(told(&source), ONCE);
    let definition = &source.definition;
    assert_eq!(definition.application.name, "Shop");
    assert_eq!((definition.systems.len(), definition.modules.len()), (3, 6));
    assert_eq!(
        paths(&source)[..9],
        [
            "live/Basics/1.0.0",
            "live/Basics/1.0.0/Role",
            "live/Basics/1.0.0/Role/members",
            "live/Basics/1.0.0/Role/name",
            "live/Basics/1.0.0/User",
            "live/Basics/1.0.0/User/loc",
            "live/Basics/1.0.0/User/password",
            "live/Basics/1.0.0/User/salt",
            "live/ShopMain/1.0.0",
        ]
    );
    let basics = &definition.modules[0];
    assert_eq!(basics.kind.as_deref(), Some("STATIC"));
    assert_eq!(basics.classes[1].is_transient, Some(false));
    assert_eq!(
        basics.classes[1].attributes[0].kind.as_deref(),
        Some("Location")
    );
}

#[test]
fn differing_rows_are_united_and_told_once() {
    let classes = [
        class("Car", &[("color", "String")]),
        class("Car", &[("color", "Long"), ("size", "Long")]),
        class("Car", &[("color", "String")]),
    ];
    let mut first = module("Main", "NATIVE", "LIVE", &classes[..2]);
    first["module"]["version"] = json!("1.2.0");
    let mut second = module("Main", "DYNAMIC", "live", &classes[2..]);
    second["module"]["version"] = json!("1.2.0");
    let value = json!({"app": {"name": "Shop", "modules": [first, second]}});
    let source = opened(&value.to_string());
    let mut told = told(&source);
    told.retain(|line| line.starts_with("listed-"));
    let differently = "not the same each time; what only one of them has is taken, and otherwise the first counts";
    let expected = [
        format!("listed-differently: live/Main/1.2.0: it is there 2 times, and {differently}"),
        format!("listed-differently: live/Main/1.2.0/Car: it is there 3 times, and {differently}"),
    ];
    assert_eq!(told, expected);
    let module = &source.definition.modules[0];
    assert_eq!(module.kind.as_deref(), Some("NATIVE"));
    let attributes = &module.classes[0].attributes;
    let kinds: Vec<_> = attributes
        .iter()
        .map(|it| (it.name.as_str(), it.kind.as_deref()))
        .collect();
    assert_eq!(kinds, [("color", Some("String")), ("size", Some("Long"))]);
}

#[test]
fn out_of_a_script() {
    let json = metadata().to_string();
    let script = |text: &str| {
        format!(
            "goog.require('x');\nApiomat.User.AOMSYS = \"LIVE\";\nApiomat.User.APPCONFIG = '{text}';\n"
        )
    };
    let source = opened(&script(&json));
    assert_eq!(
        (source.origin, told(&source)),
        (Origin::Sdk, ONCE.map(String::from).to_vec())
    );
    assert_eq!(source.definition, opened(&json).definition);
    let again = format!("{}{}", script(&json), script("{}"));
    assert_eq!(codes(&opened(&again))[0], "other-metadata");
    let damaged = open_text(&script(&json[..20]), None).unwrap_err();
    assert!(!damaged.is_wrong_command());
    assert!(
        damaged.to_string().contains("is damaged, line 3, column"),
        "{damaged}"
    );
    let other = open_text(&script("[]"), None).unwrap_err();
    assert!(other.is_wrong_command(), "{other}");
}

#[test]
fn modules_without_a_system_and_in_none() {
    let mut unsaid = module("Main", "DYNAMIC", "", &[class("Car", &[])]);
    let moon = module(
        "Moon",
        "DYNAMIC",
        "MOON",
        &[class("Rock", &[("size", "Long")])],
    );
    unsaid["module"]
        .as_object_mut()
        .unwrap()
        .remove("usedInSystem");
    let value =
        json!({"app": {"name": "Shop", "modules": [unsaid, moon, {"modul": {}}, 7]}, "sdk": 1});
    let source = opened(&value.to_string());
    let told = told(&source);
    let expected = [
        "key-left-out: app.modules[2].modul: no such key is known here; it is left out",
        "key-left-out: sdk: no such key is known here; it is left out",
    ];
    assert_eq!(told[..2], expected);
    assert!(
        told.iter()
            .any(|line| line.starts_with("systems-assumed: the modules do not say"))
    );
    let refused: Vec<String> = source.refused.iter().map(ToString::to_string).collect();
    let expected = [
        "app.modules[2].module: it must be an object, but is missing",
        "app.modules[3]: it must be an object, but is a number",
        "MOON/Moon/1.0.0: \"MOON\" is no system: live, staging or test",
        "MOON/Moon/1.0.0/Rock: it hangs on MOON/Moon/1.0.0, which is refused",
        "MOON/Moon/1.0.0/Rock/size: it hangs on MOON/Moon/1.0.0/Rock, which is refused",
    ];
    let mut refused = refused;
    refused.sort();
    let mut expected = expected.map(String::from);
    expected.sort();
    assert_eq!(refused, expected);
    assert_eq!(source.definition.modules.len(), 3);
}

#[test]
fn flags_are_not_said() {
    let classes = [class("Car", &[("color", "String")])];
    let module = module("Main", "DYNAMIC", "LIVE", &classes);
    let value = json!({"app": {"name": "Shop", "modules": [module]}});
    let source = opened(&value.to_string());
    let car = &source.definition.modules[0].classes[0];
    assert_eq!((car.is_global, car.is_transient), (None, Some(false)));
    assert_eq!(car.attributes[0].is_reference, None);
}
