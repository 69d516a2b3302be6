//! `cargo xtask test`: everything that must hold before a change goes in, cheapest first.

use anyhow::Result;

use crate::steps::{cargo, step};
use crate::{licences, setup};

/// Runs every check, up to the first that fails.
pub fn run() -> Result<()> {
    setup::run()?;
    step("format", &mut cargo(&["fmt", "--all", "--check"]))?;
    let clippy = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ];
    step("lints", &mut cargo(&clippy))?;
    licences()?;
    step("tests", &mut cargo(&["test", "--workspace", "--locked"]))
}

fn licences() -> Result<()> {
    let has_deny = cargo(&["deny", "--version"])
        .output()
        .is_ok_and(|out| out.status.success());
    if has_deny {
        let deny = ["deny", "--locked", "check", "licenses", "bans", "sources"];
        return step("licences, bans, sources", &mut cargo(&deny));
    }
    println!("== licences: cargo-deny is not installed; checking against deny.toml without it");
    let checked = licences::check()?;
    println!("== licences: {checked} packages, each allowed and from crates.io");
    Ok(())
}
