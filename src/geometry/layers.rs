//! A layers file: a GeoJSON `FeatureCollection` in which each feature is a layer.

use std::collections::BTreeMap;

use super::{Area, AreaProblem, FeatureProblem, LayersFileError};
use crate::text::{Slug, printable, slugify, storable};
use serde_json::Value;

/// One layer as the file gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerFeature {
    /// Property `slug`, else made from the name. Unique in the file.
    pub slug: String,
    /// Property `name`, else the slug.
    pub name: String,
    /// Property `description`.
    pub description: Option<String>,
    /// Property `organization`.
    pub organization: Option<String>,
    /// Property `is_published`; a new layer that doesn't say is published, one that is
    /// there stays as it is.
    pub is_published: Option<bool>,
    /// The geometry; `None` is a layer that can only be the default one.
    pub area: Option<Area>,
}

/// Reads a layers file. Nothing is taken from a file with one bad feature.
///
/// # Errors
/// [`LayersFileError`] with the feature's number, its slug or name, and why.
pub fn read_layers(text: &str) -> Result<Vec<LayerFeature>, LayersFileError> {
    let file = parse(text)?;
    let features = match (
        file.get("type").and_then(Value::as_str),
        file.get("features"),
    ) {
        (Some("FeatureCollection"), Some(Value::Array(features))) => features,
        _ => return Err(LayersFileError::NotCollection(kind(&file))),
    };
    if let Some(system) = other_system(&file) {
        return Err(LayersFileError::OtherSystem(system));
    }
    let mut layers = Vec::with_capacity(features.len());
    let mut slugs = BTreeMap::new();
    for (number, feature) in (1..).zip(features) {
        let layer = read_feature(feature).and_then(|layer| {
            match slugs.insert(layer.slug.clone(), number) {
                Some(earlier) => Err(FeatureProblem::SameSlug(earlier)),
                None => Ok(layer),
            }
        });
        let label = || label(feature);
        layers.push(layer.map_err(|problem| LayersFileError::Feature {
            number,
            label: label(),
            problem,
        })?);
    }
    Ok(layers)
}

/// Reads a file with the area of one layer: a geometry, a feature, or a
/// collection of one feature, as drawing tools save them.
///
/// # Errors
/// [`AreaProblem`] where it isn't one sound area.
pub fn read_area(text: &str) -> Result<Area, AreaProblem> {
    let file =
        parse(text).map_err(|_| Area::from_geojson(text).err().unwrap_or(AreaProblem::Empty))?;
    let mut value = &file;
    if let Some(features) = value.get("features").and_then(Value::as_array) {
        match features.as_slice() {
            [one] => value = one,
            several => {
                return Err(AreaProblem::WrongType(format!(
                    "a collection of {} features",
                    several.len()
                )));
            }
        }
    }
    if value.get("type").and_then(Value::as_str) == Some("Feature") {
        value = value.get("geometry").unwrap_or(&Value::Null);
    }
    Area::from_value(value)
}

fn parse(text: &str) -> Result<Value, LayersFileError> {
    // Windows editors put a byte order mark first. Deep nesting is an error of serde_json.
    serde_json::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|error| LayersFileError::NotJson(error.to_string()))
}

fn kind(file: &Value) -> String {
    match (file.get("type").and_then(Value::as_str), file) {
        (Some("FeatureCollection"), _) => {
            "a FeatureCollection without a list of features".to_owned()
        }
        (Some(other), _) => format!("a {}", printable(other)),
        (None, Value::Object(_)) => "an object without a type".to_owned(),
        (None, Value::Array(_)) => "a list".to_owned(),
        (None, _) => "a single value".to_owned(),
    }
}

/// The name of a coordinate system other than WGS84. GeoJSON knows no other
/// since 2016; before, files named theirs.
fn other_system(file: &Value) -> Option<String> {
    let name = file.get("crs")?.get("properties")?.get("name")?.as_str()?;
    let wgs84 = name.ends_with("CRS84") || name.ends_with(":4326");
    (!wgs84).then(|| printable(name).into_owned())
}

