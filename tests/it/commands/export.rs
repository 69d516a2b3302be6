use serde_json::Value;

use super::world::World;

fn features(text: &str) -> Vec<Value> {
    let document: Value = serde_json::from_str(text).unwrap();
    assert_eq!(document["type"], "FeatureCollection");
    document["features"].as_array().unwrap().clone()
}

fn keys(feature: &Value) -> Vec<&str> {
    let properties = feature["properties"].as_object().unwrap();
    properties.keys().map(String::as_str).collect()
}

#[test]
fn the_public_export_holds_what_everybody_may_see() {
    let world = World::imported();
    world.sql("UPDATE nodes SET access_level = 2 WHERE id = 3");
    world.sql("UPDATE nodes SET notes = 'the key is under the mat' WHERE id = 2");
    let text = world.ok(&["export", "geojson"]);
    let nodes = features(&text);
    let public = world.number("SELECT count(*) FROM nodes WHERE access_level = 0");
    assert_eq!(nodes.len() as i64, public);
    assert!(nodes.iter().all(|node| node["id"] != 3));
    let ids: Vec<i64> = nodes
        .iter()
        .map(|node| node["id"].as_i64().unwrap())
        .collect();
    assert!(ids.is_sorted());
    assert!(!text.contains("under the mat") && !text.contains("email"));

    let node = &nodes[1];
    assert_eq!(
        node["geometry"]["coordinates"],
        serde_json::json!([11.375983, 44.462003])
    );
    assert_eq!(node["properties"]["layer"], "bologna");
    assert_eq!(node["properties"]["status"], "active");
    assert_eq!(node["properties"]["added"], "2011-12-22T18:31:01.433344Z");
    assert_eq!(
        keys(node),
        [
            "added",
            "description",
            "elevation",
            "layer",
            "name",
            "slug",
            "status",
            "updated"
        ]
    );
}

#[test]
fn the_full_export_holds_everything() {
    let world = World::imported();
    world.sql("UPDATE nodes SET access_level = 2 WHERE id = 3");
    let nodes = features(&world.ok(&["export", "geojson", "--full"]));
    assert_eq!(
        nodes.len() as i64,
        world.number("SELECT count(*) FROM nodes")
    );
    let node = nodes.iter().find(|node| node["id"] == 3).unwrap();
    assert_eq!(node["properties"]["access_level"], 2);
    assert!(node["properties"]["data"].is_object());
    for key in ["notes", "owner", "email"] {
        assert!(keys(node).contains(&key), "{key}");
    }
}

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let world = World::imported();
    world.write("nodes.geojson", "before");
    let said = world.ok(&["export", "geojson", "--out", "nodes.geojson"]);
    let nodes = features(&world.read("nodes.geojson"));
    assert_eq!(said, format!("{} nodes in nodes.geojson.\n", nodes.len()));
    assert_eq!(
        world.read("nodes.geojson"),
        world.ok(&["export", "geojson"])
    );

    world.wrong(&["export", "geojson", "--out", "no/nodes.geojson"], "--out");
    world.wrong(&["export", "geojson", "--out", "."], "no plain file");
    assert_eq!(world.files(), ["nodes.geojson", "report.json"]);
}

#[test]
fn an_empty_store_is_an_empty_collection() {
    assert!(features(&World::empty().ok(&["export", "geojson"])).is_empty());
}

#[test]
fn whoever_reads_may_stop() {
    let world = World::imported();
    let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin!("heirloom"))
        .args(["export", "geojson", "--full"])
        .current_dir(world.path(""))
        .envs(world.store.variable())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
}
