//! Files of an export are opened here only: no link is followed, and nothing that would block.

use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::path::Path;

use super::error::Unreadable;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Opens a file behind its byte order mark, if it has one, and says how long that is.
pub fn open(path: &Path) -> Result<(File, u64), Unreadable> {
    let found = std::fs::symlink_metadata(path).map_err(|error| Unreadable::io(path, &error))?;
    if found.is_symlink() {
        return Err(Unreadable::content(path, "it is a link"));
    }
    if !found.is_file() {
        return Err(Unreadable::content(path, "it is no file"));
    }
    skip_mark(path).map_err(|error| Unreadable::io(path, &error))
}

fn skip_mark(path: &Path) -> io::Result<(File, u64)> {
    let mut file = File::open(path)?;
    let mut head = Vec::new();
    (&mut file).take(3).read_to_end(&mut head)?;
    if head == BYTE_ORDER_MARK {
        return Ok((file, 3));
    }
    file.rewind()?;
    Ok((file, 0))
}

/// The whole of a small file.
pub fn read_small(path: &Path, limit: u64) -> Result<Vec<u8>, Unreadable> {
    let (file, _) = open(path)?;
    let mut bytes = Vec::new();
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Unreadable::io(path, &error))?;
    if bytes.len() as u64 > limit {
        let reason = format!("it is larger than {} KiB", limit >> 10);
        return Err(Unreadable::content(path, reason));
    }
    Ok(bytes)
}
