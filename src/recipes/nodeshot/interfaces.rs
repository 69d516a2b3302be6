//! Stage `interfaces`: interfaces with their addresses and access points.

use super::Nodeshot;
use super::addresses::{self, Padding};
use super::keys::Parent;
use super::reading::{Reading, orphan};
use super::schema::interface::{At, TABLE};
use crate::engine::names::{Holder, Names, OnTaken};
use crate::engine::{Cause, Claim, Draft, Finding, Placed, Planner, Severity, Stop, Target};
use crate::legacy::Columns;
use crate::legacy::LegacyRow;
use crate::model::{Key, Record as _, tables};
use crate::text;

/// What the end of a link is, as far as links care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Wireless,
    /// A tunnel or a virtual interface.
    Virtual,
    Wired,
}

/// An interface that is being mapped, with its parts.
struct Parts {
    kind: &'static str,
    addresses: Vec<Wanted>,
    vap: Option<tables::Vap>,
    draft: Option<Draft<tables::Interface>>,
    /// Refused, but standing since an earlier run.
    kept: Option<i64>,
}

/// An address on its way: its text, its canonical form.
struct Wanted {
    key: Key,
    column: &'static str,
    raw: String,
    address: Result<addresses::Address, ()>,
}

impl Nodeshot {
    pub(super) fn place_interfaces(&mut self, plan: &mut Planner) -> Result<(), Stop> {
        self.reserve::<tables::Interface>(plan, &TABLE)?;
        let mut names = plan.names(tables::IpAddress::TABLE, "address")?;
        self.release_addresses(plan, &mut names)?;
        self.batches(&TABLE, plan, |recipe, plan, rows| {
            recipe.place_interface_batch(plan, rows, &mut names)
        })
    }

    /// Frees the addresses that interfaces give up in this run: those that come in.
    fn release_addresses(&mut self, plan: &mut Planner, names: &mut Names) -> Result<(), Stop> {
        if plan.is_first_run(tables::IpAddress::TABLE)? {
            return Ok(());
        }
        let columns = ["id", "device_id", "ipv4_address", "ipv6_address"];
        self.pages(
            &TABLE,
            Columns::Only(&columns),
            plan,
            |recipe, plan, rows| {
                let keys: Vec<Key> = rows.iter().map(|row| Key::id(row.id)).collect();
                let keys: Vec<&Key> = keys.iter().collect();
                let standing = plan.standing(tables::Interface::TABLE, &keys)?;
                let mut wanted = Vec::with_capacity(rows.len());
                for mut row in rows {
                    let mut reading = Reading::new(&TABLE, "interfaces", recipe.zone, &mut row);
                    let stands = standing.get(&reading.key()).copied();
                    let comes = match recipe.devices.find(reading.int(At::device_id)) {
                        Parent::At(..) => stands != Some(false),
                        Parent::Fell(_) => false,
                        Parent::Unknown => stands == Some(true),
                    };
                    if comes {
                        wanted.extend(wanted_addresses(&mut reading));
                    }
                }
                let wishes = address_wishes(&wanted);
                plan.releases(
                    tables::IpAddress::TABLE,
                    "address",
                    names,
                    &wishes,
                    OnTaken::Refuse,
                )
            },
        )?;
        names.settle();
        Ok(())
    }

