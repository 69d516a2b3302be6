//! `/admin/account`: setting one's own password.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;

use super::visitor::Visitor;
use super::{Frame, page};
use crate::password::Secret;
use crate::server::account::change;
use crate::server::input::{Form, InQuery};
use crate::server::state::App;
use crate::server::trouble::Trouble;

pub fn router() -> Router<App> {
    Router::new().route("/admin/account", get(show).post(set))
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    frame: Frame,
    csrf: String,
    must: bool,
    done: bool,
    problem: Option<String>,
}

impl AccountPage {
    fn of(visitor: &Visitor) -> Self {
        AccountPage {
            frame: Frame {
                me: Some(visitor.me()),
            },
            csrf: visitor.csrf.clone(),
            must: visitor.reader.account.must_change_password,
            done: false,
            problem: None,
        }
    }
}

#[derive(Deserialize)]
struct Came {
    done: Option<String>,
}

async fn show(visitor: Visitor, InQuery(came): InQuery<Came>) -> Result<Response, Trouble> {
    let shown = AccountPage {
        done: came.done.is_some(),
        ..AccountPage::of(&visitor)
    };
    page(StatusCode::OK, &shown)
}

#[derive(Deserialize)]
struct Typed {
    csrf: String,
    current: String,
    password: String,
    again: String,
}

async fn set(
    State(app): State<App>,
    visitor: Visitor,
    Form(typed): Form<Typed>,
) -> Result<Response, Trouble> {
    visitor.check(&typed.csrf)?;
    let done = if typed.password == typed.again {
        let current = Secret::new(typed.current);
        change(&app, &visitor.reader, &current, Secret::new(typed.password)).await
    } else {
        let message = "the new password and its repetition differ";
        Err(Trouble::refused("password", message))
    };
    let trouble = match done {
        Ok(()) => return Ok(Redirect::to("/admin/account?done=1").into_response()),
        Err(trouble) => trouble,
    };
    let (status, problem) = match trouble.status {
        StatusCode::UNAUTHORIZED => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "the current password is wrong".into(),
        ),
        status if status.is_client_error() => (status, trouble.message.clone()),
        _ => return Err(trouble),
    };
    let shown = AccountPage {
        problem: Some(problem),
        ..AccountPage::of(&visitor)
    };
    page(status, &shown)
}
