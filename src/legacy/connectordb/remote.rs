//! A running ConnectorDB 0.3, over its REST API: [`download`] makes an export folder of it, as its
//! Python client would, and [`upload`] brings one into it.
//!
//! What a server answers is not trusted: answers have limits, redirects lead nowhere else, and
//! credentials go to the one server that was named. Reads are tried again where the connection
//! breaks; writes never are.

mod address;
mod amount;
mod client;
mod download;
mod error;
mod list;
mod server;
mod spool;
#[cfg(test)]
mod tests;
mod upload;
mod watch;

pub use address::{Address, BadAddress};
pub use amount::Amount;
pub use download::download;
pub use error::RemoteError;
pub use server::Server;
pub use spool::Spool;
pub use upload::upload;
pub use watch::{Progress, Watch};
