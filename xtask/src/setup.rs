//! What a fresh Debian-like system must have before anything is built.

use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, fs};

use anyhow::{Result, bail};

/// A package, and the file or program that shows it is there.
struct Need {
    package: &'static str,
    shown_by: &'static str,
}

// The bundled SQLite is C. Client libraries of other databases come in here with their backends.
const NEEDS: &[Need] = &[
    Need {
        package: "gcc",
        shown_by: "cc",
    },
    Need {
        package: "libc6-dev",
        shown_by: "/usr/include/stdio.h",
    },
];

/// Installs what is missing, where that is possible without a question.
///
/// # Errors
///
/// Where something is missing and can't be installed: what, and the command that would.
pub fn run() -> Result<()> {
    if !Path::new("/etc/debian_version").exists() {
        return Ok(());
    }
    let missing: Vec<&str> = NEEDS
        .iter()
        .filter(|need| !is_there(need))
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
    if !installed || NEEDS.iter().any(|need| !is_there(need)) {
        bail!(
            "missing packages: {}. Install them with `sudo apt-get update && sudo {}` and start again",
            missing.join(", "),
            install.join(" "),
        );
    }
    Ok(())
}

fn is_there(need: &Need) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    // Joining an absolute path gives that path, so files and programs are looked up alike.
    env::split_paths(&path).any(|folder| folder.join(need.shown_by).exists())
}

fn is_root() -> bool {
    // The owner of a process's own folder is the user it runs as.
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").is_ok_and(|folder| folder.uid() == 0)
}

fn succeeds(words: &[&str]) -> bool {
    Command::new(words[0])
        .args(&words[1..])
        .stdin(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
