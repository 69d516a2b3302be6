//! Decisions: answers to what the data cannot answer, remembered with the facts they rest on.

use chrono::DateTime;
use std::collections::{BTreeMap, HashMap};
use std::io::Write as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Stop, Ui};
use crate::files::{Readers, write_whole};

/// One thing that only a person can choose.
#[derive(Clone, Debug)]
pub struct Question {
    /// `nodeshot.layer.17`
    pub key: String,
    pub text: String,
    /// What the person is shown and the answer rests on; an answer holds while this is equal.
    pub facts: serde_json::Value,
    /// Questions with the same choices: one answer may serve all of them.
    pub group: String,
    pub choices: Vec<Choice>,
    /// What Enter and an unattended run take.
    pub default: Option<String>,
}

/// One answer that a question takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is recorded.
    pub value: String,
    /// What may be typed instead.
    pub alias: Option<String>,
    pub label: String,
}

/// What a person typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub value: String,
    pub scope: Scope,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    One,
    /// Also for every later question of the same group.
    Group,
}

/// How a question was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolved {
    Answer(String),
    /// Nobody was there to ask.
    Undecided(Waiting),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// There never was an answer.
    New,
    /// There is one, but the facts are others by now.
    Stale,
}

/// The facts of an answer that was given outside of a run, which alone knows the facts.
pub const GIVEN_BEFORE: &str = "null";

/// A recorded answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    pub answer: String,
    /// JSON, canonical.
    pub facts: String,
    /// UTC.
    pub answered: String,
    pub by: String,
}

/// All decisions that a run knows, and those that it added.
#[derive(Debug, Default)]
pub struct Decisions {
    known: BTreeMap<String, Decision>,
    added: BTreeMap<String, Decision>,
    groups: HashMap<String, String>,
    who: String,
    now: String,
    /// Whether a person was asked anything.
    pub asked: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DecisionFile {
    #[serde(default)]
    decisions: BTreeMap<String, Decision>,
}

impl Decisions {
    /// `stored` are the store's decisions, `now` (UTC) and `who` what new ones are signed with.
    pub fn new(stored: BTreeMap<String, Decision>, now: String, who: String) -> Self {
        Decisions {
            known: stored,
            now,
            who,
            ..Decisions::default()
        }
    }

    /// Reads a decisions file over what is known; a missing one is empty.
    ///
    /// # Errors
    /// [`Stop::Wrong`] where the file cannot be read or understood.
    pub fn read_file(&mut self, path: &Path) -> Result<(), Stop> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => {
                return Err(Stop::Wrong(format!(
                    "cannot read the decisions file {}: {error}",
                    path.display()
                )));
            }
        };
        let file: DecisionFile = toml::from_str(&text).map_err(|error| {
            Stop::Wrong(format!(
                "the decisions file {} is not understood: {error}",
                path.display()
            ))
        })?;
        for (key, mut decision) in file.decisions {
            // an answer that was written by hand need not say when
            if DateTime::parse_from_rfc3339(&decision.answered).is_err() {
                decision.answered = self.now.clone();
            }
            self.known.insert(key, decision);
        }
        Ok(())
    }

    /// Writes every answer, those of before included, whole or not at all.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write_file(&self, path: &Path) -> std::io::Result<()> {
        let mut decisions = self.known.clone();
        decisions.extend(self.added.clone());
        let text =
            toml::to_string_pretty(&DecisionFile { decisions }).map_err(std::io::Error::other)?;
        write_whole(path, Readers::Anybody, |out| {
            out.write_all(b"# Answers that Heirloom was given. Edit `answer` to change one.\n\n")?;
            out.write_all(text.as_bytes())
        })
    }

    /// The answers given in this run, and those of a file that the store does not have.
    pub fn to_record(&self) -> impl Iterator<Item = (&String, &Decision)> {
        self.known
            .iter()
            .filter(|(key, _)| !self.added.contains_key(*key))
            .chain(self.added.iter())
    }

    /// Answers a question: as recorded while the facts hold, else by the person, else not.
    ///
    /// # Errors
    /// [`Stop::Cancelled`] where the person ends the run.
    pub fn resolve(&mut self, question: &Question, ui: &mut dyn Ui) -> Result<Resolved, Stop> {
        let facts = question.facts.to_string();
        let known = self
            .added
            .get(&question.key)
            .or_else(|| self.known.get(&question.key));
        let mut waiting = Waiting::New;
        if let Some(decision) = known {
            let answer = question.understand(&decision.answer);
            match answer {
                Some(answer) if same_json(&decision.facts, &question.facts) => {
                    return Ok(Resolved::Answer(answer));
                }
                Some(answer) if decision.facts == GIVEN_BEFORE => {
                    // it holds for the facts that this run meets, and for no others
                    let settled = Decision {
                        answer: answer.clone(),
                        facts,
                        ..decision.clone()
                    };
                    self.added.insert(question.key.clone(), settled);
                    return Ok(Resolved::Answer(answer));
                }
                _ => waiting = Waiting::Stale,
            }
        }
        if !ui.attended() {
            return Ok(Resolved::Undecided(waiting));
        }
        let answer = match self.groups.get(&question.group) {
            Some(answer) if question.understand(answer).is_some() => answer.clone(),
            _ => {
                self.asked += 1;
                let reply = ui.ask(question)?;
                if reply.scope == Scope::Group {
                    self.groups
                        .insert(question.group.clone(), reply.value.clone());
                }
                reply.value
            }
        };
        self.added.insert(
            question.key.clone(),
            Decision {
                answer: answer.clone(),
                facts,
                answered: self.now.clone(),
                by: self.who.clone(),
            },
        );
        Ok(Resolved::Answer(answer))
    }
}

