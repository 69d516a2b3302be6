//! What is no application, is another one, or has rows that cannot be understood.

use std::fs;

use super::{
    CARS, FILE, changed, exported, findings, import, json, keep, messages, outcomes, shop,
};
use super::{stops, with};
use crate::session::Site;

/// The import of a file with these bytes ends with this code and says all of this.
#[track_caller]
fn says(bytes: &[u8], more: &str, code: i32, expected: &[&str]) {
    let site = Site::empty();
    fs::write(site.path(FILE), bytes).unwrap();
    let line = format!("{FILE} --reset-password false --noinput {more}");
    let told = stops(&site, &line, code);
    for text in expected {
        assert!(told.contains(text), "{text}: {told}");
    }
}

#[test]
fn another_application_is_not_the_one_that_was_named() {
    let file = shop().to_string();
    let both = ["holds the application \"Shop\"", "--app names \"shop\""];
    says(file.as_bytes(), "--app shop", 2, &both);
    for name in ["a/b", "", " ", "a\u{1b}b", "\n"] {
        let file = changed(shop(), "/application/name", json!(name));
        let told = ["must not be blank, and have no slash or control sign"];
        says(file.to_string().as_bytes(), "", 2, &told);
    }
}

#[test]
fn a_newer_version_and_none_are_refused() {
    for (version, expected) in [
        (
            json!(2),
            "has version 2 of Heirloom's form, and this Heirloom reads version 1",
        ),
        (json!(0), "version must be 1"),
        (json!("1"), "version must be a number, but is a text"),
        (json!(null), "version must be a number, but is null"),
    ] {
        let file = changed(shop(), "/version", version);
        says(file.to_string().as_bytes(), "", 2, &[FILE, expected]);
    }
    let file = changed(shop(), "/modules", json!({}));
    says(
        file.to_string().as_bytes(),
        "",
        2,
        &["modules must be an array, but is an object"],
    );
}

#[test]
fn what_the_old_tool_wrote_is_told_plainly() {
    let mut jar = b"PK\x03\x04\x14\0\x08\x08\x08\0".to_vec();
    jar.extend([0; 64]);
    let serialised = b"\xac\xed\x00\x05sr\x00\x1acom.apiomat.Application";
    for bytes in [
        &jar[..],
        serialised,
        b"\xca\xfe\xba\xbe\0\0\x004",
        b"PK\x05\x06",
    ] {
        let told = [
            "looks like what ApiOmat's own migration.jar reads and writes",
            "not published",
            "heirloom export apiomat",
        ];
        says(bytes, "", 2, &told);
    }
}

#[test]
fn damage_is_told_by_file_and_line() {
    let whole = serde_json::to_string_pretty(&shop()).unwrap();
    let cut = &whole[..whole.len() - 3];
    let lines = cut.lines().count();
    says(
        cut.as_bytes(),
        "",
        1,
        &["app.json is damaged, line ", &lines.to_string()],
    );
    let broken = whole.replacen("\"version\": 1", "\"version\" 1", 1);
    let line = broken
        .lines()
        .position(|line| line.contains("\"version\" 1"))
        .unwrap()
        + 1;
    says(
        broken.as_bytes(),
        "",
        1,
        &[&format!("app.json is damaged, line {line}, column ")],
    );
    let behind = format!("{whole}\n{{\n\"a\":");
    says(behind.as_bytes(), "", 1, &["app.json is damaged, line "]);
    // quotes nothing of it
    let secret = whole.replacen("\"password\": \"", "\"password\": hidden\"", 1);
    let site = Site::empty();
    site.write(FILE, &secret);
    let told = stops(&site, &format!("{FILE} --noinput"), 1);
    assert!(
        !told.contains("hidden") && !told.contains("argon2"),
        "{told}"
    );
}

#[test]
fn what_is_nothing_of_the_kind_is_told_with_what_to_give() {
    for bytes in [
        &b"[]"[..],
        b"{}",
        b"[1, 2]",
        b"{\"format\": \"other\"}",
        b"hello",
        b"",
        b"\0\0\0",
    ] {
        says(bytes, "", 2, &["heirloom export apiomat"]);
    }
    let site = Site::empty();
    let told = stops(&site, "missing.json --noinput", 2);
    assert!(told.contains("missing.json does not exist"), "{told}");
    let told = stops(&site, "tmp --noinput", 2);
    assert!(told.contains("heirloom export apiomat"), "{told}");
}

#[test]
fn values_of_other_types_are_left_out_and_the_rest_comes_in() {
    let mut file = shop();
    file["customer"]["password"] = json!(5);
    file["application"]["description"] = json!(["x"]);
    file["systems"][0]["apiKey"] = json!(1_231_231);
    let car = file.pointer_mut(CARS).unwrap();
    car["isGlobal"] = json!("perhaps");
    car["id"] = json!("5ac5");
    car["attributes"][0]["isMandatory"] = json!("TRUE");
    car["attributes"][1]["type"] = json!({});
    car["extra"] = json!(1);
    let site = with(&file);
    keep(&site, "", 0);
    let mut at: Vec<String> = messages(&site, "wrong-type");
    at.iter_mut()
        .for_each(|message| message.truncate(message.find(':').unwrap()));
    at.sort();
    let class = "modules[0].classes[0]";
    let expected = [
        "application.description".to_owned(),
        "customer.password".into(),
        format!("{class}.attributes[1].type"),
        format!("{class}.id"),
        format!("{class}.isGlobal"),
        "systems[0].apiKey".into(),
    ];
    assert_eq!(at, expected);
    assert_eq!(messages(&site, "key-left-out").len(), 1);
    assert!(!site.read("r.json").contains("1231231"));
    let rows = "SELECT name, type, is_mandatory FROM attributes ORDER BY name";
    assert_eq!(
        site.store.lines(rows),
        ["color | String | 1", "seats | - | 0", "size | Double | 0"]
    );
}

