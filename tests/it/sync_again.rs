//! Importing again: what changed in the source, what was edited in the store, and what belongs
//! to the store alone.

mod changes;
mod decisions;
mod edits;
mod last_good;
mod moves;
mod own_rows;

use crate::support::{Bench, row};

const LAYER_OF: &str =
    "SELECT n.id, l.slug FROM nodes n JOIN layers l ON l.id = layer_id ORDER BY n.id";

/// Two radios with a link, addresses and a message, imported.
fn imported() -> Bench {
    let bench = Bench::new();
    for id in 1..3 {
        bench.node(id, vec![]).device(id, id, vec![]).interface(
            id,
            id,
            row! { ipv4_address: format!("10.0.0.{id}"), essid: "net" },
        );
    }
    bench
        .link(1, 1, 2, vec![])
        .contact(1, 1, vec![])
        .route(1, 1, "10.0.0.0/8");
    bench.import().exits(0);
    bench
}
