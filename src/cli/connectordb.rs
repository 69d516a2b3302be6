//! ConnectorDB servers: how one logs in, what is shown while data comes or goes, and how that ends.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::args::Login;
use super::exit::{Exit, Failure};
use super::prompt::Presence;
use super::{password_input, signals, terminal};
use crate::legacy::connectordb::remote::{Address, Progress, RemoteError, Server, Watch};
use crate::password::Secret;
use crate::text::printable;

/// Where the password may stand beside a file.
const VARIABLE: &str = "HEIRLOOM_CONNECTORDB_PASSWORD";

/// How often the line is drawn again.
const TICK: Duration = Duration::from_millis(200);

/// Logs in to a server.
pub fn log_in<'a>(
    url: &str,
    login: &Login,
    presence: Presence,
    watch: &'a Transfer,
) -> Result<Server<'a>, Failure> {
    let address = Address::parse(url).map_err(RemoteError::from)?;
    let user = login.user.as_deref().unwrap_or_default();
    let password = password(login, user, presence)?;
    signals::watch();
    Ok(Server::log_in(address, user, &password, watch)?)
}

fn password(login: &Login, user: &str, presence: Presence) -> Result<Secret, Failure> {
    if let Some(path) = &login.password_file {
        return password_input::in_file(path);
    }
    match std::env::var(VARIABLE) {
        Ok(password) if !password.is_empty() => Ok(Secret::new(password)),
        _ if presence == Presence::Attended => password_input::current_password(user),
        _ => Err(Failure::wrong(format!(
            "there is nobody to ask for the password of {user}. Give --password-file FILE, or set {VARIABLE}."
        ))),
    }
}

/// A download that ended early, with what to do; where trying again cannot help, that is not said.
pub fn broken_off(error: RemoteError, again: &str) -> Failure {
    let mut failure = Failure::from(error);
    if failure.exit != Exit::Wrong {
        failure.message = format!("{}\n{again}", failure.message);
    }
    failure
}

/// What a transfer shows while it goes on, and how it is stopped.
pub struct Transfer {
    bar: ProgressBar,
    verbosity: u8,
}

impl Transfer {
    pub fn new(verbosity: u8) -> Self {
        let bar = match verbosity >= 1 && terminal::attended() {
            true => ProgressBar::new_spinner(),
            false => ProgressBar::hidden(),
        };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {human_pos} points  {msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(TICK);
        Transfer { bar, verbosity }
    }

    /// What it came to, or anything else that a person should know.
    pub fn told(&self, line: &str) {
        if self.verbosity >= 1 {
            self.bar.suspend(|| terminal::complain(line));
        }
    }
}

impl Watch for Transfer {
    fn step(&self, progress: &Progress<'_>) {
        self.bar.set_message(printable(progress.list).into_owned());
        self.bar.set_position(progress.points);
    }

    fn warn(&self, warning: &str) {
        self.told(&format!("warning: {warning}"));
    }

    fn cancelled(&self) -> bool {
        signals::cancelled()
    }
}

impl Drop for Transfer {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl From<RemoteError> for Failure {
    fn from(error: RemoteError) -> Self {
        let message = error.to_string();
        let exit = match error {
            error if error.is_cancelled() => Exit::Cancelled,
            error if error.is_wrong_command() => Exit::Wrong,
            _ => Exit::Fault,
        };
        Failure { exit, message }
    }
}
