//! `cargo xtask` starts here: what the tasks themselves link against may still be missing, so this
//! links nothing, installs that, and hands over to them.

use std::env;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    if let Err(error) = xtask_setup::run() {
        eprintln!("error: {error:#}");
        return ExitCode::FAILURE;
    }
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let error = Command::new(cargo)
        .args(["run", "--quiet", "--package", "xtask", "--"])
        .args(env::args_os().skip(1))
        .exec();
    eprintln!("error: running cargo: {error}");
    ExitCode::FAILURE
}
