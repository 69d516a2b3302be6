//! Answers outlive their run: in the store, in a decisions file, in a printed command.

use super::session::{IMPORT, IN_BOTH, IN_WEST, Site, Terminal, finish};

const ANSWER: &str = "Answer";
const FINAL: &str = "Do these results satisfy you?";

/// One node that is asked about, and one that is not.
fn site() -> Site {
    Site::small(&[(1, "Alone", IN_WEST), (2, "Both", IN_BOTH)])
}

/// The command that a rehearsal printed.
fn printed(seen: &str) -> String {
    let (_, rest) = seen.split_once("with the same answers:").expect(seen);
    rest.trim_start()
        .lines()
        .next()
        .expect("a line")
        .trim_end()
        .to_string()
}

#[test]
fn a_rehearsal_that_asked_prints_the_command_of_the_real_run() {
    let site = site();
    std::fs::rename(site.path("old.db"), site.path("it's old.db")).unwrap();
    // the file as nobody names it by default
    let store = site.store.url().replace("sqlite:", "sqlite:./");
    let words = [
        "import",
        "nodeshot",
        "--from",
        "sqlite:it's old.db",
        "--layers",
        "layers.geojson",
        "--default-layer",
        "rest",
        "--dry-run",
        "--report",
        "r.json",
        "--strict",
        "--store",
        &store,
    ];
    let mut terminal = Terminal::start(site.program(&words));
    terminal.answer(ANSWER, "east");
    let (code, seen) = terminal.end();
    assert_eq!(code, 0, "{seen}");
    assert!(
        !seen.contains(FINAL),
        "a rehearsal asks no last question: {seen}"
    );
    assert!(!site.store.exists(), "a missing store is still missing");

    let command = printed(&seen);
    let plan = site.report("r.json")["plan"].as_str().unwrap().to_string();
    assert!(command.contains(&format!("--expect {plan}")), "{command}");
    assert!(command.contains("--decisions "), "{command}");
    assert!(!command.contains("--dry-run"), "{command}");

    let mut terminal = Terminal::start(site.shell(&command));
    terminal.answer(FINAL, "y");
    let (code, seen) = terminal.end();
    assert_eq!(code, 0, "{seen}");
    assert!(
        !seen.contains("Which one"),
        "nothing is asked again: {seen}"
    );
    assert_eq!(site.ask::<String>("SELECT plan FROM runs"), plan);
    assert_eq!(site.layer_of(2).as_deref(), Some("east"));
}

#[test]
fn the_printed_command_runs_without_a_terminal_too() {
    let site = site();
    let mut terminal = site.attended(&format!("{IMPORT} --dry-run --decisions answers.toml"));
    terminal.answer(ANSWER, "west");
    let (_, seen) = terminal.end();
    let command = printed(&seen);
    assert!(command.contains("--decisions answers.toml"), "{command}");
    let ended = finish(site.shell(&format!("{command} --noinput")));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(site.layer_of(2).as_deref(), Some("west"));
}

#[test]
fn answers_are_recorded_and_replayed() {
    let site = site();
    let mut terminal = site.attended(IMPORT);
    terminal.answer(ANSWER, "discard");
    terminal.answer(FINAL, "y");
    assert_eq!(terminal.end().0, 0);
    assert_eq!(
        site.ask::<String>("SELECT key FROM decisions"),
        "nodeshot.layer.2"
    );
    assert_eq!(
        site.ask::<String>("SELECT answer FROM decisions"),
        "discard"
    );
    assert_eq!(
        site.ask::<String>("SELECT answered_by FROM decisions"),
        "tester"
    );

    // a default layer does not win over what a person said
    let unattended = site.import("--default-layer rest --report r.json");
    assert_eq!(unattended.code, Some(0), "{unattended:?}");
    assert_eq!(site.layer_of(2), None);
    assert!(!site.read("r.json").contains("layer-undecided"));

    let mut terminal = site.attended(IMPORT);
    terminal.answer(FINAL, "y");
    let (code, seen) = terminal.end();
    assert_eq!(code, 0);
    assert!(!seen.contains("Which one"), "{seen}");
}

#[test]
fn a_decision_is_asked_again_when_its_facts_are_others() {
    let site = site();
    let mut terminal = site.attended(IMPORT);
    terminal.answer(ANSWER, "east");
    terminal.answer(FINAL, "y");
    assert_eq!(terminal.end().0, 0);
    let moved = "UPDATE nodeshot_node SET lng = 11.25 WHERE id = 2";
    site.legacy().execute(moved, []).unwrap();

    let unattended = site.import("--dry-run --report r.json");
    assert_eq!(unattended.code, Some(0));
    assert!(site.read("r.json").contains("decision-stale"));
    let mut terminal = site.attended(IMPORT);
    terminal.answer("Which one", "west");
    terminal.answer(FINAL, "y");
    assert_eq!(terminal.end().0, 0);
    assert_eq!(site.layer_of(2).as_deref(), Some("west"));
}

#[test]
fn the_decisions_file_gets_every_answer_whatever_the_outcome() {
    let site = Site::small(&[(1, "A", IN_BOTH), (2, "B", (11.2, 43.0))]);
    let line = format!("{IMPORT} --decisions answers.toml");
    let read = |key: &str| {
        let file: toml::Table = site.read("answers.toml").parse().unwrap();
        let answer = file["decisions"].get(key)?.get("answer")?.as_str()?;
        Some(answer.to_string())
    };
    // the end of input after the first answer
    let mut terminal = site.attended(&line);
    terminal.answer(ANSWER, "west");
    terminal.expect(ANSWER);
    terminal.press('d');
    assert_eq!(terminal.end().0, 4);
    assert_eq!(read("nodeshot.layer.1").as_deref(), Some("west"));
    assert_eq!(read("nodeshot.layer.2"), None);
    // "no": only what has no answer yet is asked
    let mut terminal = site.attended(&line);
    terminal.expect("Node 2");
    terminal.answer(ANSWER, "discard");
    terminal.answer(FINAL, "n");
    let (code, seen) = terminal.end();
    assert_eq!(code, 4);
    assert!(!seen.contains("Node 1"), "{seen}");
    assert_eq!(read("nodeshot.layer.2").as_deref(), Some("discard"));
    assert_eq!(site.ask::<i64>("SELECT count(*) FROM decisions"), 0);
    // unattended, from the file alone; a committed run records what it used
    let ended = site.import("--decisions answers.toml");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(site.layer_of(1).as_deref(), Some("west"));
    assert_eq!(site.layer_of(2), None);
    assert_eq!(site.ask::<i64>("SELECT count(*) FROM decisions"), 2);
}

#[test]
fn a_rehearsal_writes_the_decisions_file_and_nothing_else() {
    let site = Site::small(&[(1, "Alone", IN_WEST)]);
    assert_eq!(site.import("").code, Some(0));
    site.add_node(3, "Both", IN_BOTH);
    let before = site.store.imprint();
    let mut terminal = site.attended(&format!("{IMPORT} --dry-run --decisions answers.toml"));
    terminal.answer(ANSWER, "west");
    assert_eq!(terminal.end().0, 0);
    assert!(site.read("answers.toml").contains("nodeshot.layer.3"));
    assert!(site.store.imprint() == before);
}
