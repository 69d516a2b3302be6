//! The person at the terminal: what is asked, what is understood, and what an answer does.

use std::time::Duration;

use super::session::{IMPORT, IN_BOTH, IN_WEST, IN_WEST_AND_SOUTH, Site, Terminal};
use rexpect::process::Signal;

const ANSWER: &str = "Answer";
const FINAL: &str = "Do these results satisfy you?";
const NONE_OF_THEM: &str = "none of the answers above";

/// One node that is asked about, and one that is not.
fn site() -> Site {
    Site::small(&[(1, "Alone", IN_WEST), (2, "Both", IN_BOTH)])
}

/// Imports at a terminal, gives these answers to the layer question and commits; the layer
/// that the node is in then.
fn check(options: &str, answers: &[&str], expected: Option<&str>) {
    let site = site();
    let mut terminal = site.attended(&format!("{IMPORT} {options}"));
    let question = terminal.expect("Which one is it in?");
    assert!(question.contains("Node 2, \"Both\""), "{question}");
    for answer in answers {
        terminal.answer(ANSWER, answer);
    }
    terminal.answer(FINAL, "y");
    let (code, seen) = terminal.end();
    assert_eq!(code, 0, "{seen}");
    assert_eq!(site.layer_of(2).as_deref(), expected, "{answers:?}");
    assert_eq!(site.layer_of(1).as_deref(), Some("west"));
    let wrong = seen.matches(NONE_OF_THEM).count();
    assert_eq!(wrong, answers.len() - 1, "{seen}");
}

#[test]
fn an_answer_is_a_slug_an_id_or_a_word() {
    check("", &["west"], Some("west"));
    // ids are given in the order of the slugs: east, rest, south, west
    check("", &["1"], Some("east"));
    check("", &["discard"], None);
    check("--default-layer rest", &["default"], Some("rest"));
    check("--default-layer rest", &[""], Some("rest"));
    check("--default-layer rest", &["east all"], Some("east"));
}

#[test]
fn what_is_no_answer_is_asked_again() {
    let other_layers = ["south", "2", "paris", "west east", "discard west"];
    check("", &[&other_layers[..], &["west"]].concat(), Some("west"));
}

#[test]
fn without_a_default_layer_enter_and_default_are_no_answers() {
    check(
        "",
        &["", "default", "all", "default all", "west"],
        Some("west"),
    );

    let site = site();
    let mut terminal = site.attended(IMPORT);
    terminal.expect("Which one is it in?");
    let choices = terminal.expect(ANSWER);
    assert!(
        choices.contains("discard") && choices.contains("west"),
        "{choices}"
    );
    assert!(!choices.contains("default"), "{choices}");
    terminal.press('d');
    assert_eq!(terminal.end().0, 4);
}

#[test]
fn all_answers_for_every_node_with_the_same_layers_and_no_other() {
    let site = Site::small(&[
        (1, "First", IN_BOTH),
        (2, "Other layers", IN_WEST_AND_SOUTH),
        (3, "Second", IN_BOTH),
        (4, "Third", (11.7, 42.0)),
    ]);
    let mut terminal = site.attended(IMPORT);
    terminal.expect("Node 1");
    terminal.answer(ANSWER, "east all");
    terminal.expect("Node 2");
    terminal.answer(ANSWER, "south");
    terminal.answer(FINAL, "y");
    let (code, seen) = terminal.end();
    assert_eq!(code, 0, "{seen}");
    assert_eq!(seen.matches("Which one is it in?").count(), 2, "{seen}");
    let layers = [1, 2, 3, 4].map(|node| site.layer_of(node).unwrap_or_default());
    assert_eq!(layers, ["east", "south", "east", "east"]);
    assert_eq!(site.ask::<i64>("SELECT count(*) FROM decisions"), 4);
}

#[test]
fn discard_all_leaves_every_such_node_out() {
    let site = Site::small(&[(1, "A", IN_BOTH), (2, "B", IN_BOTH), (3, "C", IN_WEST)]);
    let mut terminal = site.attended(&format!("{IMPORT} --report r.json"));
    terminal.answer(ANSWER, "discard all");
    terminal.answer(FINAL, "y");
    assert_eq!(terminal.end().0, 0);
    let nodes = &site.report("r.json")["entities"]["nodes"];
    assert_eq!(
        (&nodes["discarded"], &nodes["created"]),
        (&2.into(), &1.into())
    );
}

