//! Who looks at a page: a session in a cookie, and the proof that a form is one of ours.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::uri::PathAndQuery;
use axum::response::{IntoResponse as _, Redirect, Response};
use sha2::{Digest as _, Sha256};

use crate::config::percent_encoded;
use crate::password::Secret;
use crate::server::credentials::{COOKIE, cookie};
use crate::server::rights::{Reader, by_token, peer};
use crate::server::state::App;
use crate::server::trouble::Trouble;
use crate::store::tokens::TokenKind;
use crate::text::{hex, printable};

/// Somebody who is logged in.
pub struct Visitor {
    pub reader: Reader,
    /// What each form of this session holds.
    pub csrf: String,
}

/// The same, where it is a superuser.
pub struct Super(pub Visitor);

/// Who is logged in, for the head of a page.
pub struct Me {
    pub name: String,
    pub is_superuser: bool,
    pub csrf: String,
}

impl Visitor {
    pub fn me(&self) -> Me {
        let account = &self.reader.account;
        Me {
            name: printable(&account.username).into_owned(),
            is_superuser: account.is_superuser && !account.must_change_password,
            csrf: self.csrf.clone(),
        }
    }

    /// # Errors
    /// The form is none of this session.
    pub fn check(&self, csrf: &str) -> Result<(), Trouble> {
        same(&self.csrf, csrf)
    }
}

/// What the forms hold that a cookie goes with. Who reads a form does not know the cookie.
pub fn csrf_of(secret: &str) -> String {
    hex(&Sha256::digest(format!("form of {secret}")))
}

/// # Errors
/// They differ: the form is none of ours, or of an earlier session.
pub fn same(expected: &str, found: &str) -> Result<(), Trouble> {
    match expected == found {
        true => Ok(()),
        false => Err(Trouble::forbidden(
            "this form is not from here, or from an earlier session: load its page again",
        )),
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let here = parts.uri.path_and_query().map_or("/", PathAndQuery::as_str);
        let to_login = || {
            let place = format!("/admin/login?next={}", percent_encoded(here));
            Redirect::to(&place).into_response()
        };
        let secret = cookie(&parts.headers, COOKIE).ok_or_else(to_login)?;
        let secret = Secret::new(secret);
        let reader = by_token(app, &secret, TokenKind::Session, peer(parts)).await;
        let reader = reader.map_err(|trouble| match trouble.status {
            axum::http::StatusCode::UNAUTHORIZED => to_login(),
            _ => trouble.into_response(),
        })?;
        let before = ["/admin/account", "/admin/logout"].contains(&parts.uri.path());
        if reader.account.must_change_password && !before {
            return Err(Redirect::to("/admin/account").into_response());
        }
        Ok(Visitor {
            reader,
            csrf: csrf_of(secret.expose()),
        })
    }
}

impl FromRequestParts<App> for Super {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let visitor = Visitor::from_request_parts(parts, app).await?;
        match visitor.reader.account.is_superuser {
            true => Ok(Super(visitor)),
            false => Err(Trouble::forbidden("this page is for superusers").into_response()),
        }
    }
}
