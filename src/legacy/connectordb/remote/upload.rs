//! Out of an export folder into a server, as the Python client's `import_users` does it.
//!
//! Streams are made without a schema, filled by their own devices with their own keys, and get
//! what they should have at the end: so old values stay that a schema does not allow, and
//! ephemeral streams keep their data. Devices that are switched off are so last of all. Nothing
//! is merged: all of it is looked up before the first write ([`check`]).

mod batch;
mod check;

use std::path::Path;

use serde_json::Value;
use ureq::http::Method;

use super::amount::Amount;
use super::client::Credentials;
use super::error::RemoteError;
use super::server::{Object, Server, crud, garbage, get};
use super::watch::Progress;
use crate::legacy::connectordb::metadata::{
    DeviceMetadata, Metadata, Scalar, StreamMetadata, UserMetadata,
};
use crate::legacy::connectordb::{Completeness, points};
use crate::password::Secret;
use batch::{Batch, Batches};
use check::{Device, Log, Plan, Stream, User};

/// The device that stands for its user, which a server makes with it.
const OWN: &str = "user";
/// The device in which a server keeps its own log of a user.
const META: &str = "meta";

/// What a server cannot take, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Lost {
    /// Points of a time that the server would take for now, or refuse.
    times: u64,
    /// Elements of files that are no points, or larger than a request.
    bad: u64,
    senders: u64,
    downlink_senders: u64,
    logs: u64,
    passwords: u64,
    unknown: u64,
}

/// Brings an export folder into a server that has nothing of it yet.
///
/// # Errors
/// The account is no admin's, the server has something of that name or would refuse one (then
/// nothing was written), or the server fails (then some of it may be there, and is named).
pub fn upload(server: &Server, folder: &Path) -> Result<Amount, RemoteError> {
    let tree = crate::legacy::connectordb::Tree::open(folder, Completeness::Whole)?;
    let plan = check::plan(server, &tree)?;
    let mut upload = Upload {
        server,
        brought: Amount::default(),
        lost: Lost::default(),
        begun: Vec::new(),
    };
    let done = upload.all(&plan);
    upload.tell();
    match done {
        Ok(()) => Ok(upload.brought),
        Err(error) if upload.begun.is_empty() => Err(error),
        Err(error) => Err(RemoteError::Half {
            error: Box::new(error),
            users: upload.begun,
        }),
    }
}

struct Upload<'a, 's> {
    server: &'a Server<'s>,
    brought: Amount,
    lost: Lost,
    /// Users that the server has now.
    begun: Vec<String>,
}

impl Upload<'_, '_> {
    fn all(&mut self, plan: &Plan) -> Result<(), RemoteError> {
        plan.users.iter().try_for_each(|user| self.user(user))
    }

    fn user(&mut self, user: &User) -> Result<(), RemoteError> {
        let path = crud(&[&user.name]);
        self.begun.push(user.name.clone());
        let made = self.post(&path, user_body(user));
        if let Err(RemoteError::Refused { .. }) = &made {
            self.begun.pop();
        }
        made?;
        self.brought.users += 1;
        self.lost.passwords += 1;
        self.lost.logs += u64::from(user.log == Log::LeftOut);
        for device in &user.devices {
            self.device(user, device)?;
        }
        Ok(())
    }

    fn device(&mut self, user: &User, device: &Device) -> Result<(), RemoteError> {
        let names = [user.name.as_str(), device.name.as_str()];
        let path = crud(&names);
        let mut body = body(&device.metadata, &[]);
        // whoever is switched off may not write
        let enabled = body.insert("enabled".into(), true.into());
        let made = match device.name == OWN {
            true => self.put(&path, body)?,
            false => self.post(&path, body)?,
        };
        self.brought.devices += 1;
        if !device.streams.is_empty() {
            let key = self.key(&path, made)?;
            for stream in &device.streams {
                self.stream(&names, &key, stream)?;
            }
        }
        if enabled == Some(Value::Bool(false)) {
            self.put(&path, Object::from_iter([("enabled".into(), false.into())]))?;
        }
        Ok(())
    }

