//! `/admin/login` and `/admin/logout`.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use chrono::Duration;
use rand::Rng as _;
use serde::Deserialize;

use super::visitor::{Visitor, csrf_of, same};
use super::{Frame, page};
use crate::password::Secret;
use crate::server::credentials::{COOKIE, cookie};
use crate::server::door;
use crate::server::input::{Form, InQuery};
use crate::server::listen::Transport;
use crate::server::login::{Peer, give};
use crate::server::state::App;
use crate::server::tokens::end;
use crate::server::trouble::Trouble;
use crate::store::tokens::TokenKind;
use crate::text::hex;

/// How long a session lasts.
const HOURS: i64 = 12;

/// The cookie of the form for logging in: there is no session yet.
const FORM_COOKIE: &str = "heirloom_form";

pub fn router() -> Router<App> {
    Router::new()
        .route("/admin/login", get(show).post(log_in))
        .route("/admin/logout", post(log_out))
}

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage {
    frame: Frame,
    csrf: String,
    next: String,
    username: String,
    problem: Option<String>,
}

#[derive(Deserialize)]
struct Back {
    next: Option<String>,
}

async fn show(
    State(app): State<App>,
    headers: HeaderMap,
    InQuery(back): InQuery<Back>,
) -> Result<Response, Trouble> {
    let (secret, fresh) = match cookie(&headers, FORM_COOKIE) {
        Some(secret) => (secret.to_owned(), false),
        None => {
            let mut bytes = [0; 32];
            rand::rng().fill_bytes(&mut bytes);
            (hex(&bytes), true)
        }
    };
    let form = LoginPage {
        frame: Frame::default(),
        csrf: csrf_of(&secret),
        next: at_home(back.next.as_deref()).into(),
        username: String::new(),
        problem: None,
    };
    let mut response = page(StatusCode::OK, &form)?;
    if fresh {
        set_cookie(&mut response, &app, FORM_COOKIE, &secret, HOURS);
    }
    Ok(response)
}

#[derive(Deserialize)]
struct Typed {
    csrf: String,
    #[serde(default)]
    next: String,
    username: String,
    password: String,
}

async fn log_in(
    State(app): State<App>,
    Peer(peer): Peer,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Result<Response, Trouble> {
    let secret = cookie(&headers, FORM_COOKIE).unwrap_or_default();
    if secret.is_empty() {
        return Err(Trouble::forbidden(
            "the browser sent no cookie with this form: allow cookies here, and load the page again",
        ));
    }
    same(&csrf_of(secret), &typed.csrf)?;
    let next = at_home(Some(&typed.next)).to_owned();
    let password = Secret::new(typed.password);
    let entered = match door::enter(&app, &typed.username, &password, peer).await {
        Ok(entered) => entered,
        Err(trouble) if trouble.status.is_client_error() => {
            let form = LoginPage {
                frame: Frame::default(),
                csrf: typed.csrf,
                next,
                username: typed.username,
                problem: Some(trouble.message.clone()),
            };
            // by its own status: 401 would make the browser ask in a window of its own
            let status = match trouble.status {
                StatusCode::UNAUTHORIZED => StatusCode::FORBIDDEN,
                status => status,
            };
            return page(status, &form);
        }
        Err(trouble) => return Err(trouble),
    };
    let life = Duration::hours(HOURS);
    let session = give(&app, entered, TokenKind::Session, None, life);
    let mut response = Redirect::to(&next).into_response();
    set_cookie(&mut response, &app, COOKIE, session.expose(), HOURS);
    Ok(response)
}

#[derive(Deserialize)]
struct Proof {
    csrf: String,
}

async fn log_out(
    State(app): State<App>,
    visitor: Visitor,
    Form(proof): Form<Proof>,
) -> Result<Response, Trouble> {
    visitor.check(&proof.csrf)?;
    if let Some(token) = visitor.reader.token {
        end(&app, visitor.reader.account.id, token.id).await?;
    }
    let mut response = Redirect::to("/admin/login").into_response();
    set_cookie(&mut response, &app, COOKIE, "", 0);
    Ok(response)
}

/// Where to go on: to a page of ours, whatever the address says.
fn at_home(next: Option<&str>) -> &str {
    next.filter(|next| {
        next.starts_with("/admin/")
            && next
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'\\')
    })
    .unwrap_or("/admin/")
}

fn set_cookie(response: &mut Response, app: &App, name: &str, value: &str, hours: i64) {
    let secure = match app.transport() {
        Transport::Encrypted => "; Secure",
        Transport::Plain => "",
    };
    let age = hours * 3600;
    let line = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}");
    if let Ok(line) = HeaderValue::from_str(&line) {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_to_go_on() {
        fn check(next: &str, expected: &str) {
            assert_eq!(at_home(Some(next)), expected);
        }
        check("/admin/layers/layer?a=b", "/admin/layers/layer?a=b");
        check("https://elsewhere.example/admin/", "/admin/");
        check("//elsewhere.example", "/admin/");
        check("/admin/\r\nx: y", "/admin/");
        check("", "/admin/");
    }
}
