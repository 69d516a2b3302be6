//! What only a store on a PostgreSQL server has: sessions, sequences, schemas, privileges.

mod faults;
mod opening;
mod restoring;
mod run_lock;

use super::session::{IN_WEST, Site};

/// One node, and an empty database.
fn site() -> Site {
    Site::small(&[(1, "Alone", IN_WEST)]).on_server()
}
