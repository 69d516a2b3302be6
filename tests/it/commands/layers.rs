use super::world::World;

const SQUARE: &str =
    r#"{"type":"Polygon","coordinates":[[[12,41],[13,41],[13,42],[12,42],[12,41]]]}"#;
const TWO: &str = r#"{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]],[[[5,5],[6,5],[6,6],[5,5]]]]}"#;

fn feature(properties: &str, geometry: &str) -> String {
    format!(r#"{{"type":"Feature","properties":{properties},"geometry":{geometry}}}"#)
}

fn collection(features: &[String]) -> String {
    format!(
        r#"{{"type":"FeatureCollection","features":[{}]}}"#,
        features.join(",")
    )
}

#[test]
fn import_adds_updates_and_leaves() {
    let world = World::empty();
    let rome = feature(r#"{"slug":"rome","name":"Rome"}"#, SQUARE);
    world.write("one.geojson", &collection(std::slice::from_ref(&rome)));
    let said = world.ok(&["layers", "import", "one.geojson"]);
    assert_eq!(said, "1 added: rome\n0 updated\n0 unchanged\n");

    let hidden = r#"{"name":"Pisa","is_published":false}"#;
    world.write("two.geojson", &collection(&[rome, feature(hidden, TWO)]));
    let said = world.ok(&["layers", "import", "two.geojson"]);
    assert_eq!(said, "1 added: pisa\n0 updated\n1 unchanged: rome\n");

    let renamed = feature(r#"{"slug":"rome","name":"Roma"}"#, "null");
    world.write("three.geojson", &collection(&[renamed]));
    let said = world.ok(&["layers", "import", "three.geojson"]);
    assert_eq!(said, "0 added\n1 updated: rome\n0 unchanged\n");
    assert_eq!(
        world.line(&["layers", "list"], "rome"),
        ["1", "rome", "Roma", "0", "no", "0", "yes"]
    );
    assert_eq!(
        world.line(&["layers", "list"], "pisa"),
        ["2", "pisa", "Pisa", "0", "yes", "2", "no"]
    );
}

#[test]
fn a_file_with_one_bad_feature_brings_nothing() {
    let world = World::empty();
    let good = feature(r#"{"name":"Rome"}"#, SQUARE);
    let bad = feature(
        r#"{"name":"Point"}"#,
        r#"{"type":"Point","coordinates":[1,2]}"#,
    );
    world.write("bad.geojson", &collection(&[good, bad]));
    world.wrong(&["layers", "import", "bad.geojson"], "feature 2 (Point)");
    world.wrong(&["layers", "import", "none.geojson"], "none.geojson");
    assert_eq!(world.ok(&["layers", "list"]).lines().count(), 1);
}

#[test]
fn add_makes_slugs_and_refuses_taken_ones() {
    let world = World::empty();
    world.write("area.geojson", &feature("{}", SQUARE));
    world.ok(&[
        "layers",
        "add",
        "--name",
        "Città Alta",
        "--area",
        "area.geojson",
    ]);
    assert_eq!(
        world.line(&["layers", "list"], "citta-alta"),
        ["1", "citta-alta", "Città Alta", "0", "yes", "1", "yes"]
    );
    let said = world.ok(&["layers", "add", "--name", "Rest", "--slug", "rest_1"]);
    assert!(
        said.contains("rest_1") && said.contains("default layer only"),
        "{said}"
    );

    world.wrong(
        &["layers", "add", "--name", "Citta alta"],
        "citta-alta is taken",
    );
    world.wrong(&["layers", "add", "--name", "!?"], "--slug");
    world.wrong(&["layers", "add", "--name", " "], "--name");
    world.wrong(&["layers", "add", "--name", "A", "--slug", "a/b"], "--slug");
    world.wrong(
        &["layers", "add", "--name", "A", "--area", "no.geojson"],
        "no.geojson",
    );
    world.write(
        "line.geojson",
        r#"{"type":"LineString","coordinates":[[0,0],[1,1]]}"#,
    );
    world.wrong(
        &["layers", "add", "--name", "A", "--area", "line.geojson"],
        "a LineString",
    );
    assert_eq!(world.number("SELECT count(*) FROM layers"), 2);
}

#[test]
fn remove_keeps_layers_that_hold_nodes() {
    let world = World::imported();
    world.wrong(&["layers", "remove", "rome"], "94 nodes in it");
    world.wrong(
        &["layers", "remove", "atlantis"],
        "bologna, castelli-romani",
    );
    world.ok(&["layers", "remove", "italy"]);
    assert!(world.line(&["layers", "list"], "italy").is_empty());
    world.wrong(&["layers", "remove", "italy"], "there is no layer italy");
}

#[test]
fn a_default_layer_that_is_missing_stops_no_layers_command() {
    let world = World::empty();
    world.write("heirloom.toml", "[nodeshot]\ndefault_layer = \"nowhere\"\n");
    world.ok(&["layers", "add", "--name", "Rome"]);
    let quiet = world.ok(&["layers", "remove", "rome", "--verbosity", "0"]);
    assert_eq!(quiet, "");
    world.wrong(&["layers", "remove", "rome"], "none yet");
}
