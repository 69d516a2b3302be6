//! `/api/layers`: reading them needs an account, changing them a superuser. The rules are those
//! of the command `layers`.

use axum::Json;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::input::{InPath, JsonBody};
use super::rights::{Reader, Superuser};
use super::state::App;
use super::trouble::{ErrorBody, Trouble};
use crate::export::layers::feature;
use crate::geometry::{Area, LayerFeature, read_area};
use crate::store::layers::{self, FullLayer};
use crate::store::nodes::Reach;
use crate::text::{Slug, storable};

/// The largest area, in bytes.
pub const AREA: usize = 16 * 1024 * 1024;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, replace, remove))
        .layer(DefaultBodyLimit::max(AREA))
}

#[derive(Clone, Debug, Serialize, ToSchema)]
struct Shown {
    id: i64,
    slug: String,
    name: String,
    description: Option<String>,
    organization: Option<String>,
    is_published: bool,
    /// GeoJSON: a Polygon or MultiPolygon; none for a layer that is the default only
    #[schema(value_type = Option<Object>)]
    area: Value,
}

impl From<FullLayer> for Shown {
    fn from(layer: FullLayer) -> Self {
        let area = feature(&layer)["geometry"].take();
        Shown {
            id: layer.id,
            slug: layer.slug,
            name: layer.name,
            description: layer.description,
            organization: layer.organization,
            is_published: layer.is_published,
            area,
        }
    }
}

/// A layer as it was typed, on a page or in JSON.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Typed {
    name: String,
    /// Made from the name where it is missing
    slug: Option<String>,
    description: Option<String>,
    organization: Option<String>,
    /// True where it is missing; a layer that is there stays as it is
    is_published: Option<bool>,
    /// GeoJSON: a Polygon or MultiPolygon, bare or as a feature
    #[schema(value_type = Option<Object>)]
    area: Option<Value>,
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldProblem {
    pub field: &'static str,
    pub problem: String,
}

impl From<FieldProblem> for Trouble {
    fn from(FieldProblem { field, problem }: FieldProblem) -> Self {
        Trouble::refused("invalid", format!("{field}: {problem}"))
    }
}

/// Takes the words of a layer; blank ones are none.
///
/// # Errors
/// The first field that cannot be.
pub fn checked(
    name: &str,
    slug: &str,
    description: &str,
    organization: &str,
) -> Result<LayerFeature, FieldProblem> {
    let wrong = |field, problem: &str| FieldProblem {
        field,
        problem: problem.into(),
    };
    let filled = |text: &str| {
        let text = storable(text).trim().to_owned();
        (!text.is_empty()).then_some(text)
    };
    let name = filled(name).ok_or_else(|| wrong("name", "it is blank"))?;
    let slug = match slug.trim() {
        "" => Slug::from_name(&name)
            .ok_or_else(|| wrong("slug", "none can be made from the name; give one"))?,
        slug => Slug::parse(slug).ok_or_else(|| {
            wrong(
                "slug",
                "it may have letters without accents, digits, - and _ only",
            )
        })?,
    };
    Ok(LayerFeature {
        slug: slug.to_string(),
        name,
        description: filled(description),
        organization: filled(organization),
        is_published: None,
        area: None,
    })
}

/// Takes an area as GeoJSON.
///
/// # Errors
/// What is wrong with it.
pub fn checked_area(text: &str) -> Result<Option<Area>, FieldProblem> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    read_area(text).map(Some).map_err(|problem| FieldProblem {
        field: "area",
        problem: format!("it can't be used, {problem}"),
    })
}

impl Typed {
    fn check(self) -> Result<LayerFeature, FieldProblem> {
        let text = |text: Option<String>| text.unwrap_or_default();
        let slug = text(self.slug);
        let layer = checked(
            &self.name,
            &slug,
            &text(self.description),
            &text(self.organization),
        )?;
        let area = match self.area {
            None | Some(Value::Null) => None,
            Some(area) => checked_area(&area.to_string())?,
        };
        Ok(LayerFeature {
            is_published: self.is_published,
            area,
            ..layer
        })
    }
}

/// Who changes layers stands in the log.
pub fn note(reader: &Reader, does: &str, slug: &str) {
    let by = &reader.account.username;
    tracing::info!(target: "heirloom::server", "{by:?} {does} the layer {slug:?}");
}

