use super::played::{Answer, KEY, Played, authorization, points, world};
use super::{PASSWORD, Site, export, findings, outcomes, run};

/// The pages that were asked for, without the downlink's.
fn pages(server: &Played) -> Vec<String> {
    let asked = server.asked().into_iter().map(|asked| asked.path);
    let page = |path: String| {
        path.split_once("steps/data?i1=")
            .map(|(_, page)| page.to_string())
    };
    asked
        .filter_map(page)
        .filter(|page| !page.contains("downlink"))
        .collect()
}

#[test]
fn a_server_becomes_the_folder_of_the_python_client() {
    let site = Site::empty();
    let server = Played::start(|asked| world(asked, 12_001));
    let ended = export(&site, &server);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(
        ended
            .out
            .contains("1 users, 3 devices, 1 streams and 12003 points"),
        "{ended:?}"
    );
    assert_eq!(
        site.read("out/connectordb.json"),
        r#"{"Version": 1, "ConnectorDB": "0.3.0"}"#
    );
    assert_eq!(
        site.read("out/alice/user.json"),
        r#"{"description": "", "email": "alice@mail.example", "icon": "", "name": "alice", "nickname": "Al", "public": false, "role": "user"}"#
    );
    assert!(
        site.read("out/alice/phone/device.json")
            .contains("\"apikey\": \"")
    );
    assert!(site.exists("out/alice/meta/device.json"));
    assert_eq!(
        site.read("out/alice/phone/steps/data.json")
            .replace(", {\"t\"", ",{\"t\""),
        points(0, 12_001),
        "digit by digit"
    );
    let downlink = site.read("out/alice/phone/steps/downlink.json");
    assert_eq!(downlink.matches("alice/user").count(), 2);

    let asked = server.asked();
    let pages: Vec<&str> = asked
        .iter()
        .filter_map(|asked| asked.path.split_once("steps/data?i1="))
        .map(|(_, page)| page)
        .collect();
    assert_eq!(
        pages,
        [
            "0&i2=5000",
            "5000&i2=10000",
            "10000&i2=12001",
            "0&i2=2&downlink=true"
        ]
    );
    // the password as long as there is no key
    let with = |header: &str| {
        let header = Some(header.to_string());
        asked
            .iter()
            .filter(|asked| asked.authorization == header)
            .count()
    };
    assert_eq!(with(&authorization("alice", PASSWORD)), 2);
    assert_eq!(with(&authorization("", KEY)), asked.len() - 3);
    assert_eq!(asked[0].authorization, None);
    assert!(asked.iter().all(|asked| asked.method == "GET"));
    assert_eq!(site.left_over(), [""; 0]);
}

#[test]
fn a_server_is_imported_and_nothing_of_it_stays_behind() {
    let site = Site::empty();
    let server = Played::start(|asked| world(asked, 20));
    let line = "import connectordb --from URL --noinput --report r.json";
    let ended = run(&site, &server, &format!("{line} --dry-run"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let ended = run(&site, &server, line);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(site.report("r.json")["source"]["identity"], server.url());
    assert_eq!(outcomes(&site, "datapoints"), "created 22");
    assert_eq!(outcomes(&site, "streams"), "created 1");
    assert_eq!(
        findings(&site),
        ["password-is-username alice", "big-number alice/phone/steps"]
    );
    assert_eq!(site.left_over(), [""; 0]);
    // again, with more
    server.plays(|asked| world(asked, 25));
    let ended = run(&site, &server, line);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(outcomes(&site, "datapoints"), "created 5, unchanged 22");
}

#[test]
fn a_kept_spool_is_continued() {
    let site = Site::empty();
    let server = Played::start(|asked| world(asked, 7_000));
    let line = "import connectordb --from URL --noinput --spool kept --dry-run";
    assert_eq!(run(&site, &server, line).code, Some(0));
    assert_eq!(pages(&server), ["0&i2=5000", "5000&i2=7000"]);
    assert_eq!(run(&site, &server, line).code, Some(0));
    assert_eq!(pages(&server), [""; 0], "there is nothing new");
    server.plays(|asked| world(asked, 7_003));
    assert_eq!(run(&site, &server, line).code, Some(0));
    assert_eq!(pages(&server), ["7000&i2=7003"]);
    let kept = site.read("kept/export/alice/phone/steps/data.json");
    assert_eq!(kept.replace(", {\"t\"", ",{\"t\""), points(0, 7_003));
    // a stream that was made anew on the server
    server.plays(|asked| world(asked, 3));
    let ended = run(&site, &server, line);
    assert_eq!(ended.code, Some(0));
    assert!(
        ended.err.contains("alice/phone/steps has fewer points"),
        "{ended:?}"
    );
    let kept = site.read("kept/export/alice/phone/steps/data.json");
    assert_eq!(kept.matches("\"t\"").count(), 3);
}

#[test]
fn only_a_part_is_asked_for() {
    let site = Site::empty();
    let server = Played::start(|asked| world(asked, 3));
    let line = "export connectordb out --from URL --only alice/user";
    assert_eq!(run(&site, &server, line).code, Some(0));
    assert!(site.exists("out/alice/user/device.json") && !site.exists("out/alice/phone"));
    assert!(
        !server
            .asked()
            .iter()
            .any(|asked| asked.path.contains("phone"))
    );
    for nothing in ["bob", "alice/tablet", "alice/phone/heart"] {
        let line = format!("export connectordb none --from URL --only {nothing}");
        let ended = run(&site, &server, &line);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(
            ended.err.contains(&format!("there is no {nothing}")),
            "{ended:?}"
        );
        assert!(!site.exists("none"));
    }
}

#[test]
fn what_may_not_be_read_is_told() {
    let site = Site::empty();
    let server = Played::start(|asked| match world(asked, 3) {
        Answer::Text(200, text) if asked.path.ends_with("alice?q=ls") => {
            let key = format!(r#""apikey":"{}","#, super::played::PHONE_KEY);
            Answer::json(text.replace(&key, ""))
        }
        Answer::Text(200, _) if asked.path.contains("steps/data?q=length&") => {
            Answer::error(403, "no")
        }
        answer => answer,
    });
    let ended = export(&site, &server);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(
        ended.err.contains("the API keys of 1 devices of alice"),
        "{ended:?}"
    );
    assert!(
        ended
            .err
            .contains("the points of alice/phone/steps/downlink may not be read"),
        "{ended:?}"
    );
    assert!(!site.exists("out/alice/phone/steps/downlink.json"));
}
