//! The real program, asked over HTTPS by a client that trusts its certificate and no other.

mod accounts;
pub mod client;
mod connectordb;
mod exports;
mod layers;
mod limits;
mod maintenance;
mod openapi;
mod pages;
mod rehearsals;
mod rights;
mod runs;
mod stopping;
mod tls;
