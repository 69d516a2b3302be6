//! Oddities of `nodeshot_link`.

use super::super::links::interface_of;
use super::super::plan::{Kind, id_of, number_of};
use super::super::rows::LinkRow;
use super::super::spec::{DEVICES, INTERFACES};
use super::devices::MISSING;
use super::{Near, Oddity, alone, odd};

pub(in super::super) const LINKS: &[Oddity<LinkRow>] = &[
    odd("link-to-missing-interface", |row, _| {
        row.to_interface_id += MISSING;
        alone()
    }),
    odd("link-of-unconfirmed", |row, near| {
        let node = number_of(near.last("unconfirmed-with-dependants")?);
        let device = DEVICES.children(node).next()?;
        row.to_interface_id = id_of(INTERFACES.children(device).next()?);
        alone()
    }),
    odd("link-to-itself", |row, _| {
        row.to_interface_id = row.from_interface_id;
        alone()
    }),
    odd("link-both-directions", |row, near| {
        let previous = near.previous?;
        row.from_interface_id = previous.to_interface_id;
        row.to_interface_id = previous.from_interface_id;
        Some(vec![previous.id])
    }),
    odd("link-twice", |row, near| {
        let previous = near.previous?;
        row.from_interface_id = previous.from_interface_id;
        row.to_interface_id = previous.to_interface_id;
        Some(vec![previous.id])
    }),
    odd("link-ethernet", |row, near| {
        let from = on_the_same_node(row.from_interface_id, Kind::Eth, near)?;
        row.to_interface_id = on_the_same_node(row.to_interface_id, Kind::Eth, near)?;
        row.from_interface_id = from;
        // The constant that the old topology script gave to links of the second layer.
        row.etx = 1.042.into();
        alone()
    }),
    odd("link-to-vpn", |row, near| {
        row.to_interface_id = on_the_same_node(row.to_interface_id, Kind::Vpn, near)?;
        alone()
    }),
    odd("link-hidden", |row, _| {
        row.hide = true;
        alone()
    }),
    odd("link-rates-zero", |row, _| {
        (row.sync_tx, row.sync_rx) = (0, 0);
        alone()
    }),
    odd("link-rate-one-unknown", |row, _| {
        (row.sync_tx, row.sync_rx) = (54, 0);
        alone()
    }),
    odd("link-rates-both", |row, _| {
        (row.sync_tx, row.sync_rx) = (130, 65);
        alone()
    }),
    odd("link-dbm-zero", |row, _| {
        row.dbm = 0;
        alone()
    }),
    odd("link-etx-zero", |row, _| {
        row.etx = 0.0.into();
        alone()
    }),
    odd("link-etx-text", |row, _| {
        row.etx = "n/a".into();
        alone()
    }),
];

fn on_the_same_node(interface: i64, kind: Kind, near: &Near<'_, LinkRow>) -> Option<i64> {
    let (device, _) = INTERFACES.parent(number_of(interface));
    let (node, _) = DEVICES.parent(device);
    interface_of(near.loom, node, kind).map(id_of)
}
