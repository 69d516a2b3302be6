//! `/admin/layers/layer`: listing, adding, changing and removing layers.

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;

use super::layer_form::{Typed, read};
use super::visitor::{Super, Visitor};
use super::{Frame, page};
use crate::config::percent_encoded;
use crate::server::input::{Form, InPath};
use crate::server::layers::{AREA, FieldProblem, note};
use crate::server::state::App;
use crate::server::trouble::Trouble;
use crate::store::layers::{self, FullLayer, Layer, Shape};
use crate::text::printable;

const LIST: &str = "/admin/layers/layer";

/// For what is in the form beside the area.
const FIELDS: usize = 256 * 1024;

pub fn router() -> Router<App> {
    Router::new()
        .route("/admin/layers/layer", get(list))
        .route("/admin/layers/layer/", get(list))
        .route("/admin/layers/layer/add", get(blank).post(add))
        .route("/admin/layers/layer/{slug}/change", get(show).post(change))
        .route("/admin/layers/layer/{slug}/delete", get(ask).post(remove))
        .layer(DefaultBodyLimit::max(AREA + FIELDS))
}

#[derive(Template)]
#[template(path = "layers.html")]
struct List {
    frame: Frame,
    layers: Vec<Row>,
}

struct Row {
    /// The slug as an address takes it.
    path: String,
    slug: String,
    name: String,
    nodes: i64,
    area: String,
    published: &'static str,
}

impl From<Layer> for Row {
    fn from(layer: Layer) -> Self {
        Row {
            path: percent_encoded(&layer.slug),
            slug: printable(&layer.slug).into_owned(),
            name: printable(&layer.name).into_owned(),
            nodes: layer.nodes,
            area: match layer.shape {
                Shape::None => "none".into(),
                Shape::Polygons(1) => "1 polygon".into(),
                Shape::Polygons(count) => format!("{count} polygons"),
                Shape::Unsound => "unsound".into(),
            },
            published: if layer.is_published { "yes" } else { "no" },
        }
    }
}

fn frame(visitor: &Visitor) -> Frame {
    Frame {
        me: Some(visitor.me()),
    }
}

async fn all(app: &App) -> Result<Vec<Layer>, Trouble> {
    app.stores
        .with(|connection| Ok(layers::list(connection)?))
        .await
}

async fn list(State(app): State<App>, Super(visitor): Super) -> Result<Response, Trouble> {
    let layers = all(&app).await?.into_iter().map(Row::from).collect();
    let shown = List {
        frame: frame(&visitor),
        layers,
    };
    page(StatusCode::OK, &shown)
}

#[derive(Template)]
#[template(path = "layer.html")]
struct LayerPage {
    frame: Frame,
    csrf: String,
    heading: String,
    action: String,
    typed: Typed,
    problem: Option<FieldProblem>,
    /// The slug of the layer that is there, as an address takes it.
    existing: Option<String>,
    has_area: bool,
}

impl LayerPage {
    fn new(visitor: &Visitor, typed: Typed) -> Self {
        LayerPage {
            frame: frame(visitor),
            csrf: visitor.csrf.clone(),
            heading: "Add a layer".into(),
            action: format!("{LIST}/add"),
            typed,
            problem: None,
            existing: None,
            has_area: false,
        }
    }

    fn of(visitor: &Visitor, layer: &FullLayer, typed: Typed) -> Self {
        let path = percent_encoded(&layer.slug);
        LayerPage {
            heading: format!("Layer {}", printable(&layer.name)),
            action: format!("{LIST}/{path}/change"),
            existing: Some(path),
            has_area: layer.area.is_some(),
            ..LayerPage::new(visitor, typed)
        }
    }

    /// What is wrong with a field.
    fn problem(&self, field: &str) -> Option<&str> {
        let problem = self.problem.as_ref()?;
        (problem.field == field).then_some(&problem.problem)
    }

    fn refuse(self, problem: FieldProblem) -> Result<Response, Trouble> {
        let refused = LayerPage {
            problem: Some(problem),
            ..self
        };
        page(StatusCode::UNPROCESSABLE_ENTITY, &refused)
    }
}