    /// A device's key, as the server has it now.
    fn key(&self, path: &str, made: Object) -> Result<Credentials, RemoteError> {
        let key = |device: Object| {
            let device = DeviceMetadata::from_object(device).ok()?;
            device.apikey.filter(|key| !key.expose().is_empty())
        };
        let key: Option<Secret> = match key(made) {
            Some(key) => Some(key),
            None => self.server.object(path)?.and_then(key),
        };
        let key = key.ok_or_else(|| garbage(get(path, 0), "the device has no API key"))?;
        Ok(self.server.device(&key))
    }

    fn stream(
        &mut self,
        [user, device]: &[&str; 2],
        key: &Credentials,
        stream: &Stream,
    ) -> Result<(), RemoteError> {
        let path = crud(&[user, device, &stream.name]);
        let name = format!("{user}/{device}/{}", stream.name);
        self.post(&path, Object::from_iter([("schema".into(), "{}".into())]))?;
        self.brought.streams += 1;
        if let Some(file) = &stream.data {
            let senders = self.points(&path, &name, Some(key), file)?;
            self.lost.senders += senders;
        }
        if let Some(file) = &stream.downlink {
            self.put(&path, Object::from_iter([("downlink".into(), true.into())]))?;
            let name = format!("{name}/downlink");
            let senders = self.points(&path, &name, None, file)?;
            self.lost.downlink_senders += senders;
        }
        self.put(&path, body(&stream.metadata, &[])).map(drop)
    }

    /// Inserts what a file holds; returns how many of the points had a sender.
    fn points(
        &mut self,
        path: &str,
        name: &str,
        as_: Option<&Credentials>,
        file: &Path,
    ) -> Result<u64, RemoteError> {
        let path = format!("{path}/data");
        let mut batches = Batches::new(points::open(file)?);
        while let Some(Batch { body, points }) = batches.next_batch()? {
            self.server
                .write(as_, &Method::POST, &path, body.as_bytes())?;
            self.brought.points += points;
            self.server.watch().step(&Progress {
                list: name,
                points: self.brought.points,
            });
        }
        self.lost.times += batches.times;
        self.lost.bad += batches.bad;
        self.lost.unknown += batches.unknown;
        Ok(batches.senders)
    }

    fn post(&self, path: &str, object: Object) -> Result<Object, RemoteError> {
        self.server.put_object(&Method::POST, path, object)
    }

    fn put(&self, path: &str, object: Object) -> Result<Object, RemoteError> {
        self.server.put_object(&Method::PUT, path, object)
    }

    /// What the server did not take.
    fn tell(&self) {
        let lost = &self.lost;
        let told = [
            (
                lost.passwords,
                "users have their own names as passwords now, because no server takes a password's hash: let them change it at once.",
            ),
            (
                lost.logs,
                "users' logs (device meta) are left out: a server writes its own.",
            ),
            (
                lost.senders,
                "points say no longer which device sent them: a server takes that only from the sender itself.",
            ),
            (
                lost.downlink_senders,
                "points of downlinks are now of the account that brought them, for the same reason.",
            ),
            (
                lost.times,
                "points of 1970 or before are left out: a server takes their time for now, or refuses them.",
            ),
            (
                lost.bad,
                "elements of files are left out: they are no points, or larger than 10 MiB.",
            ),
            (
                lost.unknown,
                "points have keys that ConnectorDB does not know: those are left out.",
            ),
        ];
        for (count, what) in told {
            if count > 0 {
                self.server.watch().warn(&format!("{count} {what}"));
            }
        }
    }
}

/// What creates a user. The password is what the Python client takes, the folder's name.
fn user_body(user: &User) -> Object {
    let mut body = body(
        &user.metadata,
        &["password", "password_salt", "password_scheme"],
    );
    body.insert("password".into(), user.folder.clone().into());
    body.entry("role").or_insert_with(|| "user".into());
    body
}

/// Everything but the name, which cannot be changed, and these.
fn body<T: Metadata>(metadata: &T, without: &[&str]) -> Object {
    let entries = metadata.entries().into_iter();
    entries
        .filter(|entry| entry.key != "name" && !without.contains(&entry.key))
        // a server gives a key where there is none
        .filter(|entry| !matches!((entry.key, &entry.value), ("apikey", Scalar::Text(""))))
        .map(|entry| {
            let value = match entry.value {
                Scalar::Text(text) => Value::from(text),
                Scalar::Flag(flag) => Value::from(flag),
            };
            (entry.key.to_owned(), value)
        })
        .collect()
}
