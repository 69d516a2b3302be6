//! What the project's own tasks share with its tests: [`world`] builds legacy databases,
//! [`servers`] gives databases to put them in.

pub mod python;
pub mod servers;
pub mod world;
