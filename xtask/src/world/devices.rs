//! `nodeshot_device` and `nodeshot_hna`.

use rand::RngExt;

use super::clock;
use super::nodes::pick;
use super::plan::{Plan, Stream, id_of};
use super::rows::{DeviceRow, HnaRow, Text};
use super::spec::DEVICES;
use super::words::{MODELS, PROTOCOLS};

pub(super) fn device(plan: &Plan, number: usize) -> DeviceRow {
    let mut rng = plan.rng(Stream::Device, number);
    let rng = &mut rng;
    let (node, position) = DEVICES.parent(number);
    let (model, short) = pick(rng, MODELS);
    let again = match position {
        0 => String::new(),
        position => format!("-{}", position + 1),
    };
    let (protocol, version) = pick(rng, PROTOCOLS);
    let (added, updated) = clock::added_and_updated(plan, rng);
    DeviceRow {
        id: id_of(number),
        name: format!("{}-{short}{again}", plan.slug(node)).into(),
        cname: Some(format!("{short}{again}").into()),
        description: rng
            .random_bool(0.3)
            .then(|| Text::from(format!("{model} sul tetto"))),
        model: rng.random_bool(0.9).then(|| model.into()),
        node_id: id_of(node),
        routing_protocol: protocol.into(),
        routing_protocol_version: Some(version.into()),
        added: added.into(),
        updated: updated.into(),
    }
}

/// The device that announces the network of that number: evenly spread.
pub(super) fn device_of_hna(plan: &Plan, number: usize) -> usize {
    number * plan.spec.devices() / plan.spec.hnas().max(1)
}

pub(super) fn hna(plan: &Plan, number: usize) -> HnaRow {
    let mut rng = plan.rng(Stream::Hna, number);
    let route = if rng.random_bool(0.5) {
        format!("192.168.{}.0/24", rng.random_range(0..256))
    } else {
        format!(
            "172.{}.{}.0/24",
            rng.random_range(16..32),
            rng.random_range(0..256)
        )
    };
    HnaRow {
        id: id_of(number),
        device_id: id_of(device_of_hna(plan, number)),
        route: route.into(),
    }
}
