//! In and out again is as it was.

use super::{CLIENT, SERVER, files, findings, import, outcomes, with};

#[test]
fn what_the_go_server_wrote_goes_out_byte_for_byte() {
    let site = with(SERVER);
    import(&site, SERVER, 0);
    assert_eq!(outcomes(&site, "users"), "created 2");
    assert_eq!(outcomes(&site, "datapoints"), "created 27");
    let ended = site.run("export connectordb out");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.err.is_empty(), "{ended:?}");
    assert_eq!(files(&site.path("out")), files(&site.path(SERVER)));
    let marker: serde_json::Value =
        serde_json::from_str(&site.read("out/connectordb.json")).unwrap();
    assert_eq!(marker["Version"], 2);
}

#[test]
fn an_export_of_an_export_is_the_same() {
    let site = with(CLIENT);
    import(&site, CLIENT, 0);
    assert_eq!(site.run("export connectordb out").code, Some(0));
    let again = crate::session::Site::empty();
    super::copy(&site.path("out"), &again.path("out"));
    import(&again, "out", 0);
    assert_eq!(again.run("export connectordb once-more").code, Some(0));
    assert_eq!(files(&again.path("once-more")), files(&again.path("out")));
}

#[test]
fn the_python_style_has_no_secrets_of_accounts() {
    let site = with(SERVER);
    import(&site, SERVER, 0);
    assert_eq!(
        site.run("export connectordb out --no-passwords").code,
        Some(0)
    );
    let all = files(&site.path("out"));
    for (name, text) in &all {
        assert!(!text.contains("password"), "{name}");
        assert!(text.is_ascii() && !text.contains('\n'), "{name}: {text}");
    }
    let marker = site.read("out/connectordb.json");
    assert!(marker.starts_with(r#"{"Version": 1, "#), "{marker}");
    // it comes back in, and only passwords are lost
    let again = crate::session::Site::empty();
    super::copy(&site.path("out"), &again.path("out"));
    import(&again, "out", 0);
    let lost: Vec<String> = findings(&again)
        .into_iter()
        .filter(|finding| !finding.starts_with("ephemeral"))
        .collect();
    assert_eq!(
        lost,
        ["password-is-username alice", "password-is-username bob"]
    );
    assert_eq!(
        again.run("export connectordb back --no-passwords").code,
        Some(0)
    );
    assert_eq!(files(&again.path("back")), all);
}

#[test]
fn a_part_is_written_without_a_marker() {
    let site = with(SERVER);
    import(&site, SERVER, 0);
    for (only, folder) in [
        ("alice/phone", "alice/phone"),
        ("alice/phone/light", "alice/phone/light"),
    ] {
        let out = only.replace('/', "-");
        let ended = site.run(&format!("export connectordb {out} --only {only}"));
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert_eq!(
            files(&site.path(&out)),
            files(&site.path(SERVER).join(folder))
        );
        assert!(!site.exists(&format!("{out}/connectordb.json")));
    }
    assert_eq!(site.run("export connectordb one --only bob").code, Some(0));
    assert!(
        site.exists("one/connectordb.json") && site.exists("one/bob") && !site.exists("one/alice")
    );
    let ended = site.run("export connectordb none --only carol/phone");
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.err.contains("carol/phone") && !site.exists("none"));
}

#[test]
fn the_folder_must_be_new() {
    let site = with(SERVER);
    import(&site, SERVER, 0);
    let before = files(&site.path(SERVER));
    let ended = site.run(&format!("export connectordb {SERVER}"));
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert_eq!(files(&site.path(SERVER)), before);
    let ended = site.run("export connectordb not/there");
    assert_eq!(ended.code, Some(2), "{ended:?}");
}

#[test]
fn a_rehearsal_is_the_run() {
    let site = with(SERVER);
    import(&site, &format!("{SERVER} --dry-run"), 0);
    let rehearsed = site.report("r.json");
    assert!(!site.store.exists(), "a missing store is still missing");
    import(
        &site,
        &format!("{SERVER} --expect {}", rehearsed["plan"].as_str().unwrap()),
        0,
    );
    let run = site.report("r.json");
    for key in ["plan", "entities", "findings", "stages"] {
        if key != "stages" {
            assert_eq!(run[key], rehearsed[key], "{key}");
        }
    }
}

#[test]
fn what_came_in_moves_to_another_store_and_goes_with_a_reset() {
    let site = with(SERVER);
    let nothing = site.digest();
    import(&site, SERVER, 0);
    let digest = site.digest();
    assert_eq!(site.run("backup --out b.tar.gz").code, Some(0));
    let other = crate::session::Site::empty().on_server();
    std::fs::copy(site.path("b.tar.gz"), other.path("b.tar.gz")).unwrap();
    assert_eq!(other.run("restore b.tar.gz --noinput").code, Some(0));
    assert_eq!(other.digest(), digest);
    assert_eq!(other.run("export connectordb out").code, Some(0));
    assert_eq!(files(&other.path("out")), files(&site.path(SERVER)));
    // and goes on there as if nothing had happened
    super::copy(&site.path(SERVER), &other.path(SERVER));
    import(&other, SERVER, 0);
    assert_eq!(outcomes(&other, "datapoints"), "unchanged 27");
    let ended = site.run("reset --noinput");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(site.digest(), nothing);
    import(&site, SERVER, 0);
    assert_eq!(outcomes(&site, "datapoints"), "created 27");
}
