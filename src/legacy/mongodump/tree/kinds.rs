//! What a file is, by what is in it.

use std::io::{self, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::Packing;
use crate::legacy::mongodump::archive::MAGIC;
use crate::legacy::mongodump::documents::LIMIT;
use crate::legacy::mongodump::error::DumpError;
use crate::legacy::plain_file;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    Archive(Packing),
    Documents(Packing),
    Other,
}

/// How a gzip stream of one method, the only one there is, begins.
const GZIP: [u8; 3] = [0x1f, 0x8b, 8];

/// Looks at how a file begins. Where a document could begin as well as a packed file, the name
/// decides: a file named as plain documents is packed only where no document begins so.
pub fn of(path: &Path) -> Result<FileKind, DumpError> {
    let failed = |error| DumpError::io(path, &error);
    let file = plain_file::open(path)?;
    let length = file.metadata().map_err(failed)?.len();
    let head = head(file).map_err(failed)?;
    if head.starts_with(&MAGIC) {
        return Ok(FileKind::Archive(Packing::Plain));
    }
    let is_packed = head.starts_with(&GZIP);
    if names_plain(path) && (!is_packed || fits(&head, length)) {
        return Ok(FileKind::Documents(Packing::Plain));
    }
    if is_packed {
        let is_named = names_documents(path) || names_plain(path);
        let packed = MultiGzDecoder::new(plain_file::open(path)?);
        return match self::head(packed) {
            Ok(head) if head.starts_with(&MAGIC) => Ok(FileKind::Archive(Packing::Gzip)),
            Ok(head) if is_document(&head) || is_named => Ok(FileKind::Documents(Packing::Gzip)),
            Err(error) if error.raw_os_error().is_some() => Err(failed(error)),
            _ if is_named => Ok(FileKind::Documents(Packing::Gzip)),
            _ => Ok(FileKind::Other),
        };
    }
    if names_documents(path) {
        return Ok(FileKind::Documents(Packing::Gzip));
    }
    Ok(match is_document(&head) {
        true => FileKind::Documents(Packing::Plain),
        false => FileKind::Other,
    })
}

/// Its first bytes.
fn head(from: impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    from.take(8).read_to_end(&mut head)?;
    Ok(head)
}

/// Whether a document may begin so: its length, and a type or its end.
fn is_document(head: &[u8]) -> bool {
    let length = head.first_chunk().map(|length| i32::from_le_bytes(*length));
    let kind = head.get(4).copied().unwrap_or_default();
    match length {
        Some(5) => kind == 0,
        Some(length @ 7..) => length as usize <= LIMIT && matches!(kind, 1..=0x13 | 0x7f | 0xff),
        _ => false,
    }
}

/// Whether a document that may begin so can be in a file of this length.
fn fits(head: &[u8], length: u64) -> bool {
    let says = head.first_chunk().map(|says| u32::from_le_bytes(*says));
    is_document(head) && says.is_some_and(|says| u64::from(says) <= length)
}

fn names_documents(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".bson.gz")
}

fn names_plain(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    matches!(ending, Some("bson" | "bin"))
}