impl Question {
    /// The recorded form of what was typed, where it is one of the choices. A value wins
    /// over an alias.
    pub fn understand(&self, typed: &str) -> Option<String> {
        let typed = typed.trim();
        self.choices
            .iter()
            .find(|choice| choice.value == typed)
            .or_else(|| {
                self.choices
                    .iter()
                    .find(|choice| choice.alias.as_deref() == Some(typed))
            })
            .map(|choice| choice.value.clone())
    }
}

fn same_json(text: &str, json: &serde_json::Value) -> bool {
    serde_json::from_str::<serde_json::Value>(text).is_ok_and(|known| known == *json)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Person(Vec<Reply>);

    impl Ui for Person {
        fn attended(&self) -> bool {
            !self.0.is_empty()
        }
        fn ask(&mut self, _: &Question) -> Result<Reply, Stop> {
            self.0.pop().ok_or(Stop::Cancelled)
        }
    }

    fn question(id: u32, position: f64) -> Question {
        Question {
            key: format!("nodeshot.layer.{id}"),
            text: "which?".into(),
            facts: serde_json::json!({"candidates": ["rome", "lazio"], "position": [12.5, position]}),
            group: "rome lazio".into(),
            choices: vec![Choice {
                value: "rome".into(),
                alias: Some("3".into()),
                label: "Rome".into(),
            }],
            default: None,
        }
    }

    fn decisions() -> Decisions {
        Decisions::new(BTreeMap::new(), "now".into(), "somebody".into())
    }

    #[test]
    fn an_answer_holds_while_the_facts_do() {
        let mut first = decisions();
        let mut person = Person(vec![Reply {
            value: "rome".into(),
            scope: Scope::One,
        }]);
        let answer = first.resolve(&question(1, 41.9), &mut person);
        assert!(matches!(answer, Ok(Resolved::Answer(answer)) if answer == "rome"));

        let file = tempfile::tempdir().expect("a folder");
        let path = file.path().join("d.toml");
        first.write_file(&path).expect("written");
        let mut next = decisions();
        next.read_file(&path).expect("read");
        let mut nobody = Person(vec![]);
        assert!(matches!(
            next.resolve(&question(1, 41.9), &mut nobody),
            Ok(Resolved::Answer(_))
        ));
        assert!(matches!(
            next.resolve(&question(1, 42.0), &mut nobody),
            Ok(Resolved::Undecided(Waiting::Stale))
        ));
        assert!(matches!(
            next.resolve(&question(2, 42.0), &mut nobody),
            Ok(Resolved::Undecided(Waiting::New))
        ));
    }

    #[test]
    fn one_answer_may_serve_all() {
        let mut all = decisions();
        let mut person = Person(vec![
            Reply {
                value: "nothing else is asked".into(),
                scope: Scope::One,
            },
            Reply {
                value: "rome".into(),
                scope: Scope::Group,
            },
        ]);
        for id in 1..4 {
            let answer = all.resolve(&question(id, 41.9), &mut person);
            assert!(matches!(answer, Ok(Resolved::Answer(answer)) if answer == "rome"));
        }
        assert_eq!((all.asked, all.to_record().count()), (1, 3));
    }

    #[test]
    fn an_alias_is_recorded_as_what_it_stands_for() {
        assert_eq!(question(1, 0.0).understand(" 3 "), Some("rome".into()));
        assert_eq!(question(1, 0.0).understand("paris"), None);
    }
}
