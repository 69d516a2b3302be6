//! Which part of an export: `USER[/DEVICE[/STREAM]]`.

use std::str::FromStr;

use super::Tree;

/// A user, one of its devices, or one of that one's streams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Only {
    pub user: String,
    pub device: Option<String>,
    pub stream: Option<String>,
}

/// The account, or its device, under which a folder is brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    pub user: String,
    pub device: Option<String>,
}

impl FromStr for Only {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = parts(text, 3, "USER[/DEVICE[/STREAM]]")?.into_iter();
        Ok(Only {
            user: parts.next().unwrap_or_default(),
            device: parts.next(),
            stream: parts.next(),
        })
    }
}

impl FromStr for Destination {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = parts(text, 2, "USER[/DEVICE]")?.into_iter();
        Ok(Destination {
            user: parts.next().unwrap_or_default(),
            device: parts.next(),
        })
    }
}

fn parts(text: &str, most: usize, form: &str) -> Result<Vec<String>, String> {
    let parts: Vec<String> = text.split('/').map(Into::into).collect();
    if parts.len() > most || parts.iter().any(String::is_empty) {
        return Err(format!("it must be {form}"));
    }
    Ok(parts)
}

impl std::fmt::Display for Only {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.user)?;
        for part in [&self.device, &self.stream].into_iter().flatten() {
            write!(out, "/{part}")?;
        }
        Ok(())
    }
}

impl std::fmt::Display for Destination {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.user)?;
        match &self.device {
            Some(device) => write!(out, "/{device}"),
            None => Ok(()),
        }
    }
}

impl Only {
    /// Whether a device is meant, or something in it.
    #[must_use]
    pub fn takes_device(&self, device: &str) -> bool {
        self.device.as_deref().is_none_or(|only| only == device)
    }

    #[must_use]
    pub fn takes_stream(&self, stream: &str) -> bool {
        self.stream.as_deref().is_none_or(|only| only == stream)
    }

    /// Leaves nothing else in the tree.
    ///
    /// # Errors
    /// There is no such thing in it.
    pub fn narrow(&self, tree: &mut Tree) -> Result<(), NoSuch> {
        tree.users.retain(|user| user.key == self.user);
        for user in &mut tree.users {
            user.devices.retain(|device| self.takes_device(&device.key));
            for device in &mut user.devices {
                device
                    .streams
                    .retain(|stream| self.takes_stream(&stream.key));
            }
        }
        let devices = || tree.users.iter().flat_map(|user| &user.devices);
        let found = match (&self.device, &self.stream) {
            (None, _) => !tree.users.is_empty(),
            (Some(_), None) => devices().next().is_some(),
            (Some(_), Some(_)) => devices().any(|device| !device.streams.is_empty()),
        };
        match found {
            true => Ok(()),
            false => Err(NoSuch(self.to_string())),
        }
    }
}

/// What `--only` names is not there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("--only: there is no {0}. Names count letter by letter, as USER[/DEVICE[/STREAM]].")]
pub struct NoSuch(pub String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_to_three_names() {
        let only: Only = "alice/phone".parse().unwrap();
        assert_eq!(only.to_string(), "alice/phone");
        assert!(only.takes_device("phone") && only.takes_stream("steps"));
        assert!(!only.takes_device("laptop"));
        for wrong in ["", "a//b", "a/b/c/d", "/a"] {
            assert!(wrong.parse::<Only>().is_err(), "{wrong:?}");
        }
        assert!("a/b/c".parse::<Destination>().is_err());
    }
}
