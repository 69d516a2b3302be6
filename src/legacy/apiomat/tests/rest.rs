//! The REST interface's JSON.

use serde_json::{Value as Json, json};

use super::*;

const HOST: &str = "https://example.org/yambas/rest";

fn application() -> Json {
    json!({
        "createdAt": 1527333443313_i64,
        "applicationName": "Shop",
        "applicationDisplayName": "The shop",
        "applicationStatus": {"TEST": "ACTIVE", "LIVE": "INACTIVE"},
        "description": "",
        "apiKeys": {"liveApiKey": "1231231231231231231", "testApiKey": "4564564564564564564"},
        "configuration": {"liveConfig": {"Basics": {"basics_createRole": "Guest"}}},
        "authClassesMap": {"LIVE": {"1": "Basics$User"}},
        "userRoleToCreateRessources": "Guest",
        "adminName": "admin",
        "selectedPlanJSON": "{\"maxMembers\":9223372036854775807}",
        "href": format!("{HOST}/customers/johndoe/apps/Shop"),
        "customerHref": format!("{HOST}/customers/johndoe"),
        "name": "Shop"
    })
}

fn class(id: &str, name: &str, module: &str) -> Json {
    json!({
        "id": id,
        "name": name,
        "isTransient": false,
        "isGlobal": "true",
        "requiredUserRoleRead": "Owner",
        "allowedRolesRead": ["a"],
        "href": format!("{HOST}/modules/{module}/metamodels/{id}"),
        "attributesHref": format!("{HOST}/modules/{module}/metamodels/{id}/attributes"),
        "moduleHref": format!("{HOST}/modules/{module}")
    })
}

const CAR: &str = "5ac5bbd76d79587667be0b40";
const WHEEL: &str = "5ac5bbd76d79587667be0b41";

fn attribute(name: &str, of: &str) -> Json {
    json!({
        "id": "5ac5bd906d79587667be0e47",
        "type": "String",
        "isCollection": false,
        "isReference": false,
        "isMandatory": true,
        "name": name,
        "isIndexed": false,
        "isEmbeddedObject": false,
        "roleForUpdate": "Owner",
        "metaModelHref": format!("{HOST}/modules/Main/metamodels/{of}"),
        "refId": "String"
    })
}

fn reference(name: &str, of: &str, to: &str) -> Json {
    let mut value = attribute(name, of);
    value["isReference"] = json!(true);
    value["refId"] = json!(to);
    value
}

#[test]
fn a_folder_with_all_of_it() {
    let classes = json!([class(CAR, "Car", "Main"), class(WHEEL, "Wheel", "Main")]);
    // one behind another
    let attributes = [
        attribute("color", CAR).to_string(),
        reference("wheels", CAR, WHEEL).to_string(),
        json!([attribute("size", WHEEL)]).to_string(),
    ];
    let folder = folder(&[
        ("app.json", &application().to_string()),
        ("attributes.json", &attributes.join("\n")),
        ("classes.json", &classes.to_string()),
        ("notes.txt", "what I did"),
    ]);
    let source = open(folder.path(), &names(), Some("Shop")).unwrap();
    assert_eq!(source.origin, Origin::Rest);
    let expected = [
        "systems-assumed: the classes do not say in which system they are; they come into live, test",
        "version-assumed: the module has no version; it is taken as 1.0.0",
        "not-read: notes.txt: it is no application, class or attribute, and not read",
    ];
    assert_eq!(told(&source), expected);
    let Definition {
        application,
        customer,
        systems,
        modules,
    } = &source.definition;
    assert_eq!(application.display_name.as_deref(), Some("The shop"));
    let kept: Vec<&String> = application.rest.keys().collect();
    let rest = [
        "adminName",
        "createdAt",
        "customerHref",
        "href",
        "selectedPlanJSON",
        "userRoleToCreateRessources",
    ];
    assert_eq!(kept, rest);
    let customer = customer.as_ref().unwrap();
    assert_eq!((&*customer.name, &customer.email), ("johndoe", &None));
    assert_eq!(systems.len(), 2);
    let live = &systems[0];
    assert_eq!(live.status.as_deref(), Some("INACTIVE"));
    assert_eq!(
        live.api_key.as_ref().unwrap().expose(),
        "1231231231231231231"
    );
    assert_eq!(
        live.configuration.as_ref().unwrap()["Basics"]["basics_createRole"],
        "Guest"
    );
    assert_eq!(live.auth_classes, Some(json!({"1": "Basics$User"})));
    assert_eq!(systems[1].configuration, None);
    assert_eq!(
        paths(&source)[..6],
        [
            "live/Main/1.0.0",
            "live/Main/1.0.0/Car",
            "live/Main/1.0.0/Car/color",
            "live/Main/1.0.0/Car/wheels",
            "live/Main/1.0.0/Wheel",
            "live/Main/1.0.0/Wheel/size",
        ]
    );
    assert_eq!(modules[0].classes, modules[1].classes);
    let car = &modules[0].classes[0];
    assert_eq!(car.legacy_id.as_deref(), Some(CAR));
    assert_eq!((car.is_global, car.is_transient), (Some(true), Some(false)));
    assert_eq!(car.rest["allowedRolesRead"], json!(["a"]));
    let (color, wheels) = (&car.attributes[0], &car.attributes[1]);
    assert_eq!(
        (&color.refers_to, &color.rest["refId"]),
        (&None, &json!("String"))
    );
    assert_eq!(
        (color.is_mandatory, color.is_reference),
        (Some(true), Some(false))
    );
    assert_eq!(wheels.refers_to.as_deref(), Some("Main$Wheel"));
}

