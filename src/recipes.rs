//! Mapping rules: what a legacy row becomes. No SQL of the store, no terminal.

pub mod connectordb;
pub mod nodeshot;
