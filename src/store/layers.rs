//! Layers: the areas that nodes belong to.

use std::collections::HashMap;

use diesel::prelude::*;

use super::columns::JsonText;
use super::connection::Connection;
use super::known::{self, Known};
use super::schema::{layers, nodes};
use crate::geometry::{Area, LayerFeature};
use crate::model::canonical_json;
use crate::text::Slug;

/// Why layers stay as they are.
#[derive(Debug, thiserror::Error)]
pub enum LayerError {
    #[error("the slug {slug} is taken by the layer {name}")]
    Taken { slug: String, name: String },
    #[error("there is no layer {slug}. The layers are: {known}")]
    Unknown { slug: String, known: Known },
    #[error(
        "the layer {slug} has {} in it, and every node belongs to a layer. Move them to another layer first",
        known::nodes(*nodes)
    )]
    InUse { slug: String, nodes: i64 },
    #[error(transparent)]
    Database(#[from] diesel::result::Error),
}

/// A layer as lists show it.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    pub id: i64,
    pub slug: String,
    pub name: String,
    pub nodes: i64,
    pub shape: Shape,
    pub is_published: bool,
}

/// A layer with all it has.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable)]
#[diesel(table_name = layers)]
pub struct FullLayer {
    pub id: i64,
    pub slug: String,
    pub name: String,
    pub description: Option<String>,
    pub organization: Option<String>,
    /// A GeoJSON geometry.
    pub area: Option<JsonText>,
    pub is_published: bool,
}

/// What a layer has for an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// None: the layer serves as default only.
    None,
    Polygons(usize),
    /// Inserted by hand, and no sound area.
    Unsound,
}

/// What bringing in one layer did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Added,
    Updated,
    Unchanged,
}

/// All columns but the id, as they are written.
#[derive(Insertable, AsChangeset, Queryable, Selectable, PartialEq)]
#[diesel(table_name = layers)]
#[diesel(treat_none_as_null = true)]
struct Fields {
    slug: String,
    name: String,
    description: Option<String>,
    organization: Option<String>,
    area: Option<JsonText>,
    is_published: bool,
}

impl From<&LayerFeature> for Fields {
    fn from(feature: &LayerFeature) -> Self {
        Fields {
            slug: feature.slug.clone(),
            name: feature.name.clone(),
            description: feature.description.clone(),
            organization: feature.organization.clone(),
            area: feature.area.as_ref().map(stored_area),
            is_published: feature.is_published.unwrap_or(true),
        }
    }
}

/// All layers in id order.
///
/// # Errors
/// The store fails.
pub fn list(connection: &mut Connection) -> QueryResult<Vec<Layer>> {
    let counts: HashMap<i64, i64> = nodes::table
        .group_by(nodes::layer_id)
        .select((nodes::layer_id, diesel::dsl::count_star()))
        .load(connection)?
        .into_iter()
        .collect();
    let rows: Vec<(i64, Fields)> = layers::table
        .order(layers::id)
        .select((layers::id, Fields::as_select()))
        .load(connection)?;
    Ok(rows
        .into_iter()
        .map(|(id, fields)| Layer {
            id,
            shape: shape(fields.area.as_ref().map(|area| area.0.as_str())),
            slug: fields.slug,
            name: fields.name,
            nodes: counts.get(&id).copied().unwrap_or(0),
            is_published: fields.is_published,
        })
        .collect())
}

/// All layers in id order, with their areas.
///
/// # Errors
/// The store fails.
pub fn full(connection: &mut Connection) -> QueryResult<Vec<FullLayer>> {
    layers::table
        .order(layers::id)
        .select(FullLayer::as_select())
        .load(connection)
}

/// The layer of a slug.
///
/// # Errors
/// [`LayerError::Unknown`], or the store fails.
pub fn find(connection: &mut Connection, slug: &str) -> Result<FullLayer, LayerError> {
    let found = layers::table
        .filter(layers::slug.eq(slug))
        .select(FullLayer::as_select())
        .first(connection)
        .optional()?;
    match found {
        Some(layer) => Ok(layer),
        None => Err(unknown(connection, slug)),
    }
}

fn unknown(connection: &mut Connection, slug: &str) -> LayerError {
    let known = layers::table.select(layers::slug).order(layers::slug);
    match known.load(connection) {
        Ok(known) => LayerError::Unknown {
            slug: slug.into(),
            known: Known(known),
        },
        Err(error) => error.into(),
    }
}

