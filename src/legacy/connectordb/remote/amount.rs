//! How much went over.

use std::fmt;

/// What a download or an upload brought; of a download that goes on, only its own points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    pub users: u64,
    pub devices: u64,
    pub streams: u64,
    pub points: u64,
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Amount {
            users,
            devices,
            streams,
            points,
        } = self;
        write!(
            f,
            "{users} users, {devices} devices, {streams} streams and {points} points"
        )
    }
}
