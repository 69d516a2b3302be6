//! Layers that come with the run, and the default among them.

use super::session::{
    IMPORT, IN_BOTH, IN_WEST, OUTSIDE, Site, collection, feature, polygon, square,
};

/// A file that is not used: exit 2, and the message says where and why.
fn check_bad(text: &str, expected: &[&str]) {
    let site = Site::small(&[(1, "Alone", IN_WEST)]);
    assert_eq!(site.import("").code, Some(0));
    let before = site.contents();
    site.write("bad.geojson", text);
    let line = "import nodeshot --from sqlite:old.db --noinput --layers bad.geojson";
    let ended = site.run(line);
    assert_eq!(ended.code, Some(2), "{text}: {ended:?}");
    for part in expected.iter().chain(&["bad.geojson: "]) {
        assert!(ended.err.contains(part), "{part:?} in {}", ended.err);
    }
    assert_eq!(ended.out, "");
    assert_eq!(site.contents(), before);
    assert_eq!(site.outcomes(), "committed", "nothing was begun");
}

fn check_bad_area(geometry: &str, expected: &str) {
    let good = feature("good", &square(10.0, 12.0, 40.0, 44.0));
    let text = collection(&[good, feature("bad", geometry)]);
    check_bad(&text, &["feature 2 (bad)", expected]);
}

#[test]
fn a_file_that_is_no_feature_collection() {
    check_bad("", &["not JSON"]);
    check_bad("slug,name\nrome,Rome\n", &["not JSON", "line 1"]);
    check_bad(&feature("rome", "null"), &["FeatureCollection is needed"]);
    check_bad("[]", &["FeatureCollection is needed"]);
    check_bad(
        r#"{"type":"FeatureCollection"}"#,
        &["without a list of features"],
    );
}

