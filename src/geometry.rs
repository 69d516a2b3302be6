//! Areas of layers on the globe: read, proven sound, written, asked for points.
//!
//! Coordinates are WGS84 in degrees, longitude first, as GeoJSON has them.
//! An [`Area`] is sound once it exists: algorithms on polygons may panic or
//! answer nonsense on rings that cross themselves, so every ring is looked at
//! before any algorithm sees it.

mod index;
mod layers;
mod problem;
mod rings;

use geo::coordinate_position::{CoordPos, CoordinatePosition};
use geo::{Coord, LineString, Polygon};
use geojson::{Geometry, GeometryValue};
use serde::Deserialize as _;
use serde_json::Value;

pub use index::AreaIndex;
pub use layers::{LayerFeature, read_area, read_layers};
pub use problem::{AreaProblem, FeatureProblem, LayersFileError, RingName};

/// Longitude, latitude and whatever follows, as GeoJSON has it.
type Numbers = geojson::Position;

/// A sound area: one polygon or several, with holes or without.
///
/// The parts of a `MultiPolygon` may touch, share borders or overlap: the area
/// is all of them together. Holes lie within their polygon and apart from one
/// another.
#[derive(Clone, Debug, PartialEq)]
pub struct Area {
    polygons: Vec<Polygon<f64>>,
    shape: Shape,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Polygon,
    MultiPolygon,
}

impl Area {
    /// Reads a GeoJSON geometry, `{"type": "Polygon" or "MultiPolygon", "coordinates": …}`.
    ///
    /// A third coordinate (height) is left out.
    ///
    /// # Errors
    /// [`AreaProblem`] with the ring and the place.
    pub fn from_geojson(text: &str) -> Result<Self, AreaProblem> {
        let value = serde_json::from_str(text).map_err(|e| AreaProblem::NotJson(e.to_string()))?;
        Self::from_value(&value)
    }

    /// As [`Area::from_geojson`], from JSON that is read already.
    ///
    /// # Errors
    /// [`AreaProblem`] with the ring and the place.
    pub fn from_value(geometry: &Value) -> Result<Self, AreaProblem> {
        let shape = match geometry.get("type").and_then(Value::as_str) {
            Some("Polygon") => Shape::Polygon,
            Some("MultiPolygon") => Shape::MultiPolygon,
            Some(other) => return Err(AreaProblem::WrongType(format!("a {other}"))),
            None => return Err(AreaProblem::WrongType("no geometry".to_owned())),
        };
        if geometry.get("coordinates").is_none_or(Value::is_null) {
            return Err(AreaProblem::Empty);
        }
        let geometry = Geometry::deserialize(geometry).map_err(|_| AreaProblem::Malformed)?;
        let polygons = match &geometry.value {
            GeometryValue::Polygon { coordinates } => vec![polygon(coordinates, None)?],
            GeometryValue::MultiPolygon { coordinates } => coordinates
                .iter()
                .enumerate()
                .map(|(place, rings)| polygon(rings, Some(place)))
                .collect::<Result<_, _>>()?,
            _ => return Err(AreaProblem::Malformed),
        };
        if polygons.is_empty() {
            return Err(AreaProblem::Empty);
        }
        Ok(Self { polygons, shape })
    }

    /// The one text of this area: the type as it was given, keys in order, no spaces.
    #[must_use]
    pub fn to_geojson(&self) -> String {
        let mut polygons: Vec<Vec<Vec<Numbers>>> = self.polygons.iter().map(positions).collect();
        let value = match (self.shape, polygons.len()) {
            (Shape::Polygon, 1) => GeometryValue::new_polygon(polygons.swap_remove(0)),
            _ => GeometryValue::new_multi_polygon(polygons),
        };
        let text = Geometry::new(value).to_string();
        crate::model::canonical_json(text.into()).into()
    }

    /// Whether a point lies in the area; its border belongs to it.
    ///
    /// Each polygon is asked by itself: in a `MultiPolygon` geo counts a point
    /// on the border of two parts as outside of both. For many points see
    /// [`AreaIndex`].
    #[must_use]
    pub fn contains(&self, longitude: f64, latitude: f64) -> bool {
        let point = Coord {
            x: longitude,
            y: latitude,
        };
        let outside =
            |polygon: &Polygon<f64>| polygon.coordinate_position(&point) == CoordPos::Outside;
        longitude.is_finite() && latitude.is_finite() && !self.polygons.iter().all(outside)
    }

    /// The polygons of the area, at least one.
    #[must_use]
    pub fn polygons(&self) -> &[Polygon<f64>] {
        &self.polygons
    }
}

fn polygon(value: &[Vec<Numbers>], place: Option<usize>) -> Result<Polygon<f64>, AreaProblem> {
    let name = |ring| RingName {
        polygon: place,
        ring,
    };
    let mut rings = Vec::new();
    for (number, positions) in value.iter().enumerate() {
        rings.push(ring(positions, name(number))?);
    }
    let holes = rings.split_off(rings.len().min(1));
    let outer = rings.pop().ok_or(AreaProblem::Empty)?;
    let polygon = Polygon::new(outer, holes);
    rings::check(&polygon, name)?;
    Ok(polygon)
}