/// The layers
#[utoipa::path(
    get, path = "/api/layers", tag = "layers",
    responses(
        (status = 200, description = "All for staff, published ones for others", body = [Shown]),
        (status = 401, description = "No account", body = ErrorBody),
    )
)]
async fn list(State(app): State<App>, reader: Reader) -> Result<Json<Vec<Shown>>, Trouble> {
    let mut all = app
        .stores
        .with(|connection| Ok(layers::full(connection)?))
        .await?;
    all.retain(|layer| sees(&reader, layer));
    Ok(Json(all.into_iter().map(Shown::from).collect()))
}

fn sees(reader: &Reader, layer: &FullLayer) -> bool {
    layer.is_published || reader.reach() == Reach::All
}

/// One layer
#[utoipa::path(
    get, path = "/api/layers/{slug}", tag = "layers",
    params(("slug" = String, Path, description = "Its slug")),
    responses(
        (status = 200, description = "With its area", body = Shown),
        (status = 401, description = "No account", body = ErrorBody),
        (status = 404, description = "There is no such layer", body = ErrorBody),
    )
)]
async fn show(
    State(app): State<App>,
    reader: Reader,
    InPath(slug): InPath<String>,
) -> Result<Json<Shown>, Trouble> {
    let missing = Trouble::not_found(format!("there is no layer {slug}"));
    let layer = app
        .stores
        .with(move |connection| Ok(layers::find(connection, &slug)?))
        .await
        .map_err(|trouble| match trouble.status {
            // the other slugs are not everybody's business
            StatusCode::NOT_FOUND => missing.clone(),
            _ => trouble,
        })?;
    match sees(&reader, &layer) {
        true => Ok(Json(layer.into())),
        false => Err(missing),
    }
}

/// Add a layer
#[utoipa::path(
    post, path = "/api/layers", tag = "layers",
    request_body = Typed,
    responses(
        (status = 201, description = "It is added; the header Location says where it is", body = Shown),
        (status = 401, description = "No account", body = ErrorBody),
        (status = 403, description = "For superusers", body = ErrorBody),
        (status = 409, description = "The slug is taken", body = ErrorBody),
        (status = 422, description = "A field cannot be", body = ErrorBody),
    )
)]
async fn create(
    State(app): State<App>,
    Superuser(reader): Superuser,
    JsonBody(typed): JsonBody<Typed>,
) -> Result<Response, Trouble> {
    let layer = typed.check()?;
    note(&reader, "adds", &layer.slug);
    let added = app
        .stores
        .with(move |connection| {
            layers::create(connection, &layer)?;
            Ok(layers::find(connection, &layer.slug)?)
        })
        .await?;
    let place = format!("/api/layers/{}", added.slug);
    let mut response = (StatusCode::CREATED, Json(Shown::from(added))).into_response();
    if let Ok(place) = HeaderValue::from_str(&place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// Give a layer all that the body says
#[utoipa::path(
    put, path = "/api/layers/{slug}", tag = "layers",
    params(("slug" = String, Path, description = "Its slug")),
    request_body = Typed,
    responses(
        (status = 200, description = "As it is now; what the body left out is gone", body = Shown),
        (status = 401, description = "No account", body = ErrorBody),
        (status = 403, description = "For superusers", body = ErrorBody),
        (status = 404, description = "There is no such layer", body = ErrorBody),
        (status = 409, description = "The new slug is taken", body = ErrorBody),
        (status = 422, description = "A field cannot be", body = ErrorBody),
    )
)]
async fn replace(
    State(app): State<App>,
    Superuser(reader): Superuser,
    InPath(slug): InPath<String>,
    JsonBody(mut typed): JsonBody<Typed>,
) -> Result<Json<Shown>, Trouble> {
    note(&reader, "changes", &slug);
    typed.slug.get_or_insert_with(|| slug.clone());
    let layer = typed.check()?;
    let replaced = app
        .stores
        .with(move |connection| {
            layers::replace(connection, &slug, &layer)?;
            Ok(layers::find(connection, &layer.slug)?)
        })
        .await?;
    Ok(Json(replaced.into()))
}

/// Remove a layer that holds no node
#[utoipa::path(
    delete, path = "/api/layers/{slug}", tag = "layers",
    params(("slug" = String, Path, description = "Its slug")),
    responses(
        (status = 204, description = "It is removed"),
        (status = 401, description = "No account", body = ErrorBody),
        (status = 403, description = "For superusers", body = ErrorBody),
        (status = 404, description = "There is no such layer", body = ErrorBody),
        (status = 409, description = "There are nodes in it", body = ErrorBody),
    )
)]
async fn remove(
    State(app): State<App>,
    Superuser(reader): Superuser,
    InPath(slug): InPath<String>,
) -> Result<StatusCode, Trouble> {
    note(&reader, "removes", &slug);
    app.stores
        .with(move |connection| Ok(layers::remove(connection, &slug)?))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
