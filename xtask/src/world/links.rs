//! `nodeshot_link`: radios that see each other.

use rand::RngExt;

use super::loom::Loom;
use super::plan::{Kind, Stream, id_of};
use super::rows::{DeviceRow, InterfaceRow, LinkRow, NodeRow, Row};
use super::spec::{DEVICES, INTERFACES};

/// The link of that number, between two nodes of the same layer, or none where the world is too
/// small for it.
pub(super) fn link(loom: &Loom, number: usize) -> Option<LinkRow> {
    let nodes = loom.plan.spec.nodes;
    let around = |start: usize| (start..start + nodes).map(|node| node % nodes);
    let (skipped, from) = around(number).enumerate().find_map(|(skipped, node)| {
        Some((skipped, (node, interface_of(loom, node, Kind::Wifi)?)))
    })?;
    let (from_node, from) = from;
    // Taking as many steps here as above keeps every pair of ends single.
    let to = around(from_node + 1)
        .take(nodes - 1)
        .filter(|&node| loom.plan.area(node) == loom.plan.area(from_node))
        .filter_map(|node| interface_of(loom, node, Kind::Wifi))
        .nth(skipped)?;
    let mut rng = loom.plan.rng(Stream::Link, number);
    Some(LinkRow {
        id: id_of(number),
        from_interface_id: id_of(from),
        to_interface_id: id_of(to),
        etx: (f64::from(rng.random_range(1000..4000)) / 1000.0).into(),
        dbm: rng.random_range(-88..-48),
        sync_tx: 0,
        sync_rx: 0,
        hide: false,
    })
}

/// The first interface of that type on a node, where nothing on the way to it is odd and the node
/// is confirmed.
pub(super) fn interface_of(loom: &Loom, node: usize, kind: Kind) -> Option<usize> {
    if !loom.is_plain_node(node) {
        return None;
    }
    DEVICES
        .children(node)
        .filter(|&device| !loom.is_odd(DeviceRow::TABLE, device))
        .flat_map(|device| INTERFACES.children(device))
        .find(|&interface| {
            loom.plan.kind(interface) == kind && !loom.is_odd(InterfaceRow::TABLE, interface)
        })
}

impl Loom {
    /// Whether a node is confirmed and carries no oddity, so that what hangs on it comes in.
    pub(super) fn is_plain_node(&self, node: usize) -> bool {
        self.plan.status(node) != "u" && !self.is_odd(NodeRow::TABLE, node)
    }

    /// The same of a device.
    pub(super) fn is_plain_device(&self, device: usize) -> bool {
        self.is_plain_node(DEVICES.parent(device).0) && !self.is_odd(DeviceRow::TABLE, device)
    }
}
