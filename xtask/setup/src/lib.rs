//! What a fresh Debian-like system must have before anything else is built, and to run servers.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use anyhow::{Result, bail};

/// A package, and what shows that it is there.
struct Need {
    package: &'static str,
    is_there: fn() -> bool,
}

// The bundled SQLite is C; the client libraries of the other databases are the system's.
const NEEDS: &[Need] = &[
    Need {
        package: "gcc",
        is_there: || program("cc"),
    },
    Need {
        package: "libc6-dev",
        is_there: || file("/usr/include/stdio.h"),
    },
    Need {
        package: "pkg-config",
        is_there: || program("pkg-config"),
    },
    Need {
        package: "libpq-dev",
        is_there: || file("/usr/include/postgresql/libpq-fe.h"),
    },
    Need {
        package: "libmariadb-dev",
        is_there: || file("/usr/include/mariadb/mysql.h"),
    },
];

const MYSQL_SERVER: &[Need] = &[Need {
    package: "mariadb-server",
    is_there: || program("mariadb-install-db") && mariadbd().is_absolute(),
}];

const POSTGRES_SERVER: &[Need] = &[Need {
    package: "postgresql",
    is_there: || initdb().is_some(),
}];

const PYTHON: &[Need] = &[
    Need {
        package: "python3",
        is_there: || program("python3"),
    },
    Need {
        // with the wheel of pip, which the module alone does not bring
        package: "python3-venv",
        is_there: || succeeds(&["python3", "-c", "import ensurepip, venv"]),
    },
];

/// Installs what building takes, where it is missing and that is possible without a question.
///
/// # Errors
///
/// Where something is missing and can't be installed: what, and the command that would.
pub fn run() -> Result<()> {
    install(NEEDS)
}

/// The same for running a MariaDB server.
///
/// # Errors
///
/// Those of [`run`].
pub fn mysql_server() -> Result<()> {
    install(MYSQL_SERVER)
}

/// The same for running a PostgreSQL server.
///
/// # Errors
///
/// Those of [`run`].
pub fn postgres_server() -> Result<()> {
    install(POSTGRES_SERVER)
}

/// The same for making an environment of Python.
///
/// # Errors
///
/// Those of [`run`].
pub fn python() -> Result<()> {
    install(PYTHON)
}

fn install(needs: &[Need]) -> Result<()> {
    if !Path::new("/etc/debian_version").exists() {
        return Ok(());
    }
    let missing: Vec<&str> = needs
        .iter()
        .filter(|need| !(need.is_there)())
        .map(|need| need.package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("== set-up: installing {}", missing.join(", "));
    let install = [
        &["apt-get", "install", "--yes", "--no-install-recommends"],
        &missing[..],
    ]
    .concat();
    let update = ["apt-get", "update"];
    let as_root = ["env", "DEBIAN_FRONTEND=noninteractive"];
    let through_sudo = ["sudo", "-n", "env", "DEBIAN_FRONTEND=noninteractive"];
    let prefix = if is_root() {
        &as_root[..]
    } else {
        &through_sudo[..]
    };
    let installed = succeeds(&[prefix, &update].concat()) && succeeds(&[prefix, &install].concat());
    if !installed || needs.iter().any(|need| !(need.is_there)()) {
        bail!(
            "missing packages: {}. Install them with `sudo apt-get update && sudo {}` and start again",
            missing.join(", "),
            install.join(" "),
        );
    }
    Ok(())
}

/// MariaDB's server: where distributions keep it out of the path, or by its bare name.
pub fn mariadbd() -> PathBuf {
    first(&["/usr/sbin/mariadbd", "/usr/libexec/mariadbd"]).unwrap_or_else(|| "mariadbd".into())
}

/// Where PostgreSQL's `initdb` and `postgres` are: Debian keeps them out of the path, by version.
pub fn initdb() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut found: Vec<(u32, PathBuf)> = versions
        .flatten()
        .filter_map(|version| {
            let number = version.file_name().to_str()?.parse().ok()?;
            Some((number, version.path().join("bin/initdb")))
        })
        .filter(|(_, initdb)| initdb.exists())
        .collect();
    found.sort();
    found.pop().map(|(_, initdb)| initdb).or_else(|| {
        first(&[
            "/usr/bin/initdb",
            "/usr/local/bin/initdb",
            "/opt/homebrew/bin/initdb",
        ])
    })
}

fn first(paths: &[&str]) -> Option<PathBuf> {
    paths.iter().map(PathBuf::from).find(|path| path.exists())
}

fn is_root() -> bool {
    // The owner of a process's own folder is the user it runs as.
    fs::metadata("/proc/self").is_ok_and(|folder| folder.uid() == 0)
}

fn program(name: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(name).exists())
}

fn file(path: &str) -> bool {
    Path::new(path).exists()
}

fn succeeds(words: &[&str]) -> bool {
    Command::new(words[0])
        .args(&words[1..])
        .stdin(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
