//! `cargo xtask test`: everything that must hold before a change goes in, cheapest first.

use std::process;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use clap::Args;
use xtask::python::connectordb_client;
use xtask::servers::{
    MYSQL_VARIABLE, POSTGRES_VARIABLE, Server, has_mysql, has_postgres, start_mysql, start_postgres,
};

use crate::licences;
use crate::steps::{attempt, cargo, step};

/// What the second pass, with stores on the PostgreSQL server, leaves out.
const NOT_AGAIN: [&str; 2] = [
    // a store's file: its name, mode, lock, damage, the room on its disk
    "sqlite_file",
    // on the server in the first pass too
    "postgres_store",
];

/// What the command line says.
#[derive(Args)]
#[command(after_help = "\
Tests run against the MariaDB and PostgreSQL servers that HEIRLOOM_TEST_MYSQL_URL and
HEIRLOOM_TEST_POSTGRES_URL name, else against those on this machine's usual ports
(mysql://root@127.0.0.1:3306/test, postgres://postgres@127.0.0.1:5432/test), else against servers
that are started for them and ended afterwards. The tests of the whole program run twice: with their
stores in SQLite files, and with their stores on the PostgreSQL server.")]
pub struct Options {
    /// Start servers for the tests even where others answer
    #[arg(long)]
    private_servers: bool,
}

/// Runs every check, up to the first that fails.
pub fn run(options: &Options) -> Result<()> {
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
    tests(options)
}

fn tests(options: &Options) -> Result<()> {
    let servers: Arc<Mutex<Vec<Server>>> = Arc::default();
    let end = {
        let servers = Arc::clone(&servers);
        // Dropping a server ends it; holding the lock lets nobody exit before it has ended.
        move || {
            servers
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clear();
        }
    };
    let end_early = end.clone();
    ctrlc::set_handler(move || {
        end_early();
        process::exit(130);
    })?;
    let mut command = cargo(&["test", "--workspace", "--locked"]);
    let mut on_postgres = cargo(&["test", "--locked", "--test", "it", "--"]);
    on_postgres.env("HEIRLOOM_TEST_STORE", "postgres");
    for module in NOT_AGAIN {
        on_postgres.args(["--skip", module]);
    }
    let keep = |server: Server| {
        servers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(server);
    };
    // some tests start a server with settings of its own, whoever else answers
    xtask_setup::mysql_server()?;
    xtask_setup::postgres_server()?;
    connectordb_client()?;
    if options.private_servers || !has_mysql() {
        println!("== starting a MariaDB server for the tests");
        let server = start_mysql()?;
        command.env(MYSQL_VARIABLE, server.url());
        keep(server);
    }
    if options.private_servers || !has_postgres() {
        println!("== starting a PostgreSQL server for the tests");
        let server = start_postgres()?;
        command.env(POSTGRES_VARIABLE, server.url());
        on_postgres.env(POSTGRES_VARIABLE, server.url());
        keep(server);
    }
    let failed = match attempt("tests", &mut command)? {
        None => attempt("tests on PostgreSQL", &mut on_postgres)?,
        failed => failed,
    };
    end();
    match failed {
        Some(code) => process::exit(code),
        None => Ok(()),
    }
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
