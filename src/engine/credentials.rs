//! The file that hands out passwords: a CSV of accounts, in a new file that its owner alone
//! may read. Whatever fails on the way, no file with passwords that do not work is left.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::Stop;
use super::change::Spool;
use crate::files::create_private;
use crate::password::Secret;

/// Where the passwords of new accounts are handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandOut {
    /// A new file, whether accounts are made or not.
    File(PathBuf),
    /// A folder, in which a run that makes accounts writes a file named after its start.
    Folder(PathBuf),
}

impl HandOut {
    /// Begins the file of a run that began then; none where no account needs one.
    ///
    /// # Errors
    /// The file exists or cannot be written.
    pub(super) fn begin(&self, spool: &Spool, started: &str) -> Result<Option<Credentials>, Stop> {
        match self {
            HandOut::File(path) => Credentials::create(path).map(Some),
            HandOut::Folder(_) if !spool.makes_passwords => Ok(None),
            HandOut::Folder(folder) => {
                std::fs::create_dir_all(folder).map_err(|error| {
                    Stop::Wrong(format!(
                        "cannot make the folder {} for credentials: {error}.",
                        folder.display()
                    ))
                })?;
                let name = started.replace([':', '-'], "");
                Credentials::create(&folder.join(format!("{name}.csv"))).map(Some)
            }
        }
    }
}

/// A credentials file in the making: removed with the value, unless it was kept.
pub struct Credentials {
    file: File,
    path: PathBuf,
    kept: std::cell::Cell<bool>,
}

impl Credentials {
    /// Creates the file, with its header line.
    ///
    /// # Errors
    /// The file exists or cannot be written.
    pub fn create(path: &Path) -> Result<Self, Stop> {
        let cannot = |error: io::Error| {
            Stop::Wrong(format!(
                "cannot create the credentials file {}: {error}. It must not exist yet.",
                path.display()
            ))
        };
        let credentials = Credentials {
            file: create_private(path).map_err(cannot)?,
            path: path.into(),
            kept: false.into(),
        };
        (&credentials.file)
            .write_all(b"username,email,password\n")
            .map_err(cannot)?;
        Ok(credentials)
    }

    /// Where lines go.
    pub fn writer(&self) -> io::BufWriter<&File> {
        io::BufWriter::new(&self.file)
    }

    /// Brings the file to the disk; before the commit that makes its passwords valid.
    ///
    /// # Errors
    /// The disk fails.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }

    /// The passwords are valid: the file stays.
    pub fn keep(&self) {
        self.kept.set(true);
    }
}

impl Drop for Credentials {
    fn drop(&mut self) {
        if !self.kept.get() {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// One account's line. Every field is quoted, because legacy names hold anything.
///
/// # Errors
/// The output fails.
pub fn write_line(
    out: &mut dyn Write,
    username: &str,
    email: &str,
    secret: &Secret,
) -> io::Result<()> {
    writeln!(
        out,
        "\"{}\",\"{}\",\"{}\"",
        username.replace('"', "\"\""),
        email.replace('"', "\"\""),
        secret.expose()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_kept_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("passwords.csv");
        drop(Credentials::create(&path).unwrap());
        assert!(!path.exists());
        let credentials = Credentials::create(&path).unwrap();
        assert!(Credentials::create(&path).is_err(), "it exists");
        write_line(
            &mut credentials.writer(),
            "a\"b",
            "",
            &Secret::new("hush-hush"),
        )
        .unwrap();
        credentials.keep();
        drop(credentials);
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            "username,email,password\n\"a\"\"b\",\"\",\"hush-hush\"\n"
        );
    }
}
