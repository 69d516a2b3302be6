//! Small dumps made for a test.

use std::fs;
use std::io::Write as _;

use bson::{RawDocument, rawdoc};
use crc::{CRC_64_XZ, Crc};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::session::Site;

/// A document with this `_id`, and a word in it.
pub fn doc(id: i32, word: &str) -> Vec<u8> {
    rawdoc! { "_id": id, "w": word }.into_bytes()
}

/// Documents as [`short`] says them: `1a 2b`.
pub fn docs(short: &str) -> Vec<Vec<u8>> {
    let one = |text: &str| {
        let end = text.find(|c: char| !c.is_ascii_digit());
        let (id, word) = text.split_at(end.unwrap_or(text.len()));
        doc(id.parse().unwrap(), word)
    };
    short.split_whitespace().map(one).collect()
}

pub fn short(document: &[u8]) -> String {
    let document = RawDocument::from_bytes(document).unwrap();
    let word = document.get_str("w").unwrap();
    match document.get_i32("_id") {
        Ok(id) => format!("{id}{word}"),
        Err(_) => format!("-{word}"),
    }
}

/// Metadata as the tools write them.
pub fn metadata(collection: &str) -> String {
    format!(
        r#"{{"indexes":[{{"v":{{"$numberInt":"2"}},"key":{{"_id":{{"$numberInt":"1"}}}},"name":"_id_"}}],"uuid":"00000000000000000000000000000001","collectionName":"{collection}","type":"collection"}}"#
    )
}

/// Writes a file and the folders above it.
pub fn write(site: &Site, name: &str, bytes: &[u8]) {
    let path = site.path(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// Writes a collection into a database's folder, its metadata too.
pub fn collection(site: &Site, folder: &str, name: &str, documents: &[Vec<u8>]) {
    write(site, &format!("{folder}/{name}.bson"), &documents.concat());
    let metadata = metadata(name);
    write(
        site,
        &format!("{folder}/{name}.metadata.json"),
        metadata.as_bytes(),
    );
}

/// `dump/App` with a collection `cars` of these documents, as [`docs`] takes them.
pub fn cars(documents: &str) -> Site {
    let site = Site::empty();
    collection(&site, "dump/App", "cars", &docs(documents));
    site
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

const END: &[u8] = b"\xff\xff\xff\xff";

/// What `mongodump --archive` writes.
#[derive(Clone)]
pub struct Archive(pub Vec<u8>);

impl Archive {
    /// With these collections, each of a database.
    pub fn new(listed: &[(&str, &str)]) -> Self {
        let listed: Vec<_> = listed
            .iter()
            .map(|(db, name)| (*db, *name, metadata(name)))
            .collect();
        Archive::with_metadata(&listed)
    }

    pub fn with_metadata(listed: &[(&str, &str, String)]) -> Self {
        let mut bytes = b"\x6d\xe2\x99\x81".to_vec();
        let head = rawdoc! {
            "concurrent_collections": 4, "version": "0.1",
            "server_version": "7.0.16", "tool_version": "100.12.0",
        };
        bytes.extend(head.as_bytes());
        for (db, name, metadata) in listed {
            let kinds = ["view", "timeseries"];
            let kind = kinds
                .into_iter()
                .find(|kind| metadata.contains(&format!("\"{kind}\"}}")));
            let listed = rawdoc! {
                "db": *db, "collection": *name, "metadata": metadata.as_str(), "size": 0,
                "type": kind.unwrap_or("collection"),
            };
            bytes.extend(listed.as_bytes());
        }
        bytes.extend(END);
        Archive(bytes)
    }

    fn header(mut self, (db, name): (&str, &str), is_end: bool, sum: u64) -> Self {
        let sum = sum.cast_signed();
        let header = rawdoc! { "db": db, "collection": name, "EOF": is_end, "CRC": sum };
        self.0.extend(header.as_bytes());
        self
    }

    /// Some documents of a collection.
    pub fn block(self, of: (&str, &str), documents: &[Vec<u8>]) -> Self {
        let mut archive = self.header(of, false, 0);
        archive.0.extend(documents.concat());
        archive.0.extend(END);
        archive
    }

    /// The end of a collection that had these documents.
    pub fn end(self, of: (&str, &str), documents: &[Vec<u8>]) -> Self {
        let sum = Crc::<u64>::new(&CRC_64_XZ).checksum(&documents.concat());
        self.end_with(of, sum)
    }

    pub fn end_with(self, of: (&str, &str), sum: u64) -> Self {
        let mut archive = self.header(of, true, sum);
        archive.0.extend(END);
        archive
    }

    /// A collection in one piece.
    pub fn whole(self, of: (&str, &str), documents: &[Vec<u8>]) -> Self {
        self.block(of, documents).end(of, documents)
    }
}
