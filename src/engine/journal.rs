//! Runs, findings and decisions in the store.

use std::collections::{BTreeMap, HashMap, HashSet};

use diesel::prelude::*;
use diesel::sql_types::Bool;

use serde::{Deserialize, Serialize};

use super::Stop;
use super::decisions::{Decision, Decisions};
use super::finding::{Cause, Finding, Severity};
use super::findings::Findings;
use super::report::{End, Mode, Report, Source, word};
use crate::sql::Bind;
use crate::store::bulk::Inserter;
use crate::store::columns::{JsonText, TimeText};
use crate::store::connection::{Connection, MultiBackend};
use crate::store::contents::FINDING_COLUMNS;
use crate::store::rows;
use crate::store::schema::{decisions, findings, runs};
use crate::time::stored_to_rfc3339;

/// A time of a report as the store keeps times.
fn stored(rfc3339: &str) -> TimeText {
    TimeText(rfc3339.trim_end_matches('Z').replace('T', " "))
}

/// Writes a run's row, and returns its number.
pub fn insert_run(
    connection: &mut Connection,
    report: &Report,
    notes: &Notes,
) -> Result<i64, Stop> {
    let notes = Notes {
        scope: report.scope.clone(),
        ..notes.clone()
    };
    let notes = JsonText(serde_json::to_string(&notes).unwrap_or_default());
    let stages = JsonText(serde_json::to_string(&report.stages).unwrap_or_default());
    let entities = JsonText(serde_json::to_string(&report.entities).unwrap_or_default());
    // no sequence gives it: what a rehearsal takes is taken back
    let id = rows::highest_id(connection, "runs")? + 1;
    diesel::insert_into(runs::table)
        .values((
            runs::id.eq(id),
            runs::recipe.eq(&report.recipe),
            runs::mode.eq(word(&report.mode)),
            runs::outcome.eq(word(&report.outcome)),
            runs::started.eq(stored(&report.started)),
            runs::finished.eq(stored(&report.finished)),
            runs::plan.eq(&report.plan),
            runs::source_kind.eq(&report.source.kind),
            runs::source_identity.eq(&report.source.identity),
            runs::stages.eq(stages),
            runs::entities.eq(entities),
            runs::notes.eq(notes),
        ))
        .execute(connection)?;
    rows::advance_ids(connection, "runs")?;
    Ok(id)
}

pub fn set_finished(connection: &mut Connection, run: i64, finished: &str) -> Result<(), Stop> {
    diesel::update(runs::table.find(run))
        .set(runs::finished.eq(stored(finished)))
        .execute(connection)?;
    Ok(())
}

#[derive(Queryable)]
struct RunRow {
    id: i64,
    recipe: String,
    mode: String,
    outcome: String,
    started: TimeText,
    finished: TimeText,
    plan: Option<String>,
    source_kind: Option<String>,
    source_identity: Option<String>,
    stages: JsonText,
    entities: JsonText,
    notes: JsonText,
}

impl From<RunRow> for Report {
    fn from(row: RunRow) -> Self {
        fn parse<T: serde::de::DeserializeOwned>(word: &str) -> Option<T> {
            serde_json::from_value(serde_json::Value::String(word.into())).ok()
        }
        let notes: Notes = serde_json::from_str(&row.notes.0).unwrap_or_default();
        Report {
            format: 1,
            run: Some(row.id),
            recipe: row.recipe,
            mode: parse(&row.mode).unwrap_or(Mode::Import),
            outcome: parse(&row.outcome).unwrap_or(End::Failed),
            started: stored_to_rfc3339(&row.started.0),
            finished: stored_to_rfc3339(&row.finished.0),
            plan: row.plan,
            source: Source {
                kind: row.source_kind.unwrap_or_default(),
                identity: row.source_identity.unwrap_or_default(),
            },
            stages: serde_json::from_str(&row.stages.0).unwrap_or_default(),
            entities: serde_json::from_str(&row.entities.0).unwrap_or_default(),
            lock_seconds: None,
            finding_counts: BTreeMap::new(),
            newly_refused: 0,
            scope: notes.scope,
        }
    }
}

