//! How far a transfer is, and what a person should know of it.

/// Who looks on.
pub trait Watch {
    fn step(&self, _progress: &Progress<'_>) {}
    /// What is lost, or should be done otherwise. It may quote a server: clean it before it
    /// reaches a terminal.
    fn warn(&self, _warning: &str) {}
    /// Whether somebody wants it to stop.
    fn cancelled(&self) -> bool {
        false
    }
}

/// Nobody looks.
impl Watch for () {}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress<'a> {
    /// `user/device/stream`, or with `/downlink` behind it.
    pub list: &'a str,
    /// Points of all lists so far.
    pub points: u64,
}
