//! The README says what the program does, and nothing else.

mod apiomat;
mod connectordb;
mod markdown;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use heirloom::engine::codes::Code;
use heirloom::legacy::Fate;
use heirloom::model::{series, tables};
use heirloom::recipes::nodeshot::schema::TABLES;
use serde_json::Value;

use super::session::{Site, Terminal, finish};
use markdown::{block, code, readme, section, spans, table};

const COMMANDS: &str = "| command | what it does |";
const OPTIONS: &str = "| command | option | what it does |";
const TYPED: &str = "| what you typed | what you type now | what is different |";

#[test]
fn every_legacy_column_is_in_a_table_with_its_fate() {
    let readme = readme();
    for table_ in TABLES {
        let heading = format!("### `{}`", table_.name);
        let rows = table(
            section(&readme, &heading),
            "| legacy column | where it goes | how |",
        );
        let written: Vec<(&str, &str)> = rows.iter().map(|row| (&*row[0], &*row[1])).collect();
        let meant: Vec<(String, String)> = table_
            .columns
            .iter()
            .map(|column| (format!("`{}`", column.name), fate(column.fate)))
            .collect();
        let meant: Vec<(&str, &str)> = meant.iter().map(|(a, b)| (&**a, &**b)).collect();
        assert_eq!(written, meant, "{heading}");
    }
    let headings = readme.lines().filter_map(|line| {
        line.strip_prefix("### `")
            .and_then(|line| line.strip_suffix('`'))
    });
    let known: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
    assert_eq!(headings.collect::<Vec<_>>(), known);
}

fn fate(fate: Fate) -> String {
    match fate {
        Fate::Mapped(columns) => columns
            .split(", ")
            .map(|column| format!("`{column}`"))
            .collect::<Vec<_>>()
            .join(", "),
        Fate::Data(name) => format!("kept in `data` as `{name}`"),
        Fate::LeftOut(why) => format!("left out: {why}"),
    }
}

/// Every registry: the engine's, the recipes', the exports'.
fn registered() -> Vec<&'static Code> {
    let registries = [
        heirloom::engine::codes::CODES,
        heirloom::recipes::nodeshot::codes::CODES,
        heirloom::recipes::connectordb::codes::CODES,
        heirloom::recipes::apiomat::codes::CODES,
        heirloom::recipes::apiomat_data::codes::CODES,
        heirloom::export::codes::CODES,
    ];
    registries.into_iter().flatten().collect()
}

#[test]
fn every_code_is_in_the_table_of_finding_codes() {
    let readme = readme();
    let rows = table(
        section(&readme, "## Finding codes"),
        "| code | severity | what it means | what to do |",
    );
    let mut written: Vec<[String; 3]> = rows
        .iter()
        .map(|row| [row[0].clone(), row[1].clone(), row[2].clone()])
        .collect();
    let mut meant: Vec<[String; 3]> = registered()
        .iter()
        .map(|code| {
            let severity = code.severity.word();
            [
                format!("`{}`", code.code),
                severity.into(),
                code.meaning.into(),
            ]
        })
        .collect();
    written.sort_unstable();
    meant.sort_unstable();
    assert_eq!(written, meant);
    assert!(rows.iter().all(|row| !row[3].is_empty()), "what to do");
}

#[test]
fn every_finding_of_the_shipped_world_is_registered() {
    let site = Site::shipped();
    assert_eq!(site.import("--report r.json").code, Some(3));
    are_registered(&site.report("r.json"));
}

/// Whether each finding of a report is one of its code, and as severe.
fn are_registered(report: &Value) {
    let severities: BTreeMap<&str, &str> = registered()
        .iter()
        .map(|code| (code.code, code.severity.word()))
        .collect();
    let findings = report["findings"].as_array().unwrap();
    assert!(!findings.is_empty());
    for finding in findings {
        let text = |key: &str| finding[key].as_str().unwrap_or_default().to_string();
        let severity = severities.get(&*text("code")).copied();
        assert_eq!(severity, Some(&*text("severity")), "{finding}");
    }
}

/// The columns of a table of the store, all but the id.
fn columns(table: &str) -> Vec<&'static str> {
    match (tables::find(table), series::find(table)) {
        (Some(table), _) => table.columns.iter().map(|(name, _)| *name).collect(),
        (None, Some(series)) => series.columns().map(|(name, _)| name).collect(),
        (None, None) => Vec::new(),
    }
}

/// Whether the store has this column, `table.column`.
fn exists(name: &str) -> bool {
    name.split_once('.')
        .is_some_and(|(table, column)| columns(table).contains(&column))
}