/// What a run remembers of its source, for the next one to compare with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Notes {
    /// How many rows each legacy table had.
    pub rows: BTreeMap<String, u64>,
    /// The zone in which local times were read.
    pub time_zone: Option<String>,
    /// See [`Recipe::scope`](super::Recipe::scope).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

/// The notes of the last run that was committed.
pub fn last_notes(connection: &mut Connection, recipe: &str) -> QueryResult<Notes> {
    let notes: Option<JsonText> = runs::table
        .filter(runs::recipe.eq(recipe))
        .filter(runs::outcome.eq("committed"))
        .order(runs::id.desc())
        .select(runs::notes)
        .first(connection)
        .optional()?;
    Ok(notes
        .and_then(|notes| serde_json::from_str(&notes.0).ok())
        .unwrap_or_default())
}

/// All runs, oldest first.
pub fn runs(connection: &mut Connection) -> QueryResult<Vec<Report>> {
    let rows: Vec<RunRow> = runs::table.order(runs::id).load(connection)?;
    Ok(rows.into_iter().map(Report::from).collect())
}

/// When the newest run of a recipe began that did what was due, or left it to a person to allow.
/// One that failed, was skipped or was cancelled is still owed.
pub fn last_settled(connection: &mut Connection, recipe: &str) -> QueryResult<Option<String>> {
    let started: Option<TimeText> = runs::table
        .filter(runs::recipe.eq(recipe))
        .filter(runs::mode.eq_any([word(&Mode::Import), word(&Mode::Sync)]))
        .filter(runs::outcome.eq_any([word(&End::Committed), word(&End::Held)]))
        .order(runs::id.desc())
        .select(runs::started)
        .first(connection)
        .optional()?;
    Ok(started.map(|started| stored_to_rfc3339(&started.0)))
}

/// The newest run that asked nobody.
pub fn last_sync(connection: &mut Connection) -> QueryResult<Option<Report>> {
    let row: Option<RunRow> = runs::table
        .filter(runs::mode.eq(word(&Mode::Sync)))
        .order(runs::id.desc())
        .first(connection)
        .optional()?;
    Ok(row.map(Report::from))
}

pub fn run(connection: &mut Connection, number: i64) -> QueryResult<Option<Report>> {
    let row: Option<RunRow> = runs::table.find(number).first(connection).optional()?;
    Ok(row.map(Report::from))
}

#[derive(Queryable)]
struct FindingRow {
    _id: i64,
    _recipe: String,
    _first_run: i64,
    _last_run: Option<i64>,
    code: String,
    severity: String,
    stage: Option<String>,
    entity: Option<String>,
    legacy_id: Option<String>,
    name: Option<String>,
    message: String,
    cause: Option<JsonText>,
    refuses: bool,
    _identity: i64,
}

impl From<FindingRow> for Finding {
    fn from(row: FindingRow) -> Self {
        Finding {
            code: row.code.into(),
            severity: Severity::from_word(&row.severity),
            stage: row.stage.map(Into::into),
            entity: row.entity.map(Into::into),
            legacy_id: row.legacy_id,
            name: row.name,
            message: row.message,
            cause: row
                .cause
                .and_then(|cause| serde_json::from_str::<Cause>(&cause.0).ok()),
            refuses: row.refuses,
        }
    }
}

/// The condition on findings that picks those of a run: for one that wrote, those that stood
/// then; for an attempt that wrote nothing, its own.
fn of_run(
    report: &Report,
) -> Box<dyn BoxableExpression<findings::table, MultiBackend, SqlType = Bool>> {
    let number = report.run.unwrap_or_default();
    let stands = matches!(report.outcome, End::Committed | End::KeptPartial);
    let recipe = findings::recipe.eq(report.family());
    if stands {
        let open = findings::last_run.is_null().assume_not_null();
        let until = findings::last_run.ge(number).assume_not_null();
        Box::new(
            recipe
                .and(findings::first_run.le(number))
                .and(open.or(until)),
        )
    } else {
        Box::new(recipe.and(findings::first_run.eq(number)))
    }
}

