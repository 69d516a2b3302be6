//! What can be wrong with an area or a layers file, in sentences.

use std::fmt;

use geo::Coord;
use thiserror::Error;

/// Names a ring in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RingName {
    /// Place of the polygon in a `MultiPolygon`, from 0; `None` in a `Polygon`.
    pub polygon: Option<usize>,
    /// 0 is the outer ring, the others are holes.
    pub ring: usize,
}

impl fmt::Display for RingName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ring {
            0 => f.write_str("the outer ring")?,
            hole => write!(f, "hole {hole}")?,
        }
        match self.polygon {
            Some(polygon) => write!(f, " of polygon {}", polygon + 1),
            None => Ok(()),
        }
    }
}

/// A position in a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position {
    /// Degrees east.
    pub longitude: f64,
    /// Degrees north.
    pub latitude: f64,
}

impl From<Coord<f64>> for Position {
    fn from(coord: Coord<f64>) -> Self {
        Self {
            longitude: coord.x,
            latitude: coord.y,
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "longitude {}, latitude {}",
            self.longitude, self.latitude
        )
    }
}

/// Why a geometry is no area.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum AreaProblem {
    /// The text can't be read; the message has line and column.
    #[error("it is not JSON: {0}")]
    NotJson(String),
    /// Another GeoJSON type, or none.
    #[error("it is {0}, and an area is a Polygon or a MultiPolygon")]
    WrongType(String),
    /// Nothing is in it.
    #[error("it has no coordinates")]
    Empty,
    /// The lists are not nested as the type demands.
    #[error("its coordinates are not rings of [longitude, latitude]")]
    Malformed,
    /// A ring of fewer than four positions.
    #[error("{ring} has {count} positions, and a closed ring has at least 4")]
    TooFew {
        /// Which ring.
        ring: RingName,
        /// How many it has.
        count: usize,
    },
    /// First and last position differ.
    #[error("{0} is not closed: its last position is not its first")]
    Unclosed(RingName),
    /// Fewer than three different positions.
    #[error("{0} encloses nothing")]
    Flat(RingName),
    /// Not on the globe.
    #[error("{ring} has a longitude beyond ±180: {value}")]
    Longitude {
        /// Which ring.
        ring: RingName,
        /// Degrees.
        value: f64,
    },
    /// Not on the globe; often longitude and latitude are swapped.
    #[error("{ring} has a latitude beyond ±90: {value} (GeoJSON has longitude first)")]
    Latitude {
        /// Which ring.
        ring: RingName,
        /// Degrees.
        value: f64,
    },
    /// A ring meets itself.
    #[error("{ring} crosses or touches itself at {at}")]
    SelfCrossing {
        /// Which ring.
        ring: RingName,
        /// Where.
        at: Position,
    },
    /// Two rings of one polygon cross or share a piece of border.
    #[error("{ring} crosses {other} at {at}")]
    RingsCross {
        /// One ring.
        ring: RingName,
        /// The other.
        other: RingName,
        /// Where.
        at: Position,
    },
    /// A hole with a part outside of its polygon.
    #[error("{0} lies outside of the outer ring")]
    HoleOutside(RingName),
    /// One hole within another.
    #[error("{0} and {1} overlap")]
    HolesOverlap(RingName, RingName),
}

/// Why a layers file can't be used.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum LayersFileError {
    /// The text can't be read; the message has line and column.
    #[error("the layers file is not JSON: {0}")]
    NotJson(String),
    /// Another kind of JSON.
    #[error("the layers file is {0}, and a GeoJSON FeatureCollection is needed")]
    NotCollection(String),
    /// A file in metres, or in the degrees of another ellipsoid.
    #[error(
        "the layers file has the coordinate system {0}, and longitude and latitude in WGS84 are needed"
    )]
    OtherSystem(String),
    /// One feature can't be a layer.
    #[error("feature {number}{label}: {problem}")]
    Feature {
        /// Place in the file, from 1.
        number: usize,
        /// Its slug or name in brackets, where it has one.
        label: String,
        /// Why.
        problem: FeatureProblem,
    },
}

/// Why a feature is no layer.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum FeatureProblem {
    /// Something else in the list.
    #[error("it is not a GeoJSON Feature")]
    NotFeature,
    /// Neither property, or blank ones.
    #[error("it has neither a name nor a slug")]
    Nameless,
    /// A name of signs only.
    #[error("no slug can be made from its name, so it needs the property slug")]
    NoSlug,
    /// A slug with other signs.
    #[error("its slug may have letters without accents, digits, - and _ only")]
    BadSlug,
    /// Used by an earlier feature.
    #[error("feature {0} has the same slug")]
    SameSlug(usize),
    /// A property of another type.
    #[error("its property {key} is not {wanted}")]
    Property {
        /// The property.
        key: &'static str,
        /// What it has to be.
        wanted: &'static str,
    },
    /// An unsound geometry.
    #[error("its area can't be used, {0}")]
    Area(#[from] AreaProblem),
}
