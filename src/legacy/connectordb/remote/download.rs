//! Out of a server into an export folder, as the Python client's `user.export` writes it.
//!
//! Users, devices and streams are those of the server's own lists, and what is said of each is
//! what those show. The version marker is written last. In a spool that holds an earlier
//! download, lists are continued and all else is written anew; what has gone from the server
//! since stays as it was.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::amount::Amount;
use super::error::{RemoteError, shown};
use super::list::{Fetched, Kind, List, fetch};
use super::server::{Object, Server, crud, garbage, get};
use super::spool::Spool;
use crate::files::{Readers, private_folders, write_whole};
use crate::legacy::connectordb::metadata::{
    DeviceMetadata, Metadata, StreamMetadata, UserMetadata,
};
use crate::legacy::connectordb::writer::{marker, spelled};
use crate::legacy::connectordb::{DATA, DOWNLINK, MARKER, NoSuch, Only, Style};

/// The device whose key nobody has.
const META: &str = "meta";

/// Brings the users that the account may read whole into a spool: an admin's all, anybody else's
/// own.
///
/// # Errors
/// The server fails or answers what cannot be, `only` is not there, or the disk refuses. What was
/// brought stays in a spool that is kept.
pub fn download(
    server: &Server,
    spool: &mut Spool,
    only: Option<&Only>,
) -> Result<Amount, RemoteError> {
    let marker_file = spool.export().join(MARKER);
    match fs::remove_file(&marker_file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(RemoteError::write(&marker_file)(error));
        }
        _ => {}
    }
    let mut download = Download {
        server,
        spool,
        only,
        brought: Amount::default(),
    };
    for (name, user) in download.users()? {
        download.user(&name, &user)?;
    }
    let brought = download.brought;
    download.must_have_found()?;
    write(&marker_file, &marker(Style::Python, server.version()))?;
    Ok(brought)
}

struct Download<'a, 's> {
    server: &'a Server<'s>,
    spool: &'a mut Spool,
    only: Option<&'a Only>,
    brought: Amount,
}

impl Download<'_, '_> {
    /// Whose folders there will be.
    fn users(&self) -> Result<Vec<(String, UserMetadata)>, RemoteError> {
        let wanted = self.only.map_or(self.server.user(), |only| &only.user);
        let path = crud(&[wanted]);
        if self.only.is_none()
            && let Some(users) = self.listed_users()?
        {
            return Ok(users);
        }
        match self.server.object(&path)? {
            Some(user) => self.named(&path, vec![user]),
            None => Err(NoSuch(wanted.into()).into()),
        }
    }

    /// The own account and those that may be read whole; `None` where the own one is not listed.
    fn listed_users(&self) -> Result<Option<Vec<(String, UserMetadata)>>, RemoteError> {
        let path = crud(&[""]) + "?q=ls";
        let Some(users) = self.server.objects(&path)? else {
            return Ok(None);
        };
        let mut users: Vec<(String, UserMetadata)> = self.named(&path, users)?;
        let all = users.len();
        users.retain(|(name, user)| {
            name == self.server.user() || user.email.is_some() && user.role.is_some()
        });
        if users.len() < all {
            self.server.watch().warn(&format!(
                "{} other users are not downloaded: {:?} may see that they are there, and no more. An admin may download all.",
                all - users.len(),
                self.server.user()
            ));
        }
        let own = users.iter().any(|(name, _)| name == self.server.user());
        Ok(own.then_some(users))
    }

    fn user(&mut self, name: &str, user: &UserMetadata) -> Result<(), RemoteError> {
        let folder = PathBuf::from(name);
        self.folder(&folder, user)?;
        self.brought.users += 1;
        let path = crud(&[name]) + "?q=ls";
        let devices = self.server.objects(&path)?;
        let devices = devices.ok_or_else(|| garbage(get(&path, 0), "there is nothing"))?;
        let mut devices: Vec<(String, DeviceMetadata)> = self.named(&path, devices)?;
        devices.retain(|(name, _)| self.only.is_none_or(|only| only.takes_device(name)));
        let hidden = devices
            .iter()
            .filter(|(name, device)| device.apikey.is_none() && name != META)
            .count();
        if hidden > 0 {
            self.server.watch().warn(&format!(
                "the API keys of {hidden} devices of {name} may not be read by {:?}: they come without. Their owner or an admin may.",
                self.server.user()
            ));
        }
        for (device_name, device) in devices {
            self.device((name, &device_name), &folder.join(&device_name), &device)?;
        }
        Ok(())
    }