/// Hands out the findings of a run, those of one severity or all of them.
pub fn each_finding<E: From<diesel::result::Error>>(
    connection: &mut Connection,
    report: &Report,
    severity: Option<Severity>,
    mut each: impl FnMut(Finding) -> Result<(), E>,
) -> Result<(), E> {
    let mut query = findings::table
        .filter(of_run(report))
        .order(findings::id)
        .into_boxed();
    if let Some(severity) = severity {
        query = query.filter(findings::severity.eq(severity.word()));
    }
    let rows = query
        .load_iter::<FindingRow, diesel::connection::DefaultLoadingMode>(connection)
        .map_err(E::from)?;
    for row in rows {
        each(row.map_err(E::from)?.into())?;
    }
    Ok(())
}

/// How many findings of each code a run has.
pub fn finding_counts(
    connection: &mut Connection,
    report: &Report,
) -> QueryResult<BTreeMap<String, (Severity, u64)>> {
    let rows: Vec<(String, String, i64)> = findings::table
        .filter(of_run(report))
        .group_by((findings::code, findings::severity))
        .select((
            findings::code,
            findings::severity,
            diesel::dsl::count_star(),
        ))
        .load(connection)?;
    let mut counts = BTreeMap::new();
    for (code, severity, number) in rows {
        let severity = Severity::from_word(&severity);
        let (loudest, count) = counts.entry(code).or_insert((severity, 0));
        *loudest = severity.max(*loudest);
        *count += number.unsigned_abs();
    }
    Ok(counts)
}

/// The rows that the last committed run of these reports refused.
pub fn refused_rows(connection: &mut Connection, family: &str) -> QueryResult<HashSet<u64>> {
    let rows: Vec<FindingRow> = findings::table
        .filter(findings::recipe.eq(family))
        .filter(findings::last_run.is_null())
        .filter(findings::refuses.eq(true))
        .load(connection)?;
    Ok(rows
        .into_iter()
        .map(|row| Finding::from(row).refused_row())
        .collect())
}

/// Findings that are written together.
const FINDINGS_A_WRITE: usize = 5_000;

/// What becomes of standing findings that a run did not meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// They are gone: the run saw everything.
    Close,
    /// They may still stand: the run did not get that far.
    Leave,
}

/// Writes the findings that appeared and closes those that are gone.
pub fn record_findings(
    connection: &mut Connection,
    report: &Report,
    run: i64,
    met: &mut Findings,
    absent: Absent,
) -> Result<(), Stop> {
    let family = report.family();
    let mut standing: HashMap<i64, Vec<i64>> = HashMap::new();
    let rows = findings::table
        .filter(findings::recipe.eq(&family))
        .filter(findings::last_run.is_null())
        .select((findings::id, findings::identity))
        .load_iter::<(i64, i64), diesel::connection::DefaultLoadingMode>(connection)?;
    for row in rows {
        let (id, identity) = row?;
        standing.entry(identity).or_default().push(id);
    }
    let mut appeared = Vec::new();
    met.each_spooled(|spooled| -> Result<(), Stop> {
        let known = standing.get_mut(&spooled.identity).and_then(Vec::pop);
        if known.is_none() {
            appeared.push(spooled.finding()?);
            if appeared.len() == FINDINGS_A_WRITE {
                insert_findings(connection, &family, run, None, &appeared)?;
                appeared.clear();
            }
        }
        Ok(())
    })?;
    insert_findings(connection, &family, run, None, &appeared)?;
    let gone: Vec<i64> = standing.into_values().flatten().collect();
    if absent == Absent::Leave || gone.is_empty() {
        return Ok(());
    }
    let last: Option<i64> = runs::table
        .filter(runs::recipe.eq(&report.recipe))
        .filter(runs::id.lt(run))
        .filter(runs::outcome.eq_any(["committed", "kept-partial"]))
        .select(diesel::dsl::max(runs::id))
        .get_result(connection)?;
    for id in gone {
        diesel::update(findings::table.find(id))
            .set(findings::last_run.eq(last.unwrap_or(run)))
            .execute(connection)?;
    }
    Ok(())
}

