//! What the server keeps in files: its certificate, and what the last runs came to.

use std::io;
use std::path::{Path, PathBuf};

use crate::config::DatabaseUrl;
use crate::files::private_folders;

/// A folder that only its owner may enter, beside the store, or in the working directory where
/// the store is on a server: the configuration's folder is often one that nobody may write.
#[derive(Clone, Debug)]
pub struct Home(PathBuf);

impl Home {
    #[must_use]
    pub fn new(store: &DatabaseUrl) -> Self {
        Home(match store.file() {
            Some(path) => {
                let path = std::path::absolute(path).unwrap_or_else(|_| path.into());
                let mut name = path.into_os_string();
                name.push(".server");
                name.into()
            }
            None => PathBuf::from("heirloom.server"),
        })
    }

    /// Makes the folder where it is missing.
    ///
    /// # Errors
    /// What the file system says.
    pub fn prepare(&self) -> io::Result<()> {
        private_folder(&self.0)?;
        private_folder(&self.reports())?;
        private_folder(&self.rehearsals())
    }

    #[must_use]
    pub fn certificate(&self) -> PathBuf {
        self.0.join("certificate.pem")
    }

    #[must_use]
    pub fn key(&self) -> PathBuf {
        self.0.join("key.pem")
    }

    /// Where uploads arrive.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.0
    }

    /// The current backup of the maintenance API.
    #[must_use]
    pub fn backup(&self) -> PathBuf {
        self.0.join("heirloom-backup.tgz")
    }

    /// Where the reports of runs are that the server was asked for.
    #[must_use]
    pub fn reports(&self) -> PathBuf {
        self.0.join("reports")
    }

    /// Where the outcomes and the plans of rehearsals are that the server was asked for.
    #[must_use]
    pub fn rehearsals(&self) -> PathBuf {
        self.0.join("rehearsals")
    }
}

fn private_folder(path: &Path) -> io::Result<()> {
    match private_folders().create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        done => done,
    }
}
