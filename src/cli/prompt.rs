//! The person at the terminal: progress, row lines, questions.
//!
//! Answers are read as whole lines in the terminal's own mode. dialoguer's prompts hold it in
//! raw mode, where Ctrl-D is one more character and a signal leaves the screen without a
//! cursor, and its hidden input leaves a signal a terminal without echo; its theme draws ours.

use std::io::{self, Write as _};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use dialoguer::theme::{ColorfulTheme, SimpleTheme, Theme};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::rehearsal::Rehearsal;
use super::{signals, summary, terminal};
use crate::engine::change::Spool;
use crate::engine::decisions::Scope;
use crate::engine::report::Report;
use crate::engine::{Consent, Extent, Finding, Outcome, Question, Reply, Stop, Ui};
use crate::model::Key;
use crate::server::Watcher;
use crate::text::printable;

/// Who is asked, and how much is said.
pub struct Person {
    verbosity: u8,
    presence: Presence,
    bar: Option<ProgressBar>,
    watcher: Option<Watcher>,
    rehearsal: Option<Rehearsal>,
    /// What is under way, how far it is, how much it is.
    progress: (String, u64, u64),
    /// The results were shown before the question, and need not be again.
    pub shown: Shown,
    /// Standard output is gone: nothing more is written to it.
    deaf: Option<io::Error>,
}

/// Whether anybody answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    Attended,
    Unattended,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    No,
    Results,
}

impl Person {
    pub fn new(verbosity: u8, presence: Presence) -> Self {
        Person {
            verbosity,
            presence,
            bar: None,
            watcher: None,
            rehearsal: None,
            progress: Default::default(),
            shown: Shown::No,
            deaf: None,
        }
    }

    /// Somebody else is told how far the run is.
    pub fn watched(mut self, watcher: Option<Watcher>) -> Self {
        self.watcher = watcher;
        self
    }

    /// What happens is kept row by row.
    pub fn recorded(mut self, rehearsal: Option<Rehearsal>) -> Self {
        self.rehearsal = rehearsal;
        self
    }

    /// The run has ended, and what was recorded of it is whole.
    pub fn keep_rehearsal(&mut self) {
        if let Some(rehearsal) = self.rehearsal.take()
            && let Err(error) = rehearsal.keep()
        {
            terminal::complain(&format!(
                "the rows and the plan of the rehearsal are not kept: {error}. Make room beside the store."
            ));
        }
    }

    fn tell(&self) {
        if let Some(watcher) = &self.watcher {
            let (stage, done, of) = &self.progress;
            watcher.tell(stage, *done, *of);
        }
    }

    /// Ends the progress bar, so that what follows stands alone.
    pub fn quiet(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    fn line(&mut self, line: &str) {
        if self.deaf.is_some() {
            return;
        }
        let written = match &self.bar {
            Some(bar) => bar.suspend(|| terminal::say(line)),
            None => terminal::say(line),
        };
        self.deaf = written.err();
    }

    fn begin(&mut self, what: &str, rows: u64) {
        self.quiet();
        self.progress = (what.into(), 0, rows);
        self.tell();
        if self.verbosity == 0 {
            return;
        }
        let bar = ProgressBar::with_draw_target(Some(rows), ProgressDrawTarget::stderr_with_hz(8));
        if let Ok(style) =
            ProgressStyle::with_template("{msg:12} {bar:40} {human_pos}/{human_len} {eta}")
        {
            bar.set_style(style);
        }
        bar.set_message(what.to_string());
        self.bar = Some(bar);
    }
}

impl Ui for Person {
    fn stage(&mut self, name: &str, rows: u64) {
        tracing::debug!(stage = name, rows, "stage");
        self.begin(name, rows);
        if let Some(rehearsal) = &mut self.rehearsal {
            rehearsal.stage();
        }
    }

    fn advance(&mut self, rows: u64) {
        self.progress.1 += rows;
        self.tell();
        if let Some(bar) = &self.bar {
            bar.inc(rows);
        }
    }

    fn row(&mut self, outcome: Outcome, entity: &str, key: &Key, name: &str) {
        if self.verbosity >= 2 {
            let line = format!("{} {entity} {} {}", outcome.word(), key, name);
            self.line(printable(line.trim_end()).as_ref());
        }
        if let Some(rehearsal) = &mut self.rehearsal {
            rehearsal.row(outcome, entity, key, name);
        }
    }

    fn taken_back(&mut self, rows: Extent) {
        if let Some(rehearsal) = &mut self.rehearsal {
            rehearsal.take_back(rows);
        }
    }

    fn planned(&mut self, plan: &mut Spool) {
        if let Some(rehearsal) = &mut self.rehearsal {
            rehearsal.plan(plan);
        }
    }

    fn finding(&mut self, finding: &Finding) {
        if self.verbosity >= 2 {
            let line = summary::finding_line(finding);
            self.line(&line);
        }
    }

    fn applying(&mut self, changes: u64) {
        tracing::debug!(changes, "apply");
        self.begin("writing", changes);
    }

    fn cancelled(&self) -> bool {
        signals::cancelled()
    }

    fn attended(&self) -> bool {
        self.presence == Presence::Attended
    }

