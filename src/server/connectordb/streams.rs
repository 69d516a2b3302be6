//! `crud/USER/DEVICE/STREAM`: series of data.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;

use super::access::{Access, Object};
use super::acting::change;
use super::auth::Operator;
use super::body::{self, Sent};
use super::data::query::{Params, no_more};
use super::errors::{Refusal, denied, hidden, untouchable};
use super::fields::{Changes, kept, shown, told as text_told};
use super::find::{self, FoundStream};
use crate::legacy::connectordb::names;
use crate::server::input::InPath;
use crate::server::state::App;
use crate::server::trouble::Trouble;
use crate::store::Connection;
use crate::store::streams::devices::Device;
use crate::store::streams::{self, Fields, Stream, is_taken};

/// The names of a stream, its device and its account, the account first.
pub type Path = (String, String, String);

/// A stream to be.
#[derive(Deserialize, ToSchema)]
pub struct NewStream {
    nickname: Option<String>,
    description: Option<String>,
    icon: Option<String>,
    /// A JSON Schema as text; anything where it is missing
    schema: Option<String>,
    datatype: Option<String>,
    /// It keeps no data
    ephemeral: Option<bool>,
    /// Others may send data to it
    downlink: Option<bool>,
}

/// The stream of a path, where they may see it.
pub fn find(
    connection: &mut Connection,
    operator: &Operator,
    (user, device, stream): &Path,
) -> Result<Option<FoundStream>, Trouble> {
    find::stream(connection, operator, (user, device, stream))
}

/// A stream
#[utoipa::path(
    get, path = "/api/v1/crud/{user}/{device}/{stream}", tag = "connectordb",
    params(
        ("user" = String, Path, description = "Its account"),
        ("device" = String, Path, description = "Its device"),
        ("stream" = String, Path, description = "Its name"),
    ),
    responses(
        (status = 200, description = "What of it may be read", body = Object),
        (status = 400, description = "There is a `q`", body = Refusal),
        (status = 404, description = "There is none, or it may not be seen", body = Refusal),
    ),
    security((), ("basic" = []), ("apikey" = []))
)]
pub async fn read(
    State(app): State<App>,
    operator: Operator,
    InPath(path): InPath<Path>,
    params: Params,
) -> Result<Response, Trouble> {
    no_more(params.get("q"))?;
    let json = app
        .stores
        .with(move |connection| as_read(connection, &operator, &path))
        .await?;
    Ok(body::json(&json))
}

/// The streams of a device.
pub async fn list(
    app: &App,
    operator: Operator,
    (user, device): (String, String),
) -> Result<Response, Trouble> {
    let all: Vec<Json> = app
        .stores
        .with(move |connection| {
            let found = find::device(connection, &operator, (&user, &device))?;
            let found = found.ok_or_else(hidden)?;
            let all = streams::of_device(connection, found.device.id)?;
            let all = all
                .iter()
                .map(|stream| Json::Object(told(stream, found.access)));
            Ok(all.collect())
        })
        .await?;
    Ok(body::json(&Json::Array(all)))
}

/// The streams of all devices of an account that they may see, each with its device.
pub async fn of_user(
    app: &App,
    operator: Operator,
    user: String,
    params: Params,
) -> Result<Response, Trouble> {
    let (public, downlink, visible) = (
        params.flag("public")?,
        params.flag("downlink")?,
        params.flag("visible")?,
    );
    let all: Vec<Json> = app
        .stores
        .with(move |connection| {
            let found = find::user(connection, &operator, &user)?.ok_or_else(hidden)?;
            let all = streams::of_user(connection, found.person.id)?;
            let wanted = |device: &Device, stream: &Stream| {
                (!public || device.fields.is_public)
                    && (!downlink || stream.fields.has_downlink)
                    && (!visible || device.fields.is_visible)
            };
            let seen = all.iter().filter_map(|(device, stream)| {
                let access = operator.towards_device(&found.person, device);
                let mut told = told(stream, access);
                told.insert("device".into(), device.name.clone().into());
                (access.sees() && wanted(device, stream)).then_some(Json::Object(told))
            });
            Ok(seen.collect())
        })
        .await?;
    Ok(body::json(&Json::Array(all)))
}

