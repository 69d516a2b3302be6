//! Heirloom carries the data of a legacy installation into its successor: rehearsed before,
//! all of it or none of it, provable after, repeatable until launch.
//!
//! The data takes one street: [`legacy`] reads, [`recipes`] map, the [`engine`] plans, asks
//! and applies, the [`store`] keeps. ARCHITECTURE.md is the map.

pub mod archive;
pub mod cli;
pub mod config;
pub mod connect;
pub mod engine;
pub mod export;
pub mod files;
pub mod geometry;
pub mod json_schema;
pub mod legacy;
pub mod model;
pub mod password;
pub mod recipes;
pub mod scheduler;
pub mod server;
pub mod sql;
pub mod store;
pub mod text;
pub mod time;
