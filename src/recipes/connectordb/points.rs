//! Stage `datapoints`: each stream's points, as far as the store does not have them yet.
//!
//! The ledger knows how many points earlier runs brought, and their digest. Where the export
//! begins with just these, what follows is new. Where it does not, each of its points is looked
//! for among those of the store with the same time. New points go in by their time; points of
//! one time keep their order.

mod bringing;
mod numbers;
mod seen;

use std::collections::BTreeSet;
use std::path::Path;
use std::rc::Rc;

use bringing::{Bringing, fields_of};
use seen::Seen;

use super::{ConnectorDb, Place};
use crate::engine::{Finding, Outcome, Planner, Severity, Stop};
use crate::json_schema::Schema;
use crate::legacy::connectordb::points;
use crate::legacy::connectordb::{Cause as Blame, StreamDir, Unreadable};
use crate::model::Value;
use crate::model::series::DATAPOINTS;
use crate::store::digest::ListDigest;
use crate::store::ledger::ranges::Range;
use crate::store::lists::List;

/// Which of a stream's two lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    Data,
    Downlink,
}

impl Lane {
    /// How the list is called, by its stream's path.
    pub fn name(self, stream: &str) -> String {
        match self {
            Lane::Data => stream.into(),
            Lane::Downlink => format!("{stream}/downlink"),
        }
    }
}

/// A stream's files of points.
pub fn lists(stream: &StreamDir) -> impl Iterator<Item = (Lane, &Path)> {
    let data = stream.data.as_deref().map(|path| (Lane::Data, path));
    let downlink = stream
        .downlink
        .as_deref()
        .map(|path| (Lane::Downlink, path));
    data.into_iter().chain(downlink)
}

/// A file of points that cannot be read at all.
pub fn fault(error: Unreadable) -> Stop {
    Stop::source(format!(
        "{error}. Check the disk and your rights on it, and try again."
    ))
}

/// How many points a file has, bad ones included, counted apart from the reader.
pub fn count(file: &Path) -> Result<u64, Stop> {
    match points::scan(file) {
        Ok(count) => Ok(count.elements),
        Err(error) if error.cause == Blame::Fault => Err(fault(error)),
        // the reader tells of it
        Err(_) => Ok(0),
    }
}

/// Whether a file begins with the points that earlier runs brought of the list of that name.
pub fn begins_as_before(plan: &mut Planner, name: &str, file: &Path) -> Result<bool, Stop> {
    let ranges = plan.known_ranges(&DATAPOINTS, name)?;
    let Ok(points) = points::open(file) else {
        return Ok(false);
    };
    let mut points = points.filter_map(Result::ok);
    has_ranges(&ranges, || Ok(points.next().map(|point| fields_of(&point))))
}

/// Whether rows are those that earlier runs brought.
fn has_ranges(
    ranges: &[Range],
    mut next: impl FnMut() -> Result<Option<Vec<Value>>, Stop>,
) -> Result<bool, Stop> {
    for range in ranges {
        let mut digest = ListDigest::default();
        for _ in 0..range.rows {
            match next()? {
                Some(fields) => digest.add(&fields),
                None => return Ok(false),
            }
        }
        if *digest.finish() != *range.digest {
            return Ok(false);
        }
    }
    Ok(true)
}

impl ConnectorDb {
    pub(super) fn place_points(&mut self, plan: &mut Planner) -> Result<(), Stop> {
        let tree = Rc::clone(&self.tree);
        for user in &tree.users {
            for device in &user.devices {
                for dir in &device.streams {
                    let path = format!("{}/{}/{}", user.key, device.key, dir.key);
                    self.place_stream_points(plan, &path, dir)?;
                }
            }
        }
        Ok(())
    }

    fn place_stream_points(
        &mut self,
        plan: &mut Planner,
        path: &str,
        dir: &StreamDir,
    ) -> Result<(), Stop> {
        let Some(placed) = self.streams.remove(path) else {
            return Err(Stop::store(format!("no stream was made of {path:?}")));
        };
        let about = |code, severity, message: &str| {
            Finding::new(code, severity, message).on("streams", self.key(path), "")
        };
        if placed.place.is_ok() {
            if dir.data.is_none() {
                plan.finding(about(
                    "file-missing",
                    Severity::Warning,
                    "data.json is missing: the stream comes in without points.",
                ))?;
            }
            match (placed.has_downlink, &dir.downlink) {
                (true, None) => plan.finding(about(
                    "file-missing",
                    Severity::Warning,
                    "downlink.json is missing: the stream comes in without what was sent to it.",
                ))?,
                (false, Some(_)) => plan.finding(about(
                    "downlink-unannounced",
                    Severity::Info,
                    "There is a downlink.json, though the stream says that it has no downlink: its points come in.",
                ))?,
                _ => {}
            }
        }
        let schema = placed.schema.as_deref().map(Schema::compile);
        let schema = schema.and_then(Result::ok).flatten();
        for (lane, file) in lists(dir) {
            let name = self.key(&lane.name(path)).text.to_string();
            let owner = match &placed.place {
                Ok(id) => *id,
                Err(_) => {
                    skip(plan, &name, file, &placed.place)?;
                    continue;
                }
            };
            let list = List {
                series: &DATAPOINTS,
                owner,
                lane: lane as i64,
            };
            let known = plan.known_list(list, &name)?;
            let mut bringing = Bringing {
                file,
                name: &name,
                schema: schema.as_ref(),
                seen: Seen::default(),
                told: 0,
                bad: 0,
            };
            bringing.run(plan, &known)?;
            bringing.tell_of_others(plan)?;
            let seen = bringing.seen;
            seen.report(plan, &name, placed.is_ephemeral && lane == Lane::Data)?;
            self.note_unknown(&seen.unknown);
        }
        Ok(())
    }

    fn note_unknown(&mut self, keys: &BTreeSet<Box<str>>) {
        for key in keys {
            self.unknown_keys.note("datapoints", key);
        }
    }
}

/// Accounts for the points of a stream that does not come in.
fn skip(plan: &mut Planner, name: &str, file: &Path, place: &Place) -> Result<(), Stop> {
    let count = count(file)?;
    plan.account_list("datapoints", name, 0..count, Outcome::Skipped);
    if let Err(cause) = place
        && count > 0
    {
        let message = format!("{count} points belong to a stream that does not come in.");
        let finding = Finding::new("parent-left-out", Severity::Info, message)
            .on("datapoints", name, "")
            .because(cause.clone());
        plan.finding(finding)?;
    }
    plan.advance(count as usize)
}
