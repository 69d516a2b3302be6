//! Options of a run: what each one does.

use std::collections::HashMap;
use std::os::unix::fs::PermissionsExt as _;

use super::session::{IMPORT, IN_BOTH, IN_WEST, OUTSIDE, Site};
use super::store::{FromCell, TestStore};

fn site() -> Site {
    Site::small(&[
        (1, "Alone", IN_WEST),
        (2, "Both", IN_BOTH),
        (3, "Outside", OUTSIDE),
    ])
}

fn plan(site: &Site, options: &str) -> String {
    let ended = site.import(&format!("{options} --report plan.json"));
    assert!(matches!(ended.code, Some(0 | 3)), "{ended:?}");
    let plan = &site.report("plan.json")["plan"];
    plan.as_str().expect("a digest").to_string()
}

#[test]
fn an_expected_plan_is_applied_and_no_other() {
    let site = site();
    let rehearsed = plan(&site, "--dry-run");
    let ended = site.import(&format!("--expect {rehearsed}"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(site.ask::<String>("SELECT plan FROM runs"), rehearsed);

    site.add_node(4, "New", IN_WEST);
    let before = site.contents();
    let ended = site.import(&format!(
        "--expect {rehearsed} --report r.json --credentials c.csv"
    ));
    assert_eq!(ended.code, Some(5), "{ended:?}");
    assert!(ended.err.contains(&rehearsed), "{ended:?}");
    assert_eq!(site.contents(), before);
    assert_eq!(site.outcomes(), "committed held");
    let report = site.report("r.json");
    assert_eq!(
        (&report["outcome"], &report["run"]),
        (&"held".into(), &2.into())
    );
    assert_ne!(report["plan"], rehearsed.as_str());
    assert!(site.read("r.json").contains("plan-differs"));
    let recorded = "SELECT code FROM findings WHERE first_run = 2";
    assert_eq!(site.ask::<String>(recorded), "plan-differs");
    assert!(!site.exists("c.csv"));
}

#[test]
fn a_rehearsal_holds_an_unexpected_plan_too_and_records_nothing() {
    let site = site();
    assert_eq!(site.import("").code, Some(0));
    let ended = site.import("--dry-run --expect sha256:0000");
    assert_eq!(ended.code, Some(5), "{ended:?}");
    assert_eq!(site.outcomes(), "committed");
}

#[test]
fn exit_three_is_for_newly_refused_rows_or_any_with_strict() {
    let site = site();
    let bad = "UPDATE nodeshot_node SET lat = 95 WHERE id = 3";
    site.legacy().execute(bad, []).unwrap();
    assert_eq!(site.import("--dry-run").code, Some(3));
    assert_eq!(site.import("").code, Some(3));
    assert_eq!(site.import("").code, Some(0), "it was refused before");
    assert_eq!(site.import("--strict").code, Some(3));
    assert_eq!(site.import("--strict --dry-run").code, Some(3));
    site.add_node(4, "Good", IN_WEST);
    let worse = "UPDATE nodeshot_node SET lng = 'nan' WHERE id = 1";
    site.legacy().execute(worse, []).unwrap();
    assert_eq!(site.import("").code, Some(3));
    assert_eq!(site.import("").code, Some(0));

    let good = Site::small(&[(1, "Alone", IN_WEST)]);
    assert_eq!(good.import("--strict").code, Some(0));
}

/// The fields of a line of quoted values.
fn fields(line: &str) -> Vec<String> {
    let inside = line
        .strip_prefix('"')
        .and_then(|line| line.strip_suffix('"'));
    let inside = inside.unwrap_or_else(|| panic!("{line:?} is not quoted"));
    inside
        .split("\",\"")
        .map(|field| field.replace("\"\"", "\""))
        .collect()
}

#[test]
fn credentials_hand_out_passwords_that_log_in() {
    let site = Site::shipped();
    assert_eq!(site.import("--credentials passwords.csv").code, Some(3));
    let mode = site
        .path("passwords.csv")
        .metadata()
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);

    let made = "SELECT username, email, password FROM users WHERE password_generated";
    let mut generated: HashMap<String, (Option<String>, String)> = site
        .store
        .rows(made)
        .into_iter()
        .map(|row| {
            let [name, email, password] = row.try_into().expect("three fields");
            let secret = (FromCell::from_cell(email), FromCell::from_cell(password));
            (FromCell::from_cell(name), secret)
        })
        .collect();
    let text = site.read("passwords.csv");
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("username,email,password"));
    assert!(generated.len() > 200, "{}", generated.len());
    assert_eq!(text.lines().count() - 1, generated.len());
    for line in lines {
        let [name, email, password] = &fields(line)[..] else {
            panic!("{line} has not three fields");
        };
        let (stored_email, hash) = generated.remove(name).expect("an account, once");
        assert_eq!(stored_email.as_deref().unwrap_or(""), email);
        assert!(hash.starts_with("$argon2id$"), "{name}");
        assert!(
            heirloom::password::check(Some(&hash), password).is_right(),
            "{name}"
        );
        assert!(!heirloom::password::check(Some(&hash), "another").is_right());
    }
    assert!(generated.is_empty(), "{:?} got no line", generated.keys());
    assert!(
        !site
            .contents()
            .contains(&fields(text.lines().nth(1).unwrap())[2])
    );
}

