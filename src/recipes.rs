//! Mapping rules: what a legacy row becomes. No SQL of the store, no terminal.

pub mod apiomat;
pub mod apiomat_data;
pub mod connectordb;
pub mod nodeshot;
