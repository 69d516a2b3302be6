//! A stream's points, or what was sent to it, page by page into a file.
//!
//! Pages are asked for by index, which is safe because streams only grow. The end is where it was
//! when the list was begun: what arrives later is of the next download. Values are written as
//! they came, digit by digit.

use std::fs::{self, File, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde_json::value::RawValue;

use super::client::LARGE;
use super::error::RemoteError;
use super::server::{Server, garbage, get, looks};
use super::spool::{Spool, UnderWay};
use super::watch::Progress;
use crate::files::{UNFINISHED, create_private};
use crate::legacy::connectordb::points;

/// Points that are asked for together, as the Python client writes them.
pub const PAGE: u64 = 5_000;

/// A list on the server, and its file.
pub struct List<'a> {
    /// As people call it.
    pub name: &'a str,
    /// The path of its data.
    pub path: &'a str,
    /// `downlink=true`, where it is what was sent to the stream; and what joins it on.
    pub of: Kind,
    /// Within the export.
    pub file: PathBuf,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Data,
    Downlink,
}

impl Kind {
    fn query(self) -> &'static str {
        match self {
            Kind::Data => "",
            Kind::Downlink => "&downlink=true",
        }
    }
}

/// What became of a list.
pub enum Fetched {
    /// So many points are new.
    Whole(u64),
    /// The account may not read it.
    Hidden,
}

/// Brings the file up to what the server has. `before`: points of earlier lists.
pub fn fetch(
    server: &Server,
    spool: &mut Spool,
    list: &List,
    before: u64,
) -> Result<Fetched, RemoteError> {
    let length = format!("{}?q=length{}", list.path, list.of.query());
    let Some(end) = server.count(&length)? else {
        return Ok(Fetched::Hidden);
    };
    let done = spool.export().join(&list.file);
    let whole = whole(&done)?;
    if whole == Some(end) {
        return Ok(Fetched::Whole(0));
    }
    if whole.is_some_and(|points| points > end) {
        server.watch().warn(&format!(
            "{} has fewer points than when it was downloaded before: it is downloaded anew.",
            list.name
        ));
    }
    let mut file = Growing::open(spool, list, &done, whole, end)?;
    let begun = file.points;
    while file.points < end {
        let to = end.min(file.points + PAGE);
        let path = format!(
            "{}?i1={}&i2={to}{}",
            list.path,
            file.points,
            list.of.query()
        );
        let page = server.page(&path)?;
        let points = elements(&path, &page)?;
        if points.is_empty() {
            return Err(RemoteError::Short {
                asked: list.name.into(),
                promised: end,
                found: file.points,
            });
        }
        if points.len() as u64 > to - file.points {
            return Err(garbage(
                get(&path, LARGE),
                "there are more points than were asked for",
            ));
        }
        file.add(spool, &points)?;
        server.watch().step(&Progress {
            list: list.name,
            points: before + file.points - begun,
        });
    }
    let new = file.points - begun;
    file.end(spool, &done)?;
    Ok(Fetched::Whole(new))
}

/// The number of points of a file that is whole.
fn whole(done: &Path) -> Result<Option<u64>, RemoteError> {
    if fs::symlink_metadata(done).is_err() {
        return Ok(None);
    }
    let count = points::scan(done)?;
    Ok(count.broken.is_none().then_some(count.elements))
}

/// The points of a page, each as it came.
fn elements<'a>(path: &str, page: &'a [u8]) -> Result<Vec<&'a RawValue>, RemoteError> {
    let wrong = |problem: &str| garbage(get(path, LARGE), problem);
    let points: Vec<&RawValue> = serde_json::from_slice(page)
        // its own words would quote the answer
        .map_err(|_| wrong(&looks(page, "it is no list of points")))?;
    match points.iter().all(|point| point.get().starts_with('{')) {
        true => Ok(points),
        false => Err(wrong("something in the list is no point")),
    }
}

/// A file without its end.
struct Growing {
    path: PathBuf,
    /// Within the export, as the finished one will be called.
    name: PathBuf,
    file: File,
    points: u64,
    bytes: u64,
}

impl Growing {
    /// Goes on where an earlier download stopped: behind a whole file, or behind the last page
    /// that is known to be on the disk.
    fn open(
        spool: &mut Spool,
        list: &List,
        done: &Path,
        whole: Option<u64>,
        end: u64,
    ) -> Result<Self, RemoteError> {
        let path = unfinished(done);
        let failed = |error| RemoteError::write(&path)(error);
        let mut kept = spool.under_way(&list.file).cloned();
        if let Some(points) = whole.filter(|points| *points < end) {
            let length = fs::metadata(done).map_err(failed)?.len();
            let under_way = UnderWay {
                file: list.file.clone(),
                points,
                // without the bracket
                bytes: length.saturating_sub(1),
            };
            spool.note(Some(under_way.clone()))?;
            fs::rename(done, &path).map_err(failed)?;
            kept = Some(under_way);
        }
        let kept = kept.filter(|kept| {
            let there = fs::metadata(&path).map(|found| found.len());
            kept.points <= end && there.is_ok_and(|length| length >= kept.bytes)
        });
        if let Some(kept) = kept {
            let mut file = OpenOptions::new().write(true).open(&path).map_err(failed)?;
            file.set_len(kept.bytes).map_err(failed)?;
            file.seek(SeekFrom::End(0)).map_err(failed)?;
            return Ok(Growing {
                name: list.file.clone(),
                file,
                points: kept.points,
                bytes: kept.bytes,
                path,
            });
        }
        for old in [&path, done] {
            match fs::remove_file(old) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(failed(error));
                }
                _ => {}
            }
        }
        let mut file = create_private(&path).map_err(failed)?;
        file.write_all(b"[").map_err(failed)?;
        Ok(Growing {
            name: list.file.clone(),
            file,
            points: 0,
            bytes: 1,
            path,
        })
    }

    fn add(&mut self, spool: &mut Spool, points: &[&RawValue]) -> Result<(), RemoteError> {
        let mut text = String::new();
        for (number, point) in points.iter().enumerate() {
            if self.points > 0 || number > 0 {
                text.push_str(", ");
            }
            text.push_str(point.get());
        }
        let written = self.file.write_all(text.as_bytes());
        written.map_err(RemoteError::write(&self.path))?;
        self.points += points.len() as u64;
        self.bytes += text.len() as u64;
        if spool.is_kept() {
            let synced = self.file.sync_data();
            synced.map_err(RemoteError::write(&self.path))?;
            spool.note(Some(UnderWay {
                file: self.name.clone(),
                points: self.points,
                bytes: self.bytes,
            }))?;
        }
        Ok(())
    }

    fn end(mut self, spool: &mut Spool, done: &Path) -> Result<(), RemoteError> {
        let failed = RemoteError::write(&self.path);
        self.file
            .write_all(b"]")
            .and_then(|()| match spool.is_kept() {
                true => self.file.sync_data(),
                false => Ok(()),
            })
            .and_then(|()| fs::rename(&self.path, done))
            .map_err(failed)?;
        spool.note(None)
    }
}

fn unfinished(done: &Path) -> PathBuf {
    let mut name = done.as_os_str().to_owned();
    name.push(UNFINISHED);
    name.into()
}