fn ring(positions: &[Numbers], name: RingName) -> Result<LineString<f64>, AreaProblem> {
    let mut coords = Vec::with_capacity(positions.len());
    for position in positions {
        let [x, y, ..] = *position.as_slice() else {
            return Err(AreaProblem::Malformed);
        };
        if !(-180.0..=180.0).contains(&x) {
            return Err(AreaProblem::Longitude {
                ring: name,
                value: x,
            });
        }
        if !(-90.0..=90.0).contains(&y) {
            return Err(AreaProblem::Latitude {
                ring: name,
                value: y,
            });
        }
        coords.push(Coord { x, y });
    }
    if coords.is_empty() && name.ring == 0 {
        return Err(AreaProblem::Empty);
    }
    if coords.len() < 4 {
        return Err(AreaProblem::TooFew {
            ring: name,
            count: coords.len(),
        });
    }
    if coords.first() != coords.last() {
        return Err(AreaProblem::Unclosed(name));
    }
    Ok(LineString::new(coords))
}

fn positions(polygon: &Polygon<f64>) -> Vec<Vec<Numbers>> {
    // adding zero turns -0, which JSON numbers of databases don't have, into 0
    let position = |coord: &Coord<f64>| Numbers::from([coord.x + 0.0, coord.y + 0.0]);
    std::iter::once(polygon.exterior())
        .chain(polygon.interiors())
        .map(|ring| ring.0.iter().map(position).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expected: &str) {
        let text = match Area::from_geojson(input) {
            Ok(area) => area.to_geojson(),
            Err(problem) => problem.to_string(),
        };
        assert_eq!(text, expected);
    }

    fn check_rings(rings: &str, expected: &str) {
        check(
            &format!(r#"{{"type":"Polygon","coordinates":{rings}}}"#),
            expected,
        );
    }

    #[test]
    fn text_is_canonical() {
        check(
            r#"{"coordinates":[[[12.50,41.0,7],[13,-0.0],[1e-7,42],[12.5,41]]],"type":"Polygon","bbox":[1,2,3,4]}"#,
            r#"{"coordinates":[[[12.5,41],[13,0],[1e-7,42],[12.5,41]]],"type":"Polygon"}"#,
        );
        let multi = r#"{"coordinates":[[[[0,0],[4,0],[4,4],[0,0]],[[2,1],[3,1],[3,2],[2,1]]]],"type":"MultiPolygon"}"#;
        check(multi, multi);
    }

    #[test]
    fn wrong_shapes() {
        check(
            "{",
            "it is not JSON: EOF while parsing an object at line 1 column 1",
        );
        check(
            r#"{"type":"Point","coordinates":[1,2]}"#,
            "it is a Point, and an area is a Polygon or a MultiPolygon",
        );
        check(
            "[]",
            "it is no geometry, and an area is a Polygon or a MultiPolygon",
        );
        check(r#"{"type":"Polygon"}"#, "it has no coordinates");
        check(
            r#"{"type":"MultiPolygon","coordinates":[]}"#,
            "it has no coordinates",
        );
        check(
            r#"{"type":"MultiPolygon","coordinates":[[]]}"#,
            "its coordinates are not rings of [longitude, latitude]",
        );
        let malformed = "its coordinates are not rings of [longitude, latitude]";
        check_rings("[[1,2],[3,4]]", malformed);
        check_rings(r#"[[["1","2"]]]"#, malformed);
        check_rings("[[[1]]]", malformed);
        check_rings("{}", malformed);
        check_rings("[]", "it has no coordinates");
        check_rings("[[]]", "it has no coordinates");
        check_rings(
            "[[[1e999,0]]]",
            "it is not JSON: number out of range at line 1 column 40",
        );
        let deep = "[".repeat(100_000);
        assert!(matches!(
            Area::from_geojson(&deep),
            Err(AreaProblem::NotJson(_))
        ));
    }

    #[test]
    fn wrong_rings() {
        check_rings(
            "[[[0,0],[1,1],[0,0]]]",
            "the outer ring has 3 positions, and a closed ring has at least 4",
        );
        check_rings(
            "[[[0,0],[1,0],[1,1],[0,1]]]",
            "the outer ring is not closed: its last position is not its first",
        );
        check_rings(
            "[[[0,0],[181,0],[1,1],[0,0]]]",
            "the outer ring has a longitude beyond ±180: 181",
        );
        check_rings(
            "[[[0,0],[1,90.5],[1,1],[0,0]]]",
            "the outer ring has a latitude beyond ±90: 90.5 (GeoJSON has longitude first)",
        );
        check(
            r#"{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]],[[[5,5],[6,5],[6,6],[5,5]],[[0,0]]]]}"#,
            "hole 1 of polygon 2 has 1 positions, and a closed ring has at least 4",
        );
    }

    #[test]
    fn points_of_parts_that_share_a_border() {
        let area = Area::from_geojson(
            r#"{"type":"MultiPolygon","coordinates":[[[[0,0],[2,0],[2,2],[0,2],[0,0]]],[[[2,0],[4,0],[4,2],[2,2],[2,0]]]]}"#,
        )
        .unwrap();
        for (point, expected) in [
            ((2.0, 1.0), true),
            ((2.0, 2.0), true),
            ((0.0, 0.0), true),
            ((4.1, 1.0), false),
            ((f64::NAN, 1.0), false),
        ] {
            assert_eq!(area.contains(point.0, point.1), expected, "{point:?}");
        }
    }
}
