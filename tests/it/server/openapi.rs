//! The description of the API: kept as a file, so that no change of it goes unseen.

use super::client::{As, Running, site};

#[test]
fn the_description_is_the_one_that_is_kept() {
    let site = site();
    let running = Running::start(&site);
    let document = running.get("/api/openapi.json", As::Nobody).is(200).json();
    insta::assert_snapshot!(serde_json::to_string_pretty(&document).unwrap());
}

#[test]
fn each_route_is_described_and_each_description_is_a_route() {
    let site = site();
    let running = Running::start(&site);
    let document = running.get("/api/openapi.json", As::Nobody).is(200).json();
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() > 15, "{}", paths.len());
    for (path, methods) in paths {
        let address = path.replace("{run}", "1").replace(['{', '}'], "");
        // what is not described is not allowed, and what is described is
        let refused = running.ask("PATCH", &address, As::Nobody, &[], "").is(405);
        let mut allowed: Vec<String> = refused
            .header("allow")
            .unwrap_or_default()
            .split(',')
            .map(str::to_lowercase)
            .filter(|method| method != "head")
            .collect();
        allowed.sort();
        let mut known: Vec<&String> = methods.as_object().unwrap().keys().collect();
        known.sort();
        assert_eq!(allowed.iter().collect::<Vec<_>>(), known, "{path}");
    }
}