#[test]
fn a_name_that_cannot_be_takes_along_what_hangs_on_it() {
    for name in ["a/b", "", " ", "tab\t"] {
        let site = with(&changed(shop(), &format!("{CARS}/name"), json!(name)));
        keep(&site, "", 3);
        assert_eq!(
            outcomes(&site, "classes"),
            "created 1, refused 1",
            "{name:?}"
        );
        assert_eq!(outcomes(&site, "attributes"), "created 1, skipped 2");
        assert_eq!(outcomes(&site, "servercode"), "skipped 1");
        let code = |code: &str| {
            findings(&site)
                .iter()
                .filter(|it| it.starts_with(code))
                .count()
        };
        assert_eq!(
            (code("name-impossible"), code("parent-left-out")),
            (1, 3),
            "{name:?}"
        );
        // known now; --strict asks again
        keep(&site, "", 0);
        keep(&site, "--strict", 3);
        assert_eq!(
            exported(&site, "Shop")["modules"][0]["classes"][0]["name"],
            "Wheel"
        );

        let site = with(&changed(shop(), "/modules/0/name", json!(name)));
        keep(&site, "", 3);
        assert_eq!(outcomes(&site, "modules"), "refused 1");
        assert_eq!(outcomes(&site, "classes"), "skipped 2");
        assert_eq!(outcomes(&site, "attributes"), "skipped 3");
        assert_eq!(outcomes(&site, "applications"), "created 1");

        let site = with(&changed(
            shop(),
            &format!("{CARS}/attributes/0/name"),
            json!(name),
        ));
        keep(&site, "", 3);
        assert_eq!(outcomes(&site, "attributes"), "created 2, refused 1");
        assert_eq!(outcomes(&site, "classes"), "created 2");
    }
}

#[test]
fn refused_rows_have_names_that_no_other_row_can_have() {
    let mut file = shop();
    let attribute = |name: &str| json!({"name": name});
    let names = ["", "", "#2", "a/b", "a/b", "a/b#2", "b", "/#2"];
    let car = file.pointer_mut(CARS).unwrap();
    car["attributes"] = names.map(attribute).as_slice().into();
    let classes = file
        .pointer_mut("/modules/0/classes")
        .unwrap()
        .as_array_mut()
        .unwrap();
    classes.extend(["", "", "#2", "Car/b", "Car/color"].map(attribute));
    let site = with(&file);
    keep(&site, "", 3);
    assert_eq!(outcomes(&site, "attributes"), "created 3, refused 6");
    assert_eq!(outcomes(&site, "classes"), "created 3, refused 4");
    keep(&site, "", 0);
    assert_eq!(outcomes(&site, "attributes"), "refused 6, unchanged 3");
    assert_eq!(messages(&site, "kept-last-good"), [""; 0]);
}

#[test]
fn rows_that_are_none_and_systems_that_are_none_are_refused() {
    let mut file = shop();
    file["systems"]
        .as_array_mut()
        .unwrap()
        .push(json!({"system": "production"}));
    file["systems"]
        .as_array_mut()
        .unwrap()
        .push(json!(["live"]));
    let modules = file["modules"].as_array_mut().unwrap();
    let mut other = modules[0].clone();
    other["system"] = json!("Production");
    modules.extend([other, json!("Main"), json!(null)]);
    file.pointer_mut(CARS).unwrap()["servercode"] = json!([{"name": "x"}, 5]);
    let site = with(&file);
    let ended = keep(&site, "", 3);
    assert!(
        ended.err.contains("refused") || ended.out.contains("refused"),
        "{ended:?}"
    );
    assert_eq!(outcomes(&site, "systems"), "created 1, refused 2");
    assert_eq!(outcomes(&site, "modules"), "created 1, refused 3");
    assert_eq!(outcomes(&site, "classes"), "created 2, skipped 2");
    assert_eq!(outcomes(&site, "servercode"), "refused 2, skipped 1");
    assert_eq!(messages(&site, "row-without-system").len(), 2);
    assert_eq!(messages(&site, "row-unreadable").len(), 4);
    assert_eq!(messages(&site, "code-missing").len(), 1);
}

#[test]
fn a_report_does_not_go_where_the_file_is() {
    let site = with(&shop());
    let told = stops(
        &site,
        &format!("{FILE} --reset-password false --noinput --report {FILE}"),
        2,
    );
    assert!(told.contains("the metadata"), "{told}");
    assert_eq!(site.read(FILE), shop().to_string());
    import(&site, &format!("./{FILE} --reset-password false"), 0);
}
