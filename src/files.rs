//! Files and folders that are written whole or not at all.

use std::fs::{DirBuilder, File};
use std::io::{self, BufWriter, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tempfile::NamedTempFile;

/// Who may read a file that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// It holds what is nobody else's business.
    Owner,
    /// Whoever the system's settings let.
    Anybody,
}

/// What the name of a file ends in that is not whole yet.
pub const UNFINISHED: &str = ".part";

/// Writes a file beside its place and moves it there when it is complete and on the disk; a
/// file of that name is replaced.
///
/// # Errors
/// The folder or the disk refuses, or `write` fails: then nothing has changed.
pub fn write_whole<T, E: From<io::Error>>(
    path: &Path,
    readers: Readers,
    write: impl FnOnce(&mut Unfinished) -> Result<T, E>,
) -> Result<T, E> {
    let mut out = Unfinished::begin(path, readers)?;
    let written = write(&mut out)?;
    out.keep()?;
    Ok(written)
}

/// A file that is being written beside its place, and gone with the value unless it is kept.
pub struct Unfinished {
    out: BufWriter<NamedTempFile>,
    path: PathBuf,
}

impl Unfinished {
    /// # Errors
    /// The folder refuses, or something is in the place that is no file.
    pub fn begin(path: &Path, readers: Readers) -> io::Result<Self> {
        refuse_special(path)?;
        // a link stays one: what it leads to is replaced
        let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.into());
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(
            match readers {
                Readers::Owner => 0o600,
                Readers::Anybody => 0o666, // the umask takes its share
            },
        ));
        let prefix = unfinished_prefix(&path);
        builder.prefix(&prefix).suffix(UNFINISHED);
        let out = BufWriter::new(builder.tempfile_in(folder_of(&path))?);
        Ok(Unfinished { out, path })
    }

    /// How many bytes it has.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn length(&mut self) -> io::Result<u64> {
        self.out.stream_position()
    }

    /// Takes back what was written behind the first `length` bytes.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn cut(&mut self, length: u64) -> io::Result<()> {
        self.out.seek(SeekFrom::Start(length))?;
        self.out.get_mut().as_file_mut().set_len(length)
    }

    /// Moves it to its place, once it is on the disk.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn keep(self) -> io::Result<()> {
        let file = self.out.into_inner().map_err(|error| error.into_error())?;
        file.as_file().sync_all()?;
        file.persist(&self.path).map_err(|error| error.error)?;
        sync_folder(folder_of(&self.path))
    }
}

impl Write for Unfinished {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A folder, readable by its owner only, that is filled beside its place and moved there when
/// all of it is on the disk. Dropped before that, it is removed with all that is in it.
#[derive(Debug)]
pub struct NewFolder {
    unfinished: tempfile::TempDir,
    name: PathBuf,
    place: Place,
}

/// What may stand where a new folder comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nothing.
    Free,
    /// Nothing, or an empty folder, which it replaces.
    FreeOrEmpty,
}

impl Place {
    /// Whether a folder of this name may come.
    #[must_use]
    pub fn allows(self, name: &Path) -> bool {
        let Ok(found) = std::fs::symlink_metadata(name) else {
            return true;
        };
        let is_empty = || std::fs::read_dir(name).is_ok_and(|mut entries| entries.next().is_none());
        self == Place::FreeOrEmpty && found.is_dir() && is_empty()
    }
}

impl NewFolder {
    /// # Errors
    /// The folder that it is made in refuses.
    pub fn begin(name: &Path, place: Place) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let prefix = unfinished_prefix(name);
        builder.prefix(&prefix).suffix(UNFINISHED);
        Ok(NewFolder {
            unfinished: builder.tempdir_in(folder_of(name))?,
            name: name.into(),
            place,
        })
    }

    /// Where it is filled.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.unfinished.path()
    }

    /// What it will be called.
    #[must_use]
    pub fn name(&self) -> &Path {
        &self.name
    }

    /// Waits for the disk, and gives the folder its name.
    ///
    /// # Errors
    /// The disk refuses, or something else has the name: then nothing stays.
    pub fn finish(self) -> io::Result<()> {
        sync_all(self.path())?;
        // renaming would replace an empty folder without a word
        if !self.place.allows(&self.name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        std::fs::rename(self.path(), &self.name)?;
        // nothing to remove any more
        let _ = self.unfinished.keep();
        sync_folder(folder_of(&self.name))
    }
}

/// Everything in a folder, and then the folder.
fn sync_all(folder: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_all(&entry.path())?;
        } else {
            File::open(entry.path())?.sync_all()?;
        }
    }
    sync_folder(folder)
}

/// Names are on the disk when their folder is.
fn sync_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Ok(folder) = File::open(folder) {
        folder.sync_all()?;
    }
    Ok(())
}

fn unfinished_prefix(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name: String = name.chars().take(NAME_SHOWN).collect();
    format!(".{name}.")
}

/// Makes folders that only their owner may enter.
pub fn private_folders() -> DirBuilder {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// A file that is being made was written to less than so long ago.
const ABANDONED: Duration = Duration::from_secs(3600);

/// Removes files that processes which are gone left half-made: unfinished ones whose name begins
/// with a dot and this.
pub fn sweep(folder: &Path, beginning: &str, now: SystemTime) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let half_made = name
            .strip_prefix('.')
            .is_some_and(|name| name.starts_with(beginning))
            && name.ends_with(UNFINISHED);
        let old = entry.metadata().is_ok_and(|metadata| {
            let age = metadata.modified().map(|at| now.duration_since(at));
            metadata.is_file() && matches!(age, Ok(Ok(age)) if age > ABANDONED)
        });
        if half_made && old {
            // whoever else does the same is as welcome
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// So much of a file's name stands in that of the unfinished one: names have an end.
const NAME_SHOWN: usize = 60;

/// A new file that only its owner may read.
///
/// # Errors
/// The file exists or cannot be created.
pub fn create_private(path: &Path) -> io::Result<File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The folder in which a file is, or would be.
#[must_use]
pub fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// A device or a folder must not be replaced by a file: `/dev/null` would be gone.
fn refuse_special(path: &Path) -> io::Result<()> {
    match std::fs::metadata(path) {
        Ok(found) if !found.is_file() => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is there already, and no plain file",
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.txt");
        std::fs::write(&path, "before").unwrap();
        let failed = write_whole(&path, Readers::Anybody, |out| {
            out.write_all(b"half")?;
            Err::<(), _>(io::Error::other("no"))
        });
        assert!(failed.is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "before");
        write_whole(&path, Readers::Anybody, |out| out.write_all(b"after")).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "after");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        let refused = write_whole(folder.path(), Readers::Owner, |_| Ok::<_, io::Error>(()));
        assert!(refused.is_err());
    }

    #[test]
    fn a_folder_is_there_when_it_is_whole() {
        let place = tempfile::tempdir().unwrap();
        let name = place.path().join("out");
        let names = || std::fs::read_dir(place.path()).unwrap().count();
        let begin = || {
            let folder = NewFolder::begin(&name, Place::Free).unwrap();
            private_folders()
                .create(folder.path().join("deep"))
                .unwrap();
            std::fs::write(folder.path().join("deep/file"), "text").unwrap();
            folder
        };
        drop(begin());
        assert_eq!(names(), 0);
        let late = begin();
        begin().finish().unwrap();
        assert_eq!(std::fs::read(name.join("deep/file")).unwrap(), b"text");
        late.finish().unwrap_err();
        assert_eq!(names(), 1);
    }
}
