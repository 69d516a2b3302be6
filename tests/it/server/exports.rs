//! What goes out, and to whom.

use super::client::{As, Running, site};

#[test]
fn everybody_sees_their_own() {
    let site = site();
    assert_eq!(site.import("--default-layer rest").code, Some(0));
    site.store
        .edit("UPDATE nodes SET access_level = 2, notes = 'under the mat' WHERE id = 1");
    let running = Running::start(&site);
    let ids = |who, query: &str| -> Vec<i64> {
        let answer = running
            .get(&format!("/api/nodes.geojson{query}"), who)
            .is(200);
        assert_eq!(answer.header("content-type"), Some("application/geo+json"));
        assert_eq!(answer.text.contains("under the mat"), query == "?full=1");
        let features = answer.json()["features"].as_array().unwrap().clone();
        features
            .iter()
            .map(|one| one["id"].as_i64().unwrap())
            .collect()
    };
    assert_eq!(ids(As::User("plain"), ""), [2]);
    assert_eq!(ids(As::User("staff"), ""), [1, 2]);
    assert_eq!(ids(As::User("staff"), "?full=1"), [1, 2]);
    site.store.edit(
        "UPDATE nodes SET user_id = (SELECT id FROM users WHERE username = 'plain') WHERE id = 1",
    );
    assert_eq!(ids(As::User("plain"), ""), [1, 2]);
    running
        .get("/api/nodes.geojson?full=perhaps", As::User("staff"))
        .is(400);
}

#[test]
fn the_network_as_netjson() {
    let site = crate::session::Site::shipped();
    assert_eq!(site.import("").code, Some(3));
    let ended = site.run("export netjson --out network.json");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let text = site.read("network.json");
    let graph: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(graph["type"], "NetworkGraph");
    for key in ["protocol", "version", "metric"] {
        assert!(graph.get(key).is_some(), "{key}");
    }
    let nodes = graph["nodes"].as_array().unwrap();
    let links = graph["links"].as_array().unwrap();
    assert!(ended.out.starts_with(&format!(
        "{} devices and {} links",
        nodes.len(),
        links.len()
    )));
    let devices: i64 = site.ask(
        "SELECT count(*) FROM devices d JOIN nodes n ON n.id = d.node_id WHERE n.access_level = 0",
    );
    assert_eq!(nodes.len() as i64, devices);
    let ids: Vec<&str> = nodes
        .iter()
        .map(|node| node["id"].as_str().unwrap())
        .collect();
    for link in links {
        for end in ["source", "target"] {
            assert!(ids.contains(&link[end].as_str().unwrap()), "{link}");
        }
        assert!(link["cost"].is_number(), "{link}");
    }
    assert!(
        nodes
            .iter()
            .any(|node| !node["local_addresses"].as_array().unwrap().is_empty())
    );
    assert!(!text.contains("\"data\"") && !text.contains("\"owner\""));
    let full = site.run("export netjson --full");
    assert!(full.out.contains("\"data\"") && full.out.contains("\"owner\""));
}

#[test]
fn layers_come_back_as_they_went_out() {
    let site = site();
    site.store
        .edit("UPDATE layers SET is_published = FALSE WHERE slug = 'rest'");
    let running = Running::start(&site);
    let all = running
        .get("/api/layers.geojson", As::User("admin"))
        .is(200);
    assert_eq!(all.json()["features"].as_array().unwrap().len(), 4);
    let public = running
        .get("/api/layers.geojson", As::User("plain"))
        .is(200);
    assert_eq!(public.json()["features"].as_array().unwrap().len(), 3);
    running.get("/api/layers/rest", As::User("plain")).is(404);
    site.write("again.geojson", &all.text);
    let ended = site.run("layers import again.geojson");
    assert!(ended.out.contains("4 unchanged"), "{ended:?}");
}
