//! The store's data in formats that others read. Knows no command line and no server.

pub mod apiomat;
pub mod apiomat_data;
pub mod codes;
pub mod connectordb;
pub mod geojson;
pub mod layers;
pub mod netjson;
