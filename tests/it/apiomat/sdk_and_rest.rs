//! What an SDK carries, and what the REST interface answered.

use std::fs;

use super::{Json, exported, findings, import, json, messages, opens, outcomes};
use crate::session::Site;

/// The metadata of an SDK, each module in these systems.
pub fn sdk(app: &str, systems: &[&str], module: &str, classes: &[(&str, &[(&str, &str)])]) -> Json {
    let attribute =
        |(name, kind): &(&str, &str)| json!({"attribute": {"name": name, "type": kind}});
    let class = |(name, attributes): &(&str, &[(&str, &str)])| {
        let attributes: Vec<Json> = attributes.iter().map(attribute).collect();
        json!({"class": {"name": name, "attributes": attributes, "isTransient": "false"}})
    };
    let classes: Vec<Json> = classes.iter().map(class).collect();
    let module = |system: &&str| json!({"module": {"name": module, "type": "DYNAMIC", "usedInSystem": system, "classes": classes}});
    json!({"app": {"name": app, "modules": systems.iter().map(module).collect::<Vec<_>>()}})
}

const USER: (&str, &[(&str, &str)]) = ("User", &[("password", "String"), ("salt", "String")]);
const ROLE: (&str, &[(&str, &str)]) = ("Role", &[("name", "String")]);

/// As published ones: each class of the module several times.
fn repeated() -> Json {
    let classes = [USER, ROLE, USER, ROLE, USER, ROLE];
    sdk("Shop", &["TEST", "STAGING", "LIVE"], "Basics", &classes)
}

#[test]
fn metadata_of_an_sdk_are_read_from_json_and_javascript() {
    let mut digests = Vec::new();
    let script = |quote: char| {
        let text = repeated().to_string().replace('\\', "\\\\");
        let text = text.replace(quote, &format!("\\{quote}"));
        format!(
            "/* Copyright */\nvar Apiomat = Apiomat || {{}};\n\
             Apiomat.User.AOMAPIKEY = '1231231231231231231';\n\
             Apiomat.User.APPCONFIG = {quote}{text}{quote};\n"
        )
    };
    for (name, text) in [
        ("app.json", repeated().to_string()),
        ("User.js", script('\'')),
        ("given", script('"')),
    ] {
        let site = Site::empty();
        site.write(name, &text);
        import(&site, &format!("{name} --app Shop"), 0);
        assert_eq!(site.report("r.json")["source"]["kind"], "sdk");
        assert_eq!(outcomes(&site, "modules"), "created 3", "{name}");
        assert_eq!(outcomes(&site, "classes"), "created 6");
        assert_eq!(outcomes(&site, "attributes"), "created 9");
        assert_eq!(outcomes(&site, "systems"), "created 3");
        let mut codes = findings(&site);
        codes.sort();
        assert_eq!(
            codes,
            ["flags-unsaid ", "listed-again ", "version-assumed "]
        );
        assert!(messages(&site, "listed-again")[0].contains("(12 times)"));
        digests.push(site.digest());
        import(&site, name, 0);
        assert_eq!(outcomes(&site, "attributes"), "unchanged 9");
    }
    digests.dedup();
    assert_eq!(digests.len(), 1);
}

#[test]
fn rows_that_differ_are_told() {
    let classes = [USER, ("User", &[("password", "Map"), ("age", "Long")])];
    let site = Site::empty();
    site.write(
        "sdk.json",
        &sdk("Shop", &["LIVE"], "Basics", &classes).to_string(),
    );
    import(&site, "sdk.json", 0);
    assert_eq!(outcomes(&site, "attributes"), "created 3");
    assert!(messages(&site, "listed-differently")[0].contains("live/Basics/1.0.0/User"));
    let kept = "SELECT type FROM attributes WHERE name = 'password'";
    assert_eq!(site.ask::<String>(kept), "String", "the first counts");
}

const HOST: &str = "https://host.example/yambas/rest";
const CAR: &str = "5ac5bbd76d79587667be0b40";
const WHEEL: &str = "5ac5bbd76d79587667be0b41";

fn application(name: &str) -> Json {
    json!({
        "createdAt": 1_527_333_443_313_i64,
        "applicationName": name,
        "applicationDisplayName": "The shop",
        "applicationStatus": {"TEST": "ACTIVE", "LIVE": "INACTIVE"},
        "apiKeys": {"liveApiKey": "1231231231231231231", "testApiKey": "4564564564564564564"},
        "configuration": {"liveConfig": {"Basics": {"basics_createRole": "Guest"}}},
        "customerHref": format!("{HOST}/customers/john%20doe"),
        "name": name
    })
}

fn class(id: &str, name: &str) -> Json {
    json!({
        "id": id, "name": name, "isTransient": false, "isGlobal": false,
        "href": format!("{HOST}/modules/Main/metamodels/{id}"),
        "attributesHref": format!("{HOST}/modules/Main/metamodels/{id}/attributes"),
        "moduleHref": format!("{HOST}/modules/Main")
    })
}