/// Words in kebab-case in the engine, the recipes and the exports that are no codes.
const NO_CODES: [&str; 3] = [
    "apiomat-data", // a recipe
    "kebab-case",   // serde's name for it
    "kept-partial", // how a run ends
];

#[test]
fn every_code_in_the_source_is_registered_and_every_registered_one_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut literals = BTreeSet::new();
    let folders = ["engine", "recipes", "export"];
    let files = folders
        .iter()
        .flat_map(|folder| sources(&root.join(folder)));
    for file in files.chain([root.join("legacy/apiomat/notes.rs")]) {
        let text = fs::read_to_string(&file).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        literals.extend(words(text));
    }
    let codes: BTreeSet<&str> = registered().iter().map(|code| code.code).collect();
    assert_eq!(codes.len(), registered().len(), "a code twice");
    let unknown: Vec<&String> = literals
        .iter()
        .filter(|literal| is_kebab(literal) && !NO_CODES.contains(&literal.as_str()))
        .filter(|literal| !codes.contains(literal.as_str()))
        .collect();
    assert!(unknown.is_empty(), "not registered: {unknown:?}");
    let unused: Vec<&&str> = codes
        .iter()
        .filter(|code| !literals.contains(**code))
        .collect();
    assert!(unused.is_empty(), "in no source: {unused:?}");
}

/// What stands in quotes and may be a code.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.match_indices('"').filter_map(|(at, _)| {
        let (word, _) = text[at + 1..].split_once('"')?;
        let part = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
        word.bytes().all(part).then(|| word.to_string())
    })
}

/// The files of a folder and of those in it, the registries not included.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if !path.ends_with("codes.rs") {
            files.push(path);
        }
    }
    files
}

fn is_kebab(text: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    text.contains('-') && text.split('-').all(word)
}

/// Every command that does something, with its own options, as the program's help has them.
/// What every command has stands under "every command".
fn commands(site: &Site) -> BTreeMap<String, BTreeSet<String>> {
    let mut commands = BTreeMap::new();
    let top = help(site, "");
    let mut global = top.options.clone();
    global.remove("--version");
    let mut waiting: Vec<(String, Help)> = vec![(String::new(), top)];
    while let Some((words, of)) = waiting.pop() {
        let own: BTreeSet<String> = of.options.difference(&global).cloned().collect();
        let name = format!("heirloom {words}").trim().to_string();
        assert!(global.is_subset(&of.options), "{name}");
        if of.commands.is_empty() || !own.is_empty() {
            commands.insert(name, own);
        }
        for command in of.commands {
            let words = format!("{words} {command}").trim().to_string();
            let of = help(site, &words);
            waiting.push((words, of));
        }
    }
    commands.insert("every command".into(), global);
    commands
}

struct Help {
    commands: Vec<String>,
    options: BTreeSet<String>,
}

fn help(site: &Site, words: &str) -> Help {
    let ended = site.run(&format!("{words} --help"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let lines = |heading: &'static str| {
        let lines = ended.out.lines().skip_while(move |line| *line != heading);
        lines.skip(1).take_while(|line| !line.is_empty())
    };
    let commands = lines("Commands:")
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|command| *command != "help");
    let options = lines("Options:")
        .filter(|line| line.trim_start().starts_with('-'))
        .filter_map(|line| line.split_whitespace().find(|word| word.starts_with("--")));
    Help {
        commands: commands.map(str::to_string).collect(),
        options: options.map(str::to_string).collect(),
    }
}