/// Writes findings; `last_run` is given where they stand for that run alone.
pub fn insert_findings(
    connection: &mut Connection,
    family: &str,
    run: i64,
    last_run: Option<i64>,
    findings: &[Finding],
) -> Result<(), Stop> {
    if findings.is_empty() {
        return Ok(());
    }
    let highest = rows::highest_id(connection, "findings")?;
    let causes: Vec<Option<String>> = findings
        .iter()
        .map(|finding| serde_json::to_string(finding.cause.as_ref()?).ok())
        .collect();
    let mut binds = Vec::with_capacity(findings.len() * FINDING_COLUMNS.len());
    for ((finding, cause), id) in findings.iter().zip(&causes).zip(highest + 1..) {
        binds.extend([
            Bind::Int(Some(id)),
            Bind::Text(Some(family)),
            Bind::Int(Some(run)),
            Bind::Int(last_run),
            Bind::Text(Some(&finding.code)),
            Bind::Text(Some(finding.severity.word())),
            Bind::Text(finding.stage.as_deref()),
            Bind::Text(finding.entity.as_deref()),
            Bind::Text(finding.legacy_id.as_deref()),
            Bind::Text(finding.name.as_deref()),
            Bind::Text(Some(&finding.message)),
            Bind::Json(cause.as_deref()),
            Bind::Bool(Some(finding.refuses)),
            Bind::Int(Some(finding.identity())),
        ]);
    }
    Inserter::new("findings", &FINDING_COLUMNS).insert(connection, &binds)?;
    Ok(rows::advance_ids(connection, "findings")?)
}

/// All decisions of the store.
pub fn decisions(connection: &mut Connection) -> QueryResult<BTreeMap<String, Decision>> {
    let rows: Vec<(String, String, String, TimeText, String)> =
        decisions::table.order(decisions::key).load(connection)?;
    Ok(rows
        .into_iter()
        .map(|(key, answer, facts, answered, by)| {
            (
                key,
                Decision {
                    answer,
                    facts,
                    answered: stored_to_rfc3339(&answered.0),
                    by,
                },
            )
        })
        .collect())
}

/// The questions that wait for a person, as the last run met them: by the decision's key what
/// the finding says.
pub fn waiting_decisions(connection: &mut Connection) -> QueryResult<BTreeMap<String, String>> {
    let rows: Vec<(String, Option<String>, String)> = findings::table
        .filter(findings::last_run.is_null())
        .filter(findings::code.eq_any(["decision-stale", "layer-undecided"]))
        .select((findings::recipe, findings::legacy_id, findings::message))
        .load(connection)?;
    Ok(rows
        .into_iter()
        .filter_map(|(recipe, id, message)| Some((format!("{recipe}.layer.{}", id?), message)))
        .collect())
}

/// Forgets one decision, or all; returns how many.
pub fn forget_decisions(connection: &mut Connection, key: Option<&str>) -> QueryResult<usize> {
    match key {
        Some(key) => diesel::delete(decisions::table.find(key)).execute(connection),
        None => diesel::delete(decisions::table).execute(connection),
    }
}

/// Records the answers that a run used and the store does not have yet.
pub fn record_decisions(connection: &mut Connection, answers: &Decisions) -> Result<(), Stop> {
    let known = decisions(connection)?;
    for (key, decision) in answers.to_record() {
        if known.get(key) == Some(decision) {
            continue;
        }
        diesel::delete(decisions::table.find(key)).execute(connection)?;
        diesel::insert_into(decisions::table)
            .values((
                decisions::key.eq(key),
                decisions::answer.eq(&decision.answer),
                decisions::facts.eq(&decision.facts),
                decisions::answered.eq(stored(&decision.answered)),
                decisions::answered_by.eq(&decision.by),
            ))
            .execute(connection)?;
    }
    Ok(())
}
