//! A report in words.

use super::terminal::table;
use crate::engine::finding::Finding;
use crate::engine::report::{End, Mode, Report, word};
use crate::engine::tally::Counts;
use crate::text::printable;

/// The results of a run: what becomes of each entity, and what was found.
pub fn results(report: &Report) -> String {
    let mut text = String::new();
    let nodes = report.counts("nodes");
    if report.finding_counts.contains_key("every-node-discarded") {
        text.push_str(&format!(
            "NOT ONE NODE COMES IN: all {} that have a place are left out, because they come into no layer and there is no default layer.\n\n",
            nodes.discarded
        ));
    }
    if let Some((_, count)) = report.finding_counts.get("password-is-username") {
        text.push_str(&format!(
            "ANYBODY CAN LOG IN to {count} of the accounts, which have their own username as password, because the export has none.\nEach must change it at its first login on the pages; --random-passwords --credentials FILE gives others.\n\n"
        ));
    }
    text.push_str(&format!(
        "From {} {}\n",
        report.source.kind,
        printable(&report.source.identity)
    ));
    if let Some(plan) = &report.plan {
        text.push_str(&format!("Plan {plan}\n"));
    }
    text.push('\n');
    // deletions are rare, and then not to be overlooked
    let deletes = report.entities.values().any(|counts| counts.deleted > 0);
    let rows: Vec<Vec<String>> = report
        .entities
        .iter()
        .map(|(entity, counts)| {
            let mut row = vec![entity.clone()];
            row.extend(
                [
                    counts.retrieved,
                    counts.created,
                    counts.updated,
                    counts.unchanged,
                    counts.skipped,
                    counts.discarded,
                    counts.refused,
                    counts.not_reached,
                ]
                .map(|count| count.to_string()),
            );
            row.extend(deletes.then(|| counts.deleted.to_string()));
            row
        })
        .collect();
    let mut header = vec![
        "",
        "retrieved",
        "created",
        "updated",
        "unchanged",
        "skipped",
        "discarded",
        "refused",
        "not reached",
    ];
    header.extend(deletes.then_some("deleted"));
    text.push_str(&table(&header, &rows));
    if !report.finding_counts.is_empty() {
        text.push('\n');
        let mut counts: Vec<_> = report.finding_counts.iter().collect();
        counts.sort_by_key(|(code, (severity, _))| (std::cmp::Reverse(*severity), *code));
        let rows: Vec<Vec<String>> = counts
            .into_iter()
            .map(|(code, (severity, count))| {
                vec![count.to_string(), severity.word().into(), code.clone()]
            })
            .collect();
        text.push_str(&table(&["found", "", ""], &rows));
    }
    text
}

/// What became of the run, in a sentence, and what to do next.
pub fn ending(report: &Report) -> String {
    let run = report.run.map(|run| run.to_string()).unwrap_or_default();
    match report.outcome {
        End::Committed => {
            format!("Committed as run {run}. Every finding, row by row: heirloom runs show {run}")
        }
        End::Rehearsed => "Rehearsed: the store is as it was. Every finding, row by row: rehearse with --report FILE or --verbosity 2.".into(),
        End::KeptPartial => format!(
            "The source failed after {}. The stages before are kept as run {run}; run the import again to bring in the rest.",
            report
                .stages
                .last()
                .map_or("no stage".to_string(), |stage| format!(
                    "the stage {}",
                    stage.stage
                ))
        ),
        _ => "The store is as it was.".into(),
    }
}

/// One finding on one line, safe for a terminal.
pub fn finding_line(finding: &Finding) -> String {
    let place = match (&finding.entity, &finding.legacy_id) {
        (Some(entity), Some(id)) => format!(" {entity} {id}"),
        _ => String::new(),
    };
    let name = match &finding.name {
        Some(name) => format!(" ({name})"),
        None => String::new(),
    };
    let line = format!(
        "{} {}{place}{name}: {}",
        finding.severity.word(),
        finding.code,
        finding.message
    );
    printable(&line).into_owned()
}

/// What became of a run, for a log.
pub fn run_line(report: &Report) -> String {
    let run = report.run.map(|run| run.to_string()).unwrap_or_default();
    let mut line = format!("{} run {run} {}", report.started, word(&report.outcome));
    if matches!(report.outcome, End::Committed | End::KeptPartial) {
        let total = |pick: fn(&Counts) -> u64| -> u64 { report.entities.values().map(pick).sum() };
        line.push_str(&format!(
            ": {} created, {} updated, {} deleted, {} refused",
            total(|counts| counts.created),
            total(|counts| counts.updated),
            total(|counts| counts.deleted),
            total(|counts| counts.refused),
        ));
    }
    line
}

/// A run on one line.
pub fn run_row(report: &Report) -> Vec<String> {
    // what an attempt planned and did not keep is not counted
    let kept = matches!(report.outcome, End::Committed | End::KeptPartial);
    let total = |pick: fn(&Counts) -> u64| {
        let total: u64 = report.entities.values().map(pick).sum();
        if kept { total } else { 0 }.to_string()
    };
    vec![
        report.run.map(|run| run.to_string()).unwrap_or_default(),
        report.started.clone(),
        report.recipe.clone(),
        word(&report.mode),
        word(&report.outcome),
        total(|counts| counts.created),
        total(|counts| counts.updated),
        total(|counts| counts.deleted),
        total(|counts| counts.refused),
    ]
}

/// What kind of run it was, for its heading.
pub fn heading(report: &Report) -> String {
    let what = match report.mode {
        Mode::Import => "Import",
        Mode::DryRun => "Rehearsal",
        Mode::Sync => "Sync",
        Mode::Undo => "Undo",
        Mode::Reset => "Reset",
    };
    let run = report
        .run
        .map(|run| format!("Run {run}: "))
        .unwrap_or_default();
    format!(
        "{run}{what} of {}, {}. Started {}, finished {}.",
        report.recipe,
        word(&report.outcome),
        report.started,
        report.finished
    )
}
