//! Files of an export are opened here only: no link is followed, and nothing that would block.

use std::fs::File;
use std::io::{self, Read, Seek as _};
use std::path::Path;

use super::unreadable::Unreadable;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Opens a file.
pub fn open(path: &Path) -> Result<File, Unreadable> {
    let found = std::fs::symlink_metadata(path).map_err(|error| Unreadable::io(path, &error))?;
    if found.is_symlink() {
        return Err(Unreadable::content(path, "it is a link"));
    }
    if !found.is_file() {
        return Err(Unreadable::content(path, "it is no file"));
    }
    File::open(path).map_err(|error| Unreadable::io(path, &error))
}

/// Opens a file of text behind its byte order mark, if it has one, and says how long that is.
pub fn open_text(path: &Path) -> Result<(File, u64), Unreadable> {
    let file = open(path)?;
    skip_mark(file).map_err(|error| Unreadable::io(path, &error))
}

fn skip_mark(mut file: File) -> io::Result<(File, u64)> {
    let mut head = Vec::new();
    (&mut file).take(3).read_to_end(&mut head)?;
    if head == BYTE_ORDER_MARK {
        return Ok((file, 3));
    }
    file.rewind()?;
    Ok((file, 0))
}

/// The whole of a small file of text.
pub fn read_small(path: &Path, limit: u64) -> Result<Vec<u8>, Unreadable> {
    let (file, _) = open_text(path)?;
    read_limited(path, file, limit)
}

/// All that a reader of this file gives, where that is not much.
pub fn read_limited(path: &Path, from: impl Read, limit: u64) -> Result<Vec<u8>, Unreadable> {
    let mut bytes = Vec::new();
    from.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Unreadable::io(path, &error))?;
    if bytes.len() as u64 > limit {
        let reason = format!("it is larger than {} KiB", limit >> 10);
        return Err(Unreadable::content(path, reason));
    }
    Ok(bytes)
}