/// A store with an import in it, and a legacy database that has changed since.
fn changed() -> (Site, String) {
    let site = Site::small(&[(1, "Alone", IN_WEST)]);
    assert_eq!(site.import("").code, Some(0));
    let before = site.contents();
    site.add_node(2, "New", IN_WEST);
    let rename = "UPDATE nodeshot_node SET name = 'Renamed' WHERE id = 1";
    site.legacy().execute(rename, []).expect("an update");
    (site, before)
}

#[test]
fn the_results_are_shown_before_the_last_question() {
    let (site, _) = changed();
    let mut terminal = site.attended(IMPORT);
    let before = terminal.expect(FINAL);
    assert!(
        before.contains("retrieved") && before.contains("Plan sha256:"),
        "{before}"
    );
    terminal.say("y");
    let (code, seen) = terminal.end();
    assert_eq!(code, 0);
    assert!(seen.contains("Committed as run 2"), "{seen}");
    assert_eq!(site.outcomes(), "committed committed");
    assert_eq!(
        site.ask::<String>("SELECT name FROM nodes WHERE id = 1"),
        "Renamed"
    );
}

#[test]
fn no_leaves_the_store_as_it_was() {
    let (site, before) = changed();
    let mut terminal = site.attended(IMPORT);
    terminal.answer(FINAL, "n");
    let (code, seen) = terminal.end();
    assert_eq!(code, 4, "{seen}");
    assert_eq!(site.contents(), before);
    assert_eq!(site.outcomes(), "committed cancelled");
    assert!(!seen.contains("Committed"), "{seen}");
}

#[test]
fn the_last_question_takes_no_enter() {
    let (site, _) = changed();
    let mut terminal = site.attended(IMPORT);
    for line in ["", "", "perhaps", "yess", "y"] {
        terminal.answer(FINAL, line);
    }
    assert_eq!(terminal.end().0, 0);
    assert_eq!(site.outcomes(), "committed committed");
}

#[test]
fn the_end_of_input_is_a_no() {
    let (site, before) = changed();
    site.add_node(3, "Both", IN_BOTH);
    for prompts in [&[ANSWER][..], &[ANSWER, FINAL]] {
        let mut terminal = site.attended(IMPORT);
        let (last, earlier) = prompts.split_last().unwrap();
        for prompt in earlier {
            terminal.answer(prompt, "west");
        }
        terminal.expect(last);
        terminal.press('d');
        let (code, seen) = terminal.end();
        assert_eq!(code, 4, "{seen}");
        assert_eq!(site.contents(), before, "{prompts:?}");
    }
    assert_eq!(site.outcomes(), "committed cancelled cancelled");
}

