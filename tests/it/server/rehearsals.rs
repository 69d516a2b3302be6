//! What is kept of rehearsals: the outcome of each row, and the plan.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use super::client::{As, Running, home, prepare, site, until};
use super::runs::job;
use crate::faults::{damage_last_device, lengthen_last_device};
use crate::session::{IN_WEST, Site};

/// The lines that are kept of a job.
#[track_caller]
fn lines(running: &Running, job: &Value, what: &str) -> Vec<Value> {
    let path = format!("/api/runs/jobs/{}/{what}", job["job"].as_str().unwrap());
    let answer = running.get(&path, As::User("staff")).is(200);
    assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
    let line = |line| serde_json::from_str(line).expect("a line is JSON");
    answer.text.lines().map(line).collect()
}

/// The rows are those that the report counts, each once.
#[track_caller]
fn check_rows(running: &Running, job: &Value) {
    let mut found: BTreeMap<(String, String), u64> = BTreeMap::new();
    let mut keys = std::collections::BTreeSet::new();
    for row in lines(running, job, "rows") {
        let text = |name: &str| row[name].as_str().unwrap().to_owned();
        assert!(keys.insert((text("entity"), text("legacy_id"))), "{row}");
        *found.entry((text("entity"), text("outcome"))).or_default() += 1;
    }
    let mut told = BTreeMap::new();
    for (entity, counts) in job["report"]["entities"].as_object().unwrap() {
        for (outcome, count) in counts.as_object().unwrap() {
            let count = count.as_u64().unwrap();
            if !["retrieved", "not_reached"].contains(&&**outcome) && count > 0 {
                told.insert((entity.clone(), outcome.clone()), count);
            }
        }
    }
    assert_eq!(found, told);
}

fn acts(plan: &[Value], table: &str) -> Vec<String> {
    let here = plan.iter().filter(|line| line["table"] == table);
    here.map(|line| format!("{} {}", line["act"].as_str().unwrap(), line["legacy_id"]))
        .collect()
}

#[test]
fn a_rehearsal_is_kept_without_a_secret() {
    let site = Site::shipped();
    prepare(&site);
    let mut running = Running::start(&site);
    let token = running.token("staff");
    let rehearsed = job(&running, &token, &json!({ "dry_run": true }));
    assert_eq!(rehearsed["report"]["outcome"], "rehearsed");
    check_rows(&running, &rehearsed);
    let plan = lines(&running, &rehearsed, "plan");
    let users = plan.iter().filter(|line| line["table"] == "users");
    assert!(users.count() > 10);
    for line in &plan {
        let fields = line["fields"].as_object();
        let secret = fields.is_some_and(|fields| fields.contains_key("password"));
        assert!(!secret, "{line}");
    }

    let folder = home(&site).join("rehearsals");
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(folder.clone()), 0o700);
    let mut kept = Vec::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        for hash in ["argon2", "pbkdf2", "sha1$", "md5$"] {
            assert!(!text.contains(hash), "{hash} in {}", path.display());
        }
        assert_eq!(mode(path.clone()), 0o600);
        kept.push(path.file_name().unwrap().to_string_lossy().into_owned());
    }
    kept.sort();
    let name = rehearsed["job"].as_str().unwrap();
    assert_eq!(
        kept,
        [format!("{name}.plan.jsonl"), format!("{name}.rows.jsonl")]
    );

    // the run does what was rehearsed
    let expect = json!({ "expect": rehearsed["report"]["plan"] });
    let real = job(&running, &token, &expect);
    assert_eq!(real["report"]["outcome"], "committed", "{real}");
    let nodes = plan.iter().filter(|line| line["table"] == "nodes");
    for line in nodes {
        let (id, slug) = (&line["id"], line["fields"]["slug"].as_str().unwrap());
        let there: String = site.ask(&format!("SELECT slug FROM nodes WHERE id = {id}"));
        assert_eq!(there, slug);
    }
    let path = format!("/api/runs/jobs/{}/plan", real["job"].as_str().unwrap());
    running.get(&path, As::User("staff")).is(404);

    assert_eq!(running.stop(), Some(0));
    let running = Running::start(&site);
    assert_eq!(lines(&running, &rehearsed, "plan"), plan, "after a restart");
}

