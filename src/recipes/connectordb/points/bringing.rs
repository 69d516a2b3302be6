//! One list of points on its way into the store: what it has of them, and where the others go.

use std::collections::HashMap;
use std::path::Path;

use super::super::reading::unreadable;
use super::numbers::Numbers;
use super::seen::Seen;
use super::{fault, has_ranges};
use crate::engine::plan::{Known, Merge};
use crate::engine::{Finding, Outcome, Planner, Severity, Stop};
use crate::json_schema::Schema;
use crate::legacy::connectordb::points::{self, Flaw, Point, Points};
use crate::legacy::connectordb::{Cause as Blame, style};
use crate::model::{Key, Value};
use crate::store::lists::ListRow;
use crate::text;

/// One list on its way into the store.
pub struct Bringing<'a> {
    pub file: &'a Path,
    pub name: &'a str,
    pub schema: Option<&'a Schema>,
    pub seen: Seen,
    /// Flaws that were told: the file may be read twice.
    pub told: u64,
    /// Points that cannot be read.
    pub bad: u64,
}

impl Bringing<'_> {
    pub fn run(&mut self, plan: &mut Planner, known: &Known) -> Result<(), Stop> {
        let mut source = self.open(plan)?;
        let Some(points) = &mut source else {
            return Ok(());
        };
        if self.as_before(plan, points, known)? {
            return self.append(plan, points, known);
        }
        self.seen = Seen::default();
        self.seen.differs = true;
        match &mut self.open(plan)? {
            Some(points) => self.compare(plan, points, known),
            None => Ok(()),
        }
    }

    fn open(&mut self, plan: &mut Planner) -> Result<Option<Source>, Stop> {
        let points = match points::open(self.file) {
            Ok(points) => points,
            Err(error) if error.cause == Blame::Fault => return Err(fault(error)),
            Err(error) => {
                let key = Key::text(self.name);
                plan.finding(unreadable("datapoints", &key, &error)?)?;
                return Ok(None);
            }
        };
        self.seen.out_of_place = points.out_of_place();
        Ok(Some(Source { points, flaws: 0 }))
    }

    /// Whether the file begins with what earlier runs brought of it. Then that is accounted for.
    fn as_before(
        &mut self,
        plan: &mut Planner,
        source: &mut Source,
        known: &Known,
    ) -> Result<bool, Stop> {
        let mut passed = Numbers::default();
        let is_as_before = has_ranges(&known.ranges, || {
            let point = self.next(plan, source)?;
            Ok(point.map(|point| {
                passed.push(point.index);
                fields_of(&point)
            }))
        })?;
        if !is_as_before {
            return Ok(false);
        }
        for numbers in passed.0 {
            let count = numbers.end - numbers.start;
            plan.account_list("datapoints", self.name, numbers, Outcome::Unchanged);
            plan.advance(count as usize)?;
        }
        Ok(true)
    }

    /// What follows is new, unless somebody wrote the same here.
    fn append(
        &mut self,
        plan: &mut Planner,
        source: &mut Source,
        known: &Known,
    ) -> Result<(), Stop> {
        let Some(first) = self.next(plan, source)? else {
            return Ok(());
        };
        let is_behind = match plan.last_of(known)? {
            None => true,
            Some(last) if last.run.is_some() => time_of(&last) <= first.time,
            Some(last) => time_of(&last) < first.time,
        };
        match is_behind {
            true => self.bring(plan, plan.append_to(known), source, first, Candidates::Own),
            false => {
                let merge = plan.merge_into(known);
                self.bring(plan, merge, source, first, Candidates::Own)
            }
        }
    }

    /// Looks for each point among those of the store with the same time.
    fn compare(
        &mut self,
        plan: &mut Planner,
        source: &mut Source,
        known: &Known,
    ) -> Result<(), Stop> {
        let Some(first) = self.next(plan, source)? else {
            return Ok(());
        };
        let merge = plan.merge_anew(known);
        self.bring(plan, merge, source, first, Candidates::All)
    }

    fn bring(
        &mut self,
        plan: &mut Planner,
        mut merge: Merge,
        source: &mut Source,
        first: Point,
        candidates: Candidates,
    ) -> Result<(), Stop> {
        let mut created = Numbers::default();
        let mut unchanged = Numbers::default();
        // how many points of one time the store has that no point of the file was found to be
        let mut there: HashMap<u128, u32> = HashMap::new();
        let mut time = f64::NEG_INFINITY;
        let mut next = Some(first);
        while let Some(point) = next {
            if point.time > time {
                time = point.time;
                there.clear();
                pass_until(plan, &mut merge, time, &mut |row| {
                    if time_of(&row) == time && candidates.has(&row) {
                        *there.entry(canonical(&row.fields)).or_default() += 1;
                    }
                })?;
            }
            let fields = fields_of(&point);
            let same = match there.is_empty() {
                true => None,
                false => there.get_mut(&canonical(&fields)).filter(|left| **left > 0),
            };
            match same {
                Some(left) => {
                    *left -= 1;
                    merge.met(&fields);
                    unchanged.push(point.index);
                    unchanged.account_some(plan, self.name, Outcome::Unchanged)?;
                }
                None => {
                    merge.push(plan, fields)?;
                    created.push(point.index);
                    created.account_some(plan, self.name, Outcome::Created)?;
                }
            }
            next = self.next(plan, source)?;
        }
        created.account(plan, self.name, Outcome::Created)?;
        unchanged.account(plan, self.name, Outcome::Unchanged)?;
        merge.end(plan)
    }

    /// The next point; what is none is told and accounted for.
    fn next(&mut self, plan: &mut Planner, source: &mut Source) -> Result<Option<Point>, Stop> {
        loop {
            let flaw = match source.points.next() {
                None => return Ok(None),
                Some(Ok(point)) => {
                    self.seen.look_at(&point, self.schema);
                    return Ok(Some(point));
                }
                Some(Err(Flaw::Fault(error))) => return Err(fault(error)),
                Some(Err(flaw)) => flaw,
            };
            source.flaws += 1;
            if source.flaws > self.told {
                self.told = source.flaws;
                self.tell(plan, flaw)?;
            }
        }
    }

    /// The points that were not told one by one.
    pub fn tell_of_others(&self, plan: &mut Planner) -> Result<(), Stop> {
        let others = self.bad.saturating_sub(TOLD);
        if others == 0 {
            return Ok(());
        }
        let file = text::printable(&self.file.to_string_lossy()).into_owned();
        let message = format!("{others} more points of {file} cannot be read.");
        let finding = Finding::new("bad-point", Severity::Error, message)
            .on("datapoints", self.name, "")
            .refusing();
        plan.finding(finding)
    }

    fn tell(&mut self, plan: &mut Planner, flaw: Flaw) -> Result<(), Stop> {
        let file = text::printable(&self.file.to_string_lossy()).into_owned();
        match flaw {
            Flaw::Bad(bad) => {
                let message = format!(
                    "Point {} of {file}, at byte {}, cannot be read: {}.",
                    bad.index, bad.offset, bad.reason
                );
                let numbers = bad.index..bad.index + 1;
                plan.account_list("datapoints", self.name, numbers, Outcome::Refused);
                self.bad += 1;
                if self.bad > TOLD {
                    return Ok(());
                }
                let id = format!("{}[{}]", self.name, bad.index);
                let finding = Finding::new("bad-point", Severity::Error, message)
                    .on("datapoints", id, "")
                    .refusing();
                plan.finding(finding)
            }
            Flaw::Broken(broken) => {
                let message = format!(
                    "{file} breaks off at byte {}: {}. The points before it come in; mend the file and import again for the others.",
                    broken.offset, broken.reason
                );
                let finding = Finding::new("broken-list", Severity::Error, message)
                    .on("datapoints", self.name, "")
                    .refusing();
                plan.finding(finding)
            }
            Flaw::Fault(error) => Err(fault(error)),
        }
    }
}

