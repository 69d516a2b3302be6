//! Everything that can be known before the first write: a server keeps what it took, so a name
//! that it has, or would refuse, must not be found halfway.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use serde_json::Value;

use super::super::error::{RemoteError, shown};
use super::super::server::{Server, crud};
use super::{DeviceMetadata, META, Metadata, OWN, StreamMetadata, UserMetadata};
use crate::legacy::connectordb::{DeviceDir, Shape, StreamDir, Tree, UserDir, metadata, names};
use crate::text::{Email, email_key};

/// What will be written.
pub struct Plan {
    pub users: Vec<User>,
}

pub struct User {
    pub name: String,
    pub folder: String,
    pub metadata: UserMetadata,
    /// Without the one in which a server keeps its log.
    pub devices: Vec<Device>,
    pub log: Log,
}

/// Whether a server's own log of a user is in the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Log {
    None,
    LeftOut,
}

pub struct Device {
    pub name: String,
    pub metadata: DeviceMetadata,
    pub streams: Vec<Stream>,
}

pub struct Stream {
    pub name: String,
    pub metadata: StreamMetadata,
    pub data: Option<PathBuf>,
    pub downlink: Option<PathBuf>,
}

/// # Errors
/// The account is no admin's, or there is a conflict; all of them are listed.
pub fn plan(server: &Server, tree: &Tree) -> Result<Plan, RemoteError> {
    let me = server.object(&crud(&[server.user()]))?;
    let role = me.as_ref().and_then(|me| me.get("role")?.as_str());
    if role != Some("admin") {
        return Err(RemoteError::NoRight {
            server: server.address().to_string(),
            user: server.user().into(),
        });
    }
    let mut check = Check::default();
    if !matches!(tree.shape, Shape::Export | Shape::User) {
        check.conflict("the folder is that of one device or stream: only whole users can be brought into a server");
    }
    let users = tree.users.iter().map(|user| check.user(user)).collect();
    check.server(server)?;
    match check.conflicts.is_empty() {
        true => Ok(Plan { users }),
        false => Err(RemoteError::Conflicts(check.conflicts)),
    }
}

/// What was found, and what must be one of a kind.
#[derive(Default)]
struct Check {
    conflicts: Vec<String>,
    users: HashSet<String>,
    /// By how they are compared; with whose it is.
    emails: HashMap<String, String>,
    /// With whose it is.
    keys: HashMap<String, String>,
}

impl Check {
    fn conflict(&mut self, what: impl Into<String>) {
        self.conflicts.push(format!("  {}", what.into()));
    }

    fn user(&mut self, dir: &UserDir) -> User {
        let metadata: UserMetadata = self.read(dir.path.as_ref());
        let name = named(metadata.name.as_ref(), &dir.key);
        if !names::is_usual(&name) || names::is_reserved(&name) {
            self.conflict(format!(
                "the server takes no user called {:?}",
                shown(&name)
            ));
        }
        if !self.users.insert(name.clone()) {
            self.conflict(format!("the folder has the user {name} twice"));
        }
        let email = metadata.email.as_deref().unwrap_or_default();
        match Email::parse(email) {
            None => self.conflict(format!(
                "the user {name} has no usable email, which the server wants"
            )),
            Some(email) => {
                if let Some(other) = self.emails.insert(email.key(), name.clone()) {
                    self.conflict(format!("the users {other} and {name} have the same email"));
                }
            }
        }
        let mut devices = Vec::new();
        let mut log = Log::None;
        for dir in &dir.devices {
            let device = self.device(&name, dir);
            if device.name == META {
                if !dir.streams.is_empty() {
                    log = Log::LeftOut;
                }
                continue;
            }
            if metadata.public != Some(true) && device.metadata.public == Some(true) {
                self.conflict(format!(
                    "the device {name}/{} is public, its user is not, and the server refuses that",
                    device.name
                ));
            }
            if devices
                .iter()
                .any(|other: &Device| other.name == device.name)
            {
                self.conflict(format!(
                    "the folder has the device {name}/{} twice",
                    device.name
                ));
            }
            devices.push(device);
        }
        User {
            name,
            folder: dir.key.clone(),
            metadata,
            devices,
            log,
        }
    }

