//! Who asks. Neither sessions of the pages nor tokens are good here, and whoever has to change
//! the password goes on: old clients know nothing of that.

use std::time::{Duration, Instant};

use axum::extract::{FromRequestParts, Query};
use axum::http::header;
use axum::http::request::Parts;
use diesel::QueryResult;

use super::access::{Access, Nearness};
use super::acting;
use crate::password::Secret;
use crate::server::credentials::{self, Credentials};
use crate::server::door;
use crate::server::rights::peer;
use crate::server::state::App;
use crate::server::trouble::Trouble;
use crate::store::Connection;
use crate::store::accounts;
use crate::store::maintenance::{self, Epoch};
use crate::store::streams::devices::{self, Device};
use crate::store::streams::people::{self, Person};

/// How long the answer to a key that nobody has takes, at least.
const WRONG: Duration = Duration::from_millis(300);

/// Whoever asks.
#[derive(Clone)]
pub enum Operator {
    /// Nobody said.
    Nobody,
    Device(Box<Acting>),
}

/// A device, its account, and the epoch of the store in which that was so.
#[derive(Clone)]
pub struct Acting {
    pub person: Person,
    pub device: Device,
    pub epoch: Epoch,
}

impl Operator {
    /// `user/device`, by which others know who wrote.
    pub fn path(&self) -> String {
        match self {
            Operator::Nobody => "nobody".into(),
            Operator::Device(acting) => {
                format!("{}/{}", acting.person.username, acting.device.name)
            }
        }
    }

    /// Whether the account's role is that of an admin.
    pub fn is_admin(&self) -> bool {
        matches!(self, Operator::Device(acting) if acting.person.is_superuser)
    }

    /// Whether it is this very device.
    pub fn is(&self, device: &Device) -> bool {
        matches!(self, Operator::Device(acting) if acting.device.id == device.id)
    }

    /// What they may with an account.
    pub fn towards(&self, person: &Person) -> Access {
        let nearness = match self {
            Operator::Device(acting) if acting.person.id == person.id => Nearness::Own,
            _ if person.is_public() => Nearness::Public,
            _ => Nearness::Private,
        };
        self.access(nearness)
    }

    /// What they may with a device and its streams.
    pub fn towards_device(&self, person: &Person, device: &Device) -> Access {
        let nearness = match self {
            Operator::Device(acting) if acting.device.id == device.id => Nearness::Itself,
            Operator::Device(acting) if acting.person.id == person.id => Nearness::Own,
            _ if person.is_public() && device.fields.is_public => Nearness::Public,
            _ => Nearness::Private,
        };
        self.access(nearness)
    }

    /// What they may with accounts as such.
    pub fn towards_everybody(&self) -> Access {
        self.access(Nearness::Private)
    }

    fn access(&self, nearness: Nearness) -> Access {
        match self {
            Operator::Nobody => Access::of_nobody(),
            Operator::Device(acting) => {
                let role = acting.device.fields.role.as_deref().unwrap_or_default();
                Access::of(&acting.person.role(), role, nearness)
            }
        }
    }
}

impl FromRequestParts<App> for Operator {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Trouble> {
        if let Some((login, password)) = basic(parts)? {
            return match login.is_empty() {
                true => by_key(app, password).await,
                false => by_password(app, &login, &password, parts).await,
            };
        }
        let pairs = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        let pairs = pairs.map(|pairs| pairs.0).unwrap_or_default();
        match pairs.into_iter().find(|(key, _)| key == "apikey") {
            Some((_, key)) => by_key(app, Secret::new(key)).await,
            None => Ok(Operator::Nobody),
        }
    }
}

fn wrong() -> Trouble {
    Trouble::unauthorized("The user, the password or the API key is wrong.")
}

/// A name and a password, the name being empty where the password is a key.
fn basic(parts: &Parts) -> Result<Option<(String, Secret)>, Trouble> {
    if !parts.headers.contains_key(header::AUTHORIZATION) {
        return Ok(None);
    }
    match credentials::of(parts) {
        Ok(Some(Credentials::Password { username, password })) => Ok(Some((username, password))),
        _ => Err(wrong()),
    }
}

async fn by_password(
    app: &App,
    login: &str,
    password: &Secret,
    parts: &Parts,
) -> Result<Operator, Trouble> {
    let asked = login.to_owned();
    let meant = app
        .stores
        .with(move |connection| Ok(accounts::meant(connection, &asked)?))
        .await?;
    let name = meant.as_deref().unwrap_or(login);
    let entered = door::enter(app, name, password, peer(parts)).await?;
    let (user, epoch) = (entered.account.id, entered.epoch);
    let found = app
        .stores
        .with(move |connection| Ok(of_account(connection, user)?))
        .await?;
    let found = match found {
        Some(found) => Some(found),
        None => {
            acting::make_own(app, user, epoch.clone()).await?;
            app.stores
                .with(move |connection| Ok(of_account(connection, user)?))
                .await?
        }
    };
    found.map_or_else(
        || Err(wrong()),
        |(person, device)| Ok(Operator::device(person, device, epoch)),
    )
}

async fn by_key(app: &App, key: Secret) -> Result<Operator, Trouble> {
    let begun = Instant::now();
    // a key that was never given to anybody
    let known = !key.expose().is_empty() && !key.expose().contains('\0');
    let found = match known {
        false => None,
        true => {
            app.stores
                .with(move |connection| {
                    let epoch = maintenance::epoch(connection)?;
                    let device = devices::by_key(connection, key.expose())?;
                    let Some(device) = device else {
                        return Ok(None);
                    };
                    let person = people::by_id(connection, device.user_id)?;
                    Ok(person.map(|person| Operator::device(person, device, epoch)))
                })
                .await?
        }
    };
    match found {
        Some(operator) => Ok(operator),
        None => {
            tokio::time::sleep(WRONG.saturating_sub(begun.elapsed())).await;
            Err(wrong())
        }
    }
}

/// As whom an account acts.
fn of_account(connection: &mut Connection, user: i64) -> QueryResult<Option<(Person, Device)>> {
    let person = people::by_id(connection, user)?;
    let device = devices::find(connection, user, devices::USER)?;
    Ok(person.zip(device))
}

impl Operator {
    fn device(person: Person, device: Device, epoch: Epoch) -> Self {
        Operator::Device(Box::new(Acting {
            person,
            device,
            epoch,
        }))
    }

    /// The same as it is now.
    ///
    /// # Errors
    /// 401 where it is gone.
    pub fn again(&self, connection: &mut Connection) -> Result<Operator, Trouble> {
        let Operator::Device(acting) = self else {
            return Ok(Operator::Nobody);
        };
        let person = people::by_id(connection, acting.person.id)?;
        let device = devices::find(connection, acting.person.id, &acting.device.name)?;
        match person.zip(device) {
            Some((person, device)) if device.id == acting.device.id => {
                Ok(Operator::device(person, device, acting.epoch.clone()))
            }
            _ => Err(wrong()),
        }
    }
}