#[test]
fn what_cannot_be_attached_is_refused() {
    let mut lost = class(WHEEL, "Wheel", "Main");
    lost.as_object_mut().unwrap().remove("moduleHref");
    let mut versioned = class(CAR, "Car", "Main");
    versioned["moduleHref"] = json!(format!("{HOST}/modules/Main/2.0.0"));
    // found by the id that the address ends in
    versioned.as_object_mut().unwrap().remove("href");
    let all = json!([
        application(),
        lost,
        versioned,
        attribute("size", WHEEL),
        attribute("color", CAR),
        attribute("nowhere", "5ac5bbd76d79587667be0b49"),
        {"name": "a module"},
        1,
    ]);
    let source = opened(&all.to_string());
    let told = told(&source);
    let expected = [
        "not-read: [6]: it is no application, class or attribute, and not read",
        "not-read: [7]: it is no application, class or attribute, and not read",
        "systems-assumed: the classes do not say in which system they are; they come into live, test",
        "classes, owner-missing: [1]: it names none of the modules that are there",
        "attributes, parent-left-out: [1]/size: it hangs on [1], which is refused",
        "attributes, owner-missing: [5]: it names none of the classes that are there",
    ];
    assert_eq!(told, expected);
    assert_eq!(paths(&source)[2], "live/Main/2.0.0/Car/color");
}

#[test]
fn systems_that_nothing_names_are_those_of_the_configuration() {
    let text = json!([{"applicationName": "Shop"}, class(CAR, "Car", "Main")]).to_string();
    let folder = folder(&[("a.json", &text)]);
    let mut names = names();
    names.systems = vec![System::Test];
    let source = open(&folder.path().join("a.json"), &names, None).unwrap();
    assert_eq!(paths(&source), ["test/Main/1.0.0", "test/Main/1.0.0/Car"]);
    assert_eq!(source.definition.systems.len(), 1);
    assert!(codes(&source).contains(&"systems-assumed"));
}

#[test]
fn systems_that_are_none_are_told() {
    let mut value = application();
    value["apiKeys"]["moonApiKey"] = json!("secret");
    value["apiKeys"]["testApiKey"] = json!(4564564564564564564_i64);
    value["applicationStatus"] = json!({"staging": "ACTIVE"});
    let source = opened(&value.to_string());
    let expected = [
        "system-unknown: apiKeys.moonApiKey: \"moon\" is no system (live, staging or test); it is left out",
        "wrong-type: apiKeys.testApiKey: it must be a text, but is a number; it is left out",
    ];
    let mut told = told(&source);
    told.sort();
    assert_eq!(told, expected);
    assert!(!source.definition.application.rest.contains_key("apiKeys"));
    assert_eq!(
        source.definition.systems[1].status.as_deref(),
        Some("ACTIVE")
    );
}

#[test]
fn which_application_is_meant() {
    let other = json!({"applicationName": "Other"});
    let both = json!([application(), other, application()]).to_string();
    let check = |text: &str, app, part: &str| {
        let error = open_text(text, app).unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
    };
    check(&both, None, "several applications: Other, Shop");
    check(
        &both,
        Some("Third"),
        "no application \"Third\". There are: Other, Shop.",
    );
    check(
        &application().to_string(),
        Some("Third"),
        "application \"Shop\", and --app names \"Third\"",
    );
    let source = open_text(&both, Some("Shop")).unwrap();
    assert_eq!(
        codes(&source),
        ["other-applications", "listed-again", "listed-again"]
    );
    let shorter = json!({"applicationName": "Shop", "more": 1});
    let twice = json!([shorter, application()]).to_string();
    let source = opened(&twice);
    assert_eq!(codes(&source), ["listed-differently"]);
    let united = &source.definition.application;
    assert_eq!(united.display_name.as_deref(), Some("The shop"));
    assert!(united.rest.contains_key("more") && united.rest.contains_key("adminName"));
    let classes = json!([class(CAR, "Car", "Main")]).to_string();
    check(&classes, None, "Name it with --app");
    let source = open_text(&classes, Some("Shop")).unwrap();
    assert_eq!(source.definition.application.name, "Shop");
    assert!(codes(&source).contains(&"application-unsaid"));
    check(
        &json!([attribute("color", CAR)]).to_string(),
        Some("Shop"),
        "neither an application nor a class",
    );
}

