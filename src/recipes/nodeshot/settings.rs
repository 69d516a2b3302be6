//! What the configuration and the command line say about an import.

use chrono_tz::Tz;

use crate::config::{LayerChoice, NodeshotConfig, StatusMapping};
use crate::geometry::LayerFeature;

/// The settings of one import.
#[derive(Clone, Debug)]
pub struct Settings {
    pub default_layer: LayerChoice,
    pub status_mapping: StatusMapping,
    pub links: Links,
    pub time_zone: Option<Tz>,
    /// Layers that come in with the run.
    pub layers: Vec<LayerFeature>,
}

/// Whether links come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    Import,
    Skip,
}

impl From<&NodeshotConfig> for Settings {
    fn from(config: &NodeshotConfig) -> Self {
        Settings {
            default_layer: config.default_layer.clone(),
            status_mapping: config.status_mapping.clone(),
            links: if config.import_links {
                Links::Import
            } else {
                Links::Skip
            },
            time_zone: config.time_zone,
            layers: Vec::new(),
        }
    }
}
