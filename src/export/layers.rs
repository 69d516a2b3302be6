//! Layers as a GeoJSON FeatureCollection, as `heirloom layers import` reads them back.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::geojson::ExportError;
use crate::store::connection::Connection;
use crate::store::layers::{self, FullLayer};
use crate::store::nodes::Reach;

/// Writes the layers in id order: all of them, or the published ones where somebody asks who
/// does not see everything. Returns how many.
///
/// # Errors
/// The store or the output fails; what is written then is no complete document.
pub fn write(
    connection: &mut Connection,
    reach: Reach,
    out: &mut impl Write,
) -> Result<u64, ExportError> {
    let mut layers = layers::full(connection)?;
    layers.retain(|layer| layer.is_published || reach == Reach::All);
    out.write_all(br#"{"type":"FeatureCollection","features":["#)?;
    for (index, layer) in layers.iter().enumerate() {
        out.write_all(if index == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &feature(layer)).map_err(io::Error::from)?;
    }
    out.write_all(b"\n]}\n")?;
    out.flush()?;
    Ok(layers.len() as u64)
}

/// One layer as a feature; an area that was inserted by hand and is no JSON is left out.
#[must_use]
pub fn feature(layer: &FullLayer) -> Value {
    let area = layer.area.as_ref();
    let area = area.and_then(|area| serde_json::from_str(&area.0).ok());
    let mut properties = Map::new();
    properties.insert("slug".into(), layer.slug.clone().into());
    properties.insert("name".into(), layer.name.clone().into());
    properties.insert("description".into(), layer.description.clone().into());
    properties.insert("organization".into(), layer.organization.clone().into());
    properties.insert("is_published".into(), layer.is_published.into());
    json!({
        "type": "Feature", "id": layer.id, "properties": properties,
        "geometry": area.unwrap_or(Value::Null),
    })
}
