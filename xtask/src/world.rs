//! Builds believable nodeshot 0.9 installations: the same rows for the same [`Spec`], whatever
//! takes them.
//!
//! Rows are computed from their number and stream into a [`Sink`] one table after the other, so
//! memory does not grow with them. What real installations hold and no form would let in is woven
//! into plain rows as named [oddities](oddities()), and a [`Manifest`] tells where each one is.

mod admins;
mod bulk;
mod clock;
mod contacts;
mod devices;
mod held;
mod interfaces;
mod layers;
mod links;
mod loom;
mod manifest;
pub mod mysql;
mod nodes;
mod odd;
mod people;
mod places;
mod plan;
pub mod postgres;
mod rows;
mod sink;
mod slug;
mod spec;
pub mod sqlite;
#[cfg(test)]
mod tests;
mod words;

use anyhow::Result;

pub use admins::ADMIN_PASSWORDS;
pub use layers::layers_geojson;
pub use manifest::{Manifest, Placed};
pub use odd::oddities;
pub use rows::{Cell, Row};
pub use sink::{Put, Sink};
pub use slug::slugify;
pub use spec::{Oddities, SMALL, Spec};

use loom::{Loom, Standing};

/// The tables that the importer reads, in the order in which they are written.
pub const TABLES: [&str; 9] = [
    "nodeshot_node",
    "auth_user",
    "nodeshot_userprofile",
    "nodeshot_device",
    "nodeshot_hna",
    "nodeshot_interface",
    "nodeshot_link",
    "nodeshot_statistic",
    "nodeshot_contact",
];

/// Writes the world's rows into a sink and tells where its oddities are.
///
/// # Errors
///
/// Those of the sink.
pub fn generate(spec: Spec, sink: &impl Sink) -> Result<Manifest> {
    let mut loom = Loom::new(spec, sink.unheld());
    loom.weave(sink, odd::NODES, spec.nodes, |loom, number| {
        let row = nodes::node(&loom.plan, number);
        Some((row, Standing::from(loom.is_plain_node(number))))
    })?;
    admins::write(&mut loom, sink)?;
    loom.weave(sink, odd::DEVICES, spec.devices(), |loom, number| {
        let (node, _) = spec::DEVICES.parent(number);
        let row = devices::device(&loom.plan, number);
        Some((row, Standing::from(loom.is_plain_node(node))))
    })?;
    loom.weave(sink, odd::HNAS, spec.hnas(), |loom, number| {
        let device = devices::device_of_hna(&loom.plan, number);
        let row = devices::hna(&loom.plan, number);
        Some((row, Standing::from(loom.is_plain_device(device))))
    })?;
    loom.weave(sink, odd::INTERFACES, spec.interfaces(), |loom, number| {
        let (device, _) = spec::INTERFACES.parent(number);
        let row = interfaces::interface(&loom.plan, number);
        Some((row, Standing::from(loom.is_plain_device(device))))
    })?;
    loom.weave(sink, odd::LINKS, spec.links(), |loom, number| {
        Some((links::link(loom, number)?, Standing::Plain))
    })?;
    loom.weave(sink, odd::STATISTICS, spec.statistics(), |loom, number| {
        Some((contacts::statistic(&loom.plan, number), Standing::Plain))
    })?;
    loom.weave(sink, odd::CONTACTS, spec.contacts(), |loom, number| {
        Some((contacts::contact(loom, number)?, Standing::Plain))
    })?;
    Ok(loom.marks.manifest)
}
