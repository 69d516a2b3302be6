//! Who may read and write what: ConnectorDB's default permissions.
//!
//! An account's role and a device's role each give a [`Level`] towards what is asked for, by how
//! near it is; what both allow is allowed.

use crate::store::streams::people;

/// How near something is to the device that asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nearness {
    /// The device itself, and its streams.
    Itself,
    /// Of the same account.
    Own,
    /// Another account's, for everybody.
    Public,
    /// Another account's, for nobody.
    Private,
}

/// What is read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Object {
    User,
    Device,
    Stream,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    None,
    /// Reads what is no secret and nobody's business.
    Guest,
    /// Reads, but for keys.
    Reader,
    /// Also writes, but for keys and roles.
    Writer,
    /// What is one's own: all but what only an admin decides.
    Owner,
    Full,
}

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    user: Level,
    device: Level,
    /// Whether whoever asks stands for the account itself.
    gives_roles: bool,
}

impl Object {
    /// What it has, in the order in which it is told.
    pub fn keys(self) -> &'static [&'static str] {
        match self {
            Object::User => &[
                "description",
                "email",
                "icon",
                "name",
                "nickname",
                "password",
                "public",
                "role",
            ],
            Object::Device => &[
                "apikey",
                "description",
                "enabled",
                "icon",
                "name",
                "nickname",
                "public",
                "role",
                "user_editable",
                "visible",
            ],
            Object::Stream => &[
                "datatype",
                "description",
                "downlink",
                "ephemeral",
                "icon",
                "name",
                "nickname",
                "schema",
            ],
        }
    }
}

impl Access {
    /// By the roles of an account and of one of its devices. A role of an account that is not
    /// known was made by the old server's administrator: here it is that of everybody.
    pub fn of(user_role: &str, device_role: &str, nearness: Nearness) -> Self {
        use Nearness::{Itself, Own, Private, Public};
        let user = match (user_role, nearness) {
            (people::ADMIN, _) => Level::Full,
            (_, Itself | Own) => Level::Owner,
            (_, Public) => Level::Guest,
            (_, Private) => Level::None,
        };
        let device = match (device_role, nearness) {
            (_, Itself) | ("user", _) => Level::Full,
            ("reader", _) => Level::Reader,
            ("writer", _) => Level::Writer,
            _ => Level::None,
        };
        Access {
            user,
            device,
            gives_roles: device_role == "user",
        }
    }

    /// Of whoever does not say who they are: public is what everybody with an account may read.
    pub fn of_nobody() -> Self {
        Access {
            user: Level::None,
            device: Level::Full,
            gives_roles: false,
        }
    }

    /// Whether there is anything for them at all.
    pub fn sees(self) -> bool {
        self.both(|level| level != Level::None)
    }

    pub fn reads(self, object: Object, key: &str) -> bool {
        self.both(|level| level.reads(object, key))
    }

    /// A device that is not its account's equal must not make itself one.
    pub fn writes(self, object: Object, key: &str) -> bool {
        let is_role = object == Object::Device && key == "role";
        (self.gives_roles || !is_role) && self.both(|level| level.writes(object, key))
    }

    /// Whether they may write a device that is not for its account to edit.
    pub fn writes_fixed_devices(self) -> bool {
        self.both(|level| level == Level::Full)
    }

    /// Whether they may change anything.
    pub fn touches(self) -> bool {
        self.both(|level| matches!(level, Level::Writer | Level::Owner | Level::Full))
    }

    /// Whether they may add and delete devices and streams.
    pub fn makes(self) -> bool {
        self.both(|level| matches!(level, Level::Owner | Level::Full))
    }

    /// Whether they may list, add and delete accounts.
    pub fn administers(self) -> bool {
        self.both(|level| level == Level::Full)
    }

    fn both(self, holds: impl Fn(Level) -> bool) -> bool {
        holds(self.user) && holds(self.device)
    }
}

impl Level {
    fn reads(self, object: Object, key: &str) -> bool {
        match (object, key) {
            (Object::User, "password") => false,
            (Object::Device, "apikey") => matches!(self, Level::Owner | Level::Full),
            (Object::User, "email" | "role" | "public")
            | (Object::Device, "role" | "user_editable") => {
                !matches!(self, Level::None | Level::Guest)
            }
            _ => self != Level::None,
        }
    }

    fn writes(self, object: Object, key: &str) -> bool {
        match (self, object, key) {
            (_, _, "name") | (Level::None | Level::Guest | Level::Reader, _, _) => false,
            (Level::Writer, _, "password" | "apikey" | "role") => false,
            (Level::Owner, Object::User, "role") => false,
            (Level::Owner, Object::Device, "user_editable") => false,
            (Level::Writer | Level::Owner | Level::Full, _, _) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read and written: `r`, `w`, both or neither, by key in the order of the object.
    #[track_caller]
    fn check(access: Access, object: Object, expected: &str) {
        let found: Vec<String> = object
            .keys()
            .iter()
            .map(|key| {
                let r = if access.reads(object, key) { "r" } else { "" };
                let w = if access.writes(object, key) { "w" } else { "" };
                format!("{r}{w}")
            })
            .collect();
        assert_eq!(found.join(" "), expected, "{access:?}");
    }

    #[test]
    fn what_accounts_may() {
        let user = |nearness| Access::of("user", "user", nearness);
        check(user(Nearness::Own), Object::User, "rw rw rw r rw w rw r");
        check(
            user(Nearness::Own),
            Object::Device,
            "rw rw rw rw r rw rw rw r rw",
        );
        check(user(Nearness::Public), Object::User, "r  r r r   ");
        check(user(Nearness::Public), Object::Device, " r r r r r r   r");
        check(user(Nearness::Private), Object::Stream, "       ");
        let admin = Access::of("admin", "user", Nearness::Private);
        check(admin, Object::User, "rw rw rw r rw w rw rw");
        check(admin, Object::Device, "rw rw rw rw r rw rw rw rw rw");
        assert!(admin.administers() && !user(Nearness::Own).administers());
        assert!(!Access::of_nobody().sees() && !Access::of_nobody().touches());
    }

    #[test]
    fn what_devices_may() {
        let device = |role, nearness| Access::of("user", role, nearness);
        for role in ["", "none", "unheard-of"] {
            assert!(!device(role, Nearness::Own).sees());
            assert!(device(role, Nearness::Itself).makes());
        }
        check(
            device("reader", Nearness::Own),
            Object::Device,
            " r r r r r r r r r",
        );
        check(
            device("writer", Nearness::Own),
            Object::Device,
            " rw rw rw r rw rw r r rw",
        );
        for role in ["", "none", "reader", "writer"] {
            assert!(!device(role, Nearness::Itself).writes(Object::Device, "role"));
        }
        assert!(!device("writer", Nearness::Own).makes());
        assert!(!device("user", Nearness::Private).sees());
        // no device of an admin does more than its own role allows
        assert!(!Access::of("admin", "none", Nearness::Private).sees());
        assert!(!Access::of("admin", "reader", Nearness::Own).touches());
    }
}
