//! Layers over the API.

use serde_json::{Value, json};

use super::client::{As, Running, site};
use crate::session::square;

#[test]
fn added_changed_and_removed() {
    let site = site();
    let running = Running::start(&site);
    let admin = As::User("admin");
    let area: Value = serde_json::from_str(&square(1.0, 2.0, 3.0, 4.0)).unwrap();
    let body = json!({ "name": "Città", "organization": "Us", "area": area }).to_string();
    let added = running.post("/api/layers", admin, &body).is(201);
    assert_eq!(added.header("location"), Some("/api/layers/citta"));
    assert_eq!(added.json()["area"]["type"], "Polygon");
    let again = running.post("/api/layers", admin, &body).is(409);
    assert_eq!(again.code(), "taken");

    let put = |slug: &str, body: Value| {
        running.ask(
            "PUT",
            &format!("/api/layers/{slug}"),
            admin,
            &[],
            &body.to_string(),
        )
    };
    let changed = put(
        "citta",
        json!({ "name": "City", "slug": "city", "is_published": false }),
    )
    .is(200);
    let changed = changed.json();
    assert_eq!(changed["slug"], "city");
    assert_eq!(
        (&changed["area"], &changed["organization"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(changed["is_published"], false);
    assert_eq!(
        put("city", json!({ "name": "City", "slug": "west" }))
            .is(409)
            .code(),
        "taken"
    );
    assert_eq!(
        put("city", json!({ "name": " " })).is(422).code(),
        "invalid"
    );
    put("city", json!({ "name": "x", "unknown": 1 })).is(400);
    let point = json!({ "name": "x", "area": { "type": "Point", "coordinates": [1, 2] } });
    assert_eq!(put("city", point).is(422).code(), "invalid");
    put("nix", json!({ "name": "x" })).is(404);

    let remove = |slug: &str| running.ask("DELETE", &format!("/api/layers/{slug}"), admin, &[], "");
    remove("city").is(204);
    remove("city").is(404);
    assert_eq!(site.import("--default-layer rest").code, Some(0));
    assert_eq!(remove("west").is(409).code(), "in-use");
}