    fn place_interface_batch(
        &mut self,
        plan: &mut Planner,
        mut rows: Vec<LegacyRow>,
        names: &mut Names,
    ) -> Result<(), Stop> {
        let mut readings: Vec<Reading> = rows
            .iter_mut()
            .map(|row| Reading::new(&TABLE, "interfaces", self.zone, row))
            .collect();
        let mut batch = Vec::with_capacity(readings.len());
        for reading in &mut readings {
            let parts = self.begin_interface(plan, reading)?;
            batch.push(parts);
        }
        let claims = claim_addresses(plan, names, &batch)?;
        let mut claims = claims.into_iter();
        let mut ips = Vec::new();
        let mut vaps = Vec::new();
        let mut drafts = Vec::new();
        for (reading, parts) in readings.iter_mut().zip(&mut batch) {
            let Some(parts) = parts else { continue };
            for wanted in &parts.addresses {
                let claim = wanted.address.is_ok().then(|| claims.next()).flatten();
                if let Some(ip) = accept_address(plan, reading, wanted, claim)? {
                    ips.push((reading.id(), ip));
                }
            }
            if let Some(vap) = parts.vap.take() {
                vaps.push((reading.id(), vap));
            }
            if let Some(mut draft) = parts.draft.take() {
                draft.record.data = std::mem::take(&mut reading.data).into_json();
                drafts.push(draft);
            }
            reading.report(plan)?;
        }
        let ids: Vec<i64> = drafts.iter().map(|draft| draft.key.number).collect();
        let placed: Vec<(i64, Placed)> = ids.into_iter().zip(plan.place(drafts)?).collect();
        let kept = readings
            .iter()
            .zip(&batch)
            .filter_map(|(reading, parts)| Some((reading.id(), parts.as_ref()?.kept?)));
        let standing = kept.collect();
        let mut kinds = readings
            .iter()
            .zip(&batch)
            .filter_map(|(reading, parts)| Some((reading.id(), parts.as_ref()?.kind)));
        // both are in id order
        self.interfaces.settle(placed, standing, |id| {
            end(kinds.find(|(other, _)| *other == id).map(|(_, kind)| kind))
        });
        self.place_parts(plan, "ip_addresses", ips, |ip, id| ip.interface_id = id)?;
        let vaps = vaps
            .into_iter()
            .map(|(id, vap)| {
                let draft = Draft {
                    key: Key::id(id),
                    name: vap.essid.clone().unwrap_or_default(),
                    record: vap,
                    target: Target::New { id: None },
                    claim: None,
                    keeps: Vec::new(),
                    entity: Some("vaps"),
                };
                (id, draft)
            })
            .collect();
        self.place_parts(plan, "vaps", vaps, |vap, id| vap.interface_id = id)
    }

    /// Places what hangs on interfaces, once these have their ids.
    fn place_parts<R: crate::model::Record>(
        &mut self,
        plan: &mut Planner,
        entity: &'static str,
        parts: Vec<(i64, Draft<R>)>,
        set_interface: impl Fn(&mut R, i64),
    ) -> Result<(), Stop> {
        let mut drafts = Vec::with_capacity(parts.len());
        for (interface, mut draft) in parts {
            match self.interfaces.find(interface) {
                Parent::At(id, _) => {
                    set_interface(&mut draft.record, id);
                    drafts.push(draft);
                }
                Parent::Fell(cause) => {
                    let cause = cause.clone();
                    plan.fall_with(entity, &draft.key, &draft.name, &cause)?;
                }
                Parent::Unknown => {}
            }
        }
        plan.place(drafts)?;
        Ok(())
    }

    /// Reads an interface as far as its addresses; `None` where it has fallen.
    fn begin_interface(
        &mut self,
        plan: &mut Planner,
        reading: &mut Reading,
    ) -> Result<Option<Parts>, Stop> {
        let cname = reading.nonblank(At::cname);
        let legacy_type = reading.text_or_empty(At::kind);
        reading.name = cname.clone().unwrap_or_else(|| legacy_type.clone());
        let wanted = wanted_addresses(reading);
        let wifi = legacy_type == "wifi";
        let (essid, bssid) = (reading.nonblank(At::essid), reading.nonblank(At::bssid));
        let has_vap = wifi && (essid.is_some() || bssid.is_some());
        let device = reading.int(At::device_id);
        let key = reading.key();
        let device_id = match self.devices.find(device) {
            Parent::At(id, ()) => id,
            Parent::Fell(cause) => {
                let cause = cause.clone();
                let cause = reading.falls_with(plan, &cause)?;
                self.interface_fell(plan, reading, &wanted, has_vap.then_some(()), cause)?;
                return Ok(None);
            }
            Parent::Unknown => {
                let finding = orphan("interfaces", &key, &reading.name, "device", device);
                match plan.refuse::<tables::Interface>("interfaces", &key, finding)? {
                    Ok(kept) => {
                        return Ok(Some(Parts {
                            kind: kind_of(&legacy_type),
                            addresses: wanted,
                            vap: has_vap.then_some(tables::Vap {
                                interface_id: 0,
                                essid,
                                bssid,
                            }),
                            draft: None,
                            kept: Some(kept),
                        }));
                    }
                    Err(cause) => {
                        self.interface_fell(plan, reading, &wanted, has_vap.then_some(()), cause)?;
                        return Ok(None);
                    }
                }
            }
        };
        if cname.is_none() {
            reading.note(
                "no-cname",
                Severity::Info,
                format!("The interface has no cname: it is called {legacy_type:?}, as its type."),
            );
        }
        let draft = map_interface(reading, device_id, &legacy_type);
        let vap = if has_vap {
            Some(tables::Vap {
                interface_id: 0,
                essid,
                bssid,
            })
        } else {
            reading.data.set_text("essid", essid);
            reading.data.set_text("bssid", bssid);
            None
        };
        Ok(Some(Parts {
            kind: draft.record.kind,
            addresses: wanted,
            vap,
            draft: Some(draft),
            kept: None,
        }))
    }

