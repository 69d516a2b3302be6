//! Answers that a person gave.

use super::LAYER_OF;
use crate::support::{BOTH, Bench, LAZIO, NOWHERE, ROME, row};

/// What a person decided for node 1 at some place, as the store keeps it.
fn decided(bench: &Bench, answer: &str, longitude: f64) {
    bench.edit(&format!(
        "INSERT INTO decisions (key, answer, facts, answered, answered_by)
         VALUES ('nodeshot.layer.1', '{answer}',
                 '{{\"candidates\":[\"lazio\",\"rome\"],\"position\":[{longitude},41.5]}}',
                 '2026-01-01T00:00:00Z', 'somebody')"
    ));
}

fn between() -> Bench {
    let bench = Bench::new();
    bench
        .node(1, row! { lng: BOTH })
        .node(2, row! { lng: ROME });
    bench.run(&["digest"]).exits(0);
    bench
}

#[test]
fn a_recorded_answer_holds_while_its_facts_do() {
    let bench = between();
    decided(&bench, "lazio", BOTH);
    for _ in 0..2 {
        let run = bench.import_with(&["--default-layer", "italy"]).exits(0);
        assert!(run.found("layer-undecided").is_empty());
        assert_eq!(bench.see(LAYER_OF), ["1 | lazio", "2 | rome"]);
    }
}

#[test]
fn an_answer_may_be_an_id_or_a_word() {
    for (answer, expected) in [
        // layers get their ids in the order of their slugs
        ("2", "1 | lazio"),
        ("default", "1 | italy"),
        ("discard", "2 | rome"),
    ] {
        let bench = between();
        decided(&bench, answer, BOTH);
        let run = bench.import_with(&["--default-layer", "italy"]).exits(0);
        assert_eq!(bench.see(LAYER_OF)[0], expected);
        assert_eq!(
            run.found("discarded-by-decision").len(),
            usize::from(answer == "discard")
        );
    }
}

#[test]
fn a_stale_answer_waits_and_the_node_stays_where_it_is() {
    let bench = between();
    decided(&bench, "lazio", BOTH);
    bench.import().exits(0);
    bench.change("UPDATE nodeshot_node SET lng = 12.91 WHERE id = 1");
    for _ in 0..2 {
        let run = bench.import_with(&["--default-layer", "italy"]).exits(0);
        assert_eq!(run.found("decision-stale"), ["nodes 1"]);
        assert_eq!(bench.see(LAYER_OF)[0], "1 | lazio");
    }
    // nor does it speak for a layer that is no candidate any more
    bench.change("UPDATE nodeshot_node SET lng = 12.5 WHERE id = 1");
    let run = bench.import().exits(0);
    assert!(run.found("decision-stale").is_empty());
    assert_eq!(bench.see(LAYER_OF)[0], "1 | rome");
}

#[test]
fn a_stale_answer_before_the_first_import_leaves_the_default() {
    let bench = between();
    decided(&bench, "lazio", LAZIO);
    let run = bench.import_with(&["--default-layer", "italy"]).exits(0);
    assert_eq!(run.found("decision-stale"), ["nodes 1"]);
    assert_eq!(bench.see(LAYER_OF)[0], "1 | italy");
}

#[test]
fn answers_come_from_a_file_and_are_recorded_by_the_run() {
    let bench = between();
    let file = "[decisions.\"nodeshot.layer.1\"]\nanswer = \"lazio\"\nanswered = \"\"\nby = \"\"\n\
                facts = '{\"position\": [12.9, 41.5], \"candidates\": [\"lazio\", \"rome\"]}'\n";
    std::fs::write(bench.path("d.toml"), file).unwrap();
    bench
        .import_with(&["--decisions", "d.toml", "--dry-run"])
        .exits(0);
    assert_eq!(bench.one("SELECT count(*) FROM decisions"), "0");
    bench.import_with(&["--decisions", "d.toml"]).exits(0);
    assert_eq!(bench.see(LAYER_OF)[0], "1 | lazio");
    bench.import().exits(0);
    assert_eq!(
        bench.one("SELECT key, answer FROM decisions"),
        "nodeshot.layer.1 | lazio"
    );
}

#[test]
fn what_came_in_is_placed_by_where_it_lies_each_time() {
    let bench = between();
    decided(&bench, "lazio", BOTH);
    bench.import().exits(0);
    bench.change("UPDATE nodeshot_node SET lng = 13.5 WHERE id = 2");
    bench.import().exits(0);
    assert_eq!(bench.see(LAYER_OF), ["1 | lazio", "2 | lazio"]);
    bench.change(&format!(
        "UPDATE nodeshot_node SET lng = {NOWHERE} WHERE id = 2"
    ));
    let run = bench.import_with(&["--default-layer", "italy"]).exits(0);
    assert_eq!(run.found("outside-layers-default"), ["nodes 2"]);
    assert_eq!(bench.see(LAYER_OF)[1], "2 | italy");
}
