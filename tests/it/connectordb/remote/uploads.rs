use serde_json::{Value as Json, json};

use super::super::{CLIENT, SERVER, with};
use super::played::{Answer, Asked, KEY, Played, authorization, points, world};
use super::{Site, run};

/// alice is an admin, and there is one more user with a device.
fn admin(asked: &Asked) -> Answer {
    match (world(asked, 3), asked.path.trim_start_matches("/api/v1/")) {
        (Answer::Text(200, text), "crud/alice") => {
            Answer::json(text.replace(r#""role":"user""#, r#""role":"admin""#))
        }
        (_, "crud/?q=ls") if asked.authorization.is_some() => Answer::json(
            r#"[{"name":"alice","email":"x@mail.example"},{"name":"eve","email":"BOB@example.org"}]"#,
        ),
        (_, "crud/eve?q=ls") if asked.authorization.is_some() => {
            Answer::json(r#"[{"name":"box","apikey":"KEY"}]"#)
        }
        (answer, _) => answer,
    }
}

#[test]
fn nothing_is_written_where_something_would_be_refused() {
    let site = with(SERVER);
    assert_eq!(
        site.run("import connectordb server --noinput").code,
        Some(0)
    );
    let server = Played::start(|asked| world(asked, 3));
    let ended = run(&site, &server, "export connectordb --to URL");
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.err.contains("only an admin of"), "{ended:?}");

    let key = site.ask::<String>("SELECT api_key FROM stream_devices WHERE name = 'phone'");
    server.plays(move |asked| match admin(asked) {
        Answer::Text(200, text) => Answer::json(text.replace("KEY", &key)),
        answer => answer,
    });
    let ended = run(&site, &server, "export connectordb --to URL");
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(
        ended.err.contains("the server has a user alice already"),
        "{ended:?}"
    );
    assert!(
        ended
            .err
            .contains("the email of bob is that of the server's user \"eve\""),
        "{ended:?}"
    );
    assert!(
        ended
            .err
            .contains("the API key of alice/phone is that of the server's device \"eve/box\""),
        "{ended:?}"
    );
    assert!(server.asked().iter().all(|asked| asked.method == "GET"));
    assert_eq!(site.left_over(), [""; 0]);
}

/// A server of an admin that takes everything, says of it what it was told, and makes the key
/// that the export lacks.
fn takes_all(asked: &Asked) -> Answer {
    match (asked.method.as_str(), asked.path.as_str()) {
        ("GET", _) => admin(asked),
        ("POST", "/api/v1/crud/carol/logger") => {
            Answer::json(asked.body.replacen('{', r#"{"apikey":"made","#, 1))
        }
        _ => Answer::json(asked.body.clone()),
    }
}

/// A site whose store has carol and 12,000 points of hers.
fn carol() -> Site {
    let site = with(CLIENT);
    let steps = site.path("client/carol/logger/steps/data.json");
    std::fs::write(steps, points(0, 12_000)).unwrap();
    let downlink = site.path("client/carol/logger/steps/downlink.json");
    std::fs::write(downlink, r#"[{"t":5,"d":1,"o":"carol/user"}]"#).unwrap();
    let ended = site.run("import connectordb client --noinput");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    site
}

#[test]
fn points_go_over_in_portions_by_their_own_devices() {
    let site = carol();
    let server = Played::start(takes_all);
    let ended = run(&site, &server, "export connectordb --to URL");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let asked = server.asked();
    let written: Vec<&Asked> = asked.iter().filter(|asked| asked.method != "GET").collect();
    let user: Json = serde_json::from_str(&written[0].body).unwrap();
    assert_eq!(user["password"], "carol");
    assert!(user.get("name").is_none() && user.get("password_salt").is_none());

    let steps = "/api/v1/crud/carol/logger/steps";
    let steps: Vec<&&Asked> = written
        .iter()
        .filter(|asked| asked.path.starts_with(steps))
        .collect();
    let first: Json = serde_json::from_str(&steps[0].body).unwrap();
    assert_eq!(
        (steps[0].method.as_str(), first),
        ("POST", json!({"schema": "{}"}))
    );
    let (portions, downlink) = steps[1..].split_at(3);
    let count = |asked: &Asked| {
        serde_json::from_str::<Vec<Json>>(&asked.body)
            .unwrap()
            .len()
    };
    assert_eq!(
        portions
            .iter()
            .map(|asked| count(asked))
            .collect::<Vec<_>>(),
        [5000, 5000, 2000]
    );
    let key = Some(authorization("", "made"));
    assert!(
        portions
            .iter()
            .all(|asked| asked.authorization == key && asked.path.ends_with("/data"))
    );
    let switched: Json = serde_json::from_str(&downlink[0].body).unwrap();
    assert_eq!(switched, json!({"downlink": true}));
    assert_eq!(downlink[1].authorization, Some(authorization("", KEY)));
    let last = downlink[2];
    assert_eq!((last.method.as_str(), downlink.len()), ("PUT", 3));
    let last: Json = serde_json::from_str(&last.body).unwrap();
    assert!(last["schema"].is_string() && last["ephemeral"].is_boolean());
}

#[test]
fn what_is_there_of_an_upload_that_broke_off_is_said() {
    let site = carol();
    let server = Played::start(|asked| match asked.path.as_str() {
        "/api/v1/crud/carol/user" => Answer::error(403, &format!("no {}", asked.body)),
        _ => takes_all(asked),
    });
    let ended = run(&site, &server, "export connectordb --to URL");
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(
        ended
            .err
            .contains("PUT /api/v1/crud/carol/user was refused: 403"),
        "{ended:?}"
    );
    assert!(
        ended.err.contains("the last one perhaps not whole: carol"),
        "{ended:?}"
    );
    let key = site.ask::<String>("SELECT api_key FROM stream_devices WHERE name = 'user'");
    assert!(!ended.err.contains(&key), "{ended:?}");
    let asked = server.asked().into_iter();
    let puts = asked.filter(|asked| asked.path.ends_with("carol/user") && asked.method == "PUT");
    assert_eq!(puts.count(), 1, "writes are not tried again");
}
