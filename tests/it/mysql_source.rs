//! Old sites on MySQL and MariaDB: what their tables hold, who may read them, and what happens
//! meanwhile.

mod connecting;
mod interrupted;
mod passwords;
mod rights;
mod shape;
mod snapshot;
mod texts;
mod times;
mod types;
