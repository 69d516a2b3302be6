//! Oddities of `nodeshot_device` and `nodeshot_hna`.

use super::super::plan::{id_of, number_of};
use super::super::rows::{DeviceRow, HnaRow, Text};
use super::super::spec;
use super::{Near, Oddity, Partners, alone, odd};

pub(in super::super) const DEVICES: &[Oddity<DeviceRow>] = &[
    odd("device-cname-null", |row, _| cname(row, None)),
    odd("device-cname-null-again", |row, near| {
        let other = near.last("device-cname-null")?;
        let (node, _) = spec::DEVICES.parent(number_of(other));
        row.node_id = id_of(node);
        row.cname = None;
        Some(vec![other])
    }),
    odd("device-cname-blank", |row, _| cname(row, Some(""))),
    odd("device-cname-over-long", |row, _| {
        cname(row, Some(&"nano-".repeat(12)))
    }),
    odd("device-of-missing-node", |row, _| {
        row.node_id += MISSING;
        alone()
    }),
    odd("device-protocol-unlisted", |row, _| protocol(row, "babel")),
    odd("device-protocol-blank", |row, _| protocol(row, "")),
    odd("device-protocol-other-case", |row, _| protocol(row, "OLSR")),
    odd("device-type-null", |row, _| {
        row.model = None;
        alone()
    }),
    odd("device-name-escape-sequence", |row, near| {
        named(row, near, "ponte\x1b[2J")
    }),
    odd("device-name-emoji", |row, near| {
        named(row, near, "ponte 📡")
    }),
    odd("device-name-markup", |row, near| {
        named(row, near, "<b>ponte</b>")
    }),
    odd("device-added-zero", |row, _| {
        row.added = "0000-00-00 00:00:00".into();
        alone()
    }),
    odd("device-updated-unreadable", |row, _| {
        row.updated = "yesterday".into();
        alone()
    }),
];

pub(in super::super) const HNAS: &[Oddity<HnaRow>] = &[
    odd("hna-default-route", |row, _| route(row, "0.0.0.0/0")),
    odd("hna-bad-route", |row, _| route(row, "banana")),
    odd("hna-host-bits", |row, _| route(row, "10.0.0.5/24")),
    odd("hna-of-missing-device", |row, _| {
        row.device_id += MISSING;
        alone()
    }),
];

/// Added to an id it names a row that no world has.
pub(super) const MISSING: i64 = 100_000_000;

fn cname(row: &mut DeviceRow, cname: Option<&str>) -> Option<Partners> {
    row.cname = cname.map(Text::from);
    alone()
}

fn protocol(row: &mut DeviceRow, protocol: &str) -> Option<Partners> {
    row.routing_protocol = protocol.into();
    alone()
}

fn named(row: &mut DeviceRow, near: &Near<'_, DeviceRow>, name: &str) -> Option<Partners> {
    row.name = near.nth(name).into();
    alone()
}

fn route(row: &mut HnaRow, route: &str) -> Option<Partners> {
    row.route = route.into();
    alone()
}