fn check_free(connection: &mut Connection, slug: &str) -> Result<(), LayerError> {
    let holder: Option<String> = layers::table
        .filter(layers::slug.eq(slug))
        .select(layers::name)
        .first(connection)
        .optional()?;
    match holder {
        Some(name) => Err(LayerError::Taken {
            slug: slug.into(),
            name,
        }),
        None => Ok(()),
    }
}

/// Adds one layer with all it has.
///
/// # Errors
/// [`LayerError::Taken`], or the store fails.
pub fn create(connection: &mut Connection, layer: &LayerFeature) -> Result<(), LayerError> {
    connection.write(|connection| {
        check_free(connection, &layer.slug)?;
        put_one(connection, layer)?;
        Ok(())
    })
}

/// Gives a layer all that `layer` says, another slug among it.
///
/// # Errors
/// [`LayerError::Unknown`], [`LayerError::Taken`], or the store fails.
pub fn replace(
    connection: &mut Connection,
    slug: &str,
    layer: &LayerFeature,
) -> Result<(), LayerError> {
    connection.write(|connection| {
        let held = find(connection, slug)?;
        if layer.slug != slug {
            check_free(connection, &layer.slug)?;
        }
        let mut wanted = Fields::from(layer);
        wanted.is_published = layer.is_published.unwrap_or(held.is_published);
        diesel::update(layers::table.find(held.id))
            .set(&wanted)
            .execute(connection)?;
        Ok(())
    })
}

/// Brings in the layers of a file, all of them or none: one whose slug exists is updated.
/// Says what became of each, in their order.
///
/// # Errors
/// The store fails; then nothing has changed.
pub fn put(connection: &mut Connection, features: &[LayerFeature]) -> QueryResult<Vec<Change>> {
    connection.write(|connection| {
        features
            .iter()
            .map(|feature| put_one(connection, feature))
            .collect()
    })
}

fn put_one(connection: &mut Connection, feature: &LayerFeature) -> QueryResult<Change> {
    let mut wanted = Fields::from(feature);
    let held: Option<(i64, Fields)> = layers::table
        .filter(layers::slug.eq(&wanted.slug))
        .select((layers::id, Fields::as_select()))
        .first(connection)
        .optional()?;
    let Some((id, mut held)) = held else {
        diesel::insert_into(layers::table)
            .values(&wanted)
            .execute(connection)?;
        return Ok(Change::Added);
    };
    wanted.is_published = feature.is_published.unwrap_or(held.is_published);
    held.area = held
        .area
        .map(|area| JsonText(canonical_json(area.0.into()).into()));
    if held == wanted {
        return Ok(Change::Unchanged);
    }
    diesel::update(layers::table.find(id))
        .set(&wanted)
        .execute(connection)?;
    Ok(Change::Updated)
}

/// Adds one published layer, and returns its id.
///
/// # Errors
/// [`LayerError::Taken`], or the store fails.
pub fn add(
    connection: &mut Connection,
    slug: &Slug,
    name: &str,
    area: Option<&Area>,
) -> Result<i64, LayerError> {
    connection.write(|connection| {
        check_free(connection, slug.as_str())?;
        diesel::insert_into(layers::table)
            .values(Fields {
                slug: slug.to_string(),
                name: name.into(),
                description: None,
                organization: None,
                area: area.map(stored_area),
                is_published: true,
            })
            .execute(connection)?;
        Ok(layers::table
            .filter(layers::slug.eq(slug.as_str()))
            .select(layers::id)
            .first(connection)?)
    })
}

/// Removes a layer that holds no node.
///
/// # Errors
/// [`LayerError::Unknown`], [`LayerError::InUse`], or the store fails.
pub fn remove(connection: &mut Connection, slug: &str) -> Result<(), LayerError> {
    connection.write(|connection| {
        let id = find(connection, slug)?.id;
        let nodes: i64 = nodes::table
            .filter(nodes::layer_id.eq(id))
            .count()
            .get_result(connection)?;
        if nodes > 0 {
            let slug = slug.into();
            return Err(LayerError::InUse { slug, nodes });
        }
        diesel::delete(layers::table.find(id)).execute(connection)?;
        Ok(())
    })
}

/// An area in the form in which both stores hold it.
fn stored_area(area: &Area) -> JsonText {
    JsonText(area.to_geojson())
}

fn shape(area: Option<&str>) -> Shape {
    match area.map(Area::from_geojson) {
        None => Shape::None,
        Some(Ok(area)) => Shape::Polygons(area.polygons().len()),
        Some(Err(_)) => Shape::Unsound,
    }
}