#[test]
fn an_area_that_cannot_be_one() {
    check_bad_area(&polygon("[10,40],[12,40],[12,44],[10,44]"), "is not closed");
    let bow = polygon("[10,40],[12,44],[12,40],[10,44],[10,40]");
    check_bad_area(&bow, "crosses or touches itself at");
    check_bad_area(r#"{"type":"Point","coordinates":[10,40]}"#, "it is a Point");
    let line = r#"{"type":"LineString","coordinates":[[10,40],[11,41]]}"#;
    check_bad_area(line, "it is a LineString");
    let beyond = polygon("[10,40],[12,40],[12,91],[10,91],[10,40]");
    check_bad_area(&beyond, "latitude beyond ±90: 91");
    let beyond = polygon("[10,40],[190,40],[190,44],[10,44],[10,40]");
    check_bad_area(&beyond, "longitude beyond ±180: 190");
    check_bad_area(r#"{"type":"Polygon","coordinates":[]}"#, "no coordinates");
}

#[test]
fn a_feature_without_a_name_of_its_own() {
    let area = square(10.0, 12.0, 40.0, 44.0);
    let nameless = format!(r#"{{"type":"Feature","properties":{{}},"geometry":{area}}}"#);
    let text = collection(&[feature("good", &area), nameless]);
    check_bad(&text, &["feature 2", "neither a name nor a slug"]);
    let twice = collection(&[
        feature("rome", &area),
        feature("x", "null"),
        feature("rome", "null"),
    ]);
    check_bad(&twice, &["feature 3 (rome)", "feature 1 has the same slug"]);
}

#[test]
fn a_file_that_is_not_there() {
    let site = Site::small(&[]);
    for path in ["nowhere.geojson", "tmp"] {
        let line = format!("import nodeshot --from sqlite:old.db --noinput --layers {path}");
        let ended = site.run(&line);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.err.contains(path), "{ended:?}");
        assert!(!site.store.exists());
    }
}

#[test]
fn a_layer_with_swapped_coordinates_is_found() {
    let site = Site::small(&[(1, "A", IN_WEST), (2, "B", IN_BOTH)]);
    // latitude first, as people copy it from a map
    let swapped = square(40.0, 44.0, 10.0, 13.0);
    site.write(
        "layers.geojson",
        &collection(&[feature("west", &swapped), feature("rest", "null")]),
    );
    let ended = site.import("--default-layer rest --report r.json");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let report = site.report("r.json");
    let findings = report["findings"].as_array().unwrap();
    let found: Vec<_> = findings
        .iter()
        .filter(|finding| finding["code"] == "layer-swapped")
        .collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["severity"], "warning");
    let message = found[0]["message"].as_str().unwrap();
    assert!(
        message.contains("west") && message.contains('2'),
        "{message}"
    );
}

#[test]
fn a_layer_whose_slug_exists_is_updated() {
    let site = Site::small(&[(1, "A", IN_WEST), (2, "Elsewhere", OUTSIDE)]);
    assert_eq!(site.import("").code, Some(0));
    let id: i64 = site.ask("SELECT id FROM layers WHERE slug = 'west'");
    assert_eq!(site.layer_of(2), None);
    let wider = feature("west", &square(10.0, 25.0, 40.0, 44.0)).replace("Layer west", "Wild west");
    site.write(
        "layers.geojson",
        &collection(&[wider, feature("new", "null")]),
    );
    let ended = site.import("--verbosity 2");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(
        site.ask::<i64>("SELECT id FROM layers WHERE slug = 'west'"),
        id
    );
    assert_eq!(
        site.ask::<String>("SELECT name FROM layers WHERE slug = 'west'"),
        "Wild west"
    );
    assert_eq!(
        site.ask::<i64>("SELECT count(*) FROM layers"),
        5,
        "the others stay"
    );
    assert_eq!(
        site.layer_of(2).as_deref(),
        Some("west"),
        "the new area holds"
    );

    // the same file again changes nothing
    let before = site.contents();
    assert_eq!(site.import("").code, Some(0));
    assert_eq!(site.contents(), before);
    // and a layer edited since is as the file says once more
    site.store
        .edit("UPDATE layers SET name = 'Edited' WHERE slug = 'west'");
    assert_eq!(site.import("").code, Some(0));
    assert_eq!(
        site.ask::<String>("SELECT name FROM layers WHERE slug = 'west'"),
        "Wild west"
    );
}

#[test]
fn a_rehearsal_brings_no_layer() {
    let site = Site::small(&[(1, "A", IN_WEST)]);
    assert_eq!(site.import("--dry-run").code, Some(0));
    assert!(!site.store.exists());
    site.digest();
    assert_eq!(site.import("--dry-run").code, Some(0));
    assert_eq!(site.ask::<i64>("SELECT count(*) FROM layers"), 0);
}

#[test]
fn the_default_layer_is_a_slug_or_an_id() {
    let site = Site::small(&[(1, "Elsewhere", OUTSIDE)]);
    // a layer that is called like the id of another
    let layers = [
        feature("2", "null"),
        feature("a", "null"),
        feature("b", "null"),
    ];
    site.write("layers.geojson", &collection(&layers));
    let check = |choice: &str, expected: Option<&str>| {
        let ended = site.import(&format!("--default-layer {choice}"));
        assert_eq!(
            ended.code,
            if expected.is_some() { Some(0) } else { Some(5) },
            "{ended:?}"
        );
        if expected.is_some() {
            assert_eq!(site.layer_of(1).as_deref(), expected, "{choice}");
        }
    };
    check("b", Some("b"));
    check("3", Some("b"));
    check("1", Some("2"));
    check("2", Some("2"));
    check("none", None);
}

#[test]
fn a_default_layer_that_does_not_exist() {
    let site = Site::small(&[(1, "A", IN_WEST)]);
    let check = |line: &str| {
        let ended = site.run(line);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        for part in ["nodeshot.default_layer", "paris", "west"] {
            assert!(ended.err.contains(part), "{part} in {ended:?}");
        }
        assert_eq!(site.ask::<i64>("SELECT count(*) FROM layers"), 0);
    };
    check(&format!("{IMPORT} --noinput --default-layer paris"));
    site.write("heirloom.toml", "[nodeshot]\ndefault_layer = \"paris\"\n");
    check(&format!("{IMPORT} --noinput"));
    // the option wins, and other commands do not care
    assert_eq!(site.import("--default-layer rest").code, Some(0));
    assert_eq!(site.run("layers list").code, Some(0));
}

#[test]
fn without_any_layer_nothing_can_come_in() {
    let site = Site::small(&[(1, "A", IN_WEST)]);
    let line = "import nodeshot --from sqlite:old.db --noinput";
    let none = site.run(line);
    site.write("none.geojson", &collection(&[]));
    let empty = site.run(&format!("{line} --layers none.geojson"));
    for ended in [none, empty] {
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.err.contains("there is no layer"), "{ended:?}");
        assert!(ended.err.contains("--layers"), "{ended:?}");
    }
    assert_eq!(site.ask::<i64>("SELECT count(*) FROM ledger"), 0);
}

#[test]
fn when_every_node_lies_outside_an_unattended_run_is_held() {
    let site = Site::small(&[(1, "A", OUTSIDE), (2, "B", (30.0, 43.0))]);
    site.digest();
    let before = site.contents();
    for option in ["", "--dry-run"] {
        let ended = site.import(&format!("--report r.json {option}"));
        assert_eq!(ended.code, Some(5), "{ended:?}");
        assert!(ended.err.contains("--default-layer"), "{ended:?}");
        assert!(ended.out.starts_with("NOT ONE NODE COMES IN"), "{ended:?}");
        assert_eq!(site.report("r.json")["outcome"], "held");
        assert!(site.read("r.json").contains("every-node-discarded"));
        assert_eq!(site.contents(), before);
    }
    assert_eq!(site.outcomes(), "held", "a rehearsal is not recorded");
    assert_eq!(site.import("--default-layer rest").code, Some(0));
}

#[test]
fn when_every_node_lies_outside_a_person_is_told_first() {
    let site = Site::small(&[(1, "A", OUTSIDE)]);
    for (answer, code, outcomes) in [("n", 4, "cancelled"), ("y", 0, "cancelled committed")] {
        let mut terminal = site.attended(IMPORT);
        let summary = terminal.expect("Do these results satisfy you?");
        let told = summary.find("NOT ONE NODE COMES IN").expect(&summary);
        assert!(
            told < summary.find("retrieved").expect(&summary),
            "{summary}"
        );
        terminal.say(answer);
        let (ended, seen) = terminal.end();
        assert_eq!(ended, code, "{seen}");
        assert_eq!(site.outcomes(), outcomes);
    }
    assert_eq!(site.ask::<i64>("SELECT count(*) FROM nodes"), 0);
}
