//! Signals: a wish to stop leaves the store as it was, whenever it comes.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::thread;

use super::session::{IMPORT, IN_BOTH, IN_WEST, Site};
use rexpect::process::Signal;

const SIGNALS: [&str; 3] = ["INT", "TERM", "HUP"];

/// A large world and a store with rows of its own.
fn large() -> (Site, String) {
    let site = Site::plain(3_000);
    site.digest();
    site.store.edit(
        "INSERT INTO layers (slug, name) VALUES ('own', 'Own');
             INSERT INTO nodes (slug, name, layer_id, status_id, longitude, latitude)
             VALUES ('own', 'Own', 1, 1, 0, 0);",
    );
    let before = site.contents();
    (site, before)
}

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill")
        .args([format!("-{signal}"), child.id().to_string()])
        .status();
    assert!(sent.expect("kill runs").success());
}

fn drain(mut from: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut text = Vec::new();
        let _ = from.read_to_end(&mut text);
        String::from_utf8_lossy(&text).into_owned()
    })
}

#[derive(Clone, Copy, Debug)]
enum While {
    Planning,
    Applying,
}

/// Starts an import, waits until it is there, and signals.
fn check((site, before): &(Site, String), signal: &str, moment: While) {
    let line = format!("{IMPORT} --noinput --verbosity 3 --credentials passwords.csv");
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut child = site
        .program(&words)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut err = BufReader::new(child.stderr.take().expect("a pipe"));
    let (out, err) = match moment {
        While::Planning => {
            // nobody reads on: the pipe is full before the plan is complete
            read_until(&mut out, "created users ");
            send(signal, &child);
            (drain(out), drain(err))
        }
        While::Applying => {
            let out = drain(out);
            read_until(&mut err, "apply changes=");
            send(signal, &child);
            (out, drain(err))
        }
    };
    let code = child.wait().expect("the program ends").code();
    let (out, err) = (out.join().expect("read"), err.join().expect("read"));
    assert_eq!(code, Some(4), "SIG{signal}: {err}");
    assert!(err.contains("cancelled"), "{err}");
    assert!(!out.contains("Committed"), "SIG{signal}");
    assert_eq!(&site.contents(), before, "SIG{signal}");
    assert!(site.outcomes().ends_with("cancelled"), "SIG{signal}");
    assert!(!site.exists("passwords.csv"), "SIG{signal}");
    assert_eq!(site.left_over(), [""; 0], "SIG{signal}");
}

fn read_until(from: &mut impl BufRead, text: &str) {
    let mut line = String::new();
    while !line.contains(text) {
        line.clear();
        let length = from.read_line(&mut line).expect("a line");
        assert_ne!(length, 0, "the output ends before {text:?}");
    }
}

#[test]
fn while_the_plan_is_made() {
    let large = large();
    for signal in SIGNALS {
        check(&large, signal, While::Planning);
    }
}

#[test]
fn while_the_plan_is_applied() {
    let large = large();
    for signal in SIGNALS {
        check(&large, signal, While::Applying);
    }
}

/// A store with one import in it, and two nodes more, one of which is asked about.
fn asking() -> (Site, String) {
    let site = Site::small(&[(1, "Alone", IN_WEST)]);
    assert_eq!(site.import("").code, Some(0));
    let before = site.contents();
    site.add_node(2, "Both", IN_BOTH);
    site.add_node(3, "Both too", (11.2, 43.0));
    (site, before)
}

#[test]
fn while_a_question_is_open() {
    let (site, before) = asking();
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        for answers in 0..3 {
            let mut terminal = site.attended(IMPORT);
            for prompt in ["Answer", "Answer"].iter().take(answers) {
                terminal.answer(prompt, "west");
            }
            terminal.expect(if answers < 2 { "Answer: " } else { "(y/n): " });
            terminal.signal(signal);
            let (code, seen) = terminal.end();
            assert_eq!(code, 4, "{signal:?}: {seen}");
            assert_eq!(
                site.contents(),
                before,
                "{signal:?} after {answers} answers"
            );
        }
    }
    assert_eq!(
        site.outcomes(),
        format!("committed{}", " cancelled".repeat(9))
    );
}

#[test]
fn control_c_at_a_prompt() {
    let (site, before) = asking();
    for prompts in 1..=3 {
        let mut terminal = site.attended(IMPORT);
        for prompt in ["Answer", "Answer"].iter().take(prompts - 1) {
            terminal.answer(prompt, "west");
        }
        terminal.expect(if prompts < 3 { "Answer: " } else { "(y/n): " });
        terminal.press('c');
        let (code, seen) = terminal.end();
        assert_eq!(code, 4, "{seen}");
        assert_eq!(site.contents(), before, "at prompt {prompts}");
    }
    assert_eq!(site.outcomes(), "committed cancelled cancelled cancelled");
}

#[test]
fn a_typed_line_before_control_c_is_no_answer() {
    let (site, before) = asking();
    let mut terminal = site.attended(IMPORT);
    terminal.answer("Answer", "west all");
    terminal.expect("(y/n): ");
    terminal.half_say("y");
    terminal.press('c');
    assert_eq!(terminal.end().0, 4);
    assert_eq!(site.contents(), before);
}

#[test]
fn a_rehearsal_that_is_cancelled_is_not_recorded() {
    let (site, _) = asking();
    let store = site.store.imprint();
    let mut terminal = site.attended(&format!("{IMPORT} --dry-run"));
    terminal.expect("Answer");
    terminal.press('c');
    assert_eq!(terminal.end().0, 4);
    assert!(site.store.imprint() == store);
}
