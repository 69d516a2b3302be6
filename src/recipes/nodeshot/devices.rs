//! Stage `devices`: radios on nodes, and the routing protocols that they speak.

use std::collections::HashMap;

use super::Nodeshot;
use super::keys::Parent;
use super::reading::{Reading, orphan};
use super::schema::device::{At, TABLE};
use crate::engine::{Draft, Placed, Planner, Severity, Stop, Target};
use crate::legacy::LegacyRow;
use crate::model::{Key, Record as _, tables};

/// A protocol's name and version.
type Protocol = (String, Option<String>);
type Protocols = HashMap<Protocol, Known>;

/// A protocol that the store has.
#[derive(Clone, Copy)]
struct Known {
    id: i64,
    used: Use,
}

/// Whether a device of this run speaks it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Spoken,
    NotYet,
}

impl Nodeshot {
    pub(super) fn place_devices(&mut self, plan: &mut Planner) -> Result<(), Stop> {
        self.reserve::<tables::Device>(plan, &TABLE)?;
        let mut protocols = known_protocols(plan)?;
        self.batches(&TABLE, plan, |recipe, plan, rows| {
            recipe.place_device_batch(plan, rows, &mut protocols)
        })
    }

    fn place_device_batch(
        &mut self,
        plan: &mut Planner,
        rows: Vec<LegacyRow>,
        protocols: &mut Protocols,
    ) -> Result<(), Stop> {
        let mut drafts = Vec::with_capacity(rows.len());
        let mut spoken = Vec::with_capacity(rows.len());
        let mut standing = Vec::new();
        for mut row in rows {
            let mut reading = Reading::new(&TABLE, "devices", self.zone, &mut row);
            reading.name = reading.text_or_empty(At::name);
            let node = reading.int(At::node_id);
            let node_id = match self.node(node) {
                Parent::At(id, ()) => id,
                Parent::Fell(cause) => {
                    let cause = reading.falls_with(plan, &cause.clone())?;
                    if cause.code == "deleted-in-store" {
                        plan.keep(tables::DeviceRoutingProtocol::TABLE, &reading.key())?;
                    }
                    self.devices.fell(reading.id(), cause);
                    continue;
                }
                Parent::Unknown => {
                    let key = reading.key();
                    let finding = orphan("devices", &key, &reading.name, "node", node);
                    match plan.refuse::<tables::Device>("devices", &key, finding)? {
                        Ok(kept) => {
                            plan.keep(tables::DeviceRoutingProtocol::TABLE, &key)?;
                            standing.push((reading.id(), kept));
                        }
                        Err(cause) => self.devices.fell(reading.id(), cause),
                    }
                    continue;
                }
            };
            spoken.push(protocol(&mut reading));
            drafts.push(map_device(&mut reading, node_id));
            reading.report(plan)?;
        }
        let ids: Vec<i64> = drafts.iter().map(|draft| draft.key.number).collect();
        let placed = plan.place(drafts)?;
        let mut links = Vec::new();
        let mut all: Vec<(i64, Placed)> = Vec::with_capacity(ids.len());
        for ((id, place), protocol) in ids.into_iter().zip(placed).zip(spoken) {
            if place.is_err() {
                plan.keep(tables::DeviceRoutingProtocol::TABLE, &Key::id(id))?;
            } else if let (Ok(device_id), Some(protocol)) = (&place, protocol) {
                let routing_protocol_id = protocol_id(plan, protocols, protocol)?;
                links.push(Draft {
                    key: Key::id(id),
                    name: String::new(),
                    record: tables::DeviceRoutingProtocol {
                        device_id: *device_id,
                        routing_protocol_id,
                    },
                    target: Target::New { id: None },
                    claim: None,
                    keeps: Vec::new(),
                    entity: None,
                });
            }
            all.push((id, place));
        }
        plan.place(links)?;
        self.devices.settle(all, standing, |_| ());
        Ok(())
    }
}

fn map_device(reading: &mut Reading, node_id: i64) -> Draft<tables::Device> {
    let model = reading.text(At::kind);
    reading.data.set_text("model", model);
    match reading.nonblank(At::cname) {
        Some(cname) => reading.data.set("cname", cname),
        None => reading.note(
            "no-cname",
            Severity::Info,
            "The device has no cname: it comes in without one.",
        ),
    }
    let description = reading.nonblank(At::description);
    let added = reading.time(At::added);
    let updated = reading.time(At::updated);
    Draft {
        key: reading.key(),
        name: reading.name.clone(),
        record: tables::Device {
            node_id,
            name: reading.name.clone(),
            kind: "radio".into(),
            description,
            data: std::mem::take(&mut reading.data).into_json(),
            added,
            updated,
        },
        target: Target::New {
            id: Some(reading.id()),
        },
        claim: None,
        keeps: Vec::new(),
        entity: Some("devices"),
    }
}

fn protocol(reading: &mut Reading) -> Option<Protocol> {
    let version = reading.nonblank(At::routing_protocol_version);
    match reading.nonblank(At::routing_protocol) {
        Some(name) => Some((name, version)),
        None => {
            reading.data.set_text("routing_protocol_version", version);
            None
        }
    }
}

fn known_protocols(plan: &mut Planner) -> Result<Protocols, Stop> {
    let mut protocols = Protocols::new();
    let columns = ["name", "version"];
    plan.each_stored(tables::RoutingProtocol::TABLE, &columns, |id, cells| {
        if let Some(name) = cells[0].text() {
            let version = cells[1].text().map(str::to_string);
            let known = Known {
                id,
                used: Use::NotYet,
            };
            protocols
                .entry((name.to_string(), version))
                .or_insert(known);
        }
    })?;
    Ok(protocols)
}

/// The protocol's id; one that the store does not have is created.
fn protocol_id(
    plan: &mut Planner,
    protocols: &mut Protocols,
    protocol: Protocol,
) -> Result<i64, Stop> {
    let known = protocols.get(&protocol).copied();
    if let Some(Known {
        id,
        used: Use::Spoken,
    }) = known
    {
        return Ok(id);
    }
    let (name, version) = protocol.clone();
    let key = Key::text(format!(
        "{name}\t{}",
        version.as_deref().unwrap_or_default()
    ));
    if let Some(known) = known {
        plan.keep(tables::RoutingProtocol::TABLE, &key)?;
        let used = Use::Spoken;
        protocols.insert(protocol, Known { used, ..known });
        return Ok(known.id);
    }
    let placed = plan.place(vec![Draft {
        key,
        name: name.clone(),
        record: tables::RoutingProtocol { name, version },
        target: Target::Exact(None),
        claim: None,
        keeps: Vec::new(),
        entity: None,
    }])?;
    match placed.first() {
        Some(Ok(id)) => {
            let known = Known {
                id: *id,
                used: Use::Spoken,
            };
            protocols.insert(protocol, known);
            Ok(*id)
        }
        _ => Err(Stop::store("a routing protocol found no place")),
    }
}
