//! What every command needs: configuration and store.

use super::args::Global;
use super::exit::Failure;
use super::terminal;
use crate::config::{self, Config, DatabaseUrl};
use crate::server::Watcher;
use crate::store::{Missing, Store};
use crate::text::printable;

#[derive(Clone)]
pub struct Context {
    pub config: Config,
    pub verbosity: u8,
    pub store: DatabaseUrl,
    /// The configuration and store options as they were typed, for printed commands.
    pub typed: Vec<String>,
    /// Who is told how far a run is, beside the person.
    pub watcher: Option<Watcher>,
}

impl Context {
    pub fn new(global: &Global, verbosity: u8) -> Result<Self, Failure> {
        let config = config::load(global.config.as_deref(), config::environment())?;
        let store = match &global.store {
            Some(url) => DatabaseUrl::parse(url)?,
            None => config.store.url.clone(),
        };
        let store = store.with_configured(Some(&config.store.url), config.store.password.as_ref());
        let mut typed = Vec::new();
        if let Some(file) = &global.config {
            typed.extend(["--config".into(), file.display().to_string()]);
        }
        if global.store.is_some() {
            typed.extend([
                "--store".into(),
                store.clone().without_password().to_string(),
            ]);
        }
        Ok(Context {
            config,
            verbosity,
            store,
            typed,
            watcher: None,
        })
    }

    /// The store, created where it is missing.
    pub fn open_store(&self) -> Result<Store, Failure> {
        Ok(Store::open(&self.store, Missing::Create)?)
    }

    /// Says what was done, unless nothing but errors is wanted.
    pub fn confirm(&self, line: &str) -> Result<(), Failure> {
        if self.verbosity >= 1 {
            terminal::say(&printable(line))?;
        }
        Ok(())
    }
}
