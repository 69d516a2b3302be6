//! `crud/USER/DEVICE`: what writes streams.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;

use super::access::{Access, Object};
use super::acting::{change, make_own};
use super::auth::Operator;
use super::body::{self, Sent};
use super::data::query::{Params, no_more};
use super::errors::{Refusal, denied, hidden, untouchable};
use super::fields::{Changes, kept, shown, told as text_told};
use super::find;
use super::streams::{self, NewStream};
use crate::legacy::connectordb::names;
use crate::server::input::InPath;
use crate::server::state::App;
use crate::server::trouble::Trouble;
use crate::store::Connection;
use crate::store::maintenance;
use crate::store::streams::devices::{self, Device, Fields, META, USER};
use crate::store::streams::is_taken;
use crate::store::streams::people::Person;

/// The roles that a device can have.
const ROLES: [&str; 5] = ["", "none", "reader", "writer", "user"];

/// A device to be, with its streams.
#[derive(Deserialize, ToSchema)]
pub struct NewDevice {
    nickname: Option<String>,
    description: Option<String>,
    icon: Option<String>,
    /// A new one where it is missing or empty
    apikey: Option<String>,
    enabled: Option<bool>,
    public: Option<bool>,
    /// Empty, `none`, `reader`, `writer` or `user`
    role: Option<String>,
    visible: Option<bool>,
    user_editable: Option<bool>,
    streams: Option<BTreeMap<String, NewStream>>,
}

/// A device, or its streams
#[utoipa::path(
    get, path = "/api/v1/crud/{user}/{device}", tag = "connectordb",
    params(
        ("user" = String, Path, description = "Its account"),
        ("device" = String, Path, description = "Its name"),
        ("q" = Option<String>, Query, description = "`ls` or `streams`: its streams"),
    ),
    responses(
        (status = 200, description = "What of it may be read", body = Object),
        (status = 400, description = "`q` is something else", body = Refusal),
        (status = 404, description = "There is none, or it may not be seen", body = Refusal),
    ),
    security((), ("basic" = []), ("apikey" = []))
)]
pub async fn read(
    State(app): State<App>,
    operator: Operator,
    InPath(path): InPath<(String, String)>,
    params: Params,
) -> Result<Response, Trouble> {
    if [USER, META].contains(&path.1.as_str()) {
        own_devices(&app, &operator, &path.0).await?;
    }
    if let Some("ls" | "streams") = params.get("q") {
        return streams::list(&app, operator, path).await;
    }
    no_more(params.get("q"))?;
    let json = app
        .stores
        .with(move |connection| as_read(connection, &operator, &path))
        .await?;
    Ok(body::json(&json))
}

/// Makes the own devices of an account that they may see, where they are missing.
async fn own_devices(app: &App, operator: &Operator, user: &str) -> Result<(), Trouble> {
    let (operator, user) = (operator.clone(), user.to_owned());
    let missing = app
        .stores
        .with(move |connection| {
            let epoch = maintenance::epoch(connection)?;
            let found = find::user(connection, &operator, &user)?;
            let Some(found) = found.filter(|found| found.access.touches()) else {
                return Ok(None);
            };
            let has = devices::has_own(connection, found.person.id)?;
            Ok((!has).then_some((found.person.id, epoch)))
        })
        .await?;
    match missing {
        Some((user, epoch)) => make_own(app, user, epoch).await,
        None => Ok(()),
    }
}

/// The devices of an account that they may see.
pub async fn list(app: &App, operator: Operator, user: String) -> Result<Response, Trouble> {
    own_devices(app, &operator, &user).await?;
    let all: Vec<Json> = app
        .stores
        .with(move |connection| {
            let found = find::user(connection, &operator, &user)?.ok_or_else(hidden)?;
            let all = devices::of_user(connection, found.person.id)?;
            let seen = all.iter().filter_map(|device| {
                let access = operator.towards_device(&found.person, device);
                access.sees().then(|| Json::Object(told(device, access)))
            });
            Ok(seen.collect())
        })
        .await?;
    Ok(body::json(&Json::Array(all)))
}