fn label(feature: &Value) -> String {
    ["slug", "name"]
        .iter()
        .filter_map(|key| feature.get("properties")?.get(key)?.as_str())
        .find(|text| !text.trim().is_empty())
        .map(|text| format!(" ({})", printable(text.trim())))
        .unwrap_or_default()
}

fn read_feature(feature: &Value) -> Result<LayerFeature, FeatureProblem> {
    if feature.get("type").and_then(Value::as_str) != Some("Feature") {
        return Err(FeatureProblem::NotFeature);
    }
    let properties = match feature.get("properties") {
        None | Some(Value::Null) => &Value::Null,
        Some(object @ Value::Object(_)) => object,
        Some(_) => {
            return Err(FeatureProblem::Property {
                key: "properties",
                wanted: "an object",
            });
        }
    };
    let (slug, name) = match (words(properties, "slug")?, words(properties, "name")?) {
        (None, None) => return Err(FeatureProblem::Nameless),
        (None, Some(name)) => (slugify(&name), name),
        (Some(slug), None) => (slug.clone(), slug),
        (Some(slug), Some(name)) => (slug, name),
    };
    if slug.is_empty() {
        return Err(FeatureProblem::NoSlug);
    }
    if Slug::parse(&slug).is_none() {
        return Err(FeatureProblem::BadSlug);
    }
    Ok(LayerFeature {
        slug,
        name,
        description: words(properties, "description")?,
        organization: words(properties, "organization")?,
        is_published: match properties.get("is_published") {
            None | Some(Value::Null) => None,
            Some(Value::Bool(published)) => Some(*published),
            Some(_) => {
                return Err(FeatureProblem::Property {
                    key: "is_published",
                    wanted: "true or false",
                });
            }
        },
        area: match feature.get("geometry") {
            None | Some(Value::Null) => None,
            Some(geometry) => Some(Area::from_value(geometry)?),
        },
    })
}

