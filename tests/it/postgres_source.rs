//! Old sites on PostgreSQL: what their tables hold, who may read them, and what happens
//! meanwhile.

mod connecting;
mod interrupted;
mod rights;
mod shape;
mod snapshot;
mod times;
mod values;