/// What a field is refused for is shown beside it; anything else is trouble.
fn of_slug(done: Result<(), Trouble>) -> Result<Result<(), FieldProblem>, Trouble> {
    match done {
        Ok(()) => Ok(Ok(())),
        Err(trouble) if trouble.code == "taken" => Ok(Err(FieldProblem {
            field: "slug",
            problem: trouble.message,
        })),
        Err(trouble) => Err(trouble),
    }
}

async fn blank(Super(visitor): Super) -> Result<Response, Trouble> {
    let typed = Typed {
        is_published: true,
        ..Typed::default()
    };
    page(StatusCode::OK, &LayerPage::new(&visitor, typed))
}

async fn add(
    State(app): State<App>,
    Super(visitor): Super,
    form: Multipart,
) -> Result<Response, Trouble> {
    let typed = read(form).await?;
    visitor.check(&typed.csrf)?;
    let added = match typed.layer(None) {
        Err(problem) => Err(problem),
        Ok(layer) => {
            note(&visitor.reader, "adds", &layer.slug);
            let work = move |connection: &mut _| Ok(layers::create(connection, &layer)?);
            of_slug(app.stores.with(work).await)?
        }
    };
    match added {
        Ok(()) => Ok(Redirect::to(LIST).into_response()),
        Err(problem) => LayerPage::new(&visitor, typed).refuse(problem),
    }
}

async fn held(app: &App, slug: String) -> Result<FullLayer, Trouble> {
    app.stores
        .with(move |connection| Ok(layers::find(connection, &slug)?))
        .await
}

async fn show(
    State(app): State<App>,
    Super(visitor): Super,
    InPath(slug): InPath<String>,
) -> Result<Response, Trouble> {
    let layer = held(&app, slug).await?;
    let typed = Typed::from(&layer);
    page(StatusCode::OK, &LayerPage::of(&visitor, &layer, typed))
}

async fn change(
    State(app): State<App>,
    Super(visitor): Super,
    InPath(slug): InPath<String>,
    form: Multipart,
) -> Result<Response, Trouble> {
    let typed = read(form).await?;
    visitor.check(&typed.csrf)?;
    let layer = held(&app, slug.clone()).await?;
    let changed = match typed.layer(Some(&layer)) {
        Err(problem) => Err(problem),
        Ok(wanted) => {
            note(&visitor.reader, "changes", &slug);
            let work = move |connection: &mut _| Ok(layers::replace(connection, &slug, &wanted)?);
            of_slug(app.stores.with(work).await)?
        }
    };
    match changed {
        Ok(()) => Ok(Redirect::to(LIST).into_response()),
        Err(problem) => LayerPage::of(&visitor, &layer, typed).refuse(problem),
    }
}

#[derive(Template)]
#[template(path = "layer_delete.html")]
struct DeletePage {
    frame: Frame,
    csrf: String,
    path: String,
    name: String,
    nodes: i64,
}

async fn ask(
    State(app): State<App>,
    Super(visitor): Super,
    InPath(slug): InPath<String>,
) -> Result<Response, Trouble> {
    let all = all(&app).await?;
    let layer = all.into_iter().find(|layer| layer.slug == slug);
    let layer = layer.ok_or_else(|| Trouble::not_found("there is no such layer"))?;
    let shown = DeletePage {
        frame: frame(&visitor),
        csrf: visitor.csrf.clone(),
        path: percent_encoded(&layer.slug),
        name: printable(&layer.name).into_owned(),
        nodes: layer.nodes,
    };
    page(StatusCode::OK, &shown)
}

#[derive(Deserialize)]
struct Proof {
    csrf: String,
}

async fn remove(
    State(app): State<App>,
    Super(visitor): Super,
    InPath(slug): InPath<String>,
    Form(proof): Form<Proof>,
) -> Result<Response, Trouble> {
    visitor.check(&proof.csrf)?;
    note(&visitor.reader, "removes", &slug);
    app.stores
        .with(move |connection| Ok(layers::remove(connection, &slug)?))
        .await?;
    Ok(Redirect::to(LIST).into_response())
}
