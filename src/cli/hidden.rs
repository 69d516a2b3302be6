//! A terminal that does not show what is typed.

use std::io;

/// While it lives, the terminal on standard input shows nothing; then all is as before,
/// Ctrl-C included.
#[cfg(unix)]
pub struct Hidden {
    before: rustix::termios::Termios,
}

#[cfg(unix)]
impl Hidden {
    /// # Errors
    /// Standard input is no terminal.
    pub fn begin() -> io::Result<Self> {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let before = tcgetattr(io::stdin())?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(io::stdin(), OptionalActions::Now, &silent)?;
        Ok(Hidden { before })
    }
}

#[cfg(unix)]
impl Drop for Hidden {
    fn drop(&mut self) {
        use rustix::termios::{OptionalActions, tcsetattr};
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.before);
    }
}

#[cfg(not(unix))]
pub struct Hidden;

#[cfg(not(unix))]
impl Hidden {
    /// # Errors
    /// Always: nothing is typed in plain sight.
    pub fn begin() -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
