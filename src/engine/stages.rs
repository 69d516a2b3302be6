//! The stages of a recipe, one after the other: scanned, run, and balanced at the end.

use std::time::Instant;

use super::plan::Planner;
use super::report::{Report, StageTime};
use super::{Extent, Recipe, Snapshot, Stop};

/// Runs every stage; a fault is returned with the work of its stage given up.
pub(super) fn run(
    planner: &mut Planner,
    recipe: &mut dyn Recipe,
    report: &mut Report,
) -> Result<Option<Stop>, Stop> {
    recipe.prepare(planner)?;
    let mut fault = None;
    for stage in recipe.stages() {
        let begun = Instant::now();
        for entity in stage.entities {
            planner.tallies.of(entity);
        }
        let tallies = &mut planner.tallies;
        let scanned = recipe.scan(stage.name, &mut |entity, key| {
            tallies.of(entity).retrieved.insert(key);
        });
        if let Err(stop) = scanned
            && fault.is_none()
        {
            fault = Some(stop);
        }
        if fault.is_some() {
            continue;
        }
        planner.stage = Some(stage.name);
        let rows = stage
            .reads
            .iter()
            .map(|entity| planner.tallies.of(entity).retrieved.count)
            .sum();
        planner.ui.stage(stage.name, rows);
        let mark = (
            planner.spool.mark(),
            planner.findings.mark(),
            planner.tallies.clone(),
        );
        match recipe.run(stage.name, planner) {
            Ok(()) => {}
            Err(stop @ Stop::Fault { .. }) => {
                planner.spool.rewind(mark.0)?;
                planner.findings.rewind(mark.1)?;
                planner.tallies = mark.2;
                planner.ui.taken_back(Extent::Stage);
                fault = Some(stop);
                continue;
            }
            Err(stop) => return Err(stop),
        }
        report.stages.push(StageTime {
            stage: stage.name.into(),
            seconds: begun.elapsed().as_secs_f64(),
        });
    }
    planner.stage = None;
    if fault.is_none() {
        planner.sweep()?;
        check_balance(planner, recipe.snapshot())?;
    }
    Ok(fault)
}

/// Every key that the source has must have one outcome, and no other key may have one.
fn check_balance(planner: &Planner, snapshot: Snapshot) -> Result<(), Stop> {
    for (entity, tally) in planner.tallies.iter() {
        if !tally.balances() && snapshot == Snapshot::None {
            return Err(Stop::Moved(format!(
                "{entity} changed while they were read"
            )));
        }
        if !tally.balances() {
            return Err(Stop::store(format!(
                "{entity}: the source has {} keys, but the outcomes do not account for exactly these ({:?}). This is a mistake in Heirloom, not in your data; nothing was changed.",
                tally.retrieved.count,
                tally.counts()
            )));
        }
    }
    Ok(())
}
