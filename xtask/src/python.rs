//! The real Python client of ConnectorDB, in an environment of its own that tests run.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// The client, the last version of it, and what talks HTTP for it.
const PACKAGES: [&str; 2] = ["connectordb==0.3.5", "requests"];

/// The Python that has the client; made where it is not there yet, which takes a package index.
///
/// # Errors
///
/// There is no Python, or the packages cannot be had.
pub fn connectordb_client() -> Result<PathBuf> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = package.parent().context("the project's root")?;
    let folder = root.join("target").join("connectordb-client");
    let python = folder.join("bin/python");
    if has_client(&python) {
        return Ok(python);
    }
    xtask_setup::python()?;
    println!("== installing the Python client of ConnectorDB");
    succeed(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&folder),
    )?;
    let pip = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ];
    succeed(Command::new(&python).args(pip).args(PACKAGES))?;
    match has_client(&python) {
        true => Ok(python),
        false => bail!(
            "{} has no client although it was installed",
            python.display()
        ),
    }
}

fn has_client(python: &Path) -> bool {
    let found = Command::new(python)
        .args(["-c", "import connectordb"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    found.is_ok_and(|status| status.success())
}

fn succeed(command: &mut Command) -> Result<()> {
    let program = command.get_program().to_owned();
    let status = command
        .status()
        .with_context(|| format!("running {}", program.display()))?;
    match status.success() {
        true => Ok(()),
        false => bail!("{} ended with {status}", program.display()),
    }
}
