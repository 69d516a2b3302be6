use super::world::World;

#[test]
fn a_run_reads_back_as_its_report() {
    let world = World::imported();
    let line = world
        .ok(&["runs", "list"])
        .lines()
        .nth(1)
        .unwrap()
        .to_string();
    for word in ["nodeshot", "import", "committed", "3783"] {
        assert!(line.contains(word), "{line}");
    }
    let json = world.ok(&["runs", "show", "1", "--format", "json"]);
    let written = world.read("report.json");
    // the store cannot know how long its last commit took
    let (locked, kept): (Vec<&str>, Vec<&str>) = written
        .lines()
        .partition(|line| line.starts_with("  \"lock_seconds\": "));
    assert_eq!(locked.len(), 1);
    assert_eq!(json.lines().collect::<Vec<_>>(), kept);
}

#[test]
fn the_text_has_every_finding_the_loudest_first() {
    let world = World::imported();
    let text = world.ok(&["runs", "show", "1"]);
    assert!(
        text.starts_with("Run 1: Import of nodeshot, committed. Started 20"),
        "{text}"
    );
    let report: serde_json::Value = serde_json::from_str(&world.read("report.json")).unwrap();
    let count = |severity: &str| {
        report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["severity"] == severity)
            .count()
    };
    let starting = |word: &str| text.lines().filter(|line| line.starts_with(word)).count();
    for severity in ["error", "warning", "info"] {
        assert_eq!(
            starting(&format!("{severity} ")),
            count(severity),
            "{severity}"
        );
    }
    let place = |word: &str| text.find(word).unwrap();
    assert!(place("\n\nerror ") < place("\n\nwarning "));
    assert!(place("\n\nwarning ") < place("\n\ninfo "));
    let orphans = text
        .lines()
        .find(|line| line.ends_with("error    orphan"))
        .unwrap();
    assert_eq!(orphans.split_whitespace().next(), Some("7"));
}

#[test]
fn an_attempt_shows_its_own_findings_only() {
    let world = World::imported();
    world.sql(
        "INSERT INTO runs (recipe, mode, outcome, started, finished, stages, entities) \
         VALUES ('nodeshot', 'sync', 'failed', '2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z', '[]', '{}')",
    );
    world.sql(
        "INSERT INTO findings (recipe, first_run, last_run, code, severity, message) \
         VALUES ('nodeshot', 2, 2, 'source-fault', 'error', 'gone')",
    );
    let text = world.ok(&["runs", "show", "2"]);
    assert!(text.contains("error source-fault: gone"), "{text}");
    assert!(!text.contains("orphan"), "{text}");
    assert!(!world.ok(&["runs", "show", "1"]).contains("source-fault"));
    assert_eq!(world.ok(&["runs", "list"]).lines().count(), 3);
}

#[test]
fn unknown_runs() {
    let world = World::empty();
    world.wrong(
        &["runs", "show", "1"],
        "there is no run 1. There has been none yet.",
    );
    let world = World::imported();
    world.wrong(&["runs", "show", "9"], "The last one is 1");
    world.wrong(&["runs", "show", "one"], "invalid value");
}