fn as_read(
    connection: &mut Connection,
    operator: &Operator,
    (user, device): &(String, String),
) -> Result<Json, Trouble> {
    let found = find::device(connection, operator, (user, device))?.ok_or_else(hidden)?;
    Ok(Json::Object(told(&found.device, found.access)))
}

fn told(device: &Device, access: Access) -> Map<String, Json> {
    let fields = &device.fields;
    shown(Object::Device, access, |key| match key {
        "name" => device.name.clone().into(),
        "nickname" => text_told(fields.nickname.as_deref()),
        "description" => text_told(fields.description.as_deref()),
        "icon" => text_told(fields.icon.as_deref()),
        "apikey" => text_told(fields.api_key.as_deref()),
        "enabled" => fields.is_enabled.into(),
        "public" => fields.is_public.into(),
        "role" => text_told(fields.role.as_deref()),
        "visible" => fields.is_visible.into(),
        "user_editable" => fields.is_user_editable.into(),
        _ => Json::Null,
    })
}

/// Add a device
#[utoipa::path(
    post, path = "/api/v1/crud/{user}/{device}", tag = "connectordb",
    params(
        ("user" = String, Path, description = "Its account"),
        ("device" = String, Path, description = "Its name"),
    ),
    request_body = NewDevice,
    responses(
        (status = 200, description = "As it is now", body = Object),
        (status = 400, description = "The name or the body cannot be", body = Refusal),
        (status = 403, description = "Not theirs to add; or the name or the key is taken", body = Refusal),
    ),
    security(("basic" = []), ("apikey" = []))
)]
pub async fn create(
    State(app): State<App>,
    operator: Operator,
    InPath(path): InPath<(String, String)>,
    sent: Sent,
) -> Result<Response, Trouble> {
    check_name(&path.1)?;
    let new: NewDevice = sent.read()?;
    let schemas = app.clone();
    let json = app
        .stores
        .with(move |connection| {
            change(connection, &operator, |connection, operator| {
                let found = find::user(connection, operator, &path.0)?;
                let found = found.ok_or_else(untouchable)?;
                if !found.access.makes() {
                    return Err(denied(
                        "You do not have permissions necessary to create this device.",
                    ));
                }
                devices::make_own(connection, found.person.id)?;
                add(
                    connection,
                    operator,
                    &schemas,
                    (&found.person, &path.1),
                    new,
                )?;
                as_read(connection, operator, &path)
            })
        })
        .await?;
    Ok(body::json(&json))
}

fn check_name(device: &str) -> Result<(), Trouble> {
    match names::is_usual(device) {
        true => Ok(()),
        false => Err(Trouble::bad(format!(
            "No device can have the name '{device}'."
        ))),
    }
}

/// Adds a device with its streams, for whoever may.
///
/// # Errors
/// 400, 403, or the store fails.
pub fn add(
    connection: &mut Connection,
    operator: &Operator,
    app: &App,
    (person, name): (&Person, &str),
    new: NewDevice,
) -> Result<(), Trouble> {
    check_name(name)?;
    let default = Fields::default();
    let role = new.role.unwrap_or_else(|| match operator.is_admin() {
        true => "none".into(),
        false => String::new(),
    });
    let key = kept(new.apikey).filter(|key| !key.is_empty());
    let fields = Fields {
        nickname: kept(new.nickname),
        description: kept(new.description),
        icon: kept(new.icon),
        api_key: key.or(default.api_key),
        is_enabled: new.enabled.unwrap_or(default.is_enabled),
        is_public: new.public.unwrap_or(default.is_public),
        role: Some(role),
        is_visible: new.visible.unwrap_or(default.is_visible),
        is_user_editable: new.user_editable.unwrap_or(default.is_user_editable),
    };
    check(person, &fields)?;
    if devices::find(connection, person.id, name)?.is_some() {
        return Err(taken());
    }
    devices::create(connection, person.id, name, &fields).map_err(or_taken)?;
    let device = devices::find(connection, person.id, name)?.ok_or_else(hidden)?;
    streams::add_all(connection, app, &device, new.streams.unwrap_or_default())
}

