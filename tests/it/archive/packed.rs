//! Backups taken apart and put together by other means than the program's.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tar::{Builder, EntryType, Header};

/// Name and content of each member, in order.
pub type Members = Vec<(String, Vec<u8>)>;

pub fn unpack(bytes: &[u8]) -> Members {
    let mut tar = tar::Archive::new(GzDecoder::new(bytes));
    let entries = tar.entries().expect("a tar file");
    let member = |entry: std::io::Result<tar::Entry<_>>| {
        let mut entry = entry.expect("a member");
        let name = String::from_utf8(entry.path_bytes().into_owned()).expect("a name");
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("a content");
        (name, bytes)
    };
    entries.map(member).collect()
}

pub fn tarred(members: &Members) -> Builder<Vec<u8>> {
    let mut tar = Builder::new(Vec::new());
    for (name, bytes) in members {
        add(&mut tar, name, EntryType::Regular, bytes);
    }
    tar
}

/// Adds a member under any name, which the library would not do.
pub fn add(tar: &mut Builder<Vec<u8>>, name: &str, kind: EntryType, bytes: &[u8]) {
    let mut header = Header::new_ustar();
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(kind);
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    if matches!(kind, EntryType::Symlink | EntryType::Link) {
        header.as_old_mut().linkname[..11].copy_from_slice(b"/etc/passwd");
    }
    header.set_cksum();
    tar.append(&header, bytes).expect("memory");
}

pub fn zipped(tar: Builder<Vec<u8>>) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    let bytes = tar.into_inner().expect("memory");
    gzip.write_all(&bytes).expect("memory");
    gzip.finish().expect("memory")
}

pub fn pack(members: &Members) -> Vec<u8> {
    zipped(tarred(members))
}

/// The members with one paper changed; where it is the manifest, its sum is made right.
pub fn edited(members: &Members, paper: &str, edit: impl FnOnce(&mut Value)) -> Members {
    let mut members = members.clone();
    let mut edit = Some(edit);
    let mut manifest = None;
    for (name, bytes) in &mut members {
        if name == paper {
            let mut value = serde_json::from_slice(bytes).expect("JSON");
            edit.take().expect("one paper of a name")(&mut value);
            *bytes = serde_json::to_vec(&value).expect("JSON");
        }
        if name == "manifest.json" {
            let sum = Sha256::digest(&bytes[..]);
            manifest = Some(heirloom::text::hex(&sum));
        }
        if name == "sums.json" && paper == "manifest.json" {
            let mut value: Value = serde_json::from_slice(bytes).expect("JSON");
            value["manifest"] = manifest.clone().into();
            *bytes = serde_json::to_vec(&value).expect("JSON");
        }
    }
    members
}
