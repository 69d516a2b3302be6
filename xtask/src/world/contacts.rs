//! `nodeshot_contact` and `nodeshot_statistic`.

use rand::RngExt;

use super::clock;
use super::loom::Loom;
use super::nodes::pick;
use super::people::person;
use super::plan::{Plan, Stream, id_of};
use super::rows::{ContactRow, StatisticRow};
use super::words::{MESSAGES, USER_AGENTS};

pub(super) fn contact(loom: &Loom, number: usize) -> Option<ContactRow> {
    // Numbers above those of all owners: people who own no node.
    const OUTSIDERS: usize = 1_000_000;
    let mut rng = loom.plan.rng(Stream::Contact, number);
    let rng = &mut rng;
    let nodes = loom.plan.spec.nodes;
    let start = rng.random_range(0..nodes);
    let node = (start..start + nodes)
        .map(|node| node % nodes)
        .find(|&node| loom.is_plain_node(node))?;
    let day = rng.random_range(0..clock::DAYS);
    let sender = person(loom.plan.spec.seed, OUTSIDERS + number);
    Some(ContactRow {
        id: id_of(number),
        node_id: id_of(node),
        from_name: sender.name.into(),
        from_email: sender.email.into(),
        message: pick(rng, MESSAGES).into(),
        ip: format!("203.0.113.{}", rng.random_range(1..255)).into(),
        user_agent: pick(rng, USER_AGENTS).into(),
        http_referer: "".into(),
        accept_language: pick(
            rng,
            &[
                "it-IT,it;q=0.8,en-US;q=0.5,en;q=0.3",
                "it",
                "en-us,en;q=0.5",
            ],
        )
        .into(),
        date: clock::moment(&loom.plan, rng, day).into(),
    })
}

/// One day of a network that grows to the world's size.
pub(super) fn statistic(plan: &Plan, number: usize) -> StatisticRow {
    let mut rng = plan.rng(Stream::Statistic, number);
    let days = plan.spec.statistics().max(1);
    let grown = |size: usize| i64::try_from(size * (number + 1) / days).unwrap_or(i64::MAX);
    let links = grown(plan.spec.links());
    StatisticRow {
        id: id_of(number),
        active_nodes: grown(plan.spec.nodes / 2),
        potential_nodes: grown(plan.spec.nodes * 4 / 10),
        hotspots: grown(plan.spec.nodes / 10),
        links,
        km: (links as f64 * rng.random_range(1.1..1.3) * 100.0).round() / 100.0,
        date: format!("{} 23:55:00", clock::date(number as u64)).into(),
    }
}