/// Whether a device of an account can be so.
fn check(person: &Person, fields: &Fields) -> Result<(), Trouble> {
    let role = fields.role.as_deref().unwrap_or_default();
    if !ROLES.contains(&role) {
        return Err(denied(format!("The given role '{role}' does not exist")));
    }
    if fields.is_public && !person.is_public() {
        return Err(denied("A private user can't own a public device."));
    }
    Ok(())
}

fn taken() -> Trouble {
    denied("Device with this name already exists")
}

fn or_taken(error: diesel::result::Error) -> Trouble {
    match is_taken(&error) {
        true => taken(),
        false => error.into(),
    }
}

/// Change a device
#[utoipa::path(
    put, path = "/api/v1/crud/{user}/{device}", tag = "connectordb",
    params(
        ("user" = String, Path, description = "Its account"),
        ("device" = String, Path, description = "Its name"),
    ),
    request_body = Object,
    responses(
        (status = 200, description = "As it is now; an empty `apikey` became a new one", body = Object),
        (status = 400, description = "The body cannot be", body = Refusal),
        (status = 403, description = "A field is unknown, of another type, or not theirs to change", body = Refusal),
    ),
    security(("basic" = []), ("apikey" = []))
)]
pub async fn update(
    State(app): State<App>,
    operator: Operator,
    InPath(path): InPath<(String, String)>,
    sent: Sent,
) -> Result<Response, Trouble> {
    let changes = Changes::new(sent.read()?);
    own_devices(&app, &operator, &path.0).await?;
    let json = app
        .stores
        .with(move |connection| {
            change(connection, &operator, |connection, operator| {
                let found = find::device(connection, operator, (&path.0, &path.1))?;
                let found = found.filter(|found| found.access.touches());
                let found = found.ok_or_else(untouchable)?;
                if !found.device.fields.is_user_editable && !found.access.writes_fixed_devices() {
                    return Err(denied("This device is not user-editable."));
                }
                changes.check(Object::Device, found.access)?;
                apply(connection, &found.person, found.device, &changes)?;
                as_read(connection, operator, &path)
            })
        })
        .await?;
    Ok(body::json(&json))
}

fn apply(
    connection: &mut Connection,
    person: &Person,
    device: Device,
    changes: &Changes,
) -> Result<(), Trouble> {
    let mut fields = device.fields;
    changes.put_text("nickname", &mut fields.nickname)?;
    changes.put_text("description", &mut fields.description)?;
    changes.put_text("icon", &mut fields.icon)?;
    changes.put_text("role", &mut fields.role)?;
    changes.put_flag("enabled", &mut fields.is_enabled)?;
    changes.put_flag("public", &mut fields.is_public)?;
    changes.put_flag("visible", &mut fields.is_visible)?;
    changes.put_flag("user_editable", &mut fields.is_user_editable)?;
    if let Some(key) = changes.text("apikey")? {
        fields.api_key = Some(match key.is_empty() {
            true => devices::new_key(),
            false => key,
        });
    }
    check(person, &fields)?;
    devices::update(connection, device.id, &fields).map_err(or_taken)
}

/// Delete a device with its streams and their data
#[utoipa::path(
    delete, path = "/api/v1/crud/{user}/{device}", tag = "connectordb",
    params(
        ("user" = String, Path, description = "Its account"),
        ("device" = String, Path, description = "Its name"),
    ),
    responses(
        (status = 200, description = "`ok`", body = String, content_type = "text/plain"),
        (status = 403, description = "Not theirs to delete; or it is `user` or `meta`", body = Refusal),
    ),
    security(("basic" = []), ("apikey" = []))
)]
pub async fn remove(
    State(app): State<App>,
    operator: Operator,
    InPath(path): InPath<(String, String)>,
) -> Result<Response, Trouble> {
    app.stores
        .with(move |connection| {
            change(connection, &operator, |connection, operator| {
                let found = find::device(connection, operator, (&path.0, &path.1))?;
                let found = found.ok_or_else(untouchable)?;
                if !found.access.makes() {
                    return Err(denied(
                        "You do not have permissions necessary to delete this device.",
                    ));
                }
                if [USER, META].contains(&found.device.name.as_str()) {
                    return Err(denied("Every user has this device: it can't be deleted."));
                }
                Ok(devices::delete(connection, found.device.id)?)
            })
        })
        .await?;
    Ok(body::ok())
}
