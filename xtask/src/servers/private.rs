//! Servers that a test run starts for itself: in a temporary folder, on a free port of the
//! loopback address, without the care for data that makes them slow.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use diesel::{Connection, MysqlConnection, PgConnection};
use rustix::process::{Pid, Signal, geteuid, kill_process};
use tempfile::TempDir;
use xtask_setup::{initdb, mariadbd};

const PATIENCE: Duration = Duration::from_secs(60);

/// A running server, ended and its folder removed when this is dropped.
#[derive(Debug)]
pub struct Server {
    process: Child,
    ends_at: Signal,
    url: String,
    folder: TempDir,
}

/// Who runs a server where the tests run as root, which no server wants to, and how it is ended.
#[derive(Debug, Clone, Copy)]
struct Kind {
    user: &'static str,
    /// Its signal for ending without waiting for clients, with its name.
    ends_at: (Signal, &'static str),
}

const MYSQL: Kind = Kind {
    user: "mysql",
    ends_at: (Signal::TERM, "TERM"),
};
const POSTGRES: Kind = Kind {
    user: "postgres",
    ends_at: (Signal::INT, "INT"),
};

/// Starts a MariaDB server with nothing in it but an empty database, and waits until it answers.
///
/// # Errors
///
/// Where MariaDB is not installed or does not start, with what it said.
pub fn start_mysql() -> Result<Server> {
    let folder = MYSQL.folder()?;
    let data = format!("--datadir={}", folder.path().join("data").display());
    let install = [
        "--no-defaults",
        &data,
        "--auth-root-authentication-method=normal",
    ];
    MYSQL.run(&folder, Path::new("mariadb-install-db"), &install)?;
    let port = free_port()?;
    let socket = format!("--socket={}", folder.path().join("socket").display());
    let options = [
        "--no-defaults",
        &data,
        &socket,
        &format!("--port={port}"),
        "--bind-address=127.0.0.1",
        "--skip-name-resolve",
        "--skip-log-bin",
        "--innodb-flush-log-at-trx-commit=0",
        "--max-connections=500",
    ];
    let url = format!("mysql://root@127.0.0.1:{port}/test");
    MYSQL.start(folder, &mariadbd(), &options, url, |url| {
        MysqlConnection::establish(url).is_ok()
    })
}

/// Starts a PostgreSQL server with nothing in it, and waits until it answers.
///
/// # Errors
///
/// Where PostgreSQL is not installed or does not start, with what it said.
pub fn start_postgres() -> Result<Server> {
    let folder = POSTGRES.folder()?;
    let initdb = initdb().context("PostgreSQL's initdb is not installed")?;
    let data = folder.path().join("data").display().to_string();
    let install = [
        "--pgdata",
        &data,
        "--username=postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    ];
    POSTGRES.run(&folder, &initdb, &install)?;
    let port = free_port()?.to_string();
    let options = [
        "-D",
        &data,
        "-p",
        &port,
        "-h",
        "127.0.0.1",
        "-c",
        "unix_socket_directories=",
        "-c",
        "fsync=off",
        "-c",
        "max_connections=200",
    ];
    let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
    let program = initdb.with_file_name("postgres");
    POSTGRES.start(folder, &program, &options, url, |url| {
        PgConnection::establish(url).is_ok()
    })
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

impl Kind {
    fn folder(self) -> Result<TempDir> {
        let folder = tempfile::Builder::new().prefix("heirloom-").tempdir()?;
        if geteuid().is_root() {
            let mut chown = Command::new("chown");
            let done = chown.arg(self.user).arg(folder.path()).status()?;
            if !done.success() {
                bail!("there is no user {} to run a server as", self.user);
            }
        }
        Ok(folder)
    }

    /// A command as the server's user that the kernel ends where this process dies.
    fn command(self, folder: &TempDir, program: &Path) -> Result<Command> {
        let mut command = if cfg!(target_os = "linux") {
            let mut command = Command::new("setpriv");
            command.args(["--pdeathsig", self.ends_at.1]);
            if geteuid().is_root() {
                command.args(["--reuid", self.user, "--regid", self.user, "--init-groups"]);
            }
            command.arg("--").arg(program);
            command
        } else {
            Command::new(program)
        };
        let log = File::options()
            .create(true)
            .append(true)
            .open(folder.path().join("log"))?;
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .current_dir(folder);
        Ok(command)
    }

    fn run(self, folder: &TempDir, program: &Path, arguments: &[&str]) -> Result<()> {
        let mut command = self.command(folder, program)?;
        let done = command.args(arguments).status();
        if !done.is_ok_and(|status| status.success()) {
            bail!("{} failed:\n{}", program.display(), log(folder));
        }
        Ok(())
    }

    fn start(
        self,
        folder: TempDir,
        program: &Path,
        options: &[&str],
        url: String,
        answers: fn(&str) -> bool,
    ) -> Result<Server> {
        let process = self.command(&folder, program)?.args(options).spawn()?;
        let mut server = Server {
            process,
            ends_at: self.ends_at.0,
            url,
            folder,
        };
        let start = Instant::now();
        while !answers(&server.url) {
            let ended = server.process.try_wait()?.is_some();
            if ended || start.elapsed() > PATIENCE {
                bail!(
                    "{} does not answer:\n{}",
                    program.display(),
                    log(&server.folder)
                );
            }
            sleep(Duration::from_millis(100));
        }
        Ok(server)
    }
}

fn log(folder: &TempDir) -> String {
    fs::read_to_string(folder.path().join("log")).unwrap_or_default()
}

impl Server {
    /// Where it answers, with its administrator and a database.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let pid = i32::try_from(self.process.id())
            .ok()
            .and_then(Pid::from_raw);
        let asked = pid.is_some_and(|pid| kill_process(pid, self.ends_at).is_ok());
        let start = Instant::now();
        while asked && start.elapsed() < Duration::from_secs(20) {
            if !matches!(self.process.try_wait(), Ok(None)) {
                return;
            }
            sleep(Duration::from_millis(50));
        }
        // It is gone already or does not listen: what is left is to make sure.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
