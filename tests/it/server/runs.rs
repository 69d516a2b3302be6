//! Runs that are started and watched over HTTP, and decisions for them.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::client::{As, Running, home, site, until};

/// Starts a run; how the job ended.
pub fn job(running: &Running, token: &str, request: &Value) -> Value {
    let begun = running
        .post("/api/runs", As::Token(token), &request.to_string())
        .is(202)
        .json();
    let path = format!("/api/runs/jobs/{}", begun["job"].as_str().unwrap());
    until("the run ends", || {
        running.get(&path, As::Token(token)).is(200).json()["state"] != "running"
    });
    running.get(&path, As::Token(token)).is(200).json()
}

#[test]
fn rehearsed_run_and_watched() {
    let site = site();
    let mut running = Running::start(&site);
    let token = running.token("staff");
    let before = site.contents();
    let mut events = Command::new("curl")
        .args(["-skN", "-H", &format!("Authorization: Bearer {token}")])
        .arg(format!("{}/api/events", running.url))
        .stdout(Stdio::piped())
        .spawn()
        .expect("curl runs");
    let rehearsed = job(
        &running,
        &token,
        &json!({ "recipe": "nodeshot", "dry_run": true }),
    );
    assert_eq!(
        (&rehearsed["state"], &rehearsed["exit"]),
        (&json!("done"), &json!(0))
    );
    assert_eq!(rehearsed["by"], "staff");
    assert_eq!(rehearsed["report"]["outcome"], "rehearsed");
    until("the token is written", || {
        site.ask::<i64>("SELECT count(*) FROM tokens") == 1
    });
    let ours = |text: &str| -> Vec<String> {
        let own = |line: &&str| !line.starts_with("tokens ") && !line.starts_with("users ");
        text.lines().filter(own).map(Into::into).collect()
    };
    assert_eq!(ours(&site.contents()), ours(&before));

    let plan = rehearsed["report"]["plan"].as_str().unwrap();
    let held = job(&running, &token, &json!({ "expect": "sha256:00" }));
    assert_eq!(
        (&held["state"], &held["exit"]),
        (&json!("failed"), &json!(5))
    );
    assert!(
        held["message"].as_str().unwrap().contains("sha256:00"),
        "{held}"
    );
    let real = job(&running, &token, &json!({ "expect": plan }));
    assert_eq!(real["report"]["outcome"], "committed");
    assert_eq!(site.outcomes(), "held committed");
    let number = real["report"]["run"].as_i64().unwrap();
    let shown = running
        .get(&format!("/api/runs/{number}"), As::Token(&token))
        .is(200)
        .json();
    assert_eq!(shown["plan"], plan);
    assert_eq!(
        running.get("/api/runs", As::Token(&token)).is(200).json()[0]["run"],
        number
    );
    let unknown = running
        .post("/api/runs", As::Token(&token), r#"{"recipe": "x"}"#)
        .is(422);
    assert_eq!(unknown.code(), "unknown-recipe");

    // the stream ends with the server
    assert_eq!(running.stop(), Some(0));
    let told: Vec<String> = BufReader::new(events.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok)
        .collect();
    let _ = events.wait();
    let stages = [
        "\"stage\":\"nodes\"",
        "\"stage\":\"writing\"",
        "\"state\":\"done\"",
        "\"state\":\"failed\"",
    ];
    for part in stages {
        assert!(
            told.iter().any(|line| line.contains(part)),
            "{part}: {told:#?}"
        );
    }

    let running = Running::start(&site);
    let path = format!("/api/runs/jobs/{}", rehearsed["job"].as_str().unwrap());
    let kept = running.get(&path, As::Token(&token)).is(200).json();
    assert_eq!(kept["report"], rehearsed["report"], "after a restart");
    running
        .get("/api/runs/jobs/..%2Fkey", As::Token(&token))
        .is(404);
}

#[test]
fn one_at_a_time() {
    let site = site();
    let mut terminal = site.attended(crate::session::IMPORT);
    terminal.expect("Answer: ");
    let running = Running::start(&site);
    let busy = running.post("/api/runs", As::User("staff"), "{}").is(409);
    assert_eq!(busy.code(), "busy");
    terminal.press('c');
    assert_eq!(terminal.end().0, 4);
    running.post("/api/runs", As::User("staff"), "{}").is(202);
}

#[test]
fn old_reports_go() {
    let site = site();
    let running = Running::start(&site);
    let reports = home(&site).join("reports");
    for number in 0..30 {
        std::fs::write(reports.join(format!("2020{number:02}.json")), "{}").unwrap();
    }
    let token = running.token("staff");
    let last = job(&running, &token, &json!({ "dry_run": true }));
    until("they go", || {
        std::fs::read_dir(&reports).unwrap().count() == 20
    });
    assert!(
        reports
            .join(format!("{}.json", last["job"].as_str().unwrap()))
            .exists()
    );
}

#[test]
fn an_answer_given_before_holds_for_the_next_run() {
    let site = site();
    let running = Running::start(&site);
    let token = running.token("staff");
    job(&running, &token, &json!({}));
    let waiting = running
        .get("/api/decisions", As::Token(&token))
        .is(200)
        .json();
    assert_eq!(waiting[0]["key"], "nodeshot.layer.2", "{waiting}");
    assert!(waiting[0]["waiting"].is_string() && waiting[0]["answer"].is_null());
    let put = |answer: &str| {
        let body = json!({ "answer": answer }).to_string();
        running.ask(
            "PUT",
            "/api/decisions/nodeshot.layer.2",
            As::Token(&token),
            &[],
            &body,
        )
    };
    assert_eq!(put(" ").is(422).code(), "no-answer");
    let recorded = put("east").is(200).json();
    assert_eq!(
        (&recorded["answer"], &recorded["by"]),
        (&json!("east"), &json!("staff"))
    );
    job(&running, &token, &json!({}));
    assert_eq!(site.layer_of(2).as_deref(), Some("east"));
    let settled = running
        .get("/api/decisions/nodeshot.layer.2", As::Token(&token))
        .is(200)
        .json();
    assert!(settled["waiting"].is_null(), "{settled}");
    let facts: String = site.ask("SELECT facts FROM decisions");
    assert!(facts.contains("candidates"), "{facts}");
}