fn as_read(connection: &mut Connection, operator: &Operator, path: &Path) -> Result<Json, Trouble> {
    let found = find(connection, operator, path)?.ok_or_else(hidden)?;
    Ok(Json::Object(told(&found.stream, found.of.access)))
}

fn told(stream: &Stream, access: Access) -> Map<String, Json> {
    let fields = &stream.fields;
    shown(Object::Stream, access, |key| match key {
        "name" => stream.name.clone().into(),
        "nickname" => text_told(fields.nickname.as_deref()),
        "description" => text_told(fields.description.as_deref()),
        "icon" => text_told(fields.icon.as_deref()),
        "schema" => stream.schema().into(),
        "datatype" => text_told(fields.datatype.as_deref()),
        "ephemeral" => fields.is_ephemeral.into(),
        "downlink" => fields.has_downlink.into(),
        _ => Json::Null,
    })
}

/// Add a stream
#[utoipa::path(
    post, path = "/api/v1/crud/{user}/{device}/{stream}", tag = "connectordb",
    params(
        ("user" = String, Path, description = "Its account"),
        ("device" = String, Path, description = "Its device"),
        ("stream" = String, Path, description = "Its name"),
    ),
    request_body = NewStream,
    responses(
        (status = 200, description = "As it is now", body = Object),
        (status = 400, description = "The name or the body cannot be", body = Refusal),
        (status = 403, description = "Not theirs to add; the name is taken; or the schema is none", body = Refusal),
    ),
    security(("basic" = []), ("apikey" = []))
)]
pub async fn create(
    State(app): State<App>,
    operator: Operator,
    InPath(path): InPath<Path>,
    sent: Sent,
) -> Result<Response, Trouble> {
    check_name(&path.2)?;
    let new: NewStream = sent.read()?;
    let schemas = app.clone();
    let json = app
        .stores
        .with(move |connection| {
            change(connection, &operator, |connection, operator| {
                let found = find::device(connection, operator, (&path.0, &path.1))?;
                let found = found.ok_or_else(untouchable)?;
                if !found.access.makes() {
                    return Err(denied(
                        "You do not have permissions necessary to create this stream.",
                    ));
                }
                add(connection, &schemas, &found.device, &path.2, new)?;
                as_read(connection, operator, &path)
            })
        })
        .await?;
    Ok(body::json(&json))
}

fn check_name(stream: &str) -> Result<(), Trouble> {
    match names::is_usual(stream) {
        true => Ok(()),
        false => Err(Trouble::bad(format!(
            "No stream can have the name '{stream}'."
        ))),
    }
}

fn check_schema(app: &App, schema: &str) -> Result<(), Trouble> {
    match app.schemas.compiled(schema) {
        Ok(_) => Ok(()),
        Err(_) => Err(denied("The provided schema is not a valid JSONSchema")),
    }
}

/// Adds streams to a device that is being made.
///
/// # Errors
/// 400, 403, or the store fails.
pub fn add_all(
    connection: &mut Connection,
    app: &App,
    device: &Device,
    new: BTreeMap<String, NewStream>,
) -> Result<(), Trouble> {
    new.into_iter()
        .try_for_each(|(name, stream)| add(connection, app, device, &name, stream))
}

fn add(
    connection: &mut Connection,
    app: &App,
    device: &Device,
    name: &str,
    new: NewStream,
) -> Result<(), Trouble> {
    check_name(name)?;
    let fields = Fields {
        nickname: kept(new.nickname),
        description: kept(new.description),
        icon: kept(new.icon),
        schema: kept(Some(new.schema.unwrap_or_else(|| "{}".into()))),
        datatype: kept(new.datatype),
        is_ephemeral: new.ephemeral.unwrap_or(false),
        has_downlink: new.downlink.unwrap_or(false),
    };
    check_schema(app, fields.schema.as_deref().unwrap_or_default())?;
    let taken = || denied("Stream with this name already exists");
    if streams::find(connection, device.id, name)?.is_some() {
        return Err(taken());
    }
    streams::create(connection, device.id, name, &fields).map_err(|error| match is_taken(&error) {
        true => taken(),
        false => error.into(),
    })
}