/// Points of one file that are told one by one.
const TOLD: u64 = 100;

/// Which points of the store may be those of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Candidates {
    All,
    /// Those that no import brought.
    Own,
}

impl Candidates {
    fn has(self, row: &ListRow) -> bool {
        self == Candidates::All || row.run.is_none()
    }
}

/// A file of points, and how many flaws it had so far.
struct Source {
    points: Points,
    flaws: u64,
}

/// Passes the store's points up to a time, that time included.
fn pass_until(
    plan: &mut Planner,
    merge: &mut Merge,
    time: f64,
    each: &mut dyn FnMut(ListRow),
) -> Result<(), Stop> {
    while merge.peek(plan)?.is_some_and(|row| time_of(row) <= time) {
        if let Some(row) = merge.pass(plan)? {
            each(row);
        }
    }
    Ok(())
}

/// A point as it is stored.
pub fn fields_of(point: &Point) -> Vec<Value> {
    let text = |text: &Option<Box<str>>| match text {
        Some(text) => text::storable(text).as_ref().into(),
        None => Value::Null,
    };
    vec![
        Value::from(point.time),
        text(&point.value),
        text(&point.sender),
    ]
}

/// A hash that is the same whichever program wrote the JSON.
fn canonical(fields: &[Value]) -> u128 {
    let value = fields.get(1).and_then(Value::as_text).map(style::go);
    let sender = fields.get(2).and_then(Value::as_text);
    // no JSON has a NUL
    let text = format!(
        "{}\0{}",
        value.as_deref().unwrap_or_default(),
        sender.unwrap_or("\0")
    );
    xxhash_rust::xxh3::xxh3_128(text.as_bytes())
}

fn time_of(row: &ListRow) -> f64 {
    row.fields.first().and_then(Value::as_real).unwrap_or(0.0)
}
