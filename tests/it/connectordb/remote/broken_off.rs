use std::fs::OpenOptions;
use std::io::Write as _;

use super::played::{Answer, Asked, Played, points, world};
use super::{PASSWORD, Site, run};

const LINE: &str = "import connectordb --from URL --noinput --spool kept --report r.json";

/// Answers no page behind this index.
fn until(asked: &Asked, index: u64) -> Answer {
    let page = asked.path.split_once("steps/data?i1=");
    let from = page.and_then(|(_, page)| page.split('&').next()?.parse::<u64>().ok());
    match from {
        Some(from) if from >= index => Answer::Torn,
        _ => world(asked, 12_000),
    }
}

#[test]
fn a_download_that_broke_off_goes_on_with_the_page_that_was_missing() {
    let site = Site::empty();
    let server = Played::start(|asked| until(asked, 5_000));
    let ended = run(&site, &server, LINE);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.err.contains("What came stays in kept"), "{ended:?}");
    assert!(
        !site.exists("kept/export/connectordb.json"),
        "it is not whole"
    );
    let asked = server.asked();
    let torn = asked
        .iter()
        .filter(|asked| asked.path.contains("i1=5000"))
        .count();
    assert_eq!(torn, 4, "reads are tried again");

    // the process may have died while it wrote the next page
    let part = site.path("kept/export/alice/phone/steps/data.json.part");
    let mut part = OpenOptions::new().append(true).open(part).unwrap();
    part.write_all(b", {\"t\":1480005000,\"d\":[12345").unwrap();
    drop(part);

    server.plays(|asked| world(asked, 12_000));
    let ended = run(&site, &server, LINE);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let asked = server.asked();
    assert!(
        !asked
            .iter()
            .any(|asked| asked.path.contains("i1=0&i2=5000")),
        "{asked:?}"
    );
    let data = site.read("kept/export/alice/phone/steps/data.json");
    assert_eq!(data.replace(", {\"t\"", ",{\"t\""), points(0, 12_000));
    assert_eq!(super::outcomes(&site, "datapoints"), "created 12002");
}

#[test]
fn whoever_wants_to_stop_is_not_kept_by_a_server_that_says_nothing() {
    let site = Site::empty();
    let server = Played::start(|asked| match asked.path.contains("steps/data?i1=") {
        true => Answer::Silence,
        false => world(asked, 3),
    });
    let url = server.url();
    let words = [
        "export",
        "connectordb",
        "out",
        "--from",
        &url,
        "--user",
        "alice",
    ];
    let mut program = site.program(&words);
    program.env("HEIRLOOM_CONNECTORDB_PASSWORD", PASSWORD);
    let child = program.spawn().unwrap();
    while !server
        .asked()
        .iter()
        .any(|asked| asked.path.contains("i1=0"))
    {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let id = child.id().to_string();
    let sent = std::process::Command::new("kill")
        .args(["-INT", &id])
        .status();
    assert!(sent.unwrap().success());
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(4));
    assert!(!site.exists("out"));
    assert_eq!(
        std::fs::read_dir(site.path("")).unwrap().count(),
        1,
        "only the folder tmp"
    );
}

#[test]
fn a_spool_is_of_one_server_user_and_part() {
    let site = Site::empty();
    let server = Played::start(|asked| world(asked, 3));
    assert_eq!(run(&site, &server, LINE).code, Some(0));
    let other = Played::start(|asked| world(asked, 3));
    let ended = run(&site, &other, LINE);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(
        ended.err.contains(&format!(
            "holds a download of {} as \"alice\"",
            server.url()
        )),
        "{ended:?}"
    );
    let ended = run(&site, &server, &format!("{LINE} --only alice/phone"));
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.err.contains("only alice/phone"), "{ended:?}");
    std::fs::create_dir(site.path("mine")).unwrap();
    site.write("mine/letter", "dear");
    let ended = run(&site, &server, &LINE.replace("kept", "mine"));
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(
        ended.err.contains("holds something, and no download"),
        "{ended:?}"
    );
    assert_eq!(site.read("mine/letter"), "dear");
}