    fn ask(&mut self, question: &Question) -> Result<Reply, Stop> {
        let bar = self.bar.take();
        if let Some(bar) = &bar {
            bar.finish_and_clear();
        }
        let mut text = format!("\n{}\n", printable(&question.text));
        for choice in &question.choices {
            let alias = choice
                .alias
                .as_deref()
                .map(|alias| format!(" ({alias})"))
                .unwrap_or_default();
            text.push_str(&format!(
                "  {}{alias}: {}\n",
                printable(&choice.value),
                printable(&choice.label)
            ));
        }
        text.push_str("Add \"all\" to answer the same for every node with these layers.\n");
        show(&text);
        loop {
            show_prompt("Answer", question.default.as_deref());
            let line = read_line()?;
            if let Some(reply) = understand(question, &line) {
                self.bar = bar.inspect(|bar| bar.reset_eta());
                return Ok(reply);
            }
            show("That is none of the answers above.\n");
        }
    }

    fn consent(&mut self, finding: &Finding) -> Result<Consent, Stop> {
        self.quiet();
        show(&format!("\n{}\n", summary::finding_line(finding)));
        yes_or_no("Go on?")
    }

    fn satisfied(&mut self, report: &Report) -> Result<Consent, Stop> {
        self.quiet();
        terminal::say(&summary::results(report))?;
        self.shown = Shown::Results;
        yes_or_no("Do these results satisfy you? \"n\" leaves the store as it was.")
    }
}

/// What a typed line means; `None` where it is no answer.
fn understand(question: &Question, line: &str) -> Option<Reply> {
    let line = line.trim();
    if let Some(value) = question.understand(line) {
        let scope = Scope::One;
        return Some(Reply { value, scope });
    }
    let (answer, scope) = match line.strip_suffix("all") {
        Some(rest) if rest.is_empty() || rest.ends_with([' ', ',']) => {
            (rest.trim_end_matches([' ', ',']), Scope::Group)
        }
        _ => (line, Scope::One),
    };
    let value = match answer {
        "" if line.is_empty() || scope == Scope::Group => question.default.clone()?,
        answer => question.understand(answer)?,
    };
    Some(Reply { value, scope })
}

fn yes_or_no(question: &str) -> Result<Consent, Stop> {
    loop {
        show_prompt(&format!("{question} (y/n)"), None);
        match read_line()?.trim().to_ascii_lowercase().as_str() {
            "y" | "yes" => return Ok(Consent::Yes),
            "n" | "no" => return Ok(Consent::No),
            _ => {}
        }
    }
}

/// A prompt in dialoguer's dress.
fn prompt(text: &str, default: Option<&str>) -> String {
    let mut line = String::new();
    let theme: &dyn Theme = if dialoguer::console::colors_enabled_stderr() {
        &ColorfulTheme::default()
    } else {
        &SimpleTheme
    };
    if theme.format_input_prompt(&mut line, text, default).is_err() {
        line = format!("{text}: ");
    }
    if !line.ends_with(' ') {
        line.push(' ');
    }
    line
}

/// Asks, on standard error.
pub fn show_prompt(text: &str, default: Option<&str>) {
    show(&prompt(text, default));
}

pub fn show(text: &str) {
    let mut err = io::stderr().lock();
    let _ = err.write_all(text.as_bytes());
    let _ = err.flush();
}

/// What came from standard input.
pub enum Typed {
    /// A line with its end.
    Line(String),
    /// There is no more.
    End,
    /// The person wants to stop.
    Signal,
}

/// One line from the terminal; a signal or the end of input is a no.
pub fn read_line() -> Result<String, Stop> {
    match typed_line() {
        Ok(Typed::Line(line)) => Ok(line),
        Ok(Typed::End | Typed::Signal) | Err(_) => Err(Stop::Cancelled),
    }
}

/// One line of standard input, or the signal that comes before it.
///
/// # Errors
/// Standard input fails, or is no text.
pub fn typed_line() -> io::Result<Typed> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = io::stdin().read_line(&mut line);
        let _ = sender.send(read.map(|_| line));
    });
    loop {
        match receiver.recv_timeout(Duration::from_millis(50)) {
            Ok(Ok(line)) if line.is_empty() => return Ok(Typed::End),
            Ok(line) => return line.map(Typed::Line),
            Err(RecvTimeoutError::Disconnected) => return Ok(Typed::End),
            Err(RecvTimeoutError::Timeout) if signals::cancelled() => return Ok(Typed::Signal),
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Choice;

    fn check(default: Option<&str>, line: &str, expected: Option<(&str, Scope)>) {
        let choice = |value: &str, alias: Option<&str>| Choice {
            value: value.into(),
            alias: alias.map(Into::into),
            label: String::new(),
        };
        let question = Question {
            key: String::new(),
            text: String::new(),
            facts: serde_json::Value::Null,
            group: String::new(),
            choices: vec![choice("default", Some("def")), choice("rome", Some("3"))],
            default: default.map(Into::into),
        };
        let expected = expected.map(|(value, scope)| Reply {
            value: value.into(),
            scope,
        });
        assert_eq!(understand(&question, line), expected, "{line:?}");
    }

    #[test]
    fn answers_are_slugs_ids_words_and_all() {
        check(Some("default"), "rome\n", Some(("rome", Scope::One)));
        check(Some("default"), "3\n", Some(("rome", Scope::One)));
        check(Some("default"), "rome all\n", Some(("rome", Scope::Group)));
        check(Some("default"), "3, all\n", Some(("rome", Scope::Group)));
        check(Some("default"), "\n", Some(("default", Scope::One)));
        check(Some("default"), "all\n", Some(("default", Scope::Group)));
        check(None, "\n", None);
        check(None, "all\n", None);
        check(None, "paris\n", None);
        check(None, "recall\n", None);
    }
}
