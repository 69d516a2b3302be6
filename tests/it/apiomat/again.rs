//! Again, with a source that changed, or is of another kind.

use super::sdk_and_rest::sdk;
use super::{
    CARS, FILE, Json, changed, exported, findings, import, json, keep, messages, outcomes,
};
use super::{shop, with};
use crate::session::Site;

fn imported() -> Site {
    let site = with(&shop());
    keep(&site, "", 0);
    site
}

/// Something else at a place of the file: what it does to an entity, and what is there then.
#[track_caller]
fn update(place: &str, value: Json, entity: &str, expected: &str) {
    let site = imported();
    let file = changed(shop(), place, value.clone());
    site.write(FILE, &file.to_string());
    keep(&site, "--dry-run", 0);
    let plan = site.report("r.json")["plan"].clone();
    keep(&site, &format!("--expect {}", plan.as_str().unwrap()), 0);
    assert_eq!(outcomes(&site, entity), expected, "{place}");
    assert_eq!(findings(&site), [""; 0], "{place}");
    assert_eq!(
        exported(&site, "Shop").pointer(place),
        Some(&value),
        "{place}"
    );
    let digest = site.digest();
    keep(&site, "", 0);
    assert_eq!(site.digest(), digest, "{place}");
}

#[test]
fn what_changed_is_updated() {
    update(
        &format!("{CARS}/attributes/0/type"),
        json!("Map"),
        "attributes",
        "unchanged 2, updated 1",
    );
    update(
        &format!("{CARS}/isGlobal"),
        json!(false),
        "classes",
        "unchanged 1, updated 1",
    );
    update(
        &format!("{CARS}/servercode/0/code"),
        json!("g()\n"),
        "servercode",
        "updated 1",
    );
    update("/modules/0/type", json!("NATIVE"), "modules", "updated 1");
    update(
        "/application/displayName",
        json!(null),
        "applications",
        "updated 1",
    );
    update("/systems/0/apiKey", json!("456"), "systems", "updated 1");
    update("/systems/0/status", json!(null), "systems", "updated 1");
    update(
        "/customer/name",
        json!("Joanna Doe"),
        "customers",
        "updated 1",
    );
}

#[test]
fn what_is_new_comes_in() {
    let site = imported();
    let mut file = shop();
    let mut module = file["modules"][0].clone();
    module["system"] = json!("test");
    file["modules"].as_array_mut().unwrap().push(module);
    site.write(FILE, &file.to_string());
    keep(&site, "", 0);
    for (entity, expected) in [
        // a system in which there is a module is one
        ("systems", "created 1, unchanged 1"),
        ("modules", "created 1, unchanged 1"),
        ("classes", "created 2, unchanged 2"),
        ("attributes", "created 3, unchanged 3"),
        ("servercode", "created 1, unchanged 1"),
    ] {
        assert_eq!(outcomes(&site, entity), expected, "{entity}");
    }
}

#[test]
fn what_is_gone_stays_and_is_told() {
    let site = imported();
    let mut file = shop();
    file["modules"][0]["classes"]
        .as_array_mut()
        .unwrap()
        .remove(0);
    site.write(FILE, &file.to_string());
    let digest = site.digest();
    keep(&site, "", 0);
    assert_eq!(site.digest(), digest);
    let told = messages(&site, "not-in-source");
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(
        told[0].contains("1 classes") && told[0].contains("Shop/live/Main/1.0.0/Car"),
        "{told:?}"
    );
    assert!(
        told[1].contains("2 attributes") && told[1].contains("Car/color"),
        "{told:?}"
    );
    assert!(
        told[2].contains("1 servercode") && told[2].contains("Car/beforePost"),
        "{told:?}"
    );
    assert!(exported(&site, "Shop").to_string().contains("beforePost"));
    // even with everything allowed
    keep(&site, "--allow-deletes", 0);
    assert_eq!(site.digest(), digest);
    site.write(FILE, &shop().to_string());
    keep(&site, "", 0);
    assert_eq!(findings(&site), [""; 0]);
}

#[test]
fn a_row_of_another_kind_with_the_same_name_does_not_stand_for_it() {
    let site = Site::empty();
    let mut file = shop();
    let attributes = file.pointer_mut(&format!("{CARS}/attributes")).unwrap();
    let attributes = attributes.as_array_mut().unwrap();
    attributes.push(json!({"name": "beforePost", "type": "Long"}));
    site.write(FILE, &file.to_string());
    keep(&site, "", 0);
    site.write(FILE, &shop().to_string());
    keep(&site, "", 0);
    let told = messages(&site, "not-in-source");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("1 attributes"), "{told:?}");
}

#[test]
fn what_is_refused_now_keeps_its_last_good_state() {
    let site = imported();
    let digest = site.digest();
    let mut file = shop();
    // the code is gone, its row is not
    file.pointer_mut(CARS).unwrap()["servercode"] = json!([{"name": "beforePost"}]);
    site.write(FILE, &file.to_string());
    keep(&site, "", 3);
    assert_eq!(outcomes(&site, "servercode"), "refused 1");
    assert_eq!(messages(&site, "code-missing").len(), 1);
    assert_eq!(site.digest(), digest);
    assert_eq!(site.ask::<String>("SELECT code FROM servercode"), "f()");
}

#[test]
fn an_sdk_says_nothing_of_flags() {
    let site = imported();
    let before = exported(&site, "Shop");
    let classes = [("Car", &[("color", "Map"), ("doors", "Long")][..])];
    site.write(
        "sdk.json",
        &sdk("Shop", &["LIVE"], "Main", &classes).to_string(),
    );
    // there is no customer in it
    import(&site, "sdk.json", 0);
    assert!(
        findings(&site).contains(&"flags-unsaid ".into()),
        "{:?}",
        findings(&site)
    );
    assert_eq!(outcomes(&site, "attributes"), "created 1, updated 1");
    assert_eq!(outcomes(&site, "classes"), "unchanged 1");
    assert_eq!(messages(&site, "not-in-source").len(), 3);
    let mut after = exported(&site, "Shop");
    let car = after.pointer_mut(CARS).unwrap();
    assert_eq!(car["isGlobal"], true);
    assert_eq!(car["attributes"][0]["type"], "Map");
    // and all else is as it was
    car["attributes"][0]["type"] = json!("String");
    car["attributes"].as_array_mut().unwrap().remove(1);
    assert_eq!(after, before);
}

#[test]
fn the_same_application_of_another_kind_of_source_brings_nothing_twice() {
    let site = Site::empty();
    let classes = [
        ("Car", &[("color", "String")][..]),
        ("Wheel", &[("size", "Double")]),
    ];
    site.write(
        "sdk.json",
        &sdk("Shop", &["LIVE"], "Main", &classes).to_string(),
    );
    import(&site, "sdk.json", 0);
    site.write(FILE, &shop().to_string());
    keep(&site, "", 0);
    assert_eq!(outcomes(&site, "applications"), "updated 1");
    assert_eq!(outcomes(&site, "attributes"), "created 1, unchanged 2");
    let owner = "SELECT count(*) FROM applications WHERE customer_id IS NOT NULL";
    assert_eq!(site.ask::<i64>(owner), 1);
    let mut out = exported(&site, "Shop");
    let fresh = with(&shop());
    keep(&fresh, "", 0);
    for key in ["application", "customer", "systems"] {
        assert_eq!(out[key].take(), exported(&fresh, "Shop")[key], "{key}");
    }
}