    fn device(
        &mut self,
        (user, name): (&str, &str),
        folder: &Path,
        device: &DeviceMetadata,
    ) -> Result<(), RemoteError> {
        self.folder(folder, device)?;
        self.brought.devices += 1;
        let path = crud(&[user, name]) + "?q=ls";
        let streams = self.server.objects(&path)?;
        let streams = streams.ok_or_else(|| garbage(get(&path, 0), "there is nothing"))?;
        let mut streams: Vec<(String, StreamMetadata)> = self.named(&path, streams)?;
        streams.retain(|(name, _)| self.only.is_none_or(|only| only.takes_stream(name)));
        for (stream_name, stream) in streams {
            let folder = folder.join(&stream_name);
            self.folder(&folder, &stream)?;
            self.brought.streams += 1;
            let names = [user, name, &stream_name];
            self.list(&names, Kind::Data, folder.join(DATA))?;
            if stream.downlink == Some(true) {
                self.list(&names, Kind::Downlink, folder.join(DOWNLINK))?;
            }
        }
        Ok(())
    }

    fn list(&mut self, names: &[&str; 3], of: Kind, file: PathBuf) -> Result<(), RemoteError> {
        let mut name = names.join("/");
        if of == Kind::Downlink {
            name.push_str("/downlink");
        }
        let list = List {
            name: &name,
            path: &(crud(names) + "/data"),
            of,
            file,
        };
        match fetch(self.server, self.spool, &list, self.brought.points)? {
            Fetched::Whole(points) => self.brought.points += points,
            Fetched::Hidden => self.server.watch().warn(&format!(
                "the points of {name} may not be read by {:?}: they are left out.",
                self.server.user()
            )),
        }
        Ok(())
    }

    /// A folder with its metadata.
    fn folder<T: Metadata>(&self, within: &Path, metadata: &T) -> Result<(), RemoteError> {
        let folder = self.spool.export().join(within);
        if !folder.is_dir() {
            private_folders()
                .create(&folder)
                .map_err(RemoteError::write(&folder))?;
        }
        let file = folder.join(T::FILE);
        write(&file, &spelled(Style::Python, metadata))
    }

    /// What a list says of each, by its name. What has none that a folder could have is left out.
    fn named<T: Metadata>(
        &self,
        path: &str,
        objects: Vec<Object>,
    ) -> Result<Vec<(String, T)>, RemoteError> {
        let mut named: Vec<(String, T)> = Vec::new();
        for object in objects {
            let name = object.get("name").and_then(|name| name.as_str());
            let name = name.unwrap_or_default().to_owned();
            let metadata = T::from_object(object)
                .map_err(|error| garbage(get(path, 0), &error.to_string()))?;
            if !names_a_folder(&name) || named.iter().any(|(other, _)| *other == name) {
                self.server.watch().warn(&format!(
                    "{} lists {:?}, which names no folder or is there twice: it is left out.",
                    get(path, 0),
                    shown(&name)
                ));
                continue;
            }
            named.push((name, metadata));
        }
        Ok(named)
    }

    fn must_have_found(&self) -> Result<(), RemoteError> {
        let Some(only) = self.only else {
            return Ok(());
        };
        let found = match (&only.device, &only.stream) {
            (None, _) => self.brought.users,
            (Some(_), None) => self.brought.devices,
            (Some(_), Some(_)) => self.brought.streams,
        };
        match found {
            0 => Err(NoSuch(only.to_string()).into()),
            _ => Ok(()),
        }
    }
}

/// Whether a name can be a folder's, and no file's of an export.
fn names_a_folder(name: &str) -> bool {
    const LONGEST: usize = 200;
    !name.is_empty()
        && name.len() <= LONGEST
        && !name.starts_with('.')
        && !name.ends_with(".json")
        && !name.contains(['/', '\\'])
        && !name.chars().any(char::is_control)
}

fn write(path: &Path, text: &str) -> Result<(), RemoteError> {
    write_whole(path, Readers::Owner, |out| out.write_all(text.as_bytes()))
        .map_err(RemoteError::write(path))
}
