mod folders;
mod metadata;
mod round;

use std::path::{Path, PathBuf};

/// Exports written by hand after the two producers.
fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/connectordb")
        .join(name)
}
