mod file;
mod global;
mod hostile;
mod rest;
mod sdk;

use std::path::Path;

use super::*;
use crate::config::ApiomatConfig;

fn names() -> Names {
    Names::of(&ApiomatConfig::default())
}

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn open_text(text: &str, app: Option<&str>) -> Result<Source, ApiomatError> {
    let folder = folder(&[("given", text)]);
    open(&folder.path().join("given"), &names(), app)
}

#[track_caller]
fn opened(text: &str) -> Source {
    open_text(text, None).unwrap()
}

/// What is told, and what is refused.
fn told(source: &Source) -> Vec<String> {
    let notes = source
        .notes
        .iter()
        .map(|note| format!("{}: {note}", note.code()));
    let refused = source.refused.iter().map(|refused| {
        let (entity, code) = (refused.entity.word(), refused.reason.code());
        format!("{entity}, {code}: {refused}")
    });
    notes.chain(refused).collect()
}

fn codes(source: &Source) -> Vec<&'static str> {
    source.notes.iter().map(Note::code).collect()
}

/// The paths of all classes and attributes.
fn paths(source: &Source) -> Vec<String> {
    let mut paths = Vec::new();
    for module in &source.definition.modules {
        paths.push(module.path());
        for class in &module.classes {
            let class_path = definition::below(&module.path(), &class.name);
            let attributes = class.attributes.iter();
            let attributes = attributes.map(|row| definition::below(&class_path, &row.name));
            let attributes: Vec<_> = attributes.collect();
            paths.push(class_path);
            paths.extend(attributes);
        }
    }
    paths
}

#[track_caller]
fn refused(path: &Path, app: Option<&str>, part: &str) {
    let error = open(path, &names(), app).unwrap_err();
    assert!(error.is_wrong_command(), "{error}");
    assert!(error.to_string().contains(part), "{error}");
}

#[test]
fn what_is_no_source() {
    let folder = folder(&[
        ("empty", ""),
        ("text", "An application.\n"),
        ("number.json", "7"),
        ("other.json", "{\"name\": \"App\"}"),
        ("App.jar", "PK\u{3}\u{4}and so on"),
    ]);
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("objects"), b"\xac\xed\x00\x05sr\x00").unwrap();
    std::fs::write(at("bytes"), [0xff; 100]).unwrap();
    std::fs::create_dir(at("folder")).unwrap();
    refused(&at("nowhere"), None, "does not exist");
    refused(&at("empty"), None, "without the metadata");
    refused(&at("text"), None, "without the metadata");
    refused(&at("number.json"), None, "without the metadata");
    refused(
        &at("other.json"),
        None,
        "neither an application nor a class",
    );
    refused(&at("App.jar"), None, "not published");
    refused(&at("objects"), None, "migration.jar");
    refused(&at("bytes"), Some("App"), "no application can be read");
    refused(&at("folder"), Some("App"), "Give the file that");
}

#[cfg(unix)]
#[test]
fn a_link_that_was_given_is_followed() {
    let text = r#"{"format": "heirloom-apiomat", "version": 1, "application": {"name": "A"}, "modules": []}"#;
    let folder = folder(&[("a.json", text)]);
    let link = folder.path().join("link");
    std::os::unix::fs::symlink("a.json", &link).unwrap();
    let source = open(&link, &names(), None).unwrap();
    assert_eq!(source.definition.application.name, "A");
    assert_eq!(source.origin.word(), "file");
}
