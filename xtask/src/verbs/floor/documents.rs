//! The floor of an import of documents: each is read by the length that it says, and inserted into
//! a table with the same key.

use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::Path;

use anyhow::Result;
use rusqlite::Connection;

const DDL: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE documents (
        collection_id INTEGER NOT NULL,
        generation INTEGER NOT NULL,
        position INTEGER NOT NULL,
        document BLOB NOT NULL,
        run INTEGER,
        PRIMARY KEY (collection_id, generation, position)
    )";

/// Reads and inserts every document of a file; returns how many there were.
pub fn run(from: &Path, into: &Path) -> Result<u64> {
    let mut into = Connection::open(into)?;
    into.execute_batch(DDL)?;
    let transaction = into.transaction()?;
    let mut documents = 0;
    {
        let mut write = transaction.prepare("INSERT INTO documents VALUES (1, 1, ?1, ?2, 1)")?;
        let mut from = BufReader::with_capacity(256 << 10, File::open(from)?);
        let mut document = Vec::new();
        let mut length = [0; 4];
        while from.read_exact(&mut length).is_ok() {
            document.clear();
            document.extend_from_slice(&length);
            let rest = u64::from(u32::from_le_bytes(length)) - 4;
            (&mut from).take(rest).read_to_end(&mut document)?;
            write.execute((documents, &document))?;
            documents += 1;
        }
    }
    transaction.commit()?;
    Ok(documents as u64)
}
