//! `crud/USER`: accounts.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use chrono::Utc;
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;

use super::access::{Access, Object};
use super::acting::change;
use super::auth::Operator;
use super::body::{self, Sent};
use super::data::query::Params;
use super::devices::{self, NewDevice};
use super::errors::{Refusal, denied, hidden, untouchable};
use super::fields::{Changes, kept, shown};
use super::streams::{self, NewStream};
use super::{email, find};
use crate::legacy::connectordb::names;
use crate::password::Secret;
use crate::server::input::InPath;
use crate::server::state::App;
use crate::server::trouble::Trouble;
use crate::store::Connection;
use crate::store::accounts::{self, AccountError, Role};
use crate::store::streams::devices as stored_devices;
use crate::store::streams::is_taken;
use crate::store::streams::people::{self, Gone, Person};
use crate::time::to_micros;

/// An account to be, with its devices and the streams of its device `user`.
#[derive(Deserialize, ToSchema)]
pub struct NewUser {
    email: Option<String>,
    password: Option<String>,
    /// `user` or `admin`
    role: Option<String>,
    public: Option<bool>,
    nickname: Option<String>,
    description: Option<String>,
    icon: Option<String>,
    devices: Option<BTreeMap<String, NewDevice>>,
    streams: Option<BTreeMap<String, NewStream>>,
}

/// All accounts
#[utoipa::path(
    get, path = "/api/v1/crud/", tag = "connectordb",
    params(("q" = String, Query, description = "`ls`")),
    responses(
        (status = 200, description = "The accounts", body = [Object]),
        (status = 404, description = "For admins", body = Refusal),
    ),
    security((), ("basic" = []), ("apikey" = []))
)]
pub async fn list(
    State(app): State<App>,
    operator: Operator,
    params: Params,
) -> Result<Response, Trouble> {
    params.only("q", &["ls"])?;
    if !operator.towards_everybody().administers() {
        return Err(hidden());
    }
    let people = app
        .stores
        .with(|connection| Ok(people::list(connection)?))
        .await?;
    let people = people
        .iter()
        .map(|person| Json::Object(told(person, operator.towards(person))));
    Ok(body::json(&people.collect()))
}

/// An account, its devices, or its streams
#[utoipa::path(
    get, path = "/api/v1/crud/{user}", tag = "connectordb",
    params(
        ("user" = String, Path, description = "Its name"),
        ("q" = Option<String>, Query, description = "`ls` or `devices`: its devices; `streams`: its streams"),
        ("public" = Option<bool>, Query, description = "Of `streams`: those of public devices"),
        ("downlink" = Option<bool>, Query, description = "Of `streams`: downlinks"),
        ("visible" = Option<bool>, Query, description = "Of `streams`: those of visible devices"),
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
    InPath(user): InPath<String>,
    params: Params,
) -> Result<Response, Trouble> {
    match params.get("q") {
        Some("ls" | "devices") => devices::list(&app, operator, user).await,
        Some("streams") => streams::of_user(&app, operator, user, params).await,
        q => {
            super::data::query::no_more(q)?;
            let json = app
                .stores
                .with(move |connection| as_read(connection, &operator, &user))
                .await?;
            Ok(body::json(&json))
        }
    }
}

fn as_read(connection: &mut Connection, operator: &Operator, user: &str) -> Result<Json, Trouble> {
    let found = find::user(connection, operator, user)?.ok_or_else(hidden)?;
    Ok(Json::Object(told(&found.person, found.access)))
}

fn told(person: &Person, access: Access) -> Map<String, Json> {
    let about = person.about();
    shown(Object::User, access, |key| match key {
        "name" => person.username.clone().into(),
        "email" => person.email.clone().unwrap_or_default().into(),
        "role" => person.role().into(),
        "public" => person.is_public().into(),
        key => about.text(key).into(),
    })
}

/// Add an account
#[utoipa::path(
    post, path = "/api/v1/crud/{user}", tag = "connectordb",
    params(("user" = String, Path, description = "Its name")),
    request_body = NewUser,
    responses(
        (status = 200, description = "As it is now", body = Object),
        (status = 400, description = "The name or the body cannot be", body = Refusal),
        (status = 403, description = "For admins; or the name or the address is taken", body = Refusal),
    ),
    security(("basic" = []), ("apikey" = []))
)]
pub async fn create(
    State(app): State<App>,
    operator: Operator,
    InPath(user): InPath<String>,
    sent: Sent,
) -> Result<Response, Trouble> {
    check_name(&user)?;
    if !operator.towards_everybody().administers() {
        return Err(denied(
            "You do not have permissions necessary to create a user.",
        ));
    }
    let mut new: NewUser = sent.read()?;
    let hash = hashed(&app, new.password.take().unwrap_or_default()).await?;
    let schemas = app.clone();
    let json = app
        .stores
        .with(move |connection| {
            change(connection, &operator, |connection, operator| {
                add(connection, operator, &schemas, &user, new, &hash)?;
                as_read(connection, operator, &user)
            })
        })
        .await?;
    Ok(body::json(&json))
}

fn check_name(user: &str) -> Result<(), Trouble> {
    match names::is_usual(user) && !names::is_reserved(user) {
        true => Ok(()),
        false => Err(Trouble::bad(format!("No user can have the name '{user}'."))),
    }
}