/// A property's trimmed text, `None` where it is blank.
fn words(properties: &Value, key: &'static str) -> Result<Option<String>, FeatureProblem> {
    match properties.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => {
            let text = storable(text);
            let text = text.trim();
            Ok((!text.is_empty()).then(|| text.to_owned()))
        }
        Some(_) => Err(FeatureProblem::Property {
            key,
            wanted: "a text",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRIANGLE: &str = r#"{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}"#;

    fn collection(features: &[String]) -> String {
        format!(
            r#"{{"type":"FeatureCollection","features":[{}]}}"#,
            features.join(",")
        )
    }

    fn feature(properties: &str, geometry: &str) -> String {
        format!(r#"{{"type":"Feature","properties":{properties},"geometry":{geometry}}}"#)
    }

    fn check(text: &str, expected: Result<&[(&str, &str)], &str>) {
        let read = read_layers(text);
        let read = read.map(|l| l.into_iter().map(|l| (l.slug, l.name)).collect::<Vec<_>>());
        match (read, expected) {
            (Ok(layers), Ok(expected)) => {
                let layers: Vec<_> = layers
                    .iter()
                    .map(|(s, n)| (s.as_str(), n.as_str()))
                    .collect();
                assert_eq!(layers, expected);
            }
            (read, expected) => {
                assert_eq!(
                    read.map_err(|e| e.to_string()),
                    expected.map(|_| vec![]).map_err(str::to_owned)
                );
            }
        }
    }

    fn check_one(properties: &str, expected: Result<&[(&str, &str)], &str>) {
        check(&collection(&[feature(properties, TRIANGLE)]), expected);
    }

    #[test]
    fn names_and_slugs() {
        check_one(
            r#"{"name":" Città Alta "}"#,
            Ok(&[("citta-alta", "Città Alta")]),
        );
        check_one(r#"{"slug":"rome"}"#, Ok(&[("rome", "rome")]));
        check_one(r#"{"slug":"rome","name":"Roma"}"#, Ok(&[("rome", "Roma")]));
        check_one(
            r#"{"slug":" ","name":null}"#,
            Err("feature 1: it has neither a name nor a slug"),
        );
        check_one("null", Err("feature 1: it has neither a name nor a slug"));
        check_one(
            r#"{"name":"…"}"#,
            Err("feature 1 (…): no slug can be made from its name, so it needs the property slug"),
        );
        check_one(
            r#"{"slug":"a b\u001b"}"#,
            Err(
                "feature 1 (a b\\x1b): its slug may have letters without accents, digits, - and _ only",
            ),
        );
        check_one(
            r#"{"name":7}"#,
            Err("feature 1: its property name is not a text"),
        );
        check_one(
            r#"{"name":"x","is_published":"yes"}"#,
            Err("feature 1 (x): its property is_published is not true or false"),
        );
        check(
            &collection(&[
                feature(r#"{"name":"Rome"}"#, "null"),
                feature(r#"{"name":"x"}"#, "null"),
                feature(r#"{"slug":"rome"}"#, "null"),
            ]),
            Err("feature 3 (rome): feature 1 has the same slug"),
        );
    }

    #[test]
    fn everything_is_taken() {
        let text = collection(&[feature(
            r#"{"name":"Rome","description":"d","organization":"o","is_published":false,"fill":"red"}"#,
            TRIANGLE,
        )]);
        let layers = read_layers(&format!("\u{feff}{text}")).unwrap();
        let layer = &layers[0];
        assert_eq!(layer.description.as_deref(), Some("d"));
        assert_eq!(layer.organization.as_deref(), Some("o"));
        assert_eq!(layer.is_published, Some(false));
        assert_eq!(layer.area, Area::from_geojson(TRIANGLE).ok());
        let bare = read_layers(&collection(&[
            r#"{"type":"Feature","properties":{"name":"a"}}"#.to_owned(),
        ]))
        .unwrap();
        assert!(bare[0].is_published.is_none() && bare[0].area.is_none());
    }

    #[test]
    fn bad_files() {
        check(
            "{\n\"type\": x",
            Err("the layers file is not JSON: expected value at line 2 column 9"),
        );
        check(
            "",
            Err("the layers file is not JSON: EOF while parsing a value at line 1 column 0"),
        );
        check(
            TRIANGLE,
            Err("the layers file is a Polygon, and a GeoJSON FeatureCollection is needed"),
        );
        check(
            "[1]",
            Err("the layers file is a list, and a GeoJSON FeatureCollection is needed"),
        );
        check(
            r#"{"type":"FeatureCollection"}"#,
            Err(
                "the layers file is a FeatureCollection without a list of features, and a GeoJSON FeatureCollection is needed",
            ),
        );
        check(
            &collection(&["7".to_owned()]),
            Err("feature 1: it is not a GeoJSON Feature"),
        );
        check(&collection(&[]), Ok(&[]));
        check(
            &collection(&[feature(
                r#"{"name":"a"}"#,
                r#"{"type":"Point","coordinates":[1,2]}"#,
            )]),
            Err(
                "feature 1 (a): its area can't be used, it is a Point, and an area is a Polygon or a MultiPolygon",
            ),
        );
        check(
            r#"{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3857"}},"features":[]}"#,
            Err(
                "the layers file has the coordinate system urn:ogc:def:crs:EPSG::3857, and longitude and latitude in WGS84 are needed",
            ),
        );
        check(
            r#"{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}},"features":[]}"#,
            Ok(&[]),
        );
        let deep = format!(r#"{{"a":{}"#, "[".repeat(200_000));
        assert!(matches!(
            read_layers(&deep),
            Err(LayersFileError::NotJson(_))
        ));
    }

    #[test]
    fn one_area() {
        let area = Area::from_geojson(TRIANGLE);
        let one = feature("null", TRIANGLE);
        assert_eq!(read_area(TRIANGLE), area);
        assert_eq!(read_area(&one), area);
        assert_eq!(read_area(&collection(std::slice::from_ref(&one))), area);
        assert!(read_area(&collection(&[one.clone(), one])).is_err());
        assert!(matches!(read_area("{"), Err(AreaProblem::NotJson(_))));
        assert!(read_area(&feature("null", "null")).is_err());
    }
}