fn attribute(name: &str, of: &str) -> Json {
    json!({
        "name": name, "type": "String", "isMandatory": true, "isReference": name == "wheel",
        "refId": if name == "wheel" { WHEEL } else { "String" },
        "metaModelHref": format!("{HOST}/modules/Main/metamodels/{of}")
    })
}

/// The objects, one behind the other.
fn lines(objects: &[Json]) -> String {
    let lines: Vec<String> = objects.iter().map(Json::to_string).collect();
    lines.join("\n")
}

fn objects() -> Vec<Json> {
    vec![
        application("Shop"),
        class(CAR, "Car"),
        class(WHEEL, "Wheel"),
        attribute("color", CAR),
        attribute("wheel", CAR),
        attribute("size", WHEEL),
    ]
}

#[test]
fn rest_objects_come_from_one_file_or_a_folder() {
    let all = objects();
    let mut digests = Vec::new();
    for files in [
        vec![("rest/all.json", Json::Array(all.clone()).to_string())],
        vec![("rest/all.json", lines(&all))],
        vec![
            ("rest/app.json", lines(&all[..1])),
            ("rest/classes.json", json!([all[1], all[2]]).to_string()),
            ("rest/attributes.json", lines(&all[3..])),
        ],
    ] {
        let site = Site::empty();
        fs::create_dir(site.path("rest")).unwrap();
        for (name, text) in &files {
            site.write(name, text);
        }
        let source = if files.len() == 1 { files[0].0 } else { "rest" };
        import(&site, &format!("{source} --reset-password true"), 0);
        assert_eq!(site.report("r.json")["source"]["kind"], "rest");
        let mut codes = findings(&site);
        codes.sort();
        assert_eq!(
            codes,
            [
                "password-reset Shop: john doe",
                "systems-assumed ",
                "version-assumed "
            ]
        );
        // the systems are those of the application: live and test
        assert_eq!(outcomes(&site, "systems"), "created 2");
        assert_eq!(outcomes(&site, "classes"), "created 4");
        assert_eq!(outcomes(&site, "attributes"), "created 6");
        let leads = "SELECT DISTINCT refers_to FROM attributes WHERE is_reference";
        assert_eq!(site.store.lines(leads), ["Main$Wheel"]);
        digests.push((site.digest(), exported(&site, "Shop")));
        opens(&site, "john-doe", "secret");
    }
    digests.dedup();
    assert_eq!(digests.len(), 1);
}

#[test]
fn what_is_not_recognised_is_listed_and_not_read() {
    let site = Site::empty();
    fs::create_dir_all(site.path("rest/more")).unwrap();
    let mut all = objects();
    all.push(json!({"@type": "Main$Car", "color": "red"}));
    all.push(attribute("lost", "5ac5bbd76d79587667be0b49"));
    site.write("rest/all.json", &lines(&all));
    site.write("rest/notes.txt", "what I did");
    site.write("rest/list.json", "[5, \"x\"]");
    std::os::unix::fs::symlink("all.json", site.path("rest/link.json")).unwrap();
    import(&site, "rest --app Shop --reset-password true", 3);
    let mut not_read = messages(&site, "not-read");
    not_read
        .iter_mut()
        .for_each(|text| text.truncate(text.find(':').unwrap()));
    not_read.sort();
    let expected = [
        "all.json[6]",
        "link.json",
        "list.json[0]",
        "list.json[1]",
        "more",
        "notes.txt",
    ];
    assert_eq!(not_read, expected);
    assert_eq!(outcomes(&site, "attributes"), "created 6, refused 1");
    assert_eq!(messages(&site, "owner-missing").len(), 1);
    assert_eq!(outcomes(&site, "applications"), "created 1");

    // where there are two, nothing says whose a module is
    site.write("rest/other.json", &application("Other").to_string());
    import(&site, "rest --app Shop --reset-password true", 3);
    assert_eq!(messages(&site, "other-applications").len(), 1);
    assert!(!messages(&site, "owner-unclear").is_empty());
    assert_eq!(outcomes(&site, "applications"), "unchanged 1");

    // and without --app somebody has to say which
    let ended = site.run("import apiomat rest --noinput --reset-password true");
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(
        ended.err.contains("several applications: Other, Shop."),
        "{ended:?}"
    );
    let ended = site.run("import apiomat rest --app Nope --noinput --reset-password true");
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.err.contains("Other, Shop"), "{ended:?}");
}

#[test]
fn classes_alone_are_those_of_the_application_that_is_named() {
    let site = Site::empty();
    site.write("classes.json", &lines(&objects()[1..]));
    let ended = site.run("import apiomat classes.json --noinput");
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.err.contains("Name it with --app"), "{ended:?}");
    site.write("heirloom.toml", "[apiomat]\nsystems = ['staging']\n");
    import(&site, "classes.json --app Shop", 0);
    assert_eq!(messages(&site, "application-unsaid").len(), 1);
    assert_eq!(outcomes(&site, "classes"), "created 2");
    assert_eq!(
        site.store.lines("SELECT DISTINCT system FROM modules"),
        ["staging"]
    );
}