fn add(
    connection: &mut Connection,
    operator: &Operator,
    app: &App,
    user: &str,
    new: NewUser,
    hash: &str,
) -> Result<(), Trouble> {
    let role = new.role.as_deref().unwrap_or(people::USER);
    check_role(role)?;
    let role = match role {
        people::ADMIN => Role::Admin,
        _ => Role::Plain,
    };
    let email = email::checked(&new.email.unwrap_or_default())?;
    let now = to_micros(Utc::now());
    let id =
        accounts::insert(connection, user, Some(&email), hash, role, now).map_err(|error| {
            match error {
                AccountError::Database(error) => error.into(),
                _ => taken(),
            }
        })?;
    let mut about = people::About::default();
    about.set_text("nickname", &kept(new.nickname).unwrap_or_default());
    about.set_text("description", &kept(new.description).unwrap_or_default());
    about.set_text("icon", &kept(new.icon).unwrap_or_default());
    about.set_public(new.public.unwrap_or(false));
    people::set_about(connection, id, &about)?;
    stored_devices::make_own(connection, id)?;
    let person = people::by_id(connection, id)?.ok_or_else(hidden)?;
    if let Some(own) = stored_devices::find(connection, id, stored_devices::USER)? {
        streams::add_all(connection, app, &own, new.streams.unwrap_or_default())?;
    }
    for (name, device) in new.devices.unwrap_or_default() {
        devices::add(connection, operator, app, (&person, &name), device)?;
    }
    Ok(())
}

fn check_role(role: &str) -> Result<(), Trouble> {
    match role {
        people::USER | people::ADMIN => Ok(()),
        role => Err(denied(format!("The given role '{role}' does not exist"))),
    }
}

fn taken() -> Trouble {
    denied("User with this email or username already exists")
}

async fn hashed(app: &App, password: String) -> Result<String, Trouble> {
    match password.is_empty() {
        true => Err(denied("A password can't be empty.")),
        false => app.door.hash(Secret::new(password)).await,
    }
}

/// Change an account
#[utoipa::path(
    put, path = "/api/v1/crud/{user}", tag = "connectordb",
    params(("user" = String, Path, description = "Its name")),
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
    InPath(user): InPath<String>,
    sent: Sent,
) -> Result<Response, Trouble> {
    let changes = Changes::new(sent.read()?);
    let (asking, name) = (operator.clone(), user.clone());
    let (changes, id) = app
        .stores
        .with(move |connection| {
            let found = find::user(connection, &asking, &name)?;
            let found = found.filter(|found| found.access.touches());
            let found = found.ok_or_else(untouchable)?;
            changes.check(Object::User, found.access)?;
            Ok((changes, found.person.id))
        })
        .await?;
    let hash = match changes.text("password")? {
        Some(password) => Some(hashed(&app, password).await?),
        None => None,
    };
    let sets_password = hash.is_some();
    let work = app.stores.with(move |connection| {
        change(connection, &operator, |connection, operator| {
            let found = find::user(connection, operator, &user)?.ok_or_else(untouchable)?;
            changes.check(Object::User, found.access)?;
            apply(connection, &found.person, &changes, hash.as_deref())?;
            as_read(connection, operator, &user)
        })
    });
    let json = match sets_password {
        true => app.later.end(|token| token.user_id == id, work).await?,
        false => work.await?,
    };
    Ok(body::json(&json))
}

fn apply(
    connection: &mut Connection,
    person: &Person,
    changes: &Changes,
    hash: Option<&str>,
) -> Result<(), Trouble> {
    if let Some(email) = changes.text("email")? {
        let email = email::checked(&email)?;
        people::set_email(connection, person, &email).map_err(|error| match is_taken(&error) {
            true => taken(),
            false => error.into(),
        })?;
    }
    if let Some(role) = changes.text("role")?.filter(|role| *role != person.role()) {
        check_role(&role)?;
        people::set_role(connection, person, &role)?;
    }
    let before = person.about();
    let mut about = before.clone();
    if changes
        .text("role")?
        .is_some_and(|role| role != person.role())
    {
        about.set_text("role", "");
    }
    for key in ["nickname", "description", "icon"] {
        if let Some(text) = changes.text(key)? {
            about.set_text(key, &text);
        }
    }
    if let Some(public) = changes.flag("public")? {
        let devices = stored_devices::of_user(connection, person.id)?;
        if !public && devices.iter().any(|device| device.fields.is_public) {
            return Err(denied("A private user can't own a public device."));
        }
        about.set_public(public);
    }
    if about != before {
        people::set_about(connection, person.id, &about)?;
    }
    if let Some(hash) = hash {
        accounts::set_password(connection, person.id, hash, "")?;
    }
    Ok(())
}

/// Delete an account with its devices, streams and data
#[utoipa::path(
    delete, path = "/api/v1/crud/{user}", tag = "connectordb",
    params(("user" = String, Path, description = "Its name")),
    responses(
        (status = 200, description = "`ok`", body = String, content_type = "text/plain"),
        (status = 403, description = "For admins; or nodes or contacts are its own", body = Refusal),
    ),
    security(("basic" = []), ("apikey" = []))
)]
pub async fn remove(
    State(app): State<App>,
    operator: Operator,
    InPath(user): InPath<String>,
) -> Result<Response, Trouble> {
    app.stores
        .with(move |connection| {
            change(connection, &operator, |connection, operator| {
                let found = find::user(connection, operator, &user)?.ok_or_else(untouchable)?;
                if !found.access.administers() {
                    return Err(denied(
                        "You do not have permissions necessary to delete this user.",
                    ));
                }
                match people::delete(connection, found.person.id)? {
                    Gone::Yes => Ok(()),
                    Gone::InUse => Err(denied("The user owns nodes or contacts.")),
                }
            })
        })
        .await?;
    Ok(body::ok())
}