#[test]
fn credentials_are_a_new_file_and_only_of_a_run_that_commits() {
    let site = site();
    assert_eq!(site.import("--dry-run --credentials c.csv").code, Some(0));
    assert!(!site.exists("c.csv"), "a rehearsal hands out nothing");
    site.write("c.csv", "mine");
    let ended = site.import("--credentials c.csv");
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.err.contains("c.csv exists"), "{ended:?}");
    assert_eq!(site.read("c.csv"), "mine");
    assert!(!site.store.exists(), "no row was read");
    let ended = site.import("--credentials nowhere/c.csv");
    assert_eq!(ended.code, Some(2), "{ended:?}");

    // a no at the end, and a fault while applying
    let mut terminal = site.attended(&format!("{IMPORT} --credentials new.csv"));
    terminal.answer("Answer", "west");
    terminal.answer("(y/n): ", "n");
    assert_eq!(terminal.end().0, 4);
    site.store.refuse("INSERT", "nodes", "");
    let ended = site.import("--credentials new.csv");
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(!site.exists("new.csv"));
    assert_eq!(site.ask::<i64>("SELECT count(*) FROM users"), 0);
}

#[test]
fn a_report_has_what_the_contract_promises() {
    let site = Site::shipped();
    assert_eq!(site.import("--report r.json").code, Some(3));
    let report = site.report("r.json");
    assert_eq!(report["format"], 1);
    assert_eq!(report["run"], 1);
    assert_eq!(report["recipe"], "nodeshot");
    assert_eq!(report["mode"], "import");
    assert_eq!(report["outcome"], "committed");
    for (entity, counts) in report["entities"].as_object().unwrap() {
        let count = |name: &str| counts[name].as_u64().unwrap();
        let parts = [
            "created",
            "updated",
            "unchanged",
            "skipped",
            "discarded",
            "refused",
            "not_reached",
        ];
        assert_eq!(
            count("retrieved"),
            parts.map(count).iter().sum::<u64>(),
            "{entity}"
        );
    }
    assert_eq!(site.import("--report dry.json --dry-run").code, Some(0));
    let dry = site.report("dry.json");
    assert!(dry["run"].is_null());
    assert_eq!(
        (&dry["mode"], &dry["outcome"]),
        (&"dry-run".into(), &"rehearsed".into())
    );

    let ended = site.import("--report nowhere/r.json");
    assert_eq!(ended.code, Some(2), "it is looked at first: {ended:?}");
}

#[test]
fn verbosity() {
    let site = site();
    let quiet = site.import("--verbosity 0");
    assert_eq!((quiet.code, &*quiet.out, &*quiet.err), (Some(0), "", ""));
    let usual = site.import("");
    assert!(usual.out.contains("retrieved") && !usual.out.contains("unchanged nodes 1"));
    assert_eq!(usual.err, "");
    let results = |out: &str| out.split("Committed").next().map(str::to_string);
    let one = site.import("--verbosity 1");
    assert_eq!(results(&one.out), results(&usual.out), "it is the default");
    let rows = site.import("--verbosity 2");
    assert!(
        rows.out.contains("\nunchanged nodes 1 Alone\n"),
        "{}",
        rows.out
    );
    assert!(
        rows.out.contains("\ndiscarded nodes 3 Outside\n"),
        "{}",
        rows.out
    );
    assert_eq!(rows.err, "");
    let engine = site.import("--verbosity 3");
    assert!(engine.out.contains("unchanged nodes 1 Alone"));
    assert!(engine.err.contains("stage"), "{}", engine.err);
    assert_eq!(site.run("--verbosity 4 digest").code, Some(2));
    // errors are said at any verbosity
    let wrong = site.import("--verbosity 0 --default-layer paris");
    assert_eq!(wrong.code, Some(2));
    assert!(
        wrong.err.contains("paris") && wrong.out.is_empty(),
        "{wrong:?}"
    );
}

#[test]
fn global_options_stand_before_or_after_the_command() {
    let site = site();
    let other = TestStore::new(&site.path(""), "a.sqlite3");
    let store = other.url();
    let before = site.run(&format!("--store {store} --verbosity 0 {IMPORT} --noinput"));
    let after = site.run(&format!("{IMPORT} --noinput --verbosity 0 --store {store}"));
    let between = site.run(
        &IMPORT
            .replace("import", &format!("import --store {store} --verbosity 0"))
            .replace("sqlite:old.db", "sqlite:old.db --noinput"),
    );
    for ended in [before, after, between] {
        assert_eq!((ended.code, &*ended.out), (Some(0), ""), "{ended:?}");
    }
    assert!(!site.store.exists());
    assert_eq!(other.lines("SELECT count(*) FROM runs"), ["3"]);
}
