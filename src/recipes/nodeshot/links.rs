//! Links between interfaces, and the routes that devices announce.

use std::collections::HashMap;

use super::interfaces::End;
use super::keys::Parent;
use super::reading::{Reading, orphan};
use super::schema::{hna, link};
use super::settings::Links;
use super::{Nodeshot, addresses, leave_out};
use crate::engine::{Draft, Finding, Planner, Severity, Stop, Target};
use crate::model::tables;
use crate::text;

/// The access level of what the old site did not show.
const HIDDEN: i64 = 3;

/// Links already met, by their directed pair of ends.
type Seen = HashMap<(i64, i64), i64>;

impl Nodeshot {
    pub(super) fn place_links(&mut self, plan: &mut Planner) -> Result<(), Stop> {
        if self.settings.links == Links::Skip {
            return self.skip_links(plan);
        }
        self.reserve::<tables::Link>(plan, &link::TABLE)?;
        let mut seen = Seen::new();
        self.batches(&link::TABLE, plan, |recipe, plan, rows| {
            let mut drafts = Vec::with_capacity(rows.len());
            for mut row in rows {
                let mut reading = Reading::new(&link::TABLE, "links", recipe.zone, &mut row);
                drafts.extend(recipe.map_link(plan, &mut reading, &mut seen)?);
                reading.report(plan)?;
            }
            plan.place(drafts)?;
            Ok(())
        })
    }

    fn skip_links(&mut self, plan: &mut Planner) -> Result<(), Stop> {
        let mut skipped = 0;
        self.batches(&link::TABLE, plan, |_, plan, rows| {
            for row in &rows {
                leave_out(plan, "links", &crate::model::Key::id(row.id));
                skipped += 1;
            }
            Ok(())
        })?;
        if skipped == 0 {
            return Ok(());
        }
        plan.finding(Finding::new(
            "links-not-imported",
            Severity::Info,
            format!("{skipped} links are left out, because nodeshot.import_links is false."),
        ))
    }

    fn map_link(
        &self,
        plan: &mut Planner,
        reading: &mut Reading,
        seen: &mut Seen,
    ) -> Result<Option<Draft<tables::Link>>, Stop> {
        use link::At;
        let key = reading.key();
        let from = reading.int(At::from_interface_id);
        let to = reading.int(At::to_interface_id);
        reading.name = format!("{} to {}", shown(from), shown(to));
        let mut ends = Vec::with_capacity(2);
        for id in [from, to] {
            match self.interfaces.find(id) {
                Parent::At(store_id, end) => ends.push((store_id, *end)),
                Parent::Fell(cause) => {
                    reading.falls_with(plan, cause)?;
                    return Ok(None);
                }
                Parent::Unknown => {
                    let finding = orphan("links", &key, &reading.name, "interface", id);
                    let _kept = plan.refuse::<tables::Link>("links", &key, finding)?;
                    return Ok(None);
                }
            }
        }
        if from == to {
            let finding = reading.about(
                "self-link",
                Severity::Error,
                format!(
                    "The link leads from interface {} to itself: it is refused.",
                    shown(from)
                ),
            );
            let _kept = plan.refuse::<tables::Link>("links", &key, finding)?;
            return Ok(None);
        }
        let (from, to) = (from.unwrap_or_default(), to.unwrap_or_default());
        if let Some(other) = seen.get(&(to, from)) {
            reading.note(
                "link-both-directions",
                Severity::Info,
                format!(
                    "Link {other} leads the other way between the same interfaces: both come in."
                ),
            );
        }
        seen.insert((from, to), key.number);
        let kind = match (ends[0].1, ends[1].1) {
            (End::Wireless, End::Wireless) => "radio",
            (End::Virtual, _) | (_, End::Virtual) => "virtual",
            _ => "ethernet",
        };
        let rates = (
            reading.int(At::sync_tx).filter(|rate| *rate != 0),
            reading.int(At::sync_rx).filter(|rate| *rate != 0),
        );
        let (min_rate, max_rate) = match rates {
            (Some(tx), Some(rx)) => (Some(tx.min(rx)), Some(tx.max(rx))),
            (one, other) => (one.or(other), one.or(other)),
        };
        if let (Some(tx), Some(rx)) = rates
            && tx != rx
        {
            reading.data.set("sync_tx", tx);
            reading.data.set("sync_rx", rx);
        }
        let hidden = reading.flag(At::hide).unwrap_or(false);
        let metric_value = reading.real(At::etx).filter(|etx| *etx != 0.0);
        let dbm = reading.int(At::dbm).filter(|dbm| *dbm != 0);
        Ok(Some(Draft {
            key,
            name: reading.name.clone(),
            record: tables::Link {
                interface_a_id: ends[0].0,
                interface_b_id: ends[1].0,
                kind,
                status: "active",
                metric_type: "etx",
                metric_value,
                dbm,
                min_rate,
                max_rate,
                access_level: if hidden { HIDDEN } else { 0 },
                data: std::mem::take(&mut reading.data).into_json(),
            },
            target: Target::New {
                id: Some(reading.id()),
            },
            claim: None,
            keeps: Vec::new(),
            entity: Some("links"),
        }))
    }

    pub(super) fn place_routes(&mut self, plan: &mut Planner) -> Result<(), Stop> {
        self.reserve::<tables::Route>(plan, &hna::TABLE)?;
        self.batches(&hna::TABLE, plan, |recipe, plan, rows| {
            let mut drafts = Vec::with_capacity(rows.len());
            for mut row in rows {
                let mut reading = Reading::new(&hna::TABLE, "routes", recipe.zone, &mut row);
                drafts.extend(recipe.map_route(plan, &mut reading)?);
                reading.report(plan)?;
            }
            plan.place(drafts)?;
            Ok(())
        })
    }

    fn map_route(
        &self,
        plan: &mut Planner,
        reading: &mut Reading,
    ) -> Result<Option<Draft<tables::Route>>, Stop> {
        use hna::At;
        let key = reading.key();
        let destination = reading.text_or_empty(At::route).trim().to_string();
        reading.name = destination.clone();
        let device = reading.int(At::device_id);
        let device_id = match self.devices.find(device) {
            Parent::At(id, ()) => id,
            Parent::Fell(cause) => {
                reading.falls_with(plan, cause)?;
                return Ok(None);
            }
            Parent::Unknown => {
                let finding = orphan("routes", &key, &reading.name, "device", device);
                let _kept = plan.refuse::<tables::Route>("routes", &key, finding)?;
                return Ok(None);
            }
        };
        match addresses::network(&destination) {
            Some(addresses::Network::Exact) => {}
            Some(addresses::Network::HostBits) => reading.note(
                "route-host-bits",
                Severity::Info,
                "The route has bits set behind its mask: it is kept as it is.",
            ),
            None => {
                let finding = reading.about(
                    "bad-route",
                    Severity::Error,
                    format!(
                        "{:?} is no network: the route is refused.",
                        text::printable(&destination)
                    ),
                );
                let _kept = plan.refuse::<tables::Route>("routes", &key, finding)?;
                return Ok(None);
            }
        }
        Ok(Some(Draft {
            key,
            name: destination.clone(),
            record: tables::Route {
                device_id,
                destination,
                data: std::mem::take(&mut reading.data).into_json(),
            },
            target: Target::New {
                id: Some(reading.id()),
            },
            claim: None,
            keeps: Vec::new(),
            entity: Some("routes"),
        }))
    }
}

fn shown(id: Option<i64>) -> String {
    id.map_or("nothing".into(), |id| id.to_string())
}
