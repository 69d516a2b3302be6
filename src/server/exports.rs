//! `GET /api/nodes.geojson`, `/api/layers.geojson`, `/api/netjson`: the store's data as it goes
//! out, as the command `export` writes it.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::input::InQuery;
use super::rights::Reader;
use super::state::App;
use super::stream::from_store;
use super::trouble::{ErrorBody, Trouble};
use crate::export::geojson::{self, Detail};
use crate::export::{layers, netjson};

const GEOJSON: &str = "application/geo+json";

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(nodes))
        .routes(routes!(all_layers))
        .routes(routes!(network))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// `1`: also notes, e-mail addresses and leftovers; for staff
    full: Option<String>,
}

impl Wanted {
    fn detail(&self, reader: &Reader) -> Result<Detail, Trouble> {
        match self.full.as_deref() {
            None | Some("0" | "false") => Ok(Detail::Public),
            Some("1" | "true" | "") => reader.full(),
            Some(_) => Err(Trouble::bad("full is 1 or 0")),
        }
    }
}

/// The nodes one may see, as GeoJSON
#[utoipa::path(
    get, path = "/api/nodes.geojson", tag = "data", params(Wanted),
    responses(
        (status = 200, description = "A FeatureCollection of points: all for staff, one's own and access level 0 for others",
            body = Object, content_type = "application/geo+json"),
        (status = 401, description = "No account", body = ErrorBody),
        (status = 403, description = "`full` is for staff", body = ErrorBody),
    )
)]
async fn nodes(
    State(app): State<App>,
    reader: Reader,
    InQuery(wanted): InQuery<Wanted>,
) -> Result<Response, Trouble> {
    let (reach, detail) = (reader.reach(), wanted.detail(&reader)?);
    from_store(&app, GEOJSON, move |connection, out| {
        geojson::write(connection, reach, detail, out)?;
        Ok(())
    })
    .await
}

/// The layers, as GeoJSON
#[utoipa::path(
    get, path = "/api/layers.geojson", tag = "data",
    responses(
        (status = 200, description = "A FeatureCollection of areas, as `heirloom layers import` reads it: all for staff, published ones for others",
            body = Object, content_type = "application/geo+json"),
        (status = 401, description = "No account", body = ErrorBody),
    )
)]
async fn all_layers(State(app): State<App>, reader: Reader) -> Result<Response, Trouble> {
    let reach = reader.reach();
    from_store(&app, GEOJSON, move |connection, out| {
        layers::write(connection, reach, out)?;
        Ok(())
    })
    .await
}

/// The network, as NetJSON
#[utoipa::path(
    get, path = "/api/netjson", tag = "data", params(Wanted),
    responses(
        (status = 200, description = "A NetworkGraph: nodes are devices, links what joins them",
            body = Object, content_type = "application/json"),
        (status = 401, description = "No account", body = ErrorBody),
        (status = 403, description = "`full` is for staff", body = ErrorBody),
    )
)]
async fn network(
    State(app): State<App>,
    reader: Reader,
    InQuery(wanted): InQuery<Wanted>,
) -> Result<Response, Trouble> {
    let (reach, detail) = (reader.reach(), wanted.detail(&reader)?);
    from_store(&app, "application/json", move |connection, out| {
        netjson::write(connection, reach, detail, out)?;
        Ok(())
    })
    .await
}