#[test]
fn a_terminal_that_hangs_up_is_a_no() {
    let (site, before) = changed();
    // the shell leads the session: when it is gone, the terminal hangs up on the program
    let script = format!(
        "exec 3<&0; (trap '' HUP; heirloom {IMPORT} <&3; echo $? > code.new; mv code.new code) & wait"
    );
    let mut terminal = Terminal::start(site.shell(&script));
    terminal.expect(FINAL);
    terminal.signal(Signal::SIGKILL);
    for _ in 0..1200 {
        if site.exists("code") {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(site.read("code").trim(), "4");
    assert_eq!(site.contents(), before);
    assert_eq!(site.outcomes(), "committed cancelled");
}

#[test]
fn standard_output_may_go_elsewhere_while_the_person_is_asked() {
    let site = Site::shipped();
    let script = format!(
        "(heirloom {IMPORT} --verbosity 2 --report r.json; echo $? > code) | tee result.txt"
    );
    let mut terminal = Terminal::start(site.shell(&script));
    terminal.answer(ANSWER, "rome");
    terminal.answer(FINAL, "y");
    terminal.end();
    assert_eq!(site.read("code").trim(), "3", "rows are refused");

    let (result, report) = (site.read("result.txt"), site.report("r.json"));
    let entities = report["entities"].as_object().unwrap();
    assert_eq!(entities.len(), 10);
    for (entity, counts) in entities {
        for outcome in [
            "created",
            "updated",
            "unchanged",
            "skipped",
            "discarded",
            "refused",
        ] {
            let start = format!("{outcome} {entity} ");
            let lines = result
                .lines()
                .filter(|line| line.starts_with(&start))
                .count();
            assert_eq!(counts[outcome], lines, "{start}");
        }
    }
    for written in ["Plan sha256:", "Committed as run 1"] {
        assert!(result.contains(written), "{written}");
    }
    for asked in [ANSWER, FINAL, "\r", "\x1b"] {
        assert!(!result.contains(asked), "{asked:?} is for the terminal");
    }
}

#[test]
fn nodes_of_the_stores_own_are_asked_about_first() {
    let site = Site::small(&[(1, "Alone", IN_WEST)]);
    site.digest();
    site.store.edit(
        "INSERT INTO layers (id, slug, name) VALUES (40, 'own', 'Own');
             INSERT INTO nodes (id, slug, name, layer_id, status_id, longitude, latitude)
             VALUES (1, 'own', 'Own', 40, 1, 0, 0);",
    );
    let before = site.contents();
    let mut terminal = site.attended(IMPORT);
    terminal.expect("store-not-clean");
    terminal.answer("(y/n)", "n");
    let (code, seen) = terminal.end();
    assert_eq!(code, 4);
    assert!(!seen.contains(FINAL), "{seen}");
    assert_eq!(site.contents(), before);

    let mut terminal = site.attended(IMPORT);
    terminal.expect("store-not-clean");
    terminal.answer("(y/n)", "");
    terminal.answer("(y/n)", "y");
    terminal.answer(FINAL, "y");
    assert_eq!(terminal.end().0, 0);
    assert_eq!(
        site.ask::<String>("SELECT name FROM nodes WHERE id = 1"),
        "Own"
    );
    assert_eq!(site.ask::<i64>("SELECT count(*) FROM nodes"), 2);
}

#[test]
fn without_a_terminal_nothing_is_begun() {
    let check = |code: Option<i32>, said: &str, site: &Site| {
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains("--noinput"), "{said}");
        assert!(!site.store.exists());
    };
    let site = site();
    let ended = site.run(IMPORT);
    check(ended.code, &ended.err, &site);
    let ended = site.run(&format!("{IMPORT} --dry-run"));
    check(ended.code, &ended.err, &site);
    // one of the two is not enough
    let (code, seen) = Terminal::start(site.shell(&format!("heirloom {IMPORT} </dev/null"))).end();
    check(Some(code), &seen, &site);
    let elsewhere = format!("heirloom {IMPORT} 2>said");
    let (code, _) = Terminal::start(site.shell(&elsewhere)).end();
    check(Some(code), &site.read("said"), &site);
}

#[test]
fn legacy_text_never_steers_the_terminal() {
    let evil = "Evil\x1b]0;owned\x07\x1b[2J\u{202e}name\r\nforged line";
    let site = Site::small(&[(1, evil, IN_WEST), (2, &format!("{evil} too"), IN_BOTH)]);
    site.legacy()
        .execute(
            "UPDATE nodeshot_node SET owner = 'Own' || char(27) || ']0;owned' || char(7), \
             email = 'no' || char(27) || ']0;owned', status = char(27) || ']0'",
            [],
        )
        .unwrap();
    let mut terminal = site.attended(&format!("{IMPORT} --verbosity 2"));
    let question = terminal.expect(ANSWER);
    assert!(question.contains("Evil"), "{question}");
    terminal.say("west");
    terminal.answer(FINAL, "y");
    let (_, seen) = terminal.end();
    for raw in ["\x1b]0", "\x07", "\x1b[2J", "\u{202e}", "\nforged line"] {
        assert!(!seen.contains(raw), "{raw:?} in {seen:?}");
    }
    let created = seen
        .lines()
        .filter(|line| line.contains("created nodes "))
        .count();
    assert_eq!(created, 2, "{seen:?}");
    assert!(seen.matches(r"Evil\x1b]0;owned").count() >= 2, "{seen:?}");
}
