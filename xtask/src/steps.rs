//! Running other programs from the project's root.

use std::env;
use std::path::PathBuf;
use std::process::{Command, ExitStatus};
use std::time::Instant;

use anyhow::{Context, Result};

/// The project's root.
pub fn root() -> PathBuf {
    let package = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    package.parent().map_or(package.clone(), PathBuf::from)
}

/// The cargo that started this task, to be run in the root.
pub fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    command
}

/// Builds a release binary of the workspace and tells where it is.
pub fn build_release(binary: &str) -> Result<PathBuf> {
    step(
        "build",
        &mut cargo(&[
            "build",
            "--release",
            "--locked",
            "--workspace",
            "--bin",
            binary,
        ]),
    )?;
    // This program stands in TARGET/PROFILE, wherever that has been configured to be.
    let this = env::current_exe()?;
    let target = this.parent().and_then(|profile| profile.parent());
    Ok(target
        .context("this program is not in a target folder")?
        .join("release")
        .join(binary))
}

/// Runs one step with its output visible, names it and tells how long it took. Where it fails, the
/// whole task ends with its exit code.
pub fn step(name: &str, command: &mut Command) -> Result<()> {
    match attempt(name, command)? {
        Some(code) => std::process::exit(code),
        None => Ok(()),
    }
}

/// Runs one step like [`step`] and gives its exit code back where it fails, for what must be
/// tidied up before the end.
pub fn attempt(name: &str, command: &mut Command) -> Result<Option<i32>> {
    println!("== {name}");
    let start = Instant::now();
    let status = run(command)?;
    let seconds = start.elapsed().as_secs_f64();
    if !status.success() {
        eprintln!("== {name} failed after {seconds:.1} s");
        return Ok(Some(status.code().unwrap_or(1)));
    }
    println!("== {name}: {seconds:.1} s");
    Ok(None)
}

/// Runs a program to its end with its output visible.
pub fn run(command: &mut Command) -> Result<ExitStatus> {
    let program = command.get_program().to_owned();
    command
        .status()
        .with_context(|| format!("running {}", program.display()))
}
