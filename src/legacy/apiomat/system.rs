//! The three systems that every application has.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum System {
    #[default]
    Live,
    Staging,
    Test,
}

#[derive(Debug, thiserror::Error)]
#[error("a system is live, staging or test")]
pub struct NoSystem;

impl System {
    pub const ALL: [System; 3] = [System::Live, System::Staging, System::Test];

    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            System::Live => "live",
            System::Staging => "staging",
            System::Test => "test",
        }
    }
}

impl fmt::Display for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// ApiOmat writes them in capitals, its databases and keys in lower case.
impl FromStr for System {
    type Err = NoSystem;

    fn from_str(word: &str) -> Result<Self, NoSystem> {
        let same = |system: &System| system.word().eq_ignore_ascii_case(word);
        System::ALL.into_iter().find(same).ok_or(NoSystem)
    }
}
