//! Nodes as a GeoJSON FeatureCollection, RFC 7946: WGS84, longitude first.
//!
//! Nodes are read page by page and written one by one, all from one state of the store. The
//! collection's frame is written here and not by the crate's writer, which closes the
//! document even where reading failed halfway: half a network must not look whole.

use std::io::{self, Write};

use geojson::feature::Id;
use geojson::{Feature, Geometry, GeometryValue, JsonObject, Position};
use serde_json::Value;

use crate::store::columns::TimeText;
use crate::store::connection::Connection;
use crate::store::nodes::{self, Placed, Reach};
use crate::time::stored_to_rfc3339;

const PAGE: i64 = 1_000;

/// How much of each row is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Without notes, addresses of people and leftovers.
    Public,
    /// Everything.
    Full,
}

impl Detail {
    /// The nodes of an export for which nobody in particular has asked.
    #[must_use]
    pub fn reach(self) -> Reach {
        match self {
            Detail::Public => Reach::Public,
            Detail::Full => Reach::All,
        }
    }
}

/// An export that did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Store(#[from] diesel::result::Error),
    #[error(transparent)]
    Output(#[from] io::Error),
}

/// Writes the nodes in id order, and returns how many.
///
/// # Errors
/// The store or the output fails; what is written then is no complete document.
pub fn write(
    connection: &mut Connection,
    reach: Reach,
    detail: Detail,
    out: &mut impl Write,
) -> Result<u64, ExportError> {
    connection.read(|connection| {
        out.write_all(br#"{"type":"FeatureCollection","features":["#)?;
        let mut written = 0_u64;
        let mut after = i64::MIN;
        loop {
            let page = nodes::page(connection, reach, after, PAGE)?;
            let Some(last) = page.last() else { break };
            after = last.node.id;
            for node in page {
                out.write_all(if written == 0 { b"\n" } else { b",\n" })?;
                serde_json::to_writer(&mut *out, &feature(node, detail))
                    .map_err(io::Error::from)?;
                written += 1;
            }
        }
        out.write_all(b"\n]}\n")?;
        out.flush()?;
        Ok(written)
    })
}

fn feature(placed: Placed, detail: Detail) -> Feature {
    let Placed {
        node,
        layer,
        status,
        owner,
        email,
    } = placed;
    let time = |stored: Option<TimeText>| stored.map(|time| stored_to_rfc3339(&time.0));
    let mut properties = JsonObject::new();
    let mut set = |key: &str, value: Value| properties.insert(key.into(), value);
    set("slug", node.slug.into());
    set("name", node.name.into());
    set("status", status.into());
    set("layer", layer.into());
    set("elevation", node.elevation.into());
    set("description", node.description.into());
    set("added", time(node.added).into());
    set("updated", time(node.updated).into());
    if detail == Detail::Full {
        set("notes", node.notes.into());
        set("data", json(node.data.0));
        set("access_level", node.access_level.into());
        set("owner", owner.into());
        set("email", email.into());
    }
    Feature {
        bbox: None,
        geometry: Some(Geometry::new(GeometryValue::Point {
            coordinates: Position::from([node.longitude, node.latitude]),
        })),
        id: Some(Id::Number(node.id.into())),
        properties: Some(properties),
        foreign_members: None,
    }
}

/// Stored JSON as it is; a text that was inserted by hand and is none, as a text.
fn json(text: String) -> Value {
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}
