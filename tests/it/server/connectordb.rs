//! ConnectorDB's REST API, asked by its rules and by its own client.

mod client;
mod data;
mod devices;
mod login;
mod rights;
mod streams;
mod users;
mod writing;

use serde_json::{Value as Json, json};

use super::client::{Answer, As, Running, site};
use crate::session::Site;

/// A server with an account `alice`, whose password is her name, and her device `lamp` with the
/// streams `log`, which takes anything, and `light`, a downlink for booleans.
struct World {
    site: Site,
    running: Running,
    /// The key of the lamp.
    lamp: String,
}

const ALICE: As = As::Password("alice", "alice");
const ADMIN: As = As::User("admin");

fn world() -> World {
    world_configured("")
}

fn world_configured(server: &str) -> World {
    let site = site();
    let running = Running::configured(&site, server);
    let lamp = "4a6ff0d0-1bd2-4ee0-8b50-5f1f58cbe5d7".to_owned();
    let alice = json!({
        "email": "alice@localhost", "password": "alice", "role": "user", "public": true,
        "nickname": "Alice", "devices": { "lamp": { "apikey": lamp, "role": "", "streams": {
            "log": {},
            "light": { "schema": r#"{"type":"boolean"}"#, "downlink": true },
        } } },
    });
    let world = World {
        site,
        running,
        lamp,
    };
    world.post("alice", ADMIN, &alice).is(200);
    world
}

impl World {
    fn lamp(&self) -> As<'_> {
        As::Password("", &self.lamp)
    }

    /// Asks below `/api/v1/crud/`.
    fn ask(&self, method: &str, path: &str, who: As, body: &str) -> Answer {
        let path = format!("/api/v1/crud/{path}");
        self.running.ask(method, &path, who, &[], body)
    }

    fn get(&self, path: &str, who: As) -> Answer {
        self.ask("GET", path, who, "")
    }

    fn post(&self, path: &str, who: As, body: &Json) -> Answer {
        self.ask("POST", path, who, &body.to_string())
    }

    fn put(&self, path: &str, who: As, body: &Json) -> Answer {
        self.ask("PUT", path, who, &body.to_string())
    }

    fn delete(&self, path: &str, who: As) -> Answer {
        self.ask("DELETE", path, who, "")
    }
}

/// An error of this API: the status, all three keys, nothing else. Returns the words.
#[track_caller]
fn refused(answer: &Answer, status: u16) -> String {
    assert_eq!(answer.status, status, "{answer:?}");
    let json = answer.json();
    let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["code", "msg", "ref"], "{answer:?}");
    assert_eq!(json["code"], status, "{answer:?}");
    assert_eq!(json["ref"].as_str().map(str::len), Some(36), "{answer:?}");
    let json_type = Some("application/json; charset=utf-8");
    assert_eq!(answer.header("content-type"), json_type);
    json["msg"].as_str().unwrap().into()
}

/// What may not be seen.
const HIDDEN: &str = "Can't access this resource.";

#[test]
fn addresses_have_a_slash_or_none_and_all_others_are_unknown() {
    let world = world();
    let asked = |path: &str| world.running.get(path, world.lamp());
    for path in ["/api/v1/?q=this", "/api/v1?q=this"] {
        let this = asked(path).is(200);
        assert_eq!(this.text, "alice/lamp");
        assert_eq!(
            this.header("content-type"),
            Some("text/plain; charset=utf-8")
        );
        let keep_none = Some("no-store, must-revalidate");
        assert_eq!(this.header("cache-control"), keep_none);
    }
    for path in ["meta/version", "meta/version/"] {
        let version = world.running.get(&format!("/api/v1/{path}"), As::Nobody);
        assert!(version.is(200).text.starts_with("0.3.0"));
    }
    for path in [
        "alice/lamp",
        "alice/lamp/",
        "alice/lamp/log",
        "alice/lamp/log/",
        "alice/lamp/log/data?i1=0",
        "alice/lamp/log/data/?i1=0",
    ] {
        world.get(path, world.lamp()).is(200);
    }
    for path in ["?q=ls", "alice", "alice/"] {
        world.get(path, ADMIN).is(200);
    }
    asked("/api/v1/crud?q=ls").is(404);
    for unknown in [
        "/api/v1/nix",
        "/api/v1/?q=nix",
        "/api/v1/",
        "/api/v1/crud/",
        "/api/v1/crud/alice/lamp/log/data/x",
        "/api/v1/query/dataset",
        "/api/v1//",
    ] {
        let words = refused(&asked(unknown), 404);
        assert_eq!(words, "This path is not recognized", "{unknown}");
    }
    let wrong = world.ask("PATCH", "alice", ALICE, "{}");
    refused(&wrong, 405);
    // beside it, errors are what they were
    assert_eq!(asked("/api/v2").is(404).code(), "not-found");
}

#[test]
fn an_error_is_in_the_log_by_its_reference() {
    let world = world();
    let refused = world.get("nobody", ALICE).is(404).json();
    let log = world.site.read("err.txt");
    assert!(log.contains(refused["ref"].as_str().unwrap()), "{log}");
    world
        .get(&format!("alice/lamp?apikey={}", world.lamp), As::Nobody)
        .is(200);
    let broken = format!(r#"{{"password": ["geheim"], "apikey": "{}""#, world.lamp);
    refused_without_secrets(&world, &broken);
    let log = world.site.read("err.txt");
    assert!(!log.contains(&world.lamp), "{log}");
    assert!(!log.contains("geheim"), "{log}");
}

fn refused_without_secrets(world: &World, body: &str) {
    let words = refused(&world.ask("POST", "bob", ADMIN, body), 400);
    assert!(!words.contains("geheim"), "{words}");
}

#[test]
fn a_fault_has_the_status_of_the_old_server_and_no_sql() {
    let world = world();
    world.get("alice/lamp", world.lamp()).is(200);
    world
        .site
        .store
        .edit("ALTER TABLE streams RENAME TO brooks");
    let words = refused(&world.get("alice/lamp/log", world.lamp()), 520);
    assert!(!words.contains("streams"), "{words}");
}

#[test]
fn a_store_that_is_being_written_is_busy_and_can_be_read() {
    use diesel::connection::SimpleConnection as _;
    let world = world();
    let point = json!([{ "t": 1, "d": 1 }]);
    world
        .post("alice/lamp/log/data", world.lamp(), &point)
        .is(200);
    let mut writer = world.site.store.connect();
    writer.begin_writing().unwrap();
    if crate::store::on_postgres() {
        writer
            .batch_execute("LOCK TABLE datapoints IN EXCLUSIVE MODE")
            .unwrap();
    }
    let read = world.get("alice/lamp/log/data?i1=0", world.lamp()).is(200);
    assert_eq!(read.text, r#"[{"t":1,"d":1}]"#);
    let later = json!([{ "t": 2, "d": 2 }]);
    let busy = world.post("alice/lamp/log/data", world.lamp(), &later);
    refused(&busy, 503);
    assert!(busy.header("retry-after").is_some());
    writer.roll_back().unwrap();
    world
        .post("alice/lamp/log/data", world.lamp(), &later)
        .is(200);
}

/// The keys of an object, sorted.
fn keys(json: &Json) -> Vec<&String> {
    json.as_object().unwrap().keys().collect()
}
