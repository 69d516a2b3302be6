//! What a folder holds: names and paths only, in the order of the names.

mod marker;
mod problem;
mod walk;

use std::path::{Path, PathBuf};

pub use marker::Marker;
pub use problem::{Oddity, Problem};

use super::error::{FolderError, shown};
use super::metadata::{self, DeviceMetadata, Metadata, StreamMetadata, UserMetadata};
use super::{DATA, DOWNLINK, MARKER};
use crate::legacy::contents::Contents;
use walk::{Walk, folder_with};

/// What FOLDER is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// Users, and the version marker.
    Export,
    User,
    Device,
    Stream,
}

/// Whether an export that broke off is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    Whole,
    MayBeIncomplete,
}

/// An export folder. Levels that are not part of it (a device's folder has no user) are there
/// with no path, and with an empty key until [`Tree::hang_under`] names them.
#[derive(Clone, Debug)]
pub struct Tree {
    pub shape: Shape,
    pub marker: Option<Marker>,
    pub users: Vec<UserDir>,
    pub problems: Vec<Problem>,
}

/// A user's folder; the key is its name, or the JSON's name where FOLDER itself is the user's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserDir {
    pub key: String,
    pub path: Option<PathBuf>,
    pub devices: Vec<DeviceDir>,
}

/// A device's folder, as [`UserDir`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceDir {
    pub key: String,
    pub path: Option<PathBuf>,
    pub streams: Vec<StreamDir>,
}

/// A stream's folder; its files of points where they are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamDir {
    pub key: String,
    pub path: PathBuf,
    pub data: Option<PathBuf>,
    pub downlink: Option<PathBuf>,
}

impl Tree {
    /// Looks through a folder, following no link in it.
    ///
    /// # Errors
    /// It is no export, an incomplete one, one of another version, or cannot be read.
    pub fn open(path: &Path, completeness: Completeness) -> Result<Tree, FolderError> {
        let found = std::fs::metadata(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => FolderError::Missing(path.into()),
            _ => FolderError::io(path, &error),
        })?;
        if !found.is_dir() {
            return Err(no_folder(path));
        }
        let mut walk = Walk::new(path);
        let contents = walk.contents(path)?;
        let shape = shape(path, &contents)?;
        let mut marker = None;
        let users = match shape {
            Shape::Export => {
                marker = contents
                    .file(MARKER)
                    .map(|file| marker::read(&file))
                    .transpose()?;
                if marker.is_none() && completeness == Completeness::Whole {
                    return Err(FolderError::Incomplete(path.into()));
                }
                walk.users(contents)?
            }
            Shape::User => {
                let key = key_of::<UserMetadata>(path, |metadata| metadata.name);
                vec![walk.user(key, path, contents)?]
            }
            Shape::Device => {
                let key = key_of::<DeviceMetadata>(path, |metadata| metadata.name);
                vec![UserDir::above(vec![walk.device(key, path, contents)?])]
            }
            Shape::Stream => {
                let key = key_of::<StreamMetadata>(path, |metadata| metadata.name);
                let device = DeviceDir::above(vec![walk.stream(key, path, contents)]);
                vec![UserDir::above(vec![device])]
            }
        };
        Ok(Tree {
            shape,
            marker,
            users,
            problems: walk.problems,
        })
    }

    /// Names the levels that are not part of the folder: the user of a device's folder, both of
    /// a stream's. What has a folder of its own keeps its name.
    pub fn hang_under(&mut self, user: &str, device: Option<&str>) {
        for dir in self.users.iter_mut().filter(|dir| dir.path.is_none()) {
            user.clone_into(&mut dir.key);
            for dir in dir.devices.iter_mut().filter(|dir| dir.path.is_none()) {
                device.unwrap_or_default().clone_into(&mut dir.key);
            }
        }
    }
}

impl UserDir {
    fn above(devices: Vec<DeviceDir>) -> Self {
        UserDir {
            key: String::new(),
            path: None,
            devices,
        }
    }
}

impl DeviceDir {
    fn above(streams: Vec<StreamDir>) -> Self {
        DeviceDir {
            key: String::new(),
            path: None,
            streams,
        }
    }
}

/// The name in the JSON, else the folder's.
fn key_of<T: Metadata>(path: &Path, name: impl FnOnce(T) -> Option<String>) -> String {
    let named = metadata::read::<T>(path).ok().and_then(name);
    named.filter(|name| !name.is_empty()).unwrap_or_else(|| {
        // `.` has no name of its own
        let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.into());
        let name = path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    })
}

/// Which metadata a folder of each shape holds.
const LEVELS: [(Shape, &str); 4] = [
    (Shape::Export, MARKER),
    (Shape::User, UserMetadata::FILE),
    (Shape::Device, DeviceMetadata::FILE),
    (Shape::Stream, StreamMetadata::FILE),
];

fn shape(path: &Path, contents: &Contents) -> Result<Shape, FolderError> {
    let own = LEVELS
        .into_iter()
        .find(|(_, file)| contents.file(file).is_some());
    if let Some((shape, _)) = own {
        return Ok(shape);
    }
    // an export that broke off has users, but no marker yet
    if folder_with(contents, UserMetadata::FILE).is_some() {
        return Ok(Shape::Export);
    }
    Err(FolderError::NoExport {
        path: path.into(),
        reason: advice(path, contents),
    })
}

/// What to give instead of a folder that is no export.
fn advice(path: &Path, contents: &Contents) -> String {
    if contents.file("connectordb.conf").is_some() || contents.file("connectordb.pid").is_some() {
        return "it is the folder of the database itself. Make an export with `connectordb export`, and give that.".into();
    }
    for (shape, file) in LEVELS {
        let Some(below) = folder_with(contents, file).map(shown) else {
            continue;
        };
        return match shape {
            Shape::Export => format!("the export is the folder in it: give {below}."),
            Shape::User | Shape::Device => format!(
                "it holds a device's folder ({below}), but no user.json. Give the export that it came from, or the device's folder with --into USER."
            ),
            Shape::Stream => format!(
                "it holds a stream's folder ({below}), but no device.json. Give the export that it came from, or the stream's folder with --into USER/DEVICE."
            ),
        };
    }
    let above = std::fs::canonicalize(path)
        .ok()
        .and_then(|path| path.parent().map(Path::to_path_buf));
    if let Some(above) = above
        && LEVELS.iter().any(|(_, file)| above.join(file).is_file())
    {
        return format!("the folder that it is in is one: give {}.", above.display());
    }
    "it holds none of connectordb.json, user.json, device.json and stream.json. Give the folder that `connectordb export` or the Python client's `export` made.".into()
}

fn no_folder(path: &Path) -> FolderError {
    let name = path.file_name().and_then(|name| name.to_str());
    let known = [DATA, DOWNLINK]
        .into_iter()
        .chain(LEVELS.map(|(_, file)| file))
        .any(|file| Some(file) == name);
    let hint = if known {
        let folder = crate::files::folder_of(path);
        format!(", not a file in it: {}", folder.display())
    } else {
        String::new()
    };
    FolderError::NoFolder {
        path: path.into(),
        hint,
    }
}
