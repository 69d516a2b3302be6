//! Who asks, and what they may. A handler that takes one of these is reached by nobody else.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::Method;
use axum::http::request::Parts;
use chrono::Utc;

use super::credentials::{self, Credentials};
use super::door;
use super::state::App;
use super::trouble::Trouble;
use crate::export::geojson::Detail;
use crate::password::Secret;
use crate::store::accounts::{self, Account};
use crate::store::maintenance;
use crate::store::nodes::Reach;
use crate::store::tokens::{self, Token, TokenKind};
use crate::time::to_micros;

/// Somebody with an account.
#[derive(Clone)]
pub struct Reader {
    pub account: Account,
    /// By which they came in; `None`: by their password.
    pub token: Option<Token>,
    pub peer: IpAddr,
}

/// Somebody who runs and decides, and sees everything.
pub struct Staff(pub Reader);

/// Somebody who may do everything.
pub struct Superuser(pub Reader);

impl Reader {
    /// A superuser is, whatever else the account says.
    pub fn is_staff(&self) -> bool {
        self.account.is_staff || self.account.is_superuser
    }

    /// The nodes that they may see.
    pub fn reach(&self) -> Reach {
        match self.is_staff() {
            true => Reach::All,
            false => Reach::Account(self.account.id),
        }
    }

    /// How much they see of each row, where they ask for everything.
    ///
    /// # Errors
    /// 403 for all but staff.
    pub fn full(&self) -> Result<Detail, Trouble> {
        match self.is_staff() {
            true => Ok(Detail::Full),
            false => Err(Trouble::forbidden("everything of each row is for staff")),
        }
    }
}

impl FromRequestParts<App> for Reader {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Trouble> {
        let peer = peer(parts);
        let Some(credentials) = credentials::of(parts)? else {
            let message = "this needs an account: send a name and a password (Basic), or a token";
            return Err(Trouble::unauthorized(message));
        };
        let reader = match credentials {
            Credentials::Password { username, password } => Reader {
                account: door::enter(app, &username, &password, peer).await?.account,
                token: None,
                peer,
            },
            Credentials::Token(secret) => by_token(app, &secret, TokenKind::Token, peer).await?,
            Credentials::Cookie(secret) => by_token(app, &secret, TokenKind::Session, peer).await?,
        };
        if reader.account.must_change_password && !may_before(parts) {
            return Err(Trouble::new(
                axum::http::StatusCode::FORBIDDEN,
                "password-change-required",
                "this account needs a new password first: PUT /api/account/password, or the page /admin/account",
            ));
        }
        Ok(reader)
    }
}

/// What an account may do before it has a password of its own. Old clients, which know nothing
/// of that, go on.
fn may_before(parts: &Parts) -> bool {
    let path = parts.uri.path();
    path.starts_with("/api/maintenance/")
        || path == "/api/account/password" && parts.method == Method::PUT
}

/// Whose token it is.
///
/// # Errors
/// 401 where it is nobody's, or no longer good; the store fails.
pub async fn by_token(
    app: &App,
    secret: &Secret,
    kind: TokenKind,
    peer: IpAddr,
) -> Result<Reader, Trouble> {
    let hash = tokens::hashed(secret.expose());
    let found = match app.later.token(&hash) {
        Some((token, epoch)) => {
            let user = token.user_id;
            let (account, now) = app
                .stores
                .with(move |connection| {
                    let account = accounts::by_id(connection, user)?;
                    Ok((account, maintenance::epoch(connection)?))
                })
                .await?;
            let account = account.filter(|_| now == epoch);
            account.map(|account| (token, account))
        }
        None => {
            app.stores
                .with(move |connection| Ok(tokens::find(connection, &hash)?))
                .await?
        }
    };
    let now = to_micros(Utc::now());
    found
        .filter(|(token, account)| {
            token.kind == kind.word() && token.is_alive(now) && account.is_active
        })
        .map(|(token, account)| Reader {
            account,
            token: Some(token),
            peer,
        })
        .ok_or_else(|| Trouble::unauthorized("the token is unknown, or has expired: log in again"))
}

/// Where a request comes from.
pub fn peer(parts: &Parts) -> IpAddr {
    parts
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), |peer| {
            peer.0.ip()
        })
}

impl FromRequestParts<App> for Staff {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Trouble> {
        let reader = Reader::from_request_parts(parts, app).await?;
        match reader.is_staff() {
            true => Ok(Staff(reader)),
            false => Err(Trouble::forbidden("this is for staff")),
        }
    }
}

impl FromRequestParts<App> for Superuser {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Trouble> {
        let reader = Reader::from_request_parts(parts, app).await?;
        match reader.account.is_superuser {
            true => Ok(Superuser(reader)),
            false => Err(Trouble::forbidden("this is for superusers")),
        }
    }
}