    /// What hangs on a fallen interface falls with it.
    fn interface_fell(
        &mut self,
        plan: &mut Planner,
        reading: &mut Reading,
        wanted: &[Wanted],
        vap: Option<()>,
        cause: Cause,
    ) -> Result<(), Stop> {
        for address in wanted {
            plan.fall_with("ip_addresses", &address.key, &address.raw, &cause)?;
        }
        if vap.is_some() {
            plan.fall_with("vaps", &reading.key(), &reading.name, &cause)?;
        }
        self.interfaces.fell(reading.id(), cause);
        Ok(())
    }
}

fn end(kind: Option<&str>) -> End {
    match kind {
        Some("wireless") => End::Wireless,
        Some("tunnel" | "virtual") => End::Virtual,
        _ => End::Wired,
    }
}

fn kind_of(legacy_type: &str) -> &'static str {
    match legacy_type {
        "eth" => "ethernet",
        "wifi" => "wireless",
        "bridge" => "bridge",
        "vpn" => "tunnel",
        _ => "virtual",
    }
}

fn map_interface(
    reading: &mut Reading,
    device_id: i64,
    legacy_type: &str,
) -> Draft<tables::Interface> {
    let kind = kind_of(legacy_type);
    if kind == "virtual" {
        reading.data.set_text("type", Some(legacy_type.to_string()));
        if !["batman", "vwifi", "veth"].contains(&legacy_type) {
            reading.note(
                "interface-type-unknown",
                Severity::Warning,
                format!("{legacy_type:?} is no interface type of nodeshot 0.9: it is virtual now, the old type is kept in data.type."),
            );
        }
    }
    let mode = reading.nonblank(At::wireless_mode);
    let channel = reading.nonblank(At::wireless_channel);
    let polarity = reading.text(At::wireless_polarity);
    reading.data.set_text("wireless_polarity", polarity);
    let status = reading.text(At::status);
    reading.data.set_text("status", status);
    if let Some(draw_link) = reading.flag(At::draw_link) {
        reading.data.set("draw_link", draw_link);
    }
    let (mode, channel) = if kind == "wireless" {
        (mode, channel)
    } else {
        reading.data.set_text("wireless_mode", mode);
        reading.data.set_text("wireless_channel", channel);
        (None, None)
    };
    if let Some(channel) = &channel
        && !is_listed_channel(channel)
    {
        reading.note(
            "channel-off-list",
            Severity::Info,
            format!("The channel {channel:?} is not on nodeshot's list: it is kept as it is."),
        );
    }
    let mac = reading.nonblank(At::mac_address).and_then(|raw| {
        let mac = addresses::mac(&raw);
        if mac.is_none() {
            reading.note(
                "bad-mac",
                Severity::Warning,
                format!(
                    "{:?} is no MAC address: it becomes null, the text is kept in data.mac_address.",
                    text::printable(&raw)
                ),
            );
            reading.data.set("mac_address", raw);
        }
        mac
    });
    let added = reading.time(At::added);
    let updated = reading.time(At::updated);
    Draft {
        key: reading.key(),
        name: reading.name.clone(),
        record: tables::Interface {
            device_id,
            kind,
            name: reading.name.clone(),
            mac,
            mode,
            channel,
            data: String::new(),
            added,
            updated,
        },
        target: Target::New {
            id: Some(reading.id()),
        },
        claim: None,
        keeps: Vec::new(),
        entity: Some("interfaces"),
    }
}

