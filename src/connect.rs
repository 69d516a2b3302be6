//! Connecting to database servers, and what to check where that fails.

mod mysql;
mod postgres;

use std::fmt;

pub use mysql::connect as mysql;
pub use postgres::connect as postgres;

/// Seconds until a server that does not answer is given up.
const PATIENCE: u64 = 10;

/// Why there is no connection. No password is in it.
#[derive(Debug)]
pub struct ConnectError {
    /// The address, without its password.
    place: String,
    /// What the server or the driver said, in one line.
    reason: String,
    advice: String,
    /// Trying again cannot help: what is asked for is wrong.
    pub is_wrong_command: bool,
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = self.reason.trim_end_matches('.');
        let end = if reason.ends_with('?') { "" } else { "." };
        write!(
            f,
            "cannot use {}: {reason}{end} {}",
            self.place, self.advice
        )
    }
}

impl std::error::Error for ConnectError {}

/// What a server's words mean: a piece of them, whether trying again can help, and what to do.
struct Advice {
    sign: &'static str,
    again: Again,
    text: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Again {
    MayHelp,
    CannotHelp,
}

/// Looks the words up; the last advice is for all others.
fn explain(
    place: &impl fmt::Display,
    reason: &str,
    known: &[Advice],
    others: &str,
) -> ConnectError {
    let reason: Vec<&str> = reason.split_whitespace().collect();
    let reason = reason.join(" ");
    let found = known.iter().find(|advice| reason.contains(advice.sign));
    ConnectError {
        place: place.to_string(),
        advice: found.map_or(others, |advice| advice.text).to_string(),
        is_wrong_command: found.is_some_and(|advice| advice.again == Again::CannotHelp),
        reason,
    }
}