/// A slug that a node gives up and another wants makes the plan be made twice.
#[test]
fn a_plan_that_is_made_twice_is_kept_once() {
    let site = site();
    let running = Running::start(&site);
    let token = running.token("staff");
    site.add_node(3, "Three", IN_WEST);
    job(&running, &token, &json!({}));
    let old = site.legacy();
    old.execute_batch(
        "DELETE FROM nodeshot_node WHERE id = 1;
         UPDATE nodeshot_node SET description = 'new' WHERE id = 3",
    )
    .unwrap();
    site.add_node(4, "Heir", IN_WEST);
    let heir = "UPDATE nodeshot_node SET slug = 'node-1' WHERE id = 4";
    old.execute(heir, []).unwrap();
    let request = json!({ "dry_run": true, "allow_deletes": true, "accept_source": true });
    let rehearsed = job(&running, &token, &request);
    assert_eq!(rehearsed["report"]["outcome"], "rehearsed", "{rehearsed}");
    check_rows(&running, &rehearsed);
    let plan = lines(&running, &rehearsed, "plan");
    assert_eq!(
        acts(&plan, "nodes"),
        ["update \"3\"", "insert \"4\"", "delete \"1\""]
    );
    let update = plan.iter().find(|line| line["act"] == "update");
    let update = update.unwrap();
    assert_eq!(update["changed"], json!(["description"]));
    assert_eq!(update["fields"]["description"], "new");
    let insert = plan.iter().find(|line| line["legacy_id"] == "4").unwrap();
    assert_eq!(insert["fields"]["slug"], "node-1");
    assert_eq!(insert["fields"]["data"], json!({ "postal_code": "00100" }));
}

#[test]
fn a_rehearsal_that_is_held_is_kept_and_one_without_a_plan_is_not() {
    let site = site();
    let running = Running::start(&site);
    let token = running.token("staff");
    let request = json!({ "dry_run": true, "expect": "sha256:00" });
    let held = job(&running, &token, &request);
    assert_eq!(held["report"]["outcome"], "held");
    assert!(!lines(&running, &held, "plan").is_empty());
    check_rows(&running, &held);
    site.legacy()
        .execute_batch("DROP TABLE nodeshot_link")
        .unwrap();
    let failed = job(&running, &token, &json!({ "dry_run": true }));
    assert_eq!(failed["state"], "failed", "{failed}");
    for what in ["rows", "plan"] {
        let path = format!("/api/runs/jobs/{}/{what}", failed["job"].as_str().unwrap());
        let answer = running.get(&path, As::Token(&token)).is(404);
        assert_eq!(answer.code(), "not-found");
    }
    let files = fs::read_dir(home(&site).join("rehearsals")).unwrap();
    assert_eq!(files.count(), 2, "nothing half-made is left");
}

#[test]
fn rows_of_a_stage_that_is_given_up_are_not_kept() {
    let site = Site::plain(1_500);
    prepare(&site);
    lengthen_last_device(&site);
    damage_last_device(&site);
    let running = Running::configured(&site, "[schedule]\nnodelete = true");
    let token = running.token("staff");
    let rehearsed = job(&running, &token, &json!({ "dry_run": true }));
    assert_eq!(rehearsed["exit"], 1, "{rehearsed}");
    let devices = &rehearsed["report"]["entities"]["devices"];
    assert_eq!(devices["retrieved"], devices["not_reached"], "{devices}");
    check_rows(&running, &rehearsed);
    let plan = lines(&running, &rehearsed, "plan");
    assert!(!acts(&plan, "nodes").is_empty() && acts(&plan, "devices").is_empty());
}

#[test]
fn the_last_five_stay_and_their_reports() {
    let site = site();
    let running = Running::start(&site);
    let reports = home(&site).join("reports");
    let later = (0..25).map(|number| format!("20210{number:02}"));
    for name in later.chain(["2020013".into(), "2020017".into()]) {
        fs::write(reports.join(format!("{name}.json")), "{}").unwrap();
    }
    let folder = home(&site).join("rehearsals");
    for number in 10..18 {
        for what in ["rows", "plan"] {
            fs::write(folder.join(format!("20200{number}.{what}.jsonl")), "").unwrap();
        }
    }
    let token = running.token("staff");
    let last = job(&running, &token, &json!({ "dry_run": true }));
    until("they go", || fs::read_dir(&folder).unwrap().count() == 10);
    assert!(!lines(&running, &last, "rows").is_empty());
    assert!(folder.join("2020017.plan.jsonl").exists());
    assert!(!folder.join("2020013.rows.jsonl").exists());
    until("reports go", || {
        fs::read_dir(&reports).unwrap().count() == 21
    });
    assert!(reports.join("2020017.json").exists());
}