#[test]
fn flags_that_are_not_there_are_not_said() {
    let mut car = class(CAR, "Car", "Main");
    car.as_object_mut().unwrap().remove("isGlobal");
    let mut color = attribute("color", CAR);
    color["isIndexed"] = json!("perhaps");
    color.as_object_mut().unwrap().remove("isMandatory");
    let source = opened(&json!([application(), car, color]).to_string());
    let car = &source.definition.modules[0].classes[0];
    assert_eq!((car.is_global, car.is_transient), (None, Some(false)));
    let color = &car.attributes[0];
    let flags = [color.is_mandatory, color.is_indexed, color.is_embedded];
    assert_eq!(flags, [None, None, Some(false)]);
}

#[test]
fn of_several_applications_only_what_is_proven_is_taken() {
    let all = json!([
        application(),
        {"applicationName": "Other"},
        class(CAR, "Car", "ShopMain"),
        class(WHEEL, "Wheel", "OtherMain"),
        class("5ac5bbd76d79587667be0b42", "User", "Basics"),
        {
            "name": "name", "type": "String",
            "metaModelHref": format!("{HOST}/modules/Basics/metamodels/5ac5bbd76d79587667be0b42"),
        },
    ]);
    let source = open_text(&all.to_string(), Some("Shop")).unwrap();
    let paths = paths(&source);
    let live: Vec<_> = paths.iter().filter(|it| it.starts_with("live")).collect();
    assert_eq!(live, ["live/ShopMain/1.0.0", "live/ShopMain/1.0.0/Car"]);
    let told = told(&source);
    let expected = [
        "other-rows: classes that belong to nothing of the application; they are not read",
        "classes, owner-unclear: [4]: there are several applications in the source, and nothing says whose its module is; give the files of one alone",
        "attributes, parent-left-out: [4]/name: it hangs on [4], which is refused",
    ];
    for line in expected {
        assert!(told.iter().any(|told| told == line), "{line} in {told:#?}");
    }
}

#[test]
fn objects_of_classes_are_no_application() {
    let mut instance = application();
    instance["@type"] = json!("ShopMain$Car");
    instance["displayed"] = json!(true);
    let source = opened(&json!([application(), instance]).to_string());
    assert_eq!(codes(&source), ["not-read"]);
    assert!(!source.definition.application.rest.contains_key("displayed"));
    assert!(open_text(&instance.to_string(), Some("Shop")).is_err());
}

#[test]
fn an_id_alone_is_no_proof() {
    let at = |host: &str, module: &str| {
        let mut color = attribute("color", CAR);
        color["metaModelHref"] =
            json!(format!("https://{host}/modules/{module}/metamodels/{CAR}/"));
        color
    };
    let mut elsewhere = class(CAR, "Car", "Main");
    for key in ["href", "moduleHref"] {
        let moved = elsewhere[key]
            .as_str()
            .unwrap()
            .replace("example.org", "example.net");
        elsewhere[key] = json!(moved);
    }
    let there = |classes: &[Json], attribute: Json| {
        let source = opened(&json!([application(), classes, attribute]).to_string());
        let refused: Vec<_> = source.refused.iter().map(|it| it.reason.code()).collect();
        let attributes = paths(&source)
            .iter()
            .filter(|it| it.ends_with("/color"))
            .count();
        (attributes, refused)
    };
    let main = [class(CAR, "Car", "Main")];
    let both = [class(CAR, "Car", "Main"), class(CAR, "Car", "More")];
    let missing = (0, vec!["owner-missing"]);
    assert_eq!(there(&main, at("example.org", "Main")), (2, vec![]));
    assert_eq!(there(&main, at("example.net", "Main")), missing);
    assert_eq!(there(&main, at("example.org", "More")), missing);
    assert_eq!(there(&both, at("example.org", "More")), (2, vec![]));
    assert_eq!(there(&[elsewhere], at("example.org", "Main")), missing);
    let mut bare = attribute("color", CAR);
    bare["metaModelHref"] = json!(CAR);
    assert_eq!(there(&main, bare.clone()), (2, vec![]));
    assert_eq!(there(&both, bare), (0, vec!["owner-unclear"]));
}

#[test]
fn versions_in_addresses() {
    let versioned = |id: &str, behind: &str| {
        let mut class = class(id, "Car", "Main");
        class["moduleHref"] = json!(format!("{HOST}/modules/Main/{behind}"));
        class
    };
    let all = json!([
        application(),
        versioned(CAR, "2.0.0"),
        versioned(WHEEL, "more")
    ]);
    let source = opened(&all.to_string());
    assert_eq!(
        paths(&source)[..4],
        [
            "live/Main/1.0.0",
            "live/Main/1.0.0/Car",
            "live/Main/2.0.0",
            "live/Main/2.0.0/Car"
        ]
    );
    let mut told = told(&source);
    told.retain(|line| !line.starts_with("systems-assumed"));
    let expected = [
        "address-unclear: [2].moduleHref: the address says more of the module than its name; only the name is taken",
        "version-assumed: the module has no version; it is taken as 1.0.0",
    ];
    assert_eq!(told, expected);
}