#[test]
fn every_command_and_option_is_in_the_tables_and_exists() {
    let readme = readme();
    let text = section(&readme, "## Commands and options");
    let site = Site::empty();
    let commands = commands(&site);
    let named: Vec<String> = table(text, COMMANDS)
        .iter()
        .map(|row| row[0].trim_matches('`').to_string())
        .collect();
    let unique: BTreeSet<&str> = named.iter().map(String::as_str).collect();
    let known = commands.keys().map(String::as_str);
    let known: BTreeSet<&str> = known
        .filter(|name| !["heirloom", "every command"].contains(name))
        .collect();
    assert_eq!((unique, named.len()), (known.clone(), known.len()));

    let mut written: BTreeSet<(String, String)> = BTreeSet::new();
    for row in table(text, OPTIONS) {
        let option = spans(&row[1]).remove(0);
        let option = option.split_whitespace().next().unwrap_or_default();
        let pair = (row[0].trim_matches('`').to_string(), option.to_string());
        assert!(written.insert(pair.clone()), "{pair:?} twice");
    }
    let there: BTreeSet<(String, String)> = commands
        .iter()
        .flat_map(|(command, options)| {
            let pair = |option: &String| (command.clone(), option.clone());
            options.iter().map(pair).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(written, there);
}

#[test]
fn no_command_is_named_that_does_not_exist() {
    let site = Site::empty();
    let commands = commands(&site);
    let verbs = Path::new(env!("CARGO_MANIFEST_DIR")).join("xtask/src/verbs");
    let mut wrong = Vec::new();
    for line in code(&readme()) {
        // a comment behind a command is no part of it
        let line = line.split(" #").next().unwrap_or_default();
        let words: Vec<&str> = line.split_whitespace().collect();
        for (at, word) in words.iter().enumerate() {
            let exists = match *word {
                "heirloom" => is_command(&commands, &words[at + 1..]),
                "xtask" => words
                    .get(at + 1)
                    .is_some_and(|verb| verbs.join(format!("{verb}.rs")).exists()),
                _ => true,
            };
            if !exists {
                wrong.push(line.to_string());
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Whether these words are a command with options of its own; none at all name the program.
fn is_command(commands: &BTreeMap<String, BTreeSet<String>>, words: &[&str]) -> bool {
    let until = words.iter().position(|word| ["|", "<", ">"].contains(word));
    let words = &words[..until.unwrap_or(words.len())];
    let Some(name) = (1..=words.len().min(2))
        .rev()
        .map(|count| format!("heirloom {}", words[..count].join(" ")))
        .find(|name| commands.contains_key(name))
    else {
        return words.is_empty();
    };
    words
        .iter()
        .filter(|word| word.starts_with("--"))
        .all(|option| {
            commands[&name].contains(*option) || commands["every command"].contains(*option)
        })
}

#[test]
fn what_you_type_now_runs() {
    let readme = readme();
    let text = section(&readme, "## What you typed, what you type now");
    let rows = table(text, TYPED);
    assert!(rows.len() > 10, "{rows:?}");
    for row in rows {
        let typed = spans(&row[1]);
        assert!(!typed.is_empty(), "{row:?}");
        let (commands, settings): (Vec<_>, Vec<_>) = typed
            .into_iter()
            .partition(|typed| typed.starts_with("heirloom "));
        heirloom::config::from_text(&format!("[nodeshot]\n{}", settings.join("\n")), [])
            .unwrap_or_else(|error| panic!("{settings:?}: {error}"));
        for command in commands {
            let code = import(&command);
            assert!([0, 3].contains(&code), "{command}: {code}");
        }
    }
}

/// Runs a command line on the shipped world, with a person who answers where it asks.
fn import(command: &str) -> i32 {
    let site = Site::shipped();
    if command.contains("--noinput") {
        let ended = finish(site.shell(command));
        return ended.code.unwrap_or_else(|| panic!("{command}: {ended:?}"));
    }
    let mut terminal = Terminal::start(site.shell(command));
    terminal.answer("Answer", "rome");
    terminal.answer("satisfy", "y");
    terminal.end().0
}

#[test]
fn the_report_in_the_documentation_has_the_keys_of_a_report() {
    let readme = readme();
    let written: Value = serde_json::from_str(block(&readme, "## The report", "json")).unwrap();
    let site = Site::shipped();
    assert_eq!(site.import("--report r.json").code, Some(3));
    let real = site.report("r.json");
    for path in ["", "/source", "/stages/0", "/entities/nodes", "/findings/0"] {
        assert_eq!(keys(&written, path), keys(&real, path), "{path}");
    }
    let explained: BTreeSet<String> =
        table(section(&readme, "## The report"), "| key | what it says |")
            .iter()
            .flat_map(|row| spans(&row[0]))
            .collect();
    assert_eq!(explained, keys(&real, ""));
}

fn keys(value: &Value, path: &str) -> BTreeSet<String> {
    let object = value.pointer(path).and_then(Value::as_object);
    object.expect("an object").keys().cloned().collect()
}

#[test]
fn the_files_in_the_documentation_are_understood() {
    let readme = readme();
    let layers = block(&readme, "### 4. Prepare the layers", "json");
    let read = heirloom::geometry::read_layers(layers).unwrap();
    assert_eq!(read.len(), 2);
    let config = block(&readme, "### 3. Begin", "toml");
    heirloom::config::from_text(config, []).unwrap();
    let site = Site::shipped();
    let heading = "## Files: decisions, layers, credentials";
    site.write("answers.toml", block(&readme, heading, "toml"));
    let ended = site.import("--decisions answers.toml");
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert_eq!(site.layer_of(135).as_deref(), Some("rome"));
}