/// Change a stream
///
/// What was sent to a stream that is no downlink any more goes.
#[utoipa::path(
    put, path = "/api/v1/crud/{user}/{device}/{stream}", tag = "connectordb",
    params(
        ("user" = String, Path, description = "Its account"),
        ("device" = String, Path, description = "Its device"),
        ("stream" = String, Path, description = "Its name"),
    ),
    request_body = Object,
    responses(
        (status = 200, description = "As it is now", body = Object),
        (status = 400, description = "The body cannot be", body = Refusal),
        (status = 403, description = "A field is unknown, of another type, or not theirs to change", body = Refusal),
    ),
    security(("basic" = []), ("apikey" = []))
)]
pub async fn update(
    State(app): State<App>,
    operator: Operator,
    InPath(path): InPath<Path>,
    sent: Sent,
) -> Result<Response, Trouble> {
    let changes = Changes::new(sent.read()?);
    let schemas = app.clone();
    let json = app
        .stores
        .with(move |connection| {
            change(connection, &operator, |connection, operator| {
                let found = locked(connection, operator, &path)?;
                if !found.of.access.touches() {
                    return Err(untouchable());
                }
                changes.check(Object::Stream, found.of.access)?;
                apply(connection, &schemas, &found.stream, &changes)?;
                as_read(connection, operator, &path)
            })
        })
        .await?;
    Ok(body::json(&json))
}

/// The stream of a path, to which nobody else writes until the transaction ends.
///
/// # Errors
/// 403 where they may not see it; the store fails.
pub fn locked(
    connection: &mut Connection,
    operator: &Operator,
    path: &Path,
) -> Result<FoundStream, Trouble> {
    let found = find(connection, operator, path)?.ok_or_else(untouchable)?;
    streams::lock(connection, found.stream.id)?;
    // whoever had it before may have changed or deleted it
    find(connection, operator, path)?
        .filter(|again| again.stream.id == found.stream.id)
        .ok_or_else(untouchable)
}

fn apply(
    connection: &mut Connection,
    app: &App,
    stream: &Stream,
    changes: &Changes,
) -> Result<(), Trouble> {
    let mut fields = stream.fields.clone();
    changes.put_text("nickname", &mut fields.nickname)?;
    changes.put_text("description", &mut fields.description)?;
    changes.put_text("icon", &mut fields.icon)?;
    changes.put_text("datatype", &mut fields.datatype)?;
    changes.put_flag("ephemeral", &mut fields.is_ephemeral)?;
    changes.put_flag("downlink", &mut fields.has_downlink)?;
    if let Some(schema) = changes.text("schema")? {
        check_schema(app, &schema)?;
        fields.schema = Some(schema);
    }
    Ok(streams::update(connection, stream, &fields)?)
}

/// Delete a stream with its data
#[utoipa::path(
    delete, path = "/api/v1/crud/{user}/{device}/{stream}", tag = "connectordb",
    params(
        ("user" = String, Path, description = "Its account"),
        ("device" = String, Path, description = "Its device"),
        ("stream" = String, Path, description = "Its name"),
    ),
    responses(
        (status = 200, description = "`ok`", body = String, content_type = "text/plain"),
        (status = 403, description = "Not theirs to delete", body = Refusal),
    ),
    security(("basic" = []), ("apikey" = []))
)]
pub async fn remove(
    State(app): State<App>,
    operator: Operator,
    InPath(path): InPath<Path>,
) -> Result<Response, Trouble> {
    app.stores
        .with(move |connection| {
            change(connection, &operator, |connection, operator| {
                let found = locked(connection, operator, &path)?;
                if !found.of.access.makes() {
                    return Err(denied(
                        "You do not have permissions necessary to delete this stream.",
                    ));
                }
                Ok(streams::delete(connection, found.stream.id)?)
            })
        })
        .await?;
    Ok(body::ok())
}