    fn device(&mut self, user: &str, dir: &DeviceDir) -> Device {
        let metadata: DeviceMetadata = self.read(dir.path.as_ref());
        let name = named(metadata.name.as_ref(), &dir.key);
        let path = format!("{user}/{}", shown(&name));
        if !names::is_usual(&name) {
            self.conflict(format!("the server takes no device called {path:?}"));
        }
        let key = metadata.apikey.as_ref().map(|key| key.expose());
        if let Some(key) = key.filter(|key| !key.is_empty() && name != META)
            && let Some(other) = self.keys.insert(key.into(), path.clone())
        {
            self.conflict(format!(
                "the devices {other} and {path} have the same API key"
            ));
        }
        let mut streams: Vec<Stream> = Vec::new();
        // a server writes this device's itself
        let dirs = dir.streams.iter().filter(|_| name != META);
        for dir in dirs {
            let stream = self.stream(&path, dir);
            if streams.iter().any(|other| other.name == stream.name) {
                self.conflict(format!(
                    "the folder has the stream {path}/{} twice",
                    stream.name
                ));
            }
            streams.push(stream);
        }
        Device {
            name,
            metadata,
            streams,
        }
    }

    fn stream(&mut self, device: &str, dir: &StreamDir) -> Stream {
        let metadata: StreamMetadata = self.read(Some(&dir.path));
        let name = named(metadata.name.as_ref(), &dir.key);
        let path = format!("{device}/{}", shown(&name));
        if !names::is_usual(&name) {
            self.conflict(format!("the server takes no stream called {path:?}"));
        }
        if let Some(schema) = &metadata.schema
            && !matches!(serde_json::from_str(schema), Ok(Value::Object(_)))
        {
            self.conflict(format!("the schema of {path} is no JSON object"));
        }
        Stream {
            name,
            metadata,
            data: dir.data.clone(),
            downlink: dir.downlink.clone(),
        }
    }

    fn read<T: Metadata + Default>(&mut self, folder: Option<&PathBuf>) -> T {
        let Some(folder) = folder else {
            return T::default();
        };
        metadata::read(folder).unwrap_or_else(|error| {
            self.conflict(error.to_string());
            T::default()
        })
    }

    /// What the server has already: an admin sees all of it.
    fn server(&mut self, server: &Server) -> Result<(), RemoteError> {
        let mut names: Vec<String> = self.users.iter().cloned().collect();
        names.sort();
        for name in names {
            // asked for by its name, too: a list may not show all
            if server.object(&crud(&[&name]))?.is_some() {
                self.conflict(format!("the server has a user {name} already"));
            }
        }
        let users = server.objects(&(crud(&[""]) + "?q=ls"))?;
        for user in users.unwrap_or_default() {
            let text = |key: &str| user.get(key).and_then(Value::as_str);
            let name = text("name").unwrap_or_default();
            let email = text("email").and_then(email_key);
            if let Some(ours) = email.and_then(|email| self.emails.get(&email)) {
                let what = format!(
                    "the email of {ours} is that of the server's user {:?}",
                    shown(name)
                );
                self.conflict(what);
            }
            let devices = server.objects(&(crud(&[name]) + "?q=ls"))?;
            for device in devices.unwrap_or_default() {
                let text = |key: &str| device.get(key).and_then(Value::as_str);
                let ours = text("apikey").and_then(|key| self.keys.get(key));
                if let Some(ours) = ours {
                    let there = format!("{name}/{}", text("name").unwrap_or(OWN));
                    let what = format!(
                        "the API key of {ours} is that of the server's device {:?}",
                        shown(&there)
                    );
                    self.conflict(what);
                }
            }
        }
        Ok(())
    }
}

/// The name in the JSON, else the folder's.
fn named(name: Option<&String>, folder: &str) -> String {
    name.filter(|name| !name.is_empty())
        .cloned()
        .unwrap_or_else(|| folder.into())
}