/// The frequencies that nodeshot 0.9 offered, in MHz.
fn is_listed_channel(channel: &str) -> bool {
    let Ok(mhz) = channel.trim().parse::<u32>() else {
        return false;
    };
    match mhz {
        2412..=2472 => (mhz - 2412) % 5 == 0 && mhz != 2432,
        2484 => true,
        4915..=5080 => mhz % 5 == 0,
        5170..=5825 => mhz % 5 == 0,
        _ => false,
    }
}

fn wanted_addresses(reading: &mut Reading) -> Vec<Wanted> {
    let mut wanted = Vec::new();
    for (at, column, family) in [
        (At::ipv4_address, "ipv4_address", "4"),
        (At::ipv6_address, "ipv6_address", "6"),
    ] {
        if let Some(raw) = reading.nonblank(at) {
            wanted.push(Wanted {
                key: Key::part(reading.id(), family),
                column,
                address: addresses::address(&raw).ok_or(()),
                raw,
            });
        }
    }
    wanted
}

fn address_wishes<'a>(wanted: impl IntoIterator<Item = &'a Wanted>) -> Vec<(&'a Key, String)> {
    wanted
        .into_iter()
        .filter_map(|wanted| Some((&wanted.key, wanted.address.as_ref().ok()?.ip.to_string())))
        .collect()
}

/// Claims the readable addresses of a batch, in key order.
fn claim_addresses(
    plan: &mut Planner,
    names: &mut Names,
    batch: &[Option<Parts>],
) -> Result<Vec<Claim>, Stop> {
    let wishes = address_wishes(batch.iter().flatten().flat_map(|parts| &parts.addresses));
    plan.claims(
        tables::IpAddress::TABLE,
        "address",
        names,
        &wishes,
        OnTaken::Refuse,
    )
}

/// An address that comes in; one that does not is kept in the interface's `data`.
fn accept_address(
    plan: &mut Planner,
    reading: &mut Reading,
    wanted: &Wanted,
    claim: Option<Claim>,
) -> Result<Option<Draft<tables::IpAddress>>, Stop> {
    let shown = text::printable(&wanted.raw).into_owned();
    let about = |code, severity, message: String| {
        Finding::new(code, severity, message).on("ip_addresses", &wanted.key, &shown)
    };
    let refusal = match (&wanted.address, &claim) {
        (Err(()), _) => Some(about(
            "bad-address",
            Severity::Error,
            format!(
                "{shown:?} on interface {} is no IP address: it is refused, the text is kept in the interface's data.{}.",
                reading.id(),
                wanted.column
            ),
        )),
        (Ok(_), Some(Claim::Taken(holder))) => {
            let column = tables::IpAddress::TABLE.column("interface_id");
            let holder = match *holder {
                Holder::Planned(interface) => format!("interface {interface}"),
                Holder::Stored(row) => {
                    let row = plan.stored(tables::IpAddress::TABLE, row)?;
                    let interface = row.and_then(|row| row.values[column].as_int());
                    format!("interface {} of the store", interface.unwrap_or_default())
                }
            };
            Some(about(
                "address-taken",
                Severity::Error,
                format!(
                    "{shown:?} on interface {} is refused, because {holder} has it; the text is kept in the interface's data.{}.",
                    reading.id(),
                    wanted.column
                ),
            ))
        }
        _ => None,
    };
    if let Some(finding) = refusal {
        // what an earlier run brought stays as it was; the row is accounted for either way
        let _kept = plan.refuse::<tables::IpAddress>("ip_addresses", &wanted.key, finding)?;
        reading.data.set(wanted.column, wanted.raw.as_str());
        return Ok(None);
    }
    let Ok(address) = wanted.address else {
        return Ok(None);
    };
    if address.padding == Padding::Zeros {
        plan.finding(about(
            "address-zero-padded",
            Severity::Info,
            format!("{shown:?} is read as decimal: {}.", address.ip),
        ))?;
    }
    let protocol = if address.ip.is_ipv4() { "ipv4" } else { "ipv6" };
    Ok(Some(Draft {
        key: wanted.key.clone(),
        name: shown,
        record: tables::IpAddress {
            interface_id: 0,
            address: address.ip.to_string(),
            protocol,
            prefix_length: None,
        },
        target: Target::New { id: None },
        claim: claim.map(|claim| ("address", claim)),
        keeps: Vec::new(),
        entity: Some("ip_addresses"),
    }))
}
