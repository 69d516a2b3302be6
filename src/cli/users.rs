//! `heirloom users`

use std::io::Write as _;
use std::path::Path;

use super::args::Users;
use super::context::Context;
use super::exit::{Exit, Failure};
use super::password_input::{current_password, new_password};
use super::signals;
use super::terminal::{say, table};
use crate::engine::Stop;
use crate::engine::credentials::{self, Credentials};
use crate::password::{self, Check};
use crate::store::accounts::{self, Account, NewAccount, Role};
use crate::store::unclaimed;
use crate::text::{Email, Username, printable};
use crate::time::{stored_to_rfc3339, to_micros};

pub fn run(context: &Context, command: &Users) -> Result<Exit, Failure> {
    match command {
        Users::List => list(context)?,
        Users::Add { name, email, admin } => {
            let role = if *admin { Role::Admin } else { Role::Plain };
            add(context, name, email.as_deref(), role)?;
        }
        Users::Password {
            name, credentials, ..
        } => match (name, credentials) {
            (Some(name), _) => set_password(context, name)?,
            (None, Some(file)) => renew_unclaimed(context, file)?,
            (None, None) => return Err(Failure::wrong("--unclaimed needs --credentials FILE.")),
        },
        Users::Check { name } => check(context, name)?,
    }
    Ok(Exit::Done)
}

fn list(context: &Context) -> Result<(), Failure> {
    let rows: Vec<Vec<String>> = accounts::list(&mut context.open_store()?.connection)?
        .iter()
        .map(row)
        .collect();
    let header = [
        "id",
        "username",
        "email",
        "active",
        "staff",
        "superuser",
        "password",
        "last login",
    ];
    say(table(&header, &rows).trim_end())?;
    Ok(())
}

fn row(account: &Account) -> Vec<String> {
    let clean = |text: &str| printable(text).into_owned();
    let flag = |set: bool| String::from(if set { "yes" } else { "no" });
    vec![
        account.id.to_string(),
        clean(&account.username),
        account.email.as_deref().map(clean).unwrap_or_default(),
        flag(account.is_active),
        flag(account.is_staff),
        flag(account.is_superuser),
        clean(&account.password_state()),
        account
            .last_login
            .as_ref()
            .map(|at| clean(&stored_to_rfc3339(&at.0)))
            .unwrap_or_default(),
    ]
}

fn add(context: &Context, name: &str, email: Option<&str>, role: Role) -> Result<(), Failure> {
    let username = Username::parse(name)?;
    let email = email
        .map(|email| {
            Email::parse(email)
                .ok_or_else(|| Failure::wrong(format!("{email:?} is no email address.")))
        })
        .transpose()?;
    let mut store = context.open_store()?;
    let address = email.as_ref().map(Email::as_str);
    accounts::check_free(&mut store.connection, username.as_str(), address)?;
    let password = new_password(name)?;
    let account = NewAccount {
        username,
        email,
        role,
        hash: password::hash(password.expose())?,
    };
    let now = to_micros(chrono::Utc::now());
    let id = accounts::add(&mut store.connection, &account, now)?;
    let what = match role {
        Role::Plain => "account",
        Role::Admin => "admin",
    };
    context.confirm(&format!("The {what} {name} is added, id {id}."))
}

fn set_password(context: &Context, name: &str) -> Result<(), Failure> {
    let mut store = context.open_store()?;
    let account = accounts::find(&mut store.connection, name)?;
    let password = new_password(name)?;
    let hash = password::hash(password.expose())?;
    store
        .connection
        .write(|connection| accounts::set_password(connection, account.id, &hash, ""))?;
    let inactive = match account.is_active {
        true => "",
        false => " The account is inactive, so nobody can log in with it.",
    };
    context.confirm(&format!("The password of {name} is set.{inactive}"))
}

/// New passwords for accounts that an import made; the file is complete and on the disk
/// before they count.
fn renew_unclaimed(context: &Context, path: &Path) -> Result<(), Failure> {
    signals::watch();
    let mut store = context.open_store()?;
    let unwritable = |error: std::io::Error| {
        Failure::fault(format!(
            "cannot write the credentials file {}: {error}. No password was changed.",
            path.display()
        ))
    };
    let file = Credentials::create(path)?;
    let renewed = store.connection.write(|connection| {
        let mut out = file.writer();
        let renewed = unclaimed::renew_passwords(
            connection,
            &mut rand::rng(),
            |account, secret| -> Result<(), Failure> {
                if signals::cancelled() {
                    return Err(Stop::Cancelled.into());
                }
                let email = account.email.as_deref().unwrap_or("");
                credentials::write_line(&mut out, &account.username, email, secret)
                    .map_err(unwritable)
            },
        )?;
        out.flush().map_err(unwritable)?;
        file.sync().map_err(unwritable)?;
        Ok::<_, Failure>(renewed)
    })?;
    if renewed == 0 {
        return context.confirm("No account is waiting for a password; no file is written.");
    }
    file.keep();
    context.confirm(&format!(
        "{renewed} {} in {}.",
        if renewed == 1 {
            "account has a new password, it is"
        } else {
            "accounts have new passwords, they are"
        },
        path.display()
    ))
}

fn check(context: &Context, name: &str) -> Result<(), Failure> {
    let mut store = context.open_store()?;
    let account = accounts::find(&mut store.connection, name)?;
    if !account.is_active {
        return Err(Failure::wrong(format!(
            "the account {name} is inactive, so no password is right for it."
        )));
    }
    let stored = account.password.as_deref();
    let unusable = || {
        Failure::wrong(format!(
            "the account {name} has no usable password, so none is right. Set one: heirloom users password {name}"
        ))
    };
    if !password::Form::of(stored).is_usable() {
        return Err(unusable());
    }
    let typed = current_password(name)?;
    let answer = match password::check(stored, typed.expose()) {
        Check::Wrong => return Err(Failure::wrong("wrong password")),
        Check::Unusable => return Err(unusable()),
        Check::Right => "right",
        Check::Outdated => "right, and its hash is renewed",
    };
    let renewed = match answer {
        "right" => None,
        _ => Some(password::hash(typed.expose())?),
    };
    let now = to_micros(chrono::Utc::now());
    accounts::note_login(&mut store.connection, account.id, now)?;
    if let (Some(new), Some(old)) = (renewed, stored) {
        accounts::renew_hash(&mut store.connection, account.id, old, &new)?;
    }
    say(answer)?;
    Ok(())
}
