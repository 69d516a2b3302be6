//! `heirloom init`: a configuration, a store, and somebody who may use it.
//!
//! Everything is asked and checked before the first byte is written, so that whoever
//! cancels finds nothing.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::args::{Global, Init};
use super::exit::{Exit, Failure};
use super::password_input::new_password;
use super::{prompt, signals, terminal};
use crate::config::{self, DEFAULT_FILE, DatabaseUrl, EXAMPLE, StoreConfig};
use crate::files::folder_of;
use crate::password;
use crate::store::accounts::{self, AccountError, NewAccount, Role};
use crate::store::{Missing, Store, StoreError};
use crate::text::{Username, printable};
use crate::time::to_micros;

/// Who is proposed as the first admin.
const ADMIN: &str = "admin";

/// The line of [`EXAMPLE`] that says where the store is.
const STORE_LINE: &str = "#url = \"sqlite:heirloom.sqlite3\"";

pub fn run(global: &Global, verbosity: u8, options: &Init) -> Result<Exit, Failure> {
    let file = global
        .config
        .clone()
        .unwrap_or_else(|| PathBuf::from(DEFAULT_FILE));
    check_place(&file)?;
    let from_environment = config::from_text("", config::environment())?;
    let url = match &global.store {
        Some(url) => DatabaseUrl::parse(url)?,
        None => from_environment.store.url.clone(),
    };
    let text = configuration(&url.clone().without_password())?;
    let url = url.with_configured(
        Some(&from_environment.store.url),
        from_environment.store.password.as_ref(),
    );
    let admin = first_admin(&url, options)?;
    let draft = draft(&file, &text)?;
    let mut store = Store::open(&url, Missing::Create)?;
    if let Some(admin) = &admin {
        accounts::add(&mut store.connection, admin, to_micros(chrono::Utc::now()))?;
    }
    draft
        .persist_noclobber(&file)
        .map_err(|error| unwritable(&file, &error.error))?;
    if verbosity >= 1 {
        let account = match admin {
            Some(admin) => format!("with the admin {}", admin.username),
            None => "it has an admin already, and its accounts are as they were".into(),
        };
        let line = format!(
            "{} is written. The store {url} is ready, {account}.",
            file.display(),
        );
        terminal::say(&printable(&line))?;
        if has_password(&url) {
            terminal::say(
                "The store's password is not written there: give it as HEIRLOOM_STORE_PASSWORD, or name a password_file under [store].",
            )?;
        }
    }
    Ok(Exit::Done)
}

fn has_password(url: &DatabaseUrl) -> bool {
    url.clone().without_password() != *url
}

fn check_place(file: &Path) -> Result<(), Failure> {
    if file.symlink_metadata().is_ok() {
        return Err(Failure::wrong(format!(
            "{} is there already, and is not written over. Name another file with --config FILE.",
            file.display()
        )));
    }
    if !folder_of(file).is_dir() {
        return Err(Failure::wrong(format!(
            "the folder {} does not exist. Create it, or name another file with --config FILE.",
            folder_of(file).display()
        )));
    }
    Ok(())
}

/// The annotated example, with the store that was named.
fn configuration(url: &DatabaseUrl) -> Result<String, Failure> {
    if *url == StoreConfig::default().url {
        return Ok(EXAMPLE.into());
    }
    let line = format!("url = {}", toml::Value::from(url.to_string()));
    let text = EXAMPLE.replacen(STORE_LINE, &line, 1);
    // what the next command reads must be this store
    let read = config::from_text(&text, [])?;
    if read.store.url == *url {
        Ok(text)
    } else {
        Err(Failure::wrong(format!(
            "the store {url} cannot be written into a configuration. Give another path."
        )))
    }
}

/// Asks for the first admin, where the store has none yet.
fn first_admin(url: &DatabaseUrl, options: &Init) -> Result<Option<NewAccount>, Failure> {
    if let Some(path) = url.file()
        && !folder_of(path).is_dir()
    {
        return Err(StoreError::NoFolder(folder_of(path).into()).into());
    }
    // a look only: a store that is missing stays missing for now
    let mut store = Store::open(url, Missing::StandIn)?;
    if accounts::has_superuser(&mut store.connection)? {
        return Ok(None);
    }
    let username = match &options.admin {
        Some(name) => free(&mut store, name)?,
        None if terminal::attended() => ask_name(&mut store)?,
        None => free(&mut store, ADMIN)?,
    };
    drop(store);
    let password = new_password(username.as_str())?;
    Ok(Some(NewAccount {
        username,
        email: None,
        role: Role::Admin,
        hash: password::hash(password.expose())?,
    }))
}

fn ask_name(store: &mut Store) -> Result<Username, Failure> {
    signals::watch();
    loop {
        prompt::show_prompt("Name of the first admin", Some(ADMIN));
        let line = prompt::read_line()?;
        let name = match line.trim() {
            "" => ADMIN,
            name => name,
        };
        match free(store, name) {
            Ok(username) => return Ok(username),
            Err(failure) if failure.exit == Exit::Wrong => failure.print(),
            Err(failure) => return Err(failure),
        }
    }
}

/// The username, where an account can have it.
fn free(store: &mut Store, name: &str) -> Result<Username, Failure> {
    let username = Username::parse(name)?;
    match accounts::check_free(&mut store.connection, username.as_str(), None) {
        Ok(()) => Ok(username),
        Err(taken @ AccountError::NameTaken(_)) => Err(Failure::wrong(format!(
            "{taken} by an account that is no admin. Name another one with --admin NAME."
        ))),
        Err(error) => Err(error.into()),
    }
}

/// The configuration beside its place, complete and on the disk.
fn draft(file: &Path, text: &str) -> Result<tempfile::NamedTempFile, Failure> {
    let write = || {
        let mut draft = tempfile::NamedTempFile::new_in(folder_of(file))?;
        draft.write_all(text.as_bytes())?;
        draft.as_file().sync_all()?;
        Ok(draft)
    };
    write().map_err(|error: std::io::Error| unwritable(file, &error))
}

fn unwritable(file: &Path, error: &std::io::Error) -> Failure {
    Failure::wrong(format!(
        "the configuration {} cannot be written: {error}.",
        file.display()
    ))
}
