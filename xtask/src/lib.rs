//! What the project's own tasks share with its tests: [`world`] builds legacy databases.

pub mod world;
